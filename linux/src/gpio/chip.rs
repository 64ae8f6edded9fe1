//! GPIO chips and their lines, and which of them a policy means.

use std::path::{Path, PathBuf};

use crate::advice::Subsystem;
use crate::kernel::{Kernel, uninterrupted};
use crate::open::{OpenError, OpenReason};
use crate::sysfs::Tree;

/// A GPIO chip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChipInfo {
    /// The kernel's name: `gpiochip0`.
    pub name: String,
    /// What the driver calls it: `pinctrl-bcm2835`.
    pub label: String,
    /// The lines, by offset.
    pub lines: Vec<LineInfo>,
}

/// A line of a GPIO chip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineInfo {
    /// What the board calls it, such as `GPIO17`; empty if it has no name.
    pub name: String,
    /// Whether it is an output now.
    pub output: bool,
    /// What has it, if something does; the name may be empty.
    pub holder: Option<String>,
}

/// Which line a policy means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineChoice {
    /// The line of this name, on whichever chip it is.
    Name(String),
    /// A line by its offset on a chip.
    Offset {
        /// The chip.
        chip: ChipChoice,
        /// The offset.
        offset: u32,
    },
}

/// Which chip a policy means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChipChoice {
    /// The machine's main one: the pin controller if there is one, as on a Raspberry Pi of any number, else the first.
    Main,
    /// The one with this device file.
    Path(PathBuf),
    /// The one with this label, or with this name.
    Label(String),
}

/// A line that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) chip: PathBuf,
    pub(super) offset: u32,
    pub(super) info: LineInfo,
}

/// How the labels of pin controllers start: `pinctrl-bcm2711`, `pinctrl-rp1`.
const PIN_CONTROLLER: &str = "pinctrl-";

/// Finds a line.
pub(super) fn find(kernel: &dyn Kernel, tree: &Tree, choice: &LineChoice) -> Result<Found, OpenError> {
    let no_line = |reason, advice| OpenError { device: describe(choice), reason, errno: None, advice };
    match choice {
        LineChoice::Name(name) => {
            let chips = chips(kernel, tree)?;
            let lines = chips.iter().flat_map(|(path, chip)| lines(path, chip));
            let found: Vec<Found> = lines.filter(|line| line.info.name == *name).collect();
            match <[Found; 1]>::try_from(found) {
                Ok([found]) => Ok(found),
                Err(found) if found.is_empty() => Err(no_line(OpenReason::NoSuchLine, Some(similar(&chips, name)))),
                Err(found) => {
                    let chips = found.iter().map(|line| line.chip.display().to_string()).collect();
                    let advice = "choose the chip with `chip` and `pin`".to_owned();
                    Err(no_line(OpenReason::Ambiguous { chips }, Some(advice)))
                }
            }
        }
        LineChoice::Offset { chip, offset } => {
            let (path, chip) = find_chip(kernel, tree, chip)?;
            lines(&path, &chip).find(|line| line.offset == *offset).ok_or_else(|| {
                let advice =
                    format!("{} ({}) has lines 0 to {}", chip.name, chip.label, chip.lines.len().saturating_sub(1));
                no_line(OpenReason::NoSuchLine, Some(advice))
            })
        }
    }
}

fn find_chip(kernel: &dyn Kernel, tree: &Tree, choice: &ChipChoice) -> Result<(PathBuf, ChipInfo), OpenError> {
    if let ChipChoice::Path(path) = choice {
        return Ok((path.clone(), describe_chip(kernel, tree, path)?));
    }
    let mut chips = chips(kernel, tree)?;
    let position = match choice {
        ChipChoice::Label(label) => chips.iter().position(|(_, chip)| chip.label == *label || chip.name == *label),
        _ => chips.iter().position(|(_, chip)| chip.label.starts_with(PIN_CONTROLLER)).or(Some(0)),
    };
    match position.filter(|position| *position < chips.len()) {
        Some(position) => Ok(chips.swap_remove(position)),
        None => {
            let labels: Vec<&str> = chips.iter().map(|(_, chip)| chip.label.as_str()).collect();
            let device = describe_chip_choice(choice);
            let advice = if labels.is_empty() {
                Subsystem::Gpio.missing(tree)
            } else {
                format!("this machine has the chips {}", labels.join(", "))
            };
            Err(OpenError { device, reason: OpenReason::Missing, errno: None, advice: Some(advice) })
        }
    }
}

