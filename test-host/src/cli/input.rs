//! The files that every command reads: the component and the policy.

use std::collections::{HashMap, HashSet};
#[cfg(feature = "page")]
use std::fs;
use std::fs::File;
use std::io::{self, Read};
use std::ops::RangeFrom;
use std::path::{Path, PathBuf};

use clap::Args;
#[cfg(feature = "compile")]
use clap::ValueEnum;

use super::apart::Files;
use super::failure::{self, Failure};
use super::status;
#[cfg(feature = "compile")]
use wasm_embedded_adapt::Labels;
use wasm_embedded_diagram::Drawn;
use wasm_embedded_policy::Policy;
#[cfg(feature = "compile")]
use wasm_embedded_runtime::cache::Cache;
use wasm_embedded_runtime::engine::EngineOptions;
#[cfg(feature = "compile")]
use wasm_embedded_runtime::engine::Way;
use wasm_embedded_runtime::mac::Key;
use wasm_embedded_runtime::program::Program;
use wasm_embedded_runtime::trust::{Digest, Trust};

/// The longest component that is read, its debug information and compiled code included. Protects the host's memory.
const MAX_COMPONENT_BYTES: u64 = 32 << 20;

/// The component.
#[derive(Args)]
pub(super) struct ComponentArgs {
    /// The component: a `.wasm` file, or a file made by `compile`
    pub(super) component: PathBuf,

    #[command(flatten)]
    code: CodeArgs,

    /// How a module of the 0.4 family makes its labels.
    #[cfg(feature = "compile")]
    #[arg(skip)]
    labels: Labels,
}

/// Where compiled code may come from.
#[derive(Args, Clone, Default)]
struct CodeArgs {
    /// Loads compiled code with this SHA-256 that another machine made
    #[arg(long, value_name = "SHA256", hide_short_help = true)]
    trust: Vec<Digest>,

    /// File with a key: `run` loads compiled code sealed with it, `compile` seals with it
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    key: Option<PathBuf>,

    /// Compiles the component anew, and does not store the code
    #[cfg(feature = "compile")]
    #[arg(long, hide_short_help = true)]
    no_cache: bool,

    /// How the guest's calls reach the host; compiled code keeps the path that it was compiled for
    #[cfg(feature = "compile")]
    #[arg(long = "path", value_name = "PATH", default_value = "auto", hide_short_help = true)]
    way: WayArg,
}

/// How a guest's calls reach the host.
#[cfg(feature = "compile")]
#[derive(Clone, Copy, Default, ValueEnum)]
enum WayArg {
    /// The fastest path that the component can take; `check` shows which
    #[default]
    Auto,
    /// Through the engine's component model
    Component,
    /// Straight from the component's core module
    Lowered,
}

/// The components of several guests.
#[derive(Args)]
pub(super) struct ComponentsArgs {
    /// The component: a `.wasm` file, or a file made by `compile`. Several components run at once on one board
    #[arg(required = true, value_name = "COMPONENT")]
    components: Vec<PathBuf>,

    #[command(flatten)]
    code: CodeArgs,

    /// How modules of the 0.4 family make their labels.
    #[cfg(feature = "compile")]
    #[arg(skip)]
    labels: Labels,
}

#[cfg(feature = "compile")]
impl From<WayArg> for Way {
    fn from(way: WayArg) -> Way {
        match way {
            WayArg::Auto => Way::Auto,
            WayArg::Component => Way::Component,
            WayArg::Lowered => Way::Lowered,
        }
    }
}

impl ComponentsArgs {
    /// Has modules of the 0.4 family ask for labels that hold all arguments of their `init` calls, as an expectation file grants them.
    #[cfg(feature = "compile")]
    pub(super) fn compare_arguments(&mut self) {
        self.labels = Labels::Arguments;
    }

    /// Returns the components, in their order.
    pub(super) fn each(&self) -> impl Iterator<Item = ComponentArgs> {
        self.components.iter().map(|path| ComponentArgs {
            component: path.clone(),
            code: self.code.clone(),
            #[cfg(feature = "compile")]
            labels: self.labels,
        })
    }

    /// Adds the files that are read.
    pub(super) fn add_files(&self, files: &mut Files) {
        self.components.iter().for_each(|path| files.read("the component", path));
        self.code.add_files(files);
    }

