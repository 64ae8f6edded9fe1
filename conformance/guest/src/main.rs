//! Carries out the script in its arguments, and prints the answers.

use conformance_guest::Labels;

fn main() {
    let script = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    conformance_guest::run(&mut Labels, &script, &mut |line| println!("{line}"));
}
