//! A program that does what is not modelled ends its test.

use std::time::Duration;

use rp2350_emulator::{End, Fault, Machine, Wires};

/// Where the word that the program loads is: after vector table, IMAGE_DEF and four instructions.
const CODE: u32 = 0x1000_001c;

/// Returns how a program ends that loads an address into r0 and then runs one instruction.
fn end_of(instruction: u16, address: u32) -> End {
    let head = [0x2000_1000, CODE | 1, 0xffff_ded3, 0x1021_0142, 0x1ff, 0, 0xab12_3579];
    // ldr r0, [pc, #4]; the instruction; b .; nop; the address.
    let code = [0x4801 | u32::from(instruction) << 16, 0xbf00_e7fe, address];
    let flash: Vec<u8> = head.iter().chain(&code).flat_map(|word| u32::to_le_bytes(*word)).collect();
    let mut machine = Machine::new(Wires::new());
    machine.program(0x1000_0000, &flash);
    machine.run(Duration::from_millis(5), |_| false).expect("the boot ROM starts it")
}

/// `ldr r1, [r0]`, `str r1, [r0]`, `ldrb r1, [r0]` and `udf #0`.
const LOAD: u16 = 0x6801;
const STORE: u16 = 0x6001;
const LOAD_BYTE: u16 = 0x7801;
const UNDEFINED: u16 = 0xde00;

#[test]
fn a_register_that_is_modelled_is_read_and_the_time_is_over() {
    assert_eq!(end_of(LOAD, 0xd000_0000), End::TimeOver);
    assert_eq!(end_of(LOAD, 0x4002_0008), End::TimeOver);
}

#[test]
fn a_register_that_is_not_modelled_is_named_with_its_address_and_the_program_counter() {
    let End::Fault(fault) = end_of(LOAD, 0x4001_00a8) else { panic!("it ended otherwise") };
    let expected = "read of CLOCKS FC0_RESULT (0x400100a8), which the emulator does not model, at pc 0x1000001c";
    assert_eq!(fault.to_string(), expected);
    // By an alias, and by a write.
    let End::Fault(fault) = end_of(STORE, 0x4001_20a8) else { panic!("it ended otherwise") };
    assert!(fault.to_string().starts_with("write to CLOCKS FC0_RESULT"), "{fault}");
}

#[test]
fn an_interrupt_is_not_modelled_and_its_enable_is_reported() {
    assert!(matches!(end_of(STORE, 0xe000_e100), End::Fault(Fault::Unmodelled { write: true, .. })));
}

#[test]
fn a_block_in_reset_is_reported() {
    assert!(matches!(end_of(LOAD, 0x4007_0018), End::Fault(Fault::InReset { name, .. }) if name == "UART0 UARTFR"));
}

#[test]
fn an_access_of_a_byte_is_reported() {
    assert!(
        matches!(end_of(LOAD_BYTE, 0x4002_0008), End::Fault(Fault::Narrow { name, .. }) if name == "RESETS RESET_DONE")
    );
}

#[test]
fn an_address_where_nothing_is_is_reported() {
    assert!(matches!(end_of(LOAD, 0x4000_0000), End::Fault(Fault::Nowhere { address: 0x4000_0000, .. })));
    assert!(matches!(end_of(LOAD, 0x3000_0000), End::Fault(Fault::Processor { .. })));
}

#[test]
fn a_hint_to_yield_does_nothing_and_hides_nothing() {
    // yield; then b . for ever.
    assert_eq!(end_of(0xbf10, 0), End::TimeOver);
    // ldr r0, [pc, #4]; yield; udf #0.
    let head = [0x2000_1000, CODE | 1, 0xffff_ded3, 0x1021_0142, 0x1ff, 0, 0xab12_3579];
    let code = [0x4801 | 0xbf10 << 16, u32::from(UNDEFINED), 0];
    let flash: Vec<u8> = head.iter().chain(&code).flat_map(|word| u32::to_le_bytes(*word)).collect();
    let mut machine = Machine::new(Wires::new());
    machine.program(0x1000_0000, &flash);
    let end = machine.run(Duration::from_millis(5), |_| false);
    assert!(matches!(end, Ok(End::Fault(Fault::Exception { .. } | Fault::Processor { .. }))), "{end:?}");
}

#[test]
fn an_exception_of_the_processor_is_reported() {
    assert!(matches!(end_of(UNDEFINED, 0), End::Fault(Fault::Exception { .. } | Fault::Processor { .. })));
}
