//! Whatever comes over the serial line of a board, at either end: it is a frame that was sent whole, or text, and what a frame means is
//! known or it is not.

use wasm_embedded_line::{Answer, Decoder, Frame, LONGEST_REQUEST, Piece, Request};

use crate::target::Files;

/// Checks bytes on the line: as they are, and as the body of a frame of each kind.
///
/// # Panics
///
/// Something does not hold.
pub fn check(bytes: &[u8]) {
    let mut decoder = Decoder::new(LONGEST_REQUEST);
    bytes.iter().filter_map(|byte| decoder.push(*byte)).for_each(|piece| look(&piece));
    // Whatever came before: after an end, a frame is a frame.
    let Some((kind, body)) = bytes.split_first() else { return };
    let frame = Frame { kind: *kind, number: 1, body: body.iter().copied().take(LONGEST_REQUEST).collect() };
    let sent = [&[0][..], &frame.to_bytes()].concat();
    let pieces: Vec<Piece> = sent.iter().filter_map(|byte| decoder.push(*byte)).collect();
    assert_eq!(pieces.last(), Some(&Piece::Frame(frame)), "{pieces:?}");
    pieces.iter().for_each(look);
}

/// Looks at what came: what is read of a frame is what would be sent.
fn look(piece: &Piece) {
    let Piece::Frame(frame) = piece else { return };
    if let Ok(request) = Request::read(frame) {
        assert_eq!(Request::read(&request.to_frame(frame.number)), Ok(request));
    }
    if let Ok(answer) = Answer::read(frame) {
        // A text may be cut to what an answer has room for, once.
        let again = Answer::read(&answer.to_frame(frame.number)).expect("it is an answer");
        assert_eq!(Answer::read(&again.to_frame(frame.number)), Ok(again));
    }
}

/// Frames, and a log between them.
pub(crate) fn files() -> Files {
    let begin = Request::Begin { slot: 0, len: 110_000, digest: [7; 32], proof: Some([8; 32]) };
    let key = Request::Key { key: Some([9; 32]), proof: None };
    let requests = [Request::Hello, Request::Speed { baud: 921_600 }, begin, Request::Finish { health_ms: 1 }, key];
    let refused = Answer::Refused { why: "the checksum is wrong".to_owned() };
    let answers = [Answer::Done, Answer::Ready { crcs: vec![1, 2, 3] }, refused];
    let mut files: Vec<Vec<u8>> = requests.iter().map(|request| request.to_frame(1).to_bytes()).collect();
    files.extend(answers.iter().map(|answer| [b"boot\r\n".to_vec(), answer.to_frame(2).to_bytes()].concat()));
    files.extend(answers.iter().map(|answer| {
        let frame = answer.to_frame(3);
        [vec![frame.kind], frame.body].concat()
    }));
    Files { files, words: &["\0", "\u{1}", "\n", "\u{81}"] }
}