    /// Returns the name of each guest: that of its file, with a number where there are several.
    pub(super) fn names(&self) -> Vec<String> {
        let mut taken = HashSet::new();
        // The numbers that were not tried yet: from the start for each of a thousand guests they would take a minute.
        let mut numbers: HashMap<String, RangeFrom<u32>> = HashMap::new();
        let name = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let numbers = numbers.entry(name.clone()).or_insert(2..);
            let numbered = numbers.map(|number| format!("{name}#{number}"));
            let free = std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name));
            taken.extend(free.clone());
            free
        };
        self.components.iter().filter_map(name).collect()
    }
}

impl CodeArgs {
    fn add_files(&self, files: &mut Files) {
        if let Some(key) = &self.key {
            files.read("the key", key);
        }
    }
}

impl ComponentArgs {
    /// Makes what a component without options is given by.
    pub(super) fn of(component: PathBuf) -> ComponentArgs {
        ComponentArgs {
            component,
            code: CodeArgs::default(),
            #[cfg(feature = "compile")]
            labels: Labels::default(),
        }
    }

    /// Adds the files that are read.
    #[cfg(feature = "compile")]
    pub(super) fn add_files(&self, files: &mut Files) {
        files.read("the component", &self.component);
        self.code.add_files(files);
    }

    /// Returns who vouches for compiled components.
    pub(super) fn trust(&self) -> Result<Trust, Failure> {
        let trust = Trust::of_user(self.code.trust.clone());
        Ok(match self.key()? {
            Some(key) => trust.and_key(key),
            None => trust,
        })
    }

    fn key(&self) -> Result<Option<Key>, Failure> {
        let Some(path) = &self.code.key else { return Ok(None) };
        let key = Key::load(path);
        key.map(Some).map_err(|error| Failure::file(format!("cannot use the key {}", path.display()), error))
    }

    /// Returns where code is kept between runs, if that can be done safely.
    #[cfg(feature = "compile")]
    fn cache(&self) -> Option<Cache> {
        if self.code.no_cache {
            return None;
        }
        let folder = Cache::folder_of_user()?;
        match Cache::open(&folder) {
            Ok(cache) => Some(cache),
            Err(error) => {
                // A home that cannot be written to is no reason to say something at every run.
                if error.kind() == io::ErrorKind::PermissionDenied && folder.exists() {
                    let warning = wasm_embedded_runtime::style::Style::of_stderr().yellow("warning:");
                    super::note(&format!("{warning} cannot use the cache {}: {error}\n", folder.display()));
                }
                None
            }
        }
    }

    /// Reads and loads the component.
    pub(super) fn load(&self, options: EngineOptions) -> Result<Program, Failure> {
        let bytes = self.bytes()?;
        #[cfg(feature = "compile")]
        let options = EngineOptions { way: self.code.way.into(), ..options };
        #[cfg(feature = "compile")]
        let program = Program::load_with(&bytes, options, &self.trust()?, self.cache().as_ref());
        #[cfg(not(feature = "compile"))]
        let program = Program::load(&bytes, options, &self.trust()?);
        program.map_err(|error| Failure::from(error).context(format!("cannot load {}", self.component.display())))
    }

    /// Reads and compiles the component, and returns the code and its digest.
    #[cfg(feature = "compile")]
    pub(super) fn compile(&self, options: EngineOptions, target: Option<&str>) -> Result<(Vec<u8>, Digest), Failure> {
        let options = EngineOptions { way: self.code.way.into(), ..options };
        let compiled = wasm_embedded_runtime::program::compile(&self.bytes()?, options, target, self.key()?.as_ref());
        compiled.map_err(|error| Failure::from(error).context(format!("cannot compile {}", self.component.display())))
    }

    /// Reads the component; of a core module it makes one.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, Failure> {
        let bytes = read_component(&self.component)?;
        #[cfg(feature = "compile")]
        let bytes = super::adapt::adapted(&self.component, bytes, self.labels)?;
        Ok(bytes)
    }
}

