//! The functions of a sketch, which it may call before it defines them.

use crate::scan::{Scan, scan};

/// A function that a tab defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Function {
    /// Its declaration, with the conditions of the preprocessor that it stands under.
    pub(crate) declaration: String,
    /// Where a declaration may stand before it: the start of a line that no condition encloses.
    pub(crate) at: usize,
    /// The number of that line, from 1.
    pub(crate) line: usize,
}

/// Words that begin a definition that is none of a function, whatever its brackets hold.
const OTHERS: [&str; 5] = ["class", "enum", "namespace", "using", "typedef"];

/// Returns the functions that a tab defines outside classes and namespaces, in their order.
pub(crate) fn of(text: &str) -> Vec<Function> {
    let scan = scan(text);
    let mut functions = Vec::new();
    let mut conditions = Conditions::default();
    let mut directives = scan.directives.iter().peekable();
    let (mut braces, mut brackets, mut start) = (0_usize, 0_usize, 0);
    for (at, &byte) in scan.bare.iter().enumerate() {
        while let Some(directive) = directives.next_if(|directive| directive.at <= at) {
            conditions.meet(directive.at, &directive.text);
            if braces == 0 {
                start = at;
            }
        }
        match byte {
            b'(' | b'[' => brackets += 1,
            b')' | b']' => brackets = brackets.saturating_sub(1),
            b'{' => {
                if braces == 0
                    && brackets == 0
                    && let Some(declared) = declaration(&scan, start, at)
                {
                    let begin = conditions.begin().unwrap_or_else(|| start + blanks(&scan.bare, start));
                    let line_start = text.get(..begin).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
                    let line = 1 + text.get(..line_start).map_or(0, |before| before.matches('\n').count());
                    functions.push(Function { declaration: conditions.around(&declared), at: line_start, line });
                }
                braces += 1;
            }
            b'}' => {
                braces = braces.saturating_sub(1);
                start = if braces == 0 { at + 1 } else { start };
            }
            b';' if braces == 0 && brackets == 0 => start = at + 1,
            _ => {}
        }
    }
    functions
}

/// The `#if` that are open, each with its later branches.
#[derive(Default)]
struct Conditions(Vec<(usize, Vec<String>)>);

impl Conditions {
    fn meet(&mut self, at: usize, directive: &str) {
        let word = directive.trim_start_matches('#').trim_start();
        if word.starts_with("if") {
            self.0.push((at, vec![directive.to_owned()]));
        } else if word.starts_with("el") {
            if let Some((_, branches)) = self.0.last_mut() {
                branches.push(directive.to_owned());
            }
        } else if word.starts_with("endif") {
            self.0.pop();
        }
    }

    /// Returns where the outermost begins.
    fn begin(&self) -> Option<usize> {
        self.0.first().map(|(at, _)| *at)
    }

    /// Puts a declaration under the same conditions.
    fn around(&self, declaration: &str) -> String {
        let mut text: String = self.0.iter().flat_map(|(_, lines)| lines).map(|line| format!("{line}\n")).collect();
        text += declaration;
        text += &"#endif\n".repeat(self.0.len());
        text
    }
}

