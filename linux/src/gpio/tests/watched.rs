//! Lines whose edges are kept.

use super::*;

/// Takes edges until there are so many, for at most 5 s.
fn taken(line: &mut Line, count: usize) -> Vec<KeptEdge> {
    let mut edges = Vec::new();
    for _ in 0..5_000 {
        while let Some(edge) = line.take_edge().expect("the chip is there") {
            edges.push(edge);
        }
        if edges.len() >= count {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    edges
}

#[test]
fn edges_of_a_line_that_is_watched_are_kept_with_their_times_and_gaps() {
    let (_root, fake, mut line) = input();
    assert_eq!(line.watch(), Ok(()));
    // The kernel's queue had no room for the third and fourth.
    let numbered = [(1, 0), (2, 0), (5, 2)];
    for (number, _) in numbered {
        fake.edge(Edge { number, ..edge(number % 2 == 1) });
    }
    let edges = taken(&mut line, 3);
    let expected = numbered.map(|(number, missed)| KeptEdge { edge: Edge { number, ..edge(number % 2 == 1) }, missed });
    assert_eq!(edges, expected);
    assert_eq!(line.take_edge(), Ok(None));
}

#[test]
fn edges_before_a_watch_are_not_kept_and_are_not_missed() {
    let (_root, fake, mut line) = input();
    assert_eq!(line.watch(), Ok(()));
    fake.edge(Edge { number: 1, ..edge(true) });
    assert_eq!(taken(&mut line, 1).len(), 1);
    assert_eq!(line.watch(), Ok(()), "a new watch");
    fake.edge(Edge { number: 2, at: Duration::ZERO, ..edge(false) });
    fake.edge(Edge { number: 3, ..edge(true) });
    let [KeptEdge { edge: Edge { number: 3, .. }, missed: 0 }] = taken(&mut line, 1)[..] else { panic!("one edge") };
}

#[test]
fn of_too_many_edges_the_oldest_go_and_are_counted() {
    let (_root, fake, mut line) = input();
    assert_eq!(line.watch(), Ok(()));
    let last = u32::try_from(KEPT_EDGES).expect("a number of edges") + 3;
    (1..=last).for_each(|number| fake.edge(Edge { number, ..edge(number % 2 == 1) }));
    // A wait that begins once the last edge was heard of hears the one after it.
    let kept = |line: &Line| format!("{line:?}").contains(&format!("last: {last}"));
    while !kept(&line) {
        std::thread::sleep(Duration::from_millis(1));
    }
    let edges = taken(&mut line, KEPT_EDGES);
    assert_eq!(edges.len(), KEPT_EDGES);
    assert_eq!(edges.first().map(|kept| (kept.edge.number, kept.missed)), Some((4, 3)));
    assert!(edges.iter().skip(1).all(|kept| kept.missed == 0));
}

#[test]
fn a_wait_for_a_kept_edge_ends_with_the_next_one_or_at_once() {
    let (_root, fake, mut line) = input();
    assert_eq!(ends(line.start_edge_wait()), Some(Err(Error::Unsupported)), "nobody watches");
    assert_eq!(line.watch(), Ok(()));
    let wait = line.start_edge_wait();
    fake.edge(edge(true));
    assert_eq!(ends(wait), Some(Ok(())));
    assert_eq!(ends(line.start_edge_wait()), Some(Ok(())), "it is there still");
    assert_eq!(taken(&mut line, 1).len(), 1);
    assert_eq!(ends(line.start_edge_wait()), None);
}

#[test]
fn an_open_drain_line_cannot_be_watched() {
    let (_root, tree, fake) = machine();
    let open_drain = LineSettings { direction: Direction::OpenDrain, ..settings(named("BT_ON")) };
    let mut line = fake.machine(tree).line("IO", &open_drain).expect("it is there");
    assert_eq!(line.watch(), Err(Error::Unsupported));
    assert_eq!(line.take_edge(), Ok(None));
}

#[test]
fn a_line_that_is_watched_is_watched_again_when_its_chip_is_back() {
    let (_root, fake, mut line) = input();
    assert_eq!(line.watch(), Ok(()));
    fake.edge(edge(true));
    assert_eq!(taken(&mut line, 1).len(), 1);
    let wait = line.start_edge_wait();
    fake.fail("wait", Errno::NODEV);
    assert_eq!(ends(wait), Some(Err(Error::Other)), "the chip is gone");
    let wait = line.start_edge_wait();
    fake.edge(edge(false));
    assert_eq!(ends(wait), Some(Ok(())), "it is back");
    assert_eq!(taken(&mut line, 1).first().map(|kept| kept.edge.rising), Some(false));
}