/// Describes all chips that this user may open, or fails if there are chips and none of them may be opened.
fn chips(kernel: &dyn Kernel, tree: &Tree) -> Result<Vec<(PathBuf, ChipInfo)>, OpenError> {
    let (mut chips, mut failed) = (Vec::new(), None);
    for name in Subsystem::Gpio.files(tree) {
        let path = Path::new("/dev").join(name);
        match describe_chip(kernel, tree, &path) {
            Ok(chip) => chips.push((path, chip)),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    match failed {
        Some(error) if chips.is_empty() => Err(error),
        _ => Ok(chips),
    }
}

/// Asks the kernel about a chip.
pub(crate) fn describe_chip(kernel: &dyn Kernel, tree: &Tree, path: &Path) -> Result<ChipInfo, OpenError> {
    uninterrupted(|| kernel.chip(path)).map_err(|errno| OpenError::of_file(Subsystem::Gpio, tree, path, errno))
}

fn lines<'a>(path: &'a Path, chip: &'a ChipInfo) -> impl Iterator<Item = Found> + 'a {
    (0..).zip(&chip.lines).map(|(offset, info)| Found { chip: path.to_owned(), offset, info: info.clone() })
}

/// Returns what to say about a name that no line has. Raspberry Pis call some lines by what they are used for, and number all.
fn similar(chips: &[(PathBuf, ChipInfo)], name: &str) -> String {
    let number = name.strip_prefix("GPIO").and_then(|number| number.parse::<usize>().ok());
    let main = chips.iter().find(|(_, chip)| chip.label.starts_with(PIN_CONTROLLER));
    if let (Some(number), Some((_, chip))) = (number, main)
        && let Some(line) = chip.lines.get(number)
    {
        return format!(
            "line {number} of {} has the name `{}`: use `pin = {number}` if you mean it",
            chip.label, line.name
        );
    }
    let names = chips.iter().flat_map(|(_, chip)| &chip.lines).map(|line| line.name.as_str());
    let near = names.filter(|other| !other.is_empty()).max_by(|a, b| {
        let likeness = |other| strsim::jaro_winkler(other, name);
        likeness(a).total_cmp(&likeness(b))
    });
    match near {
        Some(near) => format!("the nearest name is `{near}`; `wasm-embedded-rt list` shows all lines"),
        None => "no line of this machine has a name: use `pin` with the offset on the chip".to_owned(),
    }
}

/// Returns how an error calls a line.
pub(super) fn describe(choice: &LineChoice) -> String {
    match choice {
        LineChoice::Name(name) => name.clone(),
        LineChoice::Offset { chip, offset } => format!("line {offset} of {}", describe_chip_choice(chip)),
    }
}

fn describe_chip_choice(choice: &ChipChoice) -> String {
    match choice {
        ChipChoice::Main => "the main GPIO chip".to_owned(),
        ChipChoice::Path(path) => path.display().to_string(),
        ChipChoice::Label(label) => label.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_calls_a_line_as_the_settings_do() {
        let on = |chip| describe(&LineChoice::Offset { chip, offset: 17 });
        assert_eq!(describe(&LineChoice::Name("GPIO17".to_owned())), "GPIO17");
        assert_eq!(on(ChipChoice::Main), "line 17 of the main GPIO chip");
        assert_eq!(on(ChipChoice::Path("/dev/gpiochip4".into())), "line 17 of /dev/gpiochip4");
        assert_eq!(on(ChipChoice::Label("pinctrl-rp1".to_owned())), "line 17 of pinctrl-rp1");
    }
}