/// Returns the declaration of the function whose body begins at `end`, or none if something else does.
fn declaration(scan: &Scan, start: usize, end: usize) -> Option<String> {
    let bare = without_attributes(scan.bare.get(start..end)?);
    let code = scan.code.get(start..end)?;
    let open = bare.iter().position(|&byte| byte == b'(')?;
    let before = String::from_utf8_lossy(bare.get(..open)?).into_owned();
    let before = before.trim_end();
    let name_start = before.rfind(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(0, |at| at + 1);
    let (kind, name) = before.split_at_checked(name_start)?;
    let first = kind.split_whitespace().next()?;
    // A method, an operator, a variable, or a macro that makes a function of its own, such as `ISR(...)`.
    if name.is_empty() || kind.trim_end().ends_with("::") || name == "operator" || kind.contains("operator") {
        return None;
    }
    if OTHERS.contains(&first)
        || (first == "template" && kind.contains('='))
        || kind.contains("= ")
        || kind.ends_with('=')
    {
        return None;
    }
    let close = closing(&bare, open)?;
    let tail = String::from_utf8_lossy(bare.get(close + 1..)?).into_owned();
    let tail = tail.trim();
    if !(tail.is_empty() || tail.starts_with("noexcept") || tail.starts_with("->")) {
        return None;
    }
    let parameters = without_defaults(&bare, code, open, close)?;
    let kind = String::from_utf8_lossy(code.get(..open)?).into_owned();
    let words: Vec<_> = kind.split_whitespace().collect();
    Some(format!("{}{parameters} {tail};\n", words.join(" ")).replace(" ;", ";"))
}

/// Blanks `__attribute__((...))` and `[[...]]`, whose brackets are none of a function.
fn without_attributes(bare: &[u8]) -> Vec<u8> {
    let mut text = bare.to_vec();
    for word in [&b"__attribute__"[..], b"alignas"] {
        while let Some(at) = text.windows(word.len()).position(|window| window == word) {
            let open = at + word.len() + blanks(&text, at + word.len());
            let end = closing(&text, open).map_or(open, |close| close + 1);
            text.get_mut(at..end.min(bare.len())).unwrap_or_default().fill(b' ');
        }
    }
    text
}

/// Returns how many blanks stand from somewhere on.
fn blanks(text: &[u8], from: usize) -> usize {
    text.get(from..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// Returns where the bracket that opens somewhere is closed.
fn closing(text: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.iter().enumerate().skip(open) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Returns parameters without their defaults, which only the definition may have.
fn without_defaults(bare: &[u8], code: &[u8], open: usize, close: usize) -> Option<String> {
    let mut kept = Vec::new();
    let (mut depth, mut skipping) = (0_usize, false);
    for at in open..=close {
        let byte = *bare.get(at)?;
        match byte {
            b'(' | b'[' | b'{' | b'<' => depth += 1,
            b')' | b']' | b'}' | b'>' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if byte == b'=' && depth == 1 {
            skipping = true;
        }
        if (byte == b',' && depth == 1) || at == close {
            skipping = false;
        }
        if !skipping {
            kept.push(*code.get(at)?);
        }
    }
    let kept = String::from_utf8_lossy(&kept).into_owned();
    Some(kept.split_whitespace().collect::<Vec<_>>().join(" ").replace(" ,", ",").replace(" )", ")"))
}

#[cfg(test)]
mod tests {
    use super::of;

    fn declared(text: &str) -> String {
        of(text).into_iter().map(|function| function.declaration).collect()
    }

    #[test]
    fn functions_are_declared_and_nothing_else_is() {
        let text = r#"
            #include <Wire.h>
            #define TWICE(x) { (x) + (x) }
            struct Reading { float value; void clear() { value = 0; } };
            class Sensor : public Base { public: Sensor() : a(1) {} };
            enum class Mode : uint8_t { ONE, TWO };
            const char *names[] = {"one {", "two("};
            const uint8_t table[](int) = {1};
            Reading last{};
            namespace inner { void hidden() {} }
            extern "C" { void linked() {} }
            Sensor::Sensor(int pin) : pin(pin) {}
            bool operator==(const Reading &a, const Reading &b) { return true; }
            ISR(TIMER1_OVF_vect) { }
            // void commented() {}
            /* int also() {} */
            void setup() { Serial.println("void in_text() {"); }
            static inline Reading measure(uint8_t pin, int times) { return last; }
            struct Reading *latest() { return &last; }
            template <class T> T larger(T a, T b) { return a; }
            int digits() { return 1'000'000; }
            extern "C" void handler(void) {}
            const char *text() { return R"x(void raw() { )x"; }
        "#;
        assert_eq!(
            declared(text),
            "void setup();\nstatic inline Reading measure(uint8_t pin, int times);\nstruct Reading *latest();\n\
             template <class T> T larger(T a, T b);\nint digits();\nextern \"C\" void handler(void);\nconst char *text();\n"
        );
    }

    #[test]
    fn a_default_stays_with_the_definition() {
        assert_eq!(
            declared("void blink(int times = max(1, 2), const char *why = \"a, b\", char end = ',') {}"),
            "void blink(int times, const char *why, char end);\n"
        );
    }

    #[test]
    fn attributes_stay_where_they_are() {
        assert_eq!(
            declared("__attribute__((noinline)) void slow(int a) {}\nstruct __attribute__((packed)) P { int a; };"),
            "__attribute__((noinline)) void slow(int a);\n"
        );
    }

    #[test]
    fn a_condition_goes_with_what_it_is_about_and_encloses_no_other_declaration() {
        let text = "int a;\n#if defined(X)\nvoid one() {}\n#else\nvoid two() {}\n#endif\nvoid three() {}\n";
        let functions = of(text);
        assert_eq!(
            declared(text),
            "#if defined(X)\nvoid one();\n#endif\n#if defined(X)\n#else\nvoid two();\n#endif\nvoid three();\n"
        );
        let first = functions.first().expect("a function");
        assert_eq!((first.line, &text[first.at..first.at + 3]), (2, "#if"));
    }

    #[test]
    fn a_text_that_ends_anywhere_is_read() {
        let text = "void f() { \"a\\\"b\" 'c' /* d */ R\"(e)\" }\n#if X \\\n y\nint g(int a = {1, 2}, T<U> b) {}";
        for end in 0..=text.len() {
            of(text.get(..end).unwrap_or_default());
        }
    }
}
