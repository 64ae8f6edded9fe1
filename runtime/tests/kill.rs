//! A guest that is killed at any moment leaves idle buses, no select line active, and its outputs at their levels on exit.

mod support;
#[path = "support/watcher.rs"]
mod watcher;

use std::fs;
use std::sync::{Arc, Mutex};

use wasm_embedded_host::{Interrupt, Reason};
use wasm_embedded_runtime::board::Board;
use wasm_embedded_runtime::engine::EngineOptions;
use wasm_embedded_runtime::output::Capture;
use wasm_embedded_runtime::policy::{Policy, PolicyError};
use wasm_embedded_runtime::program::Program;
use wasm_embedded_runtime::run::{self, Exit, RunOptions};
use wasm_embedded_runtime::trust::Trust;
use wasm_embedded_sim::Level;

use watcher::Watcher;

/// A guest, and the levels that its outputs have on exit.
struct Scene {
    program: Program,
    policy: Policy,
    args: Vec<String>,
    outputs: &'static [(&'static str, Level)],
}

/// When the guest is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    Never,
    /// At this event on the wires.
    Event(u64),
    /// At this virtual time.
    Time(u64),
}

/// What is left of a run.
struct Left {
    exit: Exit,
    at_ns: u64,
    events: u64,
}

impl Scene {
    /// Takes a guest and the policy of its demonstration, in which `edit` is put in the place of something.
    fn new(
        name: &str,
        (policy, edit): (&str, (&str, &str)),
        args: &[&str],
        outputs: &'static [(&'static str, Level)],
    ) -> Scene {
        let bytes = fs::read(support::guest("drivers-demo", name)).expect("the component can be read");
        let program = Program::load(&bytes, EngineOptions::default(), &Trust::default()).expect("it is a component");
        let path = support::workspace().join(format!("drivers-demo/policies/{policy}.toml"));
        let text = fs::read_to_string(path).expect("the policy can be read");
        let policy = Policy::parse(policy, &if edit.0.is_empty() { text } else { text.replace(edit.0, edit.1) })
            .unwrap_or_else(|error: PolicyError| panic!("{error:#?}"));
        let args = [name].iter().chain(args).map(ToString::to_string).collect();
        Scene { program, policy, args, outputs }
    }

    /// Runs the guest, kills it, and checks what it leaves.
    fn run(&self, moment: Moment) -> Left {
        let mut board = Board::new(&self.policy).expect("a board");
        let stop = Interrupt::default();
        let watcher = Watcher::of(board.sim(), &stop);
        match moment {
            Moment::Never => {}
            Moment::Event(event) => watcher.stop_at(event),
            Moment::Time(at_ns) => {
                let stop = stop.clone();
                board.sim().schedule(at_ns, move |_| stop.request(Reason::Killed));
            }
        }
        let options = RunOptions { args: self.args.clone(), stop: Some(stop), ..RunOptions::default() };
        let listener = Arc::new(Mutex::new(Capture::default()));
        let ended = run::run(&self.program, &mut board, &self.policy, &options, listener).expect("it can be linked");
        let what = format!("{:?} killed at {moment:?}, {:?}", self.args, ended.exit);
        assert_eq!(watcher.busy(), Vec::<String>::new(), "not idle: {what}");
        assert_eq!(watcher.late(), Vec::<String>::new(), "begun after the kill: {what}");
        for (net, level) in self.outputs {
            assert_eq!(board.sim().level(board.sim().net(net)), *level, "{net}: {what}");
        }
        Left { exit: ended.exit, at_ns: ended.at_ns, events: watcher.events() }
    }

    /// Kills the guest at `count` events, the first ones and some of all others, and at as many times. Returns how often it was
    /// killed before it had ended by itself.
    fn kill(&self, count: u64) -> usize {
        let whole = self.run(Moment::Never);
        assert_eq!(whole.exit, Exit::Status(0), "{:?}", self.args);
        assert!(whole.events > count, "{:?} has {} events only", self.args, whole.events);
        let dense = count / 2;
        let spread = |index: u64| dense + (whole.events - dense) * index / (count - dense);
        let events = (1..=dense).chain((1..=count - dense).map(spread)).map(Moment::Event);
        let times = (0..count).map(|index| Moment::Time(whole.at_ns / count * index + index));
        let killed = events.chain(times).filter(|moment| {
            let left = self.run(*moment);
            assert!(matches!(left.exit, Exit::Stopped | Exit::Status(0)), "{:?} at {moment:?}", left.exit);
            left.exit == Exit::Stopped
        });
        killed.count()
    }
}

#[test]
fn a_kill_at_any_moment_leaves_everything_idle_and_safe() {
    let faults = ("faults", ("", ""));
    let flash: &[_] = &[("HOLD", Level::High), ("WP", Level::Low)];
    // The demonstration leaves its outputs as they are; here they all go to the other level than the initial one.
    let weather = ("weather_spi", ("\"high\" }", "\"high\", on-exit = \"low\" }"));
    let screen: &[_] = &[("RES", Level::Low), ("VBATC", Level::Low), ("VDDC", Level::Low)];
    let scenes = [
        Scene::new("faults", faults, &["w25q32jv", "2"], flash),
        Scene::new("faults", faults, &["bme280", "4"], flash),
        Scene::new("faults", faults, &["eeprom24x", "8"], flash),
        Scene::new("faults", faults, &["ssd1306", "1"], flash),
        Scene::new("weather_spi_nostd", weather, &[], screen),
    ];
    let killed: usize = scenes.iter().map(|scene| scene.kill(80)).sum();
    // All but those after the last call of a guest.
    assert!(killed >= 700, "{killed} of 800 moments");
}
