//! Numbers on the command line, as i2c-tools has them: decimal, or hexadecimal with `0x`.

use std::fmt::Display;

use wasm_embedded_host::i2c::eight_bit_form_of;

/// Reads a number of at most `greatest`; `what` names it.
pub(super) fn parse<T: TryFrom<u64>>(text: &str, greatest: u64, what: &(impl Display + ?Sized)) -> Result<T, String> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let number = match digits {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => u64::from_str_radix(digits, 16).ok(),
        None if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    };
    let number = number.filter(|number| *number <= greatest).and_then(|number| T::try_from(number).ok());
    number.ok_or_else(|| format!("`{}` is not {what} (0 to {greatest:#x})", text.escape_debug()))
}

/// Reads an address of seven bits, right-aligned.
pub(super) fn address(text: &str) -> Result<u8, String> {
    parse(text, 0x7f, "a 7-bit address").map_err(|wrong| {
        let meant = parse(text, 0xff, "a byte").ok().and_then(eight_bit_form_of);
        match meant {
            Some(meant) => format!("{wrong}; {text} is {meant:#04x} with the read/write bit: use {meant:#04x}"),
            None => wrong,
        }
    })
}

/// Reads a byte.
pub(super) fn byte(text: &str) -> Result<u8, String> {
    parse(text, 0xff, "a byte")
}

/// Reads the seed of random numbers.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("write a whole number from 0 to {}", u64::MAX))
}

/// Writes bytes as i2c-tools does.
pub(super) fn bytes(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:#04x}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{address, byte, bytes};

    #[test]
    fn numbers_are_decimal_or_hexadecimal_and_never_cut() {
        assert_eq!((byte("0x1f"), byte("31"), address("0x7F")), (Ok(31), Ok(31), Ok(0x7f)));
        for wrong in ["", "0x", "256", "0x100", "-1", "+1", "0x+1", "1f", " 1", "18446744073709551616"] {
            assert!(byte(wrong).is_err(), "{wrong}");
        }
        assert!(address("0x80").is_err());
        let doubled = address("0xec").expect_err("it has eight bits");
        assert!(doubled.ends_with("0xec is 0x76 with the read/write bit: use 0x76"), "{doubled}");
        assert!(!address("0xf0").expect_err("it has eight bits").contains("use"), "0x78 is reserved");
        assert_eq!(bytes(&[0, 0xa5]), "0x00 0xa5");
    }
}
