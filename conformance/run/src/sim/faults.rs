//! The faults of a case on simulated wires.

use wasm_embedded_conformance::{I2cFault, Millis, SpiFault, Unable};
use wasm_embedded_sim::fault::{self, Fault, HOLD_LIMIT_NS, I2cFailure, SpiFailure, Targets, When};
use wasm_embedded_sim::{I2cBusId, Sim, SpiBusId, SpiSelectId};

/// What is before an I2C fault: the address and one byte.
const I2C_BYTE: u32 = 2;

/// Arms faults on an I2C bus, each for its transaction.
pub(super) fn on_i2c(sim: &Sim, bus: I2cBusId, faults: &[I2cFault]) -> Result<(), Unable> {
    for (fault, when) in faults.iter().zip(transactions()) {
        sim.inject(Fault::I2c { bus, targets: Targets::All, fault: of_i2c(*fault)? }, when);
    }
    Ok(())
}

/// Arms faults of an SPI device, each for its transaction.
pub(super) fn on_spi(sim: &Sim, bus: SpiBusId, select: SpiSelectId, faults: &[SpiFault]) -> Result<(), Unable> {
    for (fault, when) in faults.iter().zip(transactions()) {
        for fault in of_spi(*fault)? {
            sim.inject(Fault::Spi { bus, select: Some(select), fault }, when);
        }
    }
    Ok(())
}

/// Has the date jump, from its time on.
pub(super) fn on_date(sim: &Sim, jump: Option<(Millis, i64)>) {
    if let Some((after_ms, seconds)) = jump {
        let from_ns = after_ms.saturating_mul(1_000_000);
        sim.inject(Fault::DateJump { seconds }, When::always().between(from_ns, u64::MAX));
    }
}

/// The first transaction, the second, and so on.
fn transactions() -> impl Iterator<Item = When> {
    (0..).map(|before| When::always().after(before).times(1))
}

fn of_i2c(fault: I2cFault) -> Result<fault::I2cFault, Unable> {
    let byte = I2C_BYTE;
    Ok(match fault {
        I2cFault::ArbitrationLoss => fault::I2cFault::ArbitrationLoss { byte },
        I2cFault::MisplacedStart => fault::I2cFault::SpuriousStart { byte },
        I2cFault::MisplacedStop => fault::I2cFault::SpuriousStop { byte },
        I2cFault::Overrun => fault::I2cFault::Fail { byte, error: I2cFailure::Overrun },
        I2cFault::Driver => fault::I2cFault::Fail { byte, error: I2cFailure::Other },
        _ => return Err(unknown(fault)),
    })
}

fn of_spi(fault: SpiFault) -> Result<Vec<fault::SpiFault>, Unable> {
    let fail = |word| {
        let byte = u32::try_from(word).map_err(|_| unknown(fault))?;
        Ok(fault::SpiFault::Fail { byte, error: SpiFailure::Overrun })
    };
    Ok(match fault {
        SpiFault::Bus { word } => vec![fail(word)?],
        SpiFault::Select => vec![fault::SpiFault::SelectFailed],
        SpiFault::Deselect => vec![fault::SpiFault::DeselectFailed],
        SpiFault::BusThenDeselect { word } => vec![fail(word)?, fault::SpiFault::DeselectFailed],
        SpiFault::Held => vec![fault::SpiFault::BusHeld { ns: HOLD_LIMIT_NS + 1 }],
        _ => return Err(unknown(fault)),
    })
}

fn unknown(fault: impl std::fmt::Debug) -> Unable {
    Unable::Failed(format!("the simulation is not told how to make {fault:?}"))
}
