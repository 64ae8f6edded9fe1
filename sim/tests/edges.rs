//! Edges that are kept: each with its time, none lost while nobody looks, and the loss told where there are too many.

use embedded_hal::digital::OutputPin as _;
use wasm_embedded_sim::{Drive, KEPT_EDGES, KeptEdge, Level, Sim};

/// A net that something drives high and low in turn, so many times, a millisecond apart from the first on.
fn board(edges: u64) -> (Sim, wasm_embedded_sim::Net) {
    let sim = Sim::new();
    let net = sim.net("P");
    for number in 1..=edges {
        let drive = if number % 2 == 1 { Drive::High } else { Drive::Low };
        sim.schedule(number * 1_000_000, move |stage| stage.drive(net, drive));
    }
    (sim, net)
}

#[test]
fn every_edge_has_its_own_time_and_level_however_late_it_is_taken() {
    let (sim, net) = board(5);
    let mut edges = sim.input(net).watch();
    assert!(edges.is_empty());
    sim.advance_ns(20_000_000);
    for number in 1..=5 {
        let level = Level::from(number % 2 == 1);
        assert_eq!(edges.take(), Some(KeptEdge { at_ns: number * 1_000_000, level, missed: 0 }));
    }
    assert_eq!(edges.take(), None);
}

#[test]
fn edges_before_a_watch_and_after_its_end_are_kept_for_nobody() {
    let (sim, net) = board(4);
    sim.advance_ns(2_500_000);
    let mut edges = sim.watch(net);
    sim.advance_ns(1_000_000);
    assert_eq!(edges.take().map(|edge| edge.at_ns), Some(3_000_000));
    drop(edges);
    let mut edges = sim.watch(net);
    assert_eq!(edges.take(), None, "a new watch begins empty");
    sim.advance_ns(1_000_000);
    assert_eq!(edges.take().map(|edge| edge.at_ns), Some(4_000_000));
}

#[test]
fn when_there_are_too_many_the_oldest_go_and_the_next_one_says_how_many() {
    let kept = u64::try_from(KEPT_EDGES).expect("a number of edges");
    let (sim, net) = board(kept + 7);
    let mut edges = sim.watch(net);
    sim.advance_ns((kept + 8) * 1_000_000);
    let first = edges.take().expect("an edge");
    assert_eq!((first.at_ns, first.missed), (8_000_000, 7));
    let rest: Vec<KeptEdge> = std::iter::from_fn(|| edges.take()).collect();
    assert_eq!(rest.len(), KEPT_EDGES - 1);
    assert!(rest.iter().all(|edge| edge.missed == 0));
    assert_eq!(rest.last().map(|edge| edge.at_ns), Some((kept + 7) * 1_000_000));
}

#[test]
fn an_edge_that_nobody_waited_for_is_there_and_the_next_one_ends_a_wait() {
    let (sim, net) = board(2);
    let mut edges = sim.watch(net);
    let wait = edges.start_wait();
    assert!(sim.block_on(wait).is_some());
    assert_eq!(sim.now_ns(), 1_000_000);
    assert!(!edges.is_empty());
    assert!(edges.take().is_some());
    // Taking takes time, so that a driver which only polls gets on.
    assert!(sim.now_ns() > 1_000_000);
    let mut polls = 0;
    while edges.take().is_none() {
        polls += 1;
    }
    assert!(polls > 100, "{polls} polls until the second edge");
}

#[test]
fn a_pin_that_drives_itself_sees_its_own_edges() {
    let sim = Sim::new();
    let mut pin = sim.open_drain(sim.net("P"), Level::High);
    sim.set_pull(sim.net("P"), wasm_embedded_sim::Pull::Up);
    let mut edges = pin.watch();
    assert!(pin.set_low().is_ok() && pin.set_high().is_ok());
    let levels: Vec<Level> = std::iter::from_fn(|| edges.take()).map(|edge| edge.level).collect();
    assert_eq!(levels, [Level::Low, Level::High]);
}
