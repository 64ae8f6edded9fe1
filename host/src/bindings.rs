//! The types of the WIT package, generated from `host/wit`.

wasmtime::component::bindgen!({
    path: "wit",
    world: "guest",
    with: {
        "wasm-embedded:hal/i2c.bus": crate::i2c::Handle,
        "wasm-embedded:hal/spi.device": crate::spi::DeviceHandle,
        "wasm-embedded:hal/spi.bus": crate::spi::BusHandle,
        "wasm-embedded:hal/digital.output-pin": crate::digital::OutputHandle,
        "wasm-embedded:hal/digital.input-pin": crate::digital::InputHandle,
        "wasm-embedded:hal/digital.io-pin": crate::digital::IoHandle,
        "wasm-embedded:hal/pwm.output": crate::pwm::Handle,
        "wasm-embedded:hal/uart.port": crate::uart::Handle,
        "wasm-embedded:hal/adc.input": crate::adc::Handle,
    },
});