/// Reads a component or a core module.
pub(super) fn read_component(path: &Path) -> Result<Vec<u8>, Failure> {
    read(path).map_err(|error| {
        Failure::new(status::COMPONENT, error).context(format!("cannot read the component {}", path.display()))
    })
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = path.metadata()?;
    let kind = metadata.file_type();
    if kind.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory, not a file"));
    }
    // A pipe or device could be waited for, or read, without end.
    if !kind.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let too_long =
        || io::Error::new(io::ErrorKind::FileTooLarge, format!("it is longer than {} MiB", MAX_COMPONENT_BYTES >> 20));
    if metadata.len() > MAX_COMPONENT_BYTES {
        return Err(too_long());
    }
    let mut bytes = Vec::new();
    // It may have grown since.
    File::open(path)?.take(MAX_COMPONENT_BYTES + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_COMPONENT_BYTES {
        return Err(too_long());
    }
    Ok(bytes)
}

/// The policy.
#[derive(Args)]
pub(super) struct PolicyArgs {
    /// The policy file: what the guest may open, and the parts of the simulated board. Or a board that was drawn for Wokwi, if the name
    /// ends in `.json`: `convert` writes the policy that it stands for
    #[arg(long, value_name = "FILE", env = POLICY_VARIABLE, hide_env_values = true)]
    policy: Option<PathBuf>,
}

/// The variable that names the policy where the command line does not.
const POLICY_VARIABLE: &str = "WASM_EMBEDDED_POLICY";

impl PolicyArgs {
    /// Takes a diagram for the policy.
    ///
    /// # Errors
    ///
    /// The command line names a policy too.
    #[cfg(feature = "page")]
    pub(super) fn draw(&mut self, diagram: &Path) -> Result<(), Failure> {
        let variable = std::env::var_os(POLICY_VARIABLE);
        if let Some(policy) = self.policy.as_deref().filter(|policy| Some(policy.as_os_str()) != variable.as_deref()) {
            let message = format!(
                "`--board {}` and `--policy {}` both say what the board is: leave one of them out",
                diagram.display(),
                policy.display()
            );
            return Err(Failure::new(status::USAGE, message));
        }
        self.policy = Some(diagram.to_owned());
        Ok(())
    }

    /// Adds the file that is read.
    pub(super) fn add_files(&self, files: &mut Files) {
        if let Some(path) = &self.policy {
            files.read("the policy", path);
        }
    }

    /// Reads the policy, if one is given.
    pub(super) fn load(&self) -> Result<Option<(&Path, Policy)>, Failure> {
        match self.policy.as_deref() {
            Some(path) if is_diagram(path) => Ok(Some((path, Policy::parse_at(path, &drawn(path)?.policy)?))),
            Some(path) => Ok(Some((path, Policy::load(path)?))),
            None => Ok(None),
        }
    }

    /// Reads the policy, which must be given.
    pub(super) fn require(&self) -> Result<Policy, Failure> {
        let missing = "no policy given: use `--policy FILE`, or set the variable WASM_EMBEDDED_POLICY (an empty file grants \
                       nothing)";
        self.load()?.map(|(_, policy)| policy).ok_or_else(|| Failure::new(status::POLICY, missing))
    }

    /// As [`PolicyArgs::require`], with the file and its text. The text of a diagram is that of the policy which it stands for.
    #[cfg(feature = "page")]
    pub(super) fn require_text(&self) -> Result<(&Path, Policy, String), Failure> {
        let Some(path) = self.policy.as_deref() else {
            return Err(self.require().err().unwrap_or_else(|| Failure::new(status::POLICY, "no policy given")));
        };
        if is_diagram(path) {
            let text = drawn(path)?.policy;
            return Ok((path, Policy::parse_at(path, &text)?, text));
        }
        let policy = self.require()?;
        let text = fs::read_to_string(path);
        Ok((path, policy, text.map_err(|error| Failure::file(format!("cannot read {}", path.display()), error))?))
    }
}

/// Returns whether a file is a board that was drawn.
pub(super) fn is_diagram(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

/// Reads a board that was drawn, and says what of it was left out.
pub(super) fn drawn(path: &Path) -> Result<Drawn, Failure> {
    let drawn = wasm_embedded_diagram::load(path)?;
    for note in &drawn.notes {
        failure::warn(&format!("{}:{}: {}", path.display(), note.line, note.text));
    }
    Ok(drawn)
}
