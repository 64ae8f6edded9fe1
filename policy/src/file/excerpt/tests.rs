use miette::{GraphicalReportHandler, GraphicalTheme};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{AROUND, CONTEXT_LINES, Excerpt, GAP_LINES, LONGEST_LINE, LONGEST_PLACE};
use crate::file::problem::{Finding, Findings, PolicyError, Span};

/// What lines are made of: plain text, characters of several bytes and of no or double width, and such as do something.
const PIECES: [&str; 14] = [
    "a",
    "sim = true",
    "[i2c.sensor]",
    "µ",
    "度",
    "e\u{301}",
    "\t",
    "\r",
    "\u{1b}[31m",
    "\u{202e}",
    "\u{0}",
    "\u{9b}",
    "🚌",
    " ",
];

/// The most lines of an excerpt, and the most characters of one: an escape has up to eight, and two places may be in a line.
const MOST_LINES: usize = 2 * (2 * CONTEXT_LINES + 1) + GAP_LINES;
const MOST_CHARS: usize = 8 * (2 * (2 * AROUND + LONGEST_PLACE) + 3);

fn text(random: &mut StdRng) -> String {
    let mut text = String::new();
    for _ in 0..random.random_range(0..30) {
        let longest = if random.random_bool(0.1) { 2_000 } else { 12 };
        for _ in 0..random.random_range(0..=longest) {
            text.push_str(PIECES[random.random_range(0..PIECES.len())]);
        }
        text.push_str(["\n", "\r\n", "\n\n"][random.random_range(0..3)]);
    }
    if random.random_bool(0.5) {
        text.pop();
    }
    text
}

/// Anything, in the file or not, forwards or not.
fn span(random: &mut StdRng, text: &str) -> Span {
    let start = random.random_range(0..text.len() + 3);
    let length = random.random_range(0..40);
    if random.random_bool(0.05) { start..usize::MAX } else { start..start.saturating_add(length).saturating_sub(5) }
}

fn texts(cases: u64) -> impl Iterator<Item = (StdRng, String)> {
    (0..cases).map(|seed| {
        let mut random = StdRng::seed_from_u64(seed);
        let text = text(&mut random);
        (random, text)
    })
}

#[test]
fn places_are_within_a_line_and_at_characters_whatever_the_file_and_the_spans() {
    for (mut random, file) in texts(500) {
        let spans = [span(&mut random, &file), span(&mut random, &file)];
        let excerpt = Excerpt::new("policy.toml", &file, &[&spans[0], &spans[1]]);
        assert_eq!(excerpt.places.len(), 2);
        for (place, span) in excerpt.places.iter().zip(&spans) {
            let marked = excerpt.text.get(place.span.clone()).unwrap_or_else(|| panic!("{place:?} in {excerpt:?}"));
            assert!(!marked.contains('\n'), "{marked:?}");
            let start = file.floor_char_boundary(span.start);
            assert_eq!(place.line, file[..start].matches('\n').count());
            let piece =
                excerpt.pieces.iter().find(|piece| piece.range.contains(&place.span.start)).expect("it is shown");
            let before = &excerpt.text[piece.range.start..place.span.start];
            assert_eq!(piece.line + before.matches('\n').count(), place.line, "{excerpt:?}");
        }
    }
}

#[test]
fn an_excerpt_is_bounded_and_holds_nothing_active() {
    for (mut random, file) in texts(500) {
        let spans = [span(&mut random, &file), span(&mut random, &file)];
        let text = Excerpt::new("policy.toml", &file, &[&spans[0], &spans[1]]).text;
        assert!(text.chars().all(|char| char == '\n' || !char.is_control()) && !text.contains('\u{202e}'), "{text:?}");
        assert!(text.lines().count() <= MOST_LINES, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= MOST_CHARS), "{text}");
    }
}

/// The library that renders the report has a share in this promise: it gets what `Excerpt` makes of a file, never the file.
#[test]
fn every_problem_can_be_shown_and_says_its_line() {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(100);
    for (mut random, file) in texts(300) {
        let findings = Findings::default();
        let finding = Finding::new(text(&mut random), span(&mut random, &file), text(&mut random));
        findings.add(finding.and(span(&mut random, &file), "there").help(text(&mut random)));
        let PolicyError::Invalid { problems, .. } = findings.into_error("the policy", "a\u{1b}.toml", &file) else {
            panic!("it is wrong")
        };
        let mut report = String::new();
        handler.render_report(&mut report, &problems[0]).expect("it can be shown");
        assert!(report.contains(&format!("[a\\u{{1b}}.toml:{}:", problems[0].line())), "{report}");
        assert!(report.chars().all(|char| char == '\n' || !char.is_control()), "{report:?}");
        assert!(report.len() < 60_000, "{} bytes", report.len());
    }
}

fn shown(file: &str, spans: &[&Span]) -> String {
    let excerpt = Excerpt::new("policy.toml", file, spans);
    let marks = excerpt.places.iter().map(|place| format!(" <{}>", &excerpt.text[place.span.clone()]));
    let marks: String = marks.collect();
    excerpt.text + &marks
}

#[test]
fn of_a_long_line_what_is_around_the_place_is_shown() {
    let line = format!("{}place{}", "x".repeat(LONGEST_LINE), "y".repeat(LONGEST_LINE));
    let (before, after) = ("x".repeat(AROUND), "y".repeat(AROUND));
    let start = LONGEST_LINE;
    assert_eq!(shown(&line, &[&(start..start + 5)]), format!("…{before}place{after}…\n <place>"));
    let end = "y".repeat(LONGEST_PLACE + AROUND);
    let marked = "y".repeat(LONGEST_PLACE);
    assert_eq!(
        shown(&line, &[&(start + 5..line.len())]),
        format!("…{}place{end}…\n <{marked}>", "x".repeat(AROUND - 5))
    );
}

#[test]
fn what_is_missing_at_the_end_of_the_file_is_shown_there() {
    assert_eq!(shown("", &[&(0..0)]), "\n <>");
    assert_eq!(shown("a\nb = [\n", &[&(8..8)]), "b = [\n\n <>");
    assert_eq!(shown("a\r\nb\r\nc\r\n", &[&(3..4)]), "a\nb\nc\n <b>");
}

#[test]
fn places_near_each_other_are_in_one_piece_and_others_are_not() {
    let file: String = (0..40).map(|line| format!("{line:02}\n")).collect();
    let at = |line: usize| line * 3..line * 3 + 2;
    let pieces = |one: usize, other: usize| Excerpt::new("policy.toml", &file, &[&at(one), &at(other)]).pieces.len();
    assert_eq!((pieces(5, 5), pieces(14, 5), pieces(5, 15)), (1, 1, 2));
    assert_eq!(shown(&file, &[&at(20), &at(5)]), "04\n05\n06\n19\n20\n21\n <20> <05>");
}
