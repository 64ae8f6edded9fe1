//! Writes that are longer than spidev's buffer, where the settings allow it: each part is a transaction of its own, and select is
//! inactive between two. A display goes on where it was. A flash does not: its command ends with select, and what follows would be
//! another command.

use embedded_hal::spi::Operation;

/// Returns whether a transaction does nothing but write: only that can go on after select was inactive.
pub(super) fn only_writes(operations: &[Operation<'_, u8>]) -> bool {
    operations.iter().all(|operation| matches!(operation, Operation::Write(_)))
}

/// Cuts writes into parts of `room` bytes, which must not be 0; the last part may be shorter.
pub(super) fn parts<'a>(operations: &'a [Operation<'_, u8>], room: usize) -> Vec<Vec<Operation<'a, u8>>> {
    let mut parts: Vec<Vec<Operation<'a, u8>>> = Vec::new();
    let mut left = 0;
    for operation in operations {
        let Operation::Write(bytes) = operation else { continue };
        let mut bytes: &[u8] = bytes;
        while !bytes.is_empty() {
            if left == 0 {
                parts.push(Vec::new());
                left = room;
            }
            let piece = bytes.split_off(..bytes.len().min(left)).unwrap_or_default();
            left -= piece.len();
            if let Some(part) = parts.last_mut() {
                part.push(Operation::Write(piece));
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_full_but_the_last_and_lose_no_byte() {
        let bytes: Vec<u8> = (0..=255).cycle().take(1000).collect();
        for cuts in [&[1000][..], &[1, 999], &[256, 256, 488], &[0, 300, 0, 700]] {
            let mut rest = bytes.as_slice();
            let writes: Vec<_> =
                cuts.iter().map(|len| Operation::Write(rest.split_off(..*len).expect("they add up"))).collect();
            let joined: Vec<Vec<u8>> = parts(&writes, 256)
                .iter()
                .map(|part| {
                    let bytes = part.iter().map(|operation| match operation {
                        Operation::Write(bytes) => *bytes,
                        other => panic!("{other:?} is no write"),
                    });
                    bytes.collect::<Vec<_>>().concat()
                })
                .collect();
            assert_eq!(joined.iter().map(Vec::len).collect::<Vec<_>>(), [256, 256, 256, 232], "{cuts:?}");
            assert_eq!(joined.concat(), bytes, "{cuts:?}");
        }
    }

    #[test]
    fn only_writes_may_be_cut() {
        assert!(only_writes(&[Operation::Write(&[1]), Operation::Write(&[2])]));
        let others =
            [Operation::Read(&mut [0]), Operation::TransferInPlace(&mut [0]), Operation::Transfer(&mut [0], &[1])];
        for other in others.into_iter().chain([Operation::DelayNs(1)]) {
            assert!(!only_writes(&[Operation::Write(&[1]), other]));
        }
    }
}
