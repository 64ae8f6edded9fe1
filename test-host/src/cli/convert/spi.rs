//! Transactions on SPI, as a recording has them.

use std::fmt::Write as _;

use wasm_embedded_runtime::record::Call;

/// What the simulated controller sends while it only reads.
const FILLER: u8 = 0x00;
/// What a line reads that nobody drives.
const UNDRIVEN: u8 = 0xff;

/// The bytes of a transaction, both ways; nothing where the recording does not tell.
type Wires = (Vec<Option<u8>>, Vec<Option<u8>>);

/// Returns what was on the wires, if the transaction succeeded and had bytes.
fn wires(call: &Call) -> Option<Wires> {
    let mut answer = bytes(call.answer.as_ref().ok()?);
    let (mut sent, mut received) = (Vec::new(), Vec::new());
    for part in call.call.split(", ") {
        let (word, data) = part.split_once(' ').unwrap_or((part, ""));
        let (written, read) = match word {
            "write" => (bytes(data).collect(), 0),
            "read" => (Vec::new(), data.parse().unwrap_or(0)),
            "transfer" => {
                let (written, count) = data.rsplit_once("for ").unwrap_or((data, "0"));
                (bytes(written).collect::<Vec<u8>>(), count.parse().unwrap_or(0))
            }
            "exchange" => (bytes(data).collect::<Vec<u8>>(), data.split_whitespace().count()),
            _ => continue,
        };
        let count = written.len().max(read);
        sent.extend((0..count).map(|at| written.get(at).copied()));
        received.extend((0..count).map(|at| if at < read { answer.next() } else { None }));
    }
    (!sent.is_empty()).then_some((sent, received))
}

fn bytes(hex: &str) -> impl Iterator<Item = u8> {
    hex.split_whitespace().filter_map(|byte| u8::from_str_radix(byte, 16).ok())
}

/// Writes a scripted part that answers as the device of the label did.
pub(super) fn script(label: &str, calls: &[&Call], prefix: &str, text: &mut String) {
    let list = |bytes: &[Option<u8>], filler: u8| {
        let known = bytes.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
        let bytes = bytes.iter().take(known).map(|byte| format!("{:#04x}", byte.unwrap_or(filler)));
        format!("[{}]", bytes.collect::<Vec<_>>().join(", "))
    };
    let steps = calls.iter().filter_map(|call| wires(call)).map(|(sent, received)| {
        format!("    {{ mosi = {}, miso = {} }},\n", list(&sent, FILLER), list(&received, UNDRIVEN))
    });
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "[[{prefix}part]]\nmodel = \"scripted\"\nname = \"{label}-device\"\nspi = \"{label}\"\nlenient = true\nsteps = [\n{}]\n",
        steps.collect::<String>()
    );
}

/// Returns what a step of a scenario looks at for a transaction.
pub(super) fn look(label: &str, call: &Call, is_selected: bool) -> Option<String> {
    let (sent, received) = wires(call)?;
    let list = |bytes: &[Option<u8>]| {
        let bytes = bytes.iter().map(|byte| byte.map_or("\"*\"".to_owned(), |byte| format!("{byte:#04x}")));
        format!("[{}]", bytes.collect::<Vec<_>>().join(", "))
    };
    let mut look = format!("label = \"{label}\", write = {}", list(&sent));
    // Without a select line no part answers for the device: what it sent is not on the wires again.
    if is_selected {
        look += &format!(", read = {}", list(&received));
    }
    Some(look)
}

#[cfg(test)]
mod tests {
    use super::{look, script};
    use wasm_embedded_runtime::record::{Call, Recording};

    fn calls(lines: &str) -> Vec<Call> {
        let lines: Vec<String> = lines.lines().map(|line| format!("0.1 flash {line}\n")).collect();
        Recording::parse(&format!("# wasm-embedded-rt recording 1\n{}", lines.concat())).expect("a recording").0
    }

    const CALLS: &str = "write 9f, read 3 -> ef 40 18
transfer 05 for 2 -> ff 80
transfer  for 2 -> 01 02
delay 100, exchange 0a 0b, write 0c -> 11 22
read 1, write 06 -> 7f
write 06 -> 
write 07 -> error busy";

    #[test]
    fn what_was_on_the_wires_is_scripted_and_expected() {
        let calls = calls(CALLS);
        let mut text = String::new();
        script("flash", &calls.iter().collect::<Vec<_>>(), "policy.", &mut text);
        let steps: Vec<&str> = text.lines().filter(|line| line.starts_with("    ")).map(str::trim).collect();
        assert_eq!(
            steps,
            [
                "{ mosi = [0x9f], miso = [0xff, 0xef, 0x40, 0x18] },",
                "{ mosi = [0x05], miso = [0xff, 0x80] },",
                "{ mosi = [], miso = [0x01, 0x02] },",
                "{ mosi = [0x0a, 0x0b, 0x0c], miso = [0x11, 0x22] },",
                "{ mosi = [0x00, 0x06], miso = [0x7f] },",
                "{ mosi = [0x06], miso = [] },",
            ]
        );
        assert!(text.starts_with("[[policy.part]]\nmodel = \"scripted\"\n"), "{text}");
        assert_eq!(
            look("flash", &calls[0], true).as_deref(),
            Some("label = \"flash\", write = [0x9f, \"*\", \"*\", \"*\"], read = [\"*\", 0xef, 0x40, 0x18]")
        );
        assert_eq!(look("flash", &calls[5], false).as_deref(), Some("label = \"flash\", write = [0x06]"));
        assert_eq!(look("flash", &calls[6], true), None);
    }
}
