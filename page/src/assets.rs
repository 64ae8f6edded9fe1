//! The files of the page. They are in the program, and need no other.

/// What the page may load: its own files alone, and its own WebSocket. The parts of `@wokwi/elements` set style attributes.
pub(crate) const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// The files by their names, with their types.
const FILES: &[(&str, &str, &[u8])] = &[
    ("index.html", HTML, include_bytes!("../assets/index.html")),
    ("style.css", STYLE, include_bytes!("../assets/style.css")),
    ("board.js", SCRIPT, include_bytes!("../assets/board.js")),
    ("bus.js", SCRIPT, include_bytes!("../assets/bus.js")),
    ("controls.js", SCRIPT, include_bytes!("../assets/controls.js")),
    ("faults.js", SCRIPT, include_bytes!("../assets/faults.js")),
    ("figures.js", SCRIPT, include_bytes!("../assets/figures.js")),
    ("link.js", SCRIPT, include_bytes!("../assets/link.js")),
    ("log.js", SCRIPT, include_bytes!("../assets/log.js")),
    ("logic.js", SCRIPT, include_bytes!("../assets/logic.js")),
    ("main.js", SCRIPT, include_bytes!("../assets/main.js")),
    ("part.js", SCRIPT, include_bytes!("../assets/part.js")),
    ("serial.js", SCRIPT, include_bytes!("../assets/serial.js")),
    ("tabs.js", SCRIPT, include_bytes!("../assets/tabs.js")),
    ("vendor/wokwi-elements.bundle.min.js", SCRIPT, include_bytes!("../assets/vendor/wokwi-elements.bundle.min.js")),
];

/// Returns the type and the bytes of a file.
pub(crate) fn find(name: &str) -> Option<(&'static str, &'static [u8])> {
    FILES.iter().find(|(known, ..)| *known == name).map(|(_, kind, bytes)| (*kind, *bytes))
}
