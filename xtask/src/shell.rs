//! Running other programs, and the places outside the clone where their downloads are kept.

use std::{
    env,
    fmt::{self, Display},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Why a task stopped, in words for the person at the terminal.
#[derive(Debug)]
pub struct Fault(String);

impl Fault {
    pub fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A command that reads nothing from the terminal.
pub fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.stdin(Stdio::null());
    // `cargo run` describes xtask in these; build scripts downstream must not see them, or they run again each time.
    for (name, _) in env::vars_os() {
        let own = name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") || name == "CARGO_PRIMARY_PACKAGE"
        });
        if own {
            command.env_remove(name);
        }
    }
    command
}

/// The cargo that runs this task, at the workspace root.
pub fn cargo() -> Command {
    let mut cargo = command(env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from));
    cargo.current_dir(workspace());
    cargo
}

/// The root of the clone.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lives below the workspace root")
}

/// Prints a command, runs it with its output passed through, and faults unless it succeeds.
pub fn run(command: &mut Command) -> Result<(), Fault> {
    println!("$ {}", line(command));
    let status = command.status().map_err(|e| Fault::new(format!("cannot start `{}`: {e}", line(command))))?;
    if status.success() { Ok(()) } else { Err(Fault::new(format!("`{}` failed: {status}", line(command)))) }
}

/// What a command printed, or `None` when it cannot be started or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The first of these programs that `PATH` knows.
pub fn find(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    names.iter().find_map(|name| env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file()))
}

/// Where downloads are kept between runs and between clones.
pub fn cache() -> Result<PathBuf, Fault> {
    let base = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute())
        .or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cache")))
        .ok_or_else(|| Fault::new("neither XDG_CACHE_HOME nor HOME is set: no place for downloads"))?;
    let folder = base.join("tongban");
    std::fs::create_dir_all(&folder).map_err(|e| Fault::new(format!("cannot make {}: {e}", folder.display())))?;
    Ok(folder)
}

/// A command as one would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
