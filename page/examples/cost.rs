//! What the page's feed costs: a board with five displays that change and 2,000 transactions a second, without a page and with one.
//!
//! ```text
//! $ cargo run --release --example cost
//! without a page: 4.1 % of a core; with one: 9.8 %, 20.0 frames/s
//! ```

use std::error::Error;
use std::fs;
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use embedded_hal::i2c::I2c;
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, client};
use wasm_embedded_board::Board;
use wasm_embedded_board::policy::Policy;
use wasm_embedded_page::Server;

/// How long each is measured.
const TIME: Duration = Duration::from_secs(10);
/// The displays, each on a bus of its own.
const DISPLAYS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(address) = std::env::args().nth(1) {
        return watch(&address);
    }
    let bus = |number: usize| {
        format!(
            "[i2c.bus{number}]\nsim = \"bus{number}\"\nfrequency = 1_000_000\nallow = [0x3c, 0x48]\n\
             [[part]]\nmodel = \"ssd1306\"\nname = \"oled{number}\"\ni2c = \"bus{number}\"\naddress = 0x3c\n"
        )
    };
    let lm75 = "[[part]]\nmodel = \"lm75\"\ni2c = \"bus0\"\n";
    let text: String = (0..DISPLAYS).map(bus).chain([lm75.to_owned()]).collect();
    let policy = Policy::parse("board.toml", &text)?;
    let board = Board::new(&policy)?;
    let server = Server::start(0, |text| Policy::parse("board.toml", text).map_err(|error| error.to_string()))?;
    let _shown = server.attach(&board, &policy, &text, || false);
    let without = measured(&board)?;
    let mut page = Command::new(std::env::current_exe()?).arg(server.address()).spawn()?;
    let with = measured(&board)?;
    let frames = page.wait()?;
    println!("without a page: {without:.1} % of a core; with one: {with:.1} %; the page ended with {frames}");
    Ok(())
}

/// Works the board for a time, and returns the percentage of a core that this process took.
fn measured(board: &Board) -> Result<f64, Box<dyn Error>> {
    let buses: Result<Vec<_>, _> = (0..DISPLAYS).map(|number| board.wiring().i2c(&format!("bus{number}"))).collect();
    let mut buses = buses?;
    let (began, before) = (Instant::now(), processor_ticks()?);
    let mut count = 0_u8;
    while began.elapsed() < TIME {
        count = count.wrapping_add(1);
        // In 5 ms: ten transactions, of which five draw a few dots on a display each.
        for bus in &mut buses {
            bus.write(0x3c_u8, &[0x40, count, !count, count])?;
        }
        for _ in 0..5 {
            let mut answer = [0; 2];
            buses[0].write_read(0x48_u8, &[0], &mut answer)?;
        }
        let passed_ns = board.sim().now_ns() % 5_000_000;
        board.sim().advance_ns(5_000_000 - passed_ns);
    }
    // The kernel counts in hundredths of a second: proc_pid_stat(5).
    Ok((processor_ticks()? - before) / began.elapsed().as_secs_f64())
}

fn processor_ticks() -> Result<f64, Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let field = |number: usize| fields.get(number).and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or_default();
    Ok(field(11) + field(12))
}

/// Is a page: takes what it is sent, and says how much that was.
fn watch(address: &str) -> Result<(), Box<dyn Error>> {
    let host = address.trim_start_matches("http://").split('/').next().unwrap_or_default().to_owned();
    let mut request = format!("{}feed", address.replace("http", "ws")).into_client_request()?;
    request.headers_mut().insert("Origin", format!("http://{host}").parse()?);
    let (mut socket, _) = client(request, TcpStream::connect(host)?)?;
    let (began, mut frames, mut transactions, mut bytes) = (Instant::now(), 0_u32, 0, 0);
    while began.elapsed() < TIME - Duration::from_secs(1) {
        match socket.read()? {
            Message::Text(text) => {
                let json: serde_json::Value = serde_json::from_str(&text)?;
                frames += u32::from(json["t"] == "feed");
                transactions += json["transactions"].as_array().map_or(0, Vec::len);
                bytes += text.len();
            }
            Message::Binary(picture) => bytes += picture.len(),
            _ => {}
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    let per_second = |count: usize| u32::try_from(count).map_or(0.0, f64::from) / seconds;
    println!(
        "{:.1} frames/s, {:.0} transactions/s, {:.0} KB/s",
        f64::from(frames) / seconds,
        per_second(transactions),
        per_second(bytes) / 1_000.0
    );
    Ok(())
}
