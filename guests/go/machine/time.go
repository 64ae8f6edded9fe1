package machine

import "time"

//go:wasmimport wasm-embedded:hal/delay@0.5.0 delay-ns
func delayNs(ns uint64)

//go:wasmimport wasm-embedded:hal/clock@0.5.0 now-ns
func nowNs() uint64

// Sleep waits at least so long; a negative time does not wait. Other goroutines stand still meanwhile: time.Sleep lets them run.
func Sleep(d time.Duration) {
	if d > 0 {
		delayNs(uint64(d))
	}
}

// Now returns the time since the guest's clock began. In simulation it passes only where the guest waits or uses hardware.
func Now() time.Duration { return time.Duration(nowNs()) }
