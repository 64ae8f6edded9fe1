//! Radios, whose drivers are asynchronous only.
//!
//! lora-phy logs through `defmt` without a choice: it compiles, and links only with a `defmt` logger.

use lora_phy::LoRa;
use lora_phy::iv::{GenericSx126xInterfaceVariant, GenericSx127xInterfaceVariant};
use lora_phy::sx126x::{self, Sx126x, Sx1262};
use lora_phy::sx127x::{self, Sx127x, Sx1276};
use wasm_embedded_hal::{Delay, block_on};

use crate::{drivers, input, output, spi};

drivers! {
    "lora-phy" "3.0.1" lora_phy,
}

fn lora_phy() -> Option<()> {
    let pins = GenericSx126xInterfaceVariant::new(output()?, input()?, input()?, None, None).ok()?;
    let config = sx126x::Config { chip: Sx1262, tcxo_ctrl: None, use_dcdc: true, rx_boost: false };
    let radio = Sx126x::new(spi()?, pins, config);
    block_on(async { LoRa::new(radio, true, Delay).await.ok()?.sleep(false).await.ok() })?;
    let pins = GenericSx127xInterfaceVariant::new(output()?, input()?, None, None).ok()?;
    let config = sx127x::Config { chip: Sx1276, tcxo_used: false, tx_boost: false, rx_boost: false };
    let radio = Sx127x::new(spi()?, pins, config);
    block_on(async { LoRa::new(radio, true, Delay).await.ok()?.sleep(false).await.ok() })
}
