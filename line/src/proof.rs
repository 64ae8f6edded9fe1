//! Proof of having a board's key: HMAC with SHA-256. RFC 2104.
//!
//! It is ten lines over the hash that images have anyway; the crate for it would have half of what is linked here compiled again, with
//! another feature of the hash.

use sha2::{Digest as _, Sha256};

use crate::message::{Digest, Proof};

/// The key of a board.
pub type Key = [u8; 32];

/// The hash takes so many bytes at once.
const BLOCK: usize = 64;

/// Returns the proof that goes with a digest.
#[must_use]
pub fn proof(key: &Key, what: &Digest) -> Proof {
    hmac(key, what)
}

/// Returns whether a proof is the right one. It takes as long whatever the proof is.
#[must_use]
pub fn is_proof(key: &Key, what: &Digest, given: &Proof) -> bool {
    let differences = proof(key, what).iter().zip(given).fold(0, |all, (right, given)| all | (right ^ given));
    core::hint::black_box(differences) == 0
}

fn hmac(key: &Key, text: &[u8]) -> Proof {
    let padded = |pad: u8| {
        let mut block = [pad; BLOCK];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        Sha256::new().chain_update(block)
    };
    let inner = padded(0x36).chain_update(text).finalize();
    padded(0x5c).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_example_of_the_standard() {
        // RFC 4231, section 4.2; a shorter key is one with zeros at its end.
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let expected = [
            0xb0, 0x34, 0x4c, 0x61, 0xd8, 0xdb, 0x38, 0x53, 0x5c, 0xa8, 0xaf, 0xce, 0xaf, 0x0b, 0xf1, 0x2b, 0x88, 0x1d,
            0xc2, 0x00, 0xc9, 0x83, 0x3d, 0xa7, 0x26, 0xe9, 0x37, 0x6c, 0x2e, 0x32, 0xcf, 0xf7,
        ];
        assert_eq!(hmac(&key, b"Hi There"), expected);
    }

    #[test]
    fn a_proof_with_one_bit_changed_is_none() {
        let (key, what) = ([9; 32], [7; 32]);
        let right = proof(&key, &what);
        assert!(is_proof(&key, &what, &right));
        for bit in 0..256 {
            let mut wrong = right;
            wrong[bit / 8] ^= 1 << (bit % 8);
            assert!(!is_proof(&key, &what, &wrong), "bit {bit}");
        }
        assert!(!is_proof(&[8; 32], &what, &right) && !is_proof(&key, &[6; 32], &right));
    }
}
