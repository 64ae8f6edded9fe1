//! `remote install`: another component for an application.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use wasm_embedded_manage::{Client, Name, Phase};

use crate::cli::failure::Failure;
use crate::cli::status;

/// Installs a component, and waits until it has proved itself or the old one is back
#[derive(Args)]
pub(super) struct Opts {
    /// The name of the application, as in board.toml
    application: Name,

    /// The component: a `.wasm` file, or one that was compiled for the board
    component: PathBuf,

    /// Ends when the new component was started
    #[arg(long)]
    no_wait: bool,
}

/// How long a guest may take to begin after its process was started, and nothing else is to be waited for.
const BEGIN: Duration = Duration::from_secs(60);

/// How often the board is asked whether the component has proved itself.
const LOOK: Duration = Duration::from_millis(100);

pub(super) fn run(opts: &Opts, client: &Client) -> Result<u8, Failure> {
    let (name, file) = (&opts.application, &opts.component);
    let bytes = fs::read(file).map_err(|error| Failure::file(format!("cannot read {}", file.display()), error))?;
    let digest = client.install(name, &bytes)?;
    super::super::print(&format!("installed {digest}\n"))?;
    if opts.no_wait {
        return Ok(0);
    }
    let asked = Instant::now();
    loop {
        let now = client.status(name)?;
        if let Some(back) = now.rolled_back.filter(|back| back.from == digest) {
            let text = format!("the new component failed, and the one before is back: {}", back.reason);
            return Err(Failure::new(status::DEVICE, text));
        }
        if now.component != Some(digest) {
            return Err(Failure::new(status::DEVICE, "somebody else has installed another component meanwhile"));
        }
        let failed = matches!(now.phase, Phase::Failed | Phase::BackingOff);
        if failed && !now.on_trial {
            let how = now.last_exit.unwrap_or_default();
            return Err(Failure::new(
                status::DEVICE,
                format!("the new component failed, and there is none before it: {how}"),
            ));
        }
        if !now.on_trial && now.phase != Phase::Starting {
            if let Some(us) = now.replaced_in_us {
                super::super::print(&format!("the guest did not run for {} ms\n", us.div_ceil(1000)))?;
            }
            return Ok(0);
        }
        if now.phase == Phase::Stopped {
            super::super::print("it is on trial when the application is started\n")?;
            return Ok(0);
        }
        if !now.on_trial && asked.elapsed() > BEGIN {
            let text = format!(
                "the guest has not begun within {} s: `remote logs {name}` shows what it says",
                BEGIN.as_secs()
            );
            return Err(Failure::new(status::DEVICE, text));
        }
        thread::sleep(LOOK);
    }
}
