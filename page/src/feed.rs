//! What one open page is sent: what it has not seen yet, as far as there is room, twenty times a second.

use serde_json::{Value as Json, json};
use wasm_embedded_sim::picture::Frame;

use crate::hub::{Hub, Line, Mode};
use crate::ring::Cursor;
use crate::traffic::{Edge, Said, Signal};

/// How many of each a message holds.
const MOST_LINES: usize = 100;
const MOST_TRANSACTIONS: usize = 300;
const MOST_EDGES: usize = 1_000;
const MOST_SAID: usize = 2_000;

/// A message to the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    Text(String),
    /// A picture: see [`picture`].
    Binary(Vec<u8>),
}

/// What a page has seen.
#[derive(Debug, Default)]
pub(crate) struct Feed {
    run: u64,
    values_version: u64,
    /// The versions of the pictures.
    pictures: Vec<u64>,
    lines: Cursor,
    transactions: Cursor,
    edges: Cursor,
    said: Cursor,
    last: String,
}

impl Feed {
    /// Returns what is new.
    pub(crate) fn next(&mut self, hub: &Hub) -> Vec<Message> {
        let mut messages = Vec::new();
        let state = hub.lock();
        if state.run != self.run {
            self.run = state.run;
            self.values_version = 0;
            self.pictures = vec![0; state.pictures.len()];
            messages.push(Message::Text(format!(
                "{{\"t\":\"board\",\"board\":{},\"policy\":{}}}",
                state.board,
                json!(&*state.policy)
            )));
        }
        // What is copied here is written as text below, when the board's thread need not wait for it.
        let (lines, lines_lost) = state.lines.read(&mut self.lines, MOST_LINES);
        let (transactions, transactions_lost) = state.transactions.read(&mut self.transactions, MOST_TRANSACTIONS);
        let (edges, edges_lost) = state.edges.read(&mut self.edges, MOST_EDGES);
        let (said, said_lost) = state.said.read(&mut self.said, MOST_SAID);
        let values = (state.values_version != self.values_version).then(|| state.values.clone());
        self.values_version = state.values_version;
        let mode = match state.mode {
            Mode::Going => "going",
            Mode::Paused => "paused",
            Mode::Step => "step",
        };
        let ending = state.ending.as_ref().map(|ending| json!({ "status": ending.status, "text": ending.text }));
        let (run, now_ns, speed) = (state.run, state.now_ns, state.speed);
        let changed = state.pictures.iter().zip(&mut self.pictures).filter(|(picture, seen)| picture.version != **seen);
        let frames: Vec<_> = changed
            .filter_map(|(picture, seen)| {
                *seen = picture.version;
                Some((picture.part, picture.frame.clone()?))
            })
            .collect();
        drop(state);

        let text = json!({
            "t": "feed", "run": run, "now": now_ns, "mode": mode, "speed": speed, "ending": ending,
            "lines": lines.iter().map(line).collect::<Vec<_>>(), "lines_lost": lines_lost,
            "transactions": transactions.iter().map(|one| one.json()).collect::<Vec<_>>(),
            "transactions_lost": transactions_lost,
            "edges": edges.iter().map(edge).collect::<Vec<_>>(), "edges_lost": edges_lost,
            "said": said.iter().map(byte).collect::<Vec<_>>(), "said_lost": said_lost,
        });
        // The values are JSON already.
        let text = text.to_string();
        let text = match values {
            Some(values) => format!("{},\"values\":{values}}}", text.trim_end_matches('}')),
            None => text,
        };
        // A board that stands still has nothing to say.
        if text != self.last {
            self.last.clone_from(&text);
            messages.push(Message::Text(text));
        }
        messages.extend(frames.iter().filter_map(|(part, frame)| picture(*part, frame)).map(Message::Binary));
        messages
    }
}

/// Returns the answer to a message of the page.
pub(crate) fn answer(id: Option<u64>, error: Option<&str>) -> Message {
    Message::Text(json!({ "t": "answer", "id": id, "error": error }).to_string())
}

fn line(line: &Line) -> Json {
    json!([line.at_ns, line.kind, line.text])
}

fn edge(edge: &Edge) -> Json {
    match edge.signal {
        Signal::Level(high) => json!([edge.at_ns, edge.net, u8::from(high)]),
        Signal::Pulses(period_ns, high_ns) => json!([edge.at_ns, edge.net, [period_ns, high_ns]]),
    }
}

fn byte(said: &Said) -> Json {
    json!([said.at_ns, said.port, u8::from(said.sent), said.byte, said.bit_ns])
}

/// The kinds of pictures.
const DOTS: u8 = 1;
const COLOURS: u8 = 2;

/// Returns a picture as bytes: kind, contrast, part, width and height, each but the first two of two bytes with the low one first;
/// then a bit for each dot with the high one first, or red, green and blue of each pixel. A display is never larger than that.
fn picture(part: usize, frame: &Frame) -> Option<Vec<u8>> {
    let kind = if frame.colours.is_empty() { DOTS } else { COLOURS };
    let mut bytes = vec![kind, frame.contrast];
    for number in [part, frame.width, frame.height] {
        bytes.extend(u16::try_from(number).ok()?.to_le_bytes());
    }
    if kind == COLOURS {
        bytes.extend_from_slice(frame.colours.as_flattened());
    } else {
        bytes.extend(frame.pixels.chunks(8).map(|dots| {
            dots.iter().chain(std::iter::repeat(&false)).take(8).fold(0, |byte, dot| (byte << 1) | u8::from(*dot))
        }));
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(messages: &[Message]) -> Vec<Json> {
        let text = |message: &Message| match message {
            Message::Text(text) => serde_json::from_str(text).ok(),
            Message::Binary(_) => None,
        };
        messages.iter().filter_map(text).collect()
    }

    #[test]
    fn a_slow_page_gets_the_newest_and_the_count_of_what_it_missed() {
        let hub = Hub::new();
        let mut feed = Feed::default();
        feed.next(&hub);
        for at_ns in 0..10_000 {
            hub.line(at_ns, "out", "a line");
        }
        let messages = texts(&feed.next(&hub));
        let lines = messages[0]["lines"].as_array().expect("lines");
        assert_eq!((lines.len(), messages[0]["lines_lost"].as_u64()), (MOST_LINES, Some(9_900)));
        assert_eq!(lines.last(), Some(&json!([9_999, "out", "a line"])));
        assert!(messages[0].to_string().len() < 20_000, "the message stays small");
    }

    #[test]
    fn a_board_that_stands_still_says_nothing() {
        let hub = Hub::new();
        let mut feed = Feed::default();
        assert_eq!(feed.next(&hub).len(), 1);
        assert_eq!(feed.next(&hub), []);
        hub.drive(|state| state.mode = Mode::Paused);
        assert_eq!(texts(&feed.next(&hub))[0]["mode"], "paused");
    }

    #[test]
    fn dots_are_packed_and_colours_are_as_they_are() {
        let pixels = (0..12).map(|dot| dot % 3 == 0).collect();
        let dots = Frame { width: 6, height: 2, pixels, contrast: 9, colours: Vec::new() };
        assert_eq!(picture(258, &dots), Some(vec![1, 9, 2, 1, 6, 0, 2, 0, 0b1001_0010, 0b0100_0000]));
        let colours = Frame::coloured(1, vec![[1, 2, 3], [4, 5, 6]]);
        assert_eq!(picture(0, &colours), Some(vec![2, 255, 0, 0, 1, 0, 2, 0, 1, 2, 3, 4, 5, 6]));
        let vast = Frame { width: 70_000, ..dots };
        assert_eq!(picture(0, &vast), None);
    }
}
