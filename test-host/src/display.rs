//! Draws the displays while a guest runs.

use std::sync::Arc;

use wasm_embedded_sim::picture::Frame;
use wasm_embedded_sim::{PartId, Sim, StimulusContext};

use crate::screen;
use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::output::outlet;

/// How often the displays are looked at, in nanoseconds of virtual time.
const LOOK_NS: u64 = 50_000_000;

/// Where the pictures go.
struct Canvas {
    displays: Vec<(String, PartId)>,
    columns: usize,
    /// Whether each picture replaces the last one, in the upper left corner of a terminal.
    in_place: bool,
}

/// Draws every display of a board on the standard error whenever it shows something else, from now on.
pub(crate) fn watch(board: &Board, columns: usize, in_place: bool) {
    let names = board.displays().into_iter();
    let displays = names.filter_map(|name| Some((name.to_owned(), board.part(name)?))).collect();
    schedule(board.sim(), Arc::new(Canvas { displays, columns, in_place }));
}

fn schedule(sim: &Sim, canvas: Arc<Canvas>) {
    sim.schedule(sim.now_ns().saturating_add(LOOK_NS), move |stage| look(stage, canvas, Vec::new()));
}

fn look(stage: &mut dyn StimulusContext, canvas: Arc<Canvas>, shown: Vec<Option<Frame>>) {
    let frames: Vec<Option<Frame>> = canvas.displays.iter().map(|(_, id)| stage.picture(*id)).collect();
    // A display that was dark from the start shows nothing worth drawing.
    let dark = |frame: &Option<Frame>| frame.as_ref().is_none_or(|frame| frame.lit() == 0);
    let changed = if shown.is_empty() { !frames.iter().all(dark) } else { !looks_like(&frames, &shown) };
    if changed {
        canvas.draw(&frames);
    }
    let shown = if changed { frames } else { shown };
    stage.schedule(stage.now_ns().saturating_add(LOOK_NS), Box::new(move |stage| look(stage, canvas, shown)));
}

/// Returns whether a terminal would show the same, which does not tell how bright a pixel is.
fn looks_like(frames: &[Option<Frame>], shown: &[Option<Frame>]) -> bool {
    let pixels = |frame: &Option<Frame>| frame.as_ref().map(|frame| frame.pixels.clone());
    frames.iter().map(pixels).eq(shown.iter().map(pixels))
}

impl Canvas {
    fn draw(&self, frames: &[Option<Frame>]) {
        let pictures = self.displays.iter().zip(frames).filter_map(|((name, _), frame)| {
            Some(format!("{name}\n{}\n", screen::draw(frame.as_ref()?, self.columns)))
        });
        let text: String = pictures.collect();
        // ECMA-48: save the cursor, go to the corner, and afterwards back.
        let text = if self.in_place { format!("\x1b7\x1b[H{}\x1b8", text.replace('\n', "\x1b[K\n")) } else { text };
        // A picture that cannot be shown is no reason to stop the guest.
        let _ = outlet::stderr().say(text.as_bytes());
    }
}
