//! The far end of a serial line: what a board with the firmware answers, on a pseudo-terminal. It says what the schema is checked with
//! and flashes nothing; the firmware itself is tested in emulators.

use std::fs::File;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::thread;

use nix::pty::{OpenptyResult, openpty};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use nix::unistd::ttyname;
use wasm_embedded_line::{Answer, Decoder, LONGEST_REQUEST, Piece, Request, State, VERSION};

/// Opens a line to a board, and returns the device that a command opens. The board lives until the test ends.
pub fn open() -> PathBuf {
    let OpenptyResult { master, slave } = openpty(None, None).expect("a pseudo-terminal");
    let mut settings = tcgetattr(&slave).expect("its settings");
    cfmakeraw(&mut settings);
    tcsetattr(&slave, SetArg::TCSANOW, &settings).expect("a raw line");
    let device = ttyname(&slave).expect("its name");
    thread::spawn(move || {
        // Held: without it the line would end with the first command.
        let _slave = slave;
        serve(File::from(master));
    });
    device
}

fn serve(mut line: File) {
    let (mut decoder, mut buffer, mut half) = (Decoder::new(LONGEST_REQUEST), [0; 1024], 0);
    while let Ok(count) = line.read(&mut buffer) {
        for byte in &buffer[..count] {
            let Some(Piece::Frame(frame)) = decoder.push(*byte) else { continue };
            let Ok(request) = Request::read(&frame) else { continue };
            if matches!(request, Request::Finish { .. }) {
                half = 1;
            }
            let text: &[u8] = if request == Request::Log { b"\"station\" says \x1b[2J\n" } else { b"" };
            let answer = answer(&request, half).to_frame(frame.number).to_bytes();
            if line.write_all(&[text, &answer].concat()).is_err() {
                return;
            }
        }
    }
}

fn answer(request: &Request, half: u8) -> Answer {
    match request {
        Request::Hello => Answer::Board {
            version: VERSION,
            slots: 2,
            half_bytes: 512 << 10,
            window: 1,
            has_key: false,
            board: "pico2".into(),
            firmware: "0.5.0".into(),
        },
        Request::State { slot: 0 } => {
            let (name, last) = ("station".into(), String::new());
            Answer::State(State { half, trial: false, runs: true, starts: 3, name, last })
        }
        Request::State { .. } => {
            let (name, last) = (String::new(), "nothing is there".into());
            Answer::State(State { half: 0, trial: false, runs: false, starts: 0, name, last })
        }
        Request::Begin { .. } => Answer::Ready { crcs: Vec::new() },
        _ => Answer::Done,
    }
}
