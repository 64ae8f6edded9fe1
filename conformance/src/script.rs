//! The script in a guest without arguments.

/// What the place of the script begins with.
const MARK: &[u8] = b"conformance runs";

/// How long a script can be there.
const SCRIPT_BYTES: usize = 2_048;

/// Writes a script into `conformance-guest-image`, or into what was compiled of it. With `at_once` it prints each answer before the
/// next command, which costs the time that its host takes to print; else it prints all of them at its end, which it must reach.
///
/// # Errors
///
/// The guest has no place for a script, or not for this one.
pub fn write_script(guest: &mut [u8], script: &str, at_once: bool) -> Result<(), String> {
    let at = guest.windows(MARK.len()).position(|bytes| bytes == MARK).map(|at| at + MARK.len());
    let place = at.and_then(|at| guest.get_mut(at..at + SCRIPT_BYTES));
    let Some(place) = place else { return Err("the guest has no place for a script".to_owned()) };
    let text = [if at_once { "!" } else { " " }, script].concat();
    let Some(room) = place.get_mut(..text.len()) else {
        return Err(format!("the script has {} bytes, and its place {SCRIPT_BYTES}", text.len()));
    };
    room.copy_from_slice(text.as_bytes());
    place.iter_mut().skip(text.len()).for_each(|byte| *byte = b' ');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_takes_the_place_of_the_one_before() {
        let mut guest = [b"\0\0", MARK, &[b' '; SCRIPT_BYTES], b"rest"].concat();
        assert_eq!(write_script(&mut guest, "pin-state; pin-state", true), Ok(()));
        assert_eq!(write_script(&mut guest, "open i2c bus", false), Ok(()));
        let text = String::from_utf8_lossy(&guest).into_owned();
        assert_eq!(
            text.trim_start_matches('\0').split_whitespace().collect::<Vec<_>>(),
            ["conformance", "runs", "open", "i2c", "bus", "rest"]
        );
        assert!(write_script(&mut guest, &"w".repeat(SCRIPT_BYTES), false).is_err());
        assert!(write_script(&mut [0; 4], "pin-state", false).is_err());
    }
}
