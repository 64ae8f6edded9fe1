//! Makes foreign text safe for a terminal, a log and a line-based format.

use std::fmt::Write;

/// Returns whether a character could do something to a terminal, or make text read other than it is.
pub fn is_active(char: char) -> bool {
    char.is_control()
        // What reverses or joins the text around it: UAX #9, sections 2.1 to 2.4.
        || matches!(char, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        // Line separators, and the mark that some programs cut off.
        || matches!(char, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Returns text for one line of a log: everything active is written as an escape, line feeds included.
pub fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|char| push(&mut out, char));
    out
}

/// Adds a character to a line; as an escape, if it is active.
pub fn push(line: &mut String, char: char) {
    if is_active(char) {
        // Writing to a string cannot fail.
        let _ = write!(line, "{}", char.escape_default());
    } else {
        line.push(char);
    }
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn nothing_in_a_log_line_reaches_the_terminal_as_a_command() {
        assert_eq!(line("21.5 °C\tok"), "21.5 °C\\tok");
        assert_eq!(line("\u{1b}]0;title\u{7}\r\nERROR fake"), "\\u{1b}]0;title\\u{7}\\r\\nERROR fake");
        assert_eq!(line("a\u{202e}b\u{0}c\u{9b}31m"), "a\\u{202e}b\\u{0}c\\u{9b}31m");
    }
}
