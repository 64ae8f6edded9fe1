//! Tells where a rotary encoder was turned to. Its edges come half a millisecond apart, and the guest looks at them a tenth of a
//! second later: the host keeps them with their times, and says if any was lost.
//!
//! Wiring: labels `ENCODER_A` and `ENCODER_B`, inputs with a pull-up and a contact to ground each; the policy makes them
//! `active-low`. In `board.toml` the encoder turns itself.
//!
//! ```text
//! $ cargo run --example encoder_async
//! at 3: 12 edges, 0 missed, 500 us apart
//! at -1: 16 edges, 0 missed, 500 us apart
//! ```

use embedded_hal::digital::PinState;
use embedded_hal_async::delay::DelayNs;
use wasm_embedded_hal::digital::Edge;
use wasm_embedded_hal::{Delay, Error, InputPin};

/// How long the guest does something else between two looks. Without an edge meanwhile, the turn is over.
const REST_MS: u32 = 100;

/// From one detent to the next, each contact closes and opens.
const EDGES: i32 = 4;

#[wasm_embedded_hal::main]
async fn main() -> Result<(), Error> {
    let (mut a, mut b) = (InputPin::open("ENCODER_A")?, InputPin::open("ENCODER_B")?);
    let (mut a, mut b) = (a.edges()?, b.edges()?);
    let mut encoder = Encoder::default();
    for _ in 0..2 {
        let mut edges = vec![(Contact::A, a.next().await?)];
        let mut before = 0;
        while edges.len() > before {
            before = edges.len();
            Delay::new().delay_ms(REST_MS).await;
            while let Some(edge) = a.take()? {
                edges.push((Contact::A, edge));
            }
            while let Some(edge) = b.take()? {
                edges.push((Contact::B, edge));
            }
        }
        edges.sort_by_key(|(_, edge)| edge.at_ns);
        edges.iter().for_each(|(contact, edge)| encoder.turn(*contact, edge));
        tell(&encoder, &edges);
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq)]
enum Contact {
    A,
    B,
}

/// The contacts that are closed, and how many edges clockwise of its start the encoder is.
#[derive(Default)]
struct Encoder {
    a: bool,
    b: bool,
    position: i32,
}

impl Encoder {
    /// Clockwise A closes before B, and opens before it.
    fn turn(&mut self, contact: Contact, edge: &Edge) {
        let closed = edge.level == PinState::High;
        match contact {
            Contact::A => self.a = closed,
            Contact::B => self.b = closed,
        }
        let clockwise = (self.a != self.b) == (contact == Contact::A);
        self.position += if clockwise { 1 } else { -1 };
    }
}

fn tell(encoder: &Encoder, edges: &[(Contact, Edge)]) {
    let missed: u32 = edges.iter().map(|(_, edge)| edge.missed).sum();
    let times = edges.iter().map(|(_, edge)| edge.at_ns / 1_000);
    let (first, last, gaps) = (times.clone().min(), times.max(), edges.len().saturating_sub(1).max(1));
    let apart_us = first.zip(last).map_or(0, |(first, last)| (last - first) / gaps as u64);
    println!("at {}: {} edges, {missed} missed, {apart_us} us apart", encoder.position / EDGES, edges.len());
}
