//! Programs of others that read and write networks: networkx, igraph and pm4py, in a Python environment of their own.
//!
//! pm4py is under the AGPL. The tests run it as a separate program; nothing of it is linked, copied or shipped.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    shell::{self, Fault},
    tools::checksum,
};

/// The oldest Python for which all of them are there.
const PYTHON_MINOR_MIN: u32 = 11;

/// Whether Python can make an environment.
pub fn can_be_made() -> bool {
    let python = || shell::command("python3");
    shell::output(python().args(["-c", "import ensurepip, venv"])).is_some()
}

/// The Python of the environment in the cache: made once for each list of versions.
pub fn python() -> Result<PathBuf, Fault> {
    let said = shell::output(shell::command("python3").arg("--version")).unwrap_or_default();
    if minor_version(&said).is_none_or(|minor| minor < PYTHON_MINOR_MIN) {
        return Err(Fault::new(format!("python3 is {said}: the tests need Python 3.{PYTHON_MINOR_MIN} or later")));
    }
    let list = shell::workspace().join("node/tests/foreign/requirements.txt");
    let sum = checksum(&list)?;
    let folder = shell::cache()?.join(format!("peers-{}", sum.get(..12).unwrap_or(&sum)));
    let python = |folder: &Path| folder.join("bin/python");
    if python(&folder).is_file() {
        return Ok(python(&folder));
    }
    println!("fetching networkx, igraph and pm4py");
    // Next to its place and then renamed, so that a run that is stopped here leaves no half of it: Python finds its
    // packages by where it stands.
    let fetch = folder.with_file_name(format!("fetch-peers-{}", std::process::id()));
    let io = |error: std::io::Error| Fault::new(format!("{}: {error}", fetch.display()));
    shell::run(shell::command("python3").args(["-m", "venv"]).arg(&fetch))?;
    let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "-r"];
    let fetched = shell::run(shell::command(python(&fetch)).args(quiet).arg(&list));
    if let Err(fault) = fetched {
        fs::remove_dir_all(&fetch).map_err(io)?;
        return Err(fault);
    }
    match fs::rename(&fetch, &folder) {
        Ok(()) => Ok(python(&folder)),
        // Another clone was faster.
        Err(_) if python(&folder).is_file() => fs::remove_dir_all(&fetch).map_err(io).map(|()| python(&folder)),
        Err(error) => Err(io(error)),
    }
}

/// 11 of `Python 3.11.2`.
fn minor_version(said: &str) -> Option<u32> {
    said.strip_prefix("Python 3.")?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::minor_version;

    #[test]
    fn minor_versions_are_read() {
        assert_eq!(minor_version("Python 3.11.2"), Some(11));
        assert_eq!(minor_version("Python 2.7.18"), None);
        assert_eq!(minor_version(""), None);
    }
}
