module github.com/wasm-embedded/wasm-embedded-hal/guests/go

go 1.24
