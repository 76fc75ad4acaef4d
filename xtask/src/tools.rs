//! What the tests need besides Rust: a browser, its driver, a Chinese font, axe-core, PostgreSQL, a mail server, a provider of
//! OpenID Connect with Node.js, other programs for networks (`peers`); and cargo-deny and cargo-fuzz for `ci`.

use crate::{
    peers, postgres,
    shell::{self, Fault},
};
use std::{
    env,
    fmt::{self, Display},
    fs,
    path::{Path, PathBuf},
};

const AXE_VERSION: &str = "4.14.1";
const AXE_SHA256: &str = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c";
const PROVIDER_VERSION: &str = "8.8.1";
/// The oldest Node.js on which that provider runs.
const NODE_MAJOR_MIN: u32 = 18;
/// The newest that was seen to build with the `rust-version` of the workspace.
const DENY_VERSION: &str = "0.20.2";
const FUZZ_VERSION: &str = "0.13.2";

const CHROMIUM: &str = "TONGBAN_CHROMIUM";
const CHROMEDRIVER: &str = "TONGBAN_CHROMEDRIVER";

/// Where the tests find what they need; handed to them in the environment.
pub struct Tools {
    pub chromedriver: PathBuf,
    pub chromium: PathBuf,
    pub axe: PathBuf,
    pub provider: PathBuf,
    pub smtpd: PathBuf,
    pub peers: PathBuf,
}

impl Tools {
    pub fn environment(&self) -> [(&'static str, &Path); 6] {
        [
            (CHROMEDRIVER, &self.chromedriver),
            (CHROMIUM, &self.chromium),
            ("TONGBAN_AXE", &self.axe),
            ("TONGBAN_OIDC_PROVIDER", &self.provider),
            ("TONGBAN_SMTPD", &self.smtpd),
            ("TONGBAN_PEERS", &self.peers),
        ]
    }
}

impl Display for Tools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.environment().map(|(name, path)| format!("{name}={}", path.display()));
        f.write_str(&lines.join("\n"))
    }
}

/// Finds or gets everything the tests need.
pub fn get() -> Result<Tools, Fault> {
    for variable in [CHROMIUM, CHROMEDRIVER] {
        if let Some(file) = env::var_os(variable).map(PathBuf::from).filter(|file| !file.is_file()) {
            return Err(Fault::new(format!("{variable} names {}, which is no file", file.display())));
        }
    }
    let missing = missing_packages();
    if !missing.is_empty() {
        install(&missing)?;
        let still = missing_packages();
        if !still.is_empty() {
            return Err(Fault::new(format!("still missing after installing: {}", still.join(" "))));
        }
    }
    let chromium = chromium().ok_or_else(|| Fault::new("no Chromium"))?;
    let chromedriver = chromedriver().ok_or_else(|| Fault::new("no chromedriver"))?;
    same_major(&chromium, &chromedriver)?;
    let smtpd = smtpd().ok_or_else(|| Fault::new("no mail server"))?;
    Ok(Tools { chromedriver, chromium, axe: axe()?, provider: provider()?, smtpd, peers: peers::python()? })
}

/// The Debian packages whose programs or fonts are not here.
fn missing_packages() -> Vec<&'static str> {
    let mut missing = Vec::new();
    if chromium().is_none() {
        missing.push("chromium");
    }
    if chromedriver().is_none() {
        missing.push("chromium-driver");
    }
    if postgres::programs().is_none() {
        missing.push("postgresql");
    }
    if smtpd().is_none() {
        missing.push("python3-aiosmtpd");
    }
    if !peers::can_be_made() {
        missing.push("python3-venv");
    }
    if shell::find(&["node"]).is_none() {
        missing.push("nodejs");
    }
    if shell::find(&["npm"]).is_none() {
        missing.push("npm");
    }
    if cfg!(target_os = "linux") {
        let fonts = shell::output(shell::command("fc-list").args([":lang=zh-cn", "family"]));
        if fonts.is_none() {
            missing.push("fontconfig");
        }
        // fontconfig just installed finds what is there, so ask for the font unless one is known.
        if fonts.unwrap_or_default().is_empty() {
            missing.push("fonts-noto-cjk");
        }
    }
    missing
}

fn install(packages: &[&str]) -> Result<(), Fault> {
    let names = packages.join(" ");
    let by_hand = format!("the tests need: {names}\n  Debian, Ubuntu: sudo apt-get install {names}");
    if shell::find(&["apt-get"]).is_none() {
        return Err(Fault::new(format!("{by_hand}\n  elsewhere: the packages of these names, or of what they hold")));
    }
    if shell::output(shell::command("id").arg("-u")).as_deref() != Some("0") {
        return Err(Fault::new(by_hand));
    }
    println!("installing what the tests need: {names}");
    let apt = || {
        let mut apt = shell::command("apt-get");
        // Another clone may be installing at this moment.
        apt.env("DEBIAN_FRONTEND", "noninteractive").args(["-q", "-y", "-o", "DPkg::Lock::Timeout=300"]);
        apt
    };
    shell::run(apt().arg("update"))?;
    shell::run(apt().args(["install", "--no-install-recommends"]).args(packages))
}

fn chromium() -> Option<PathBuf> {
    chosen(CHROMIUM, &["chromium", "chromium-browser", "google-chrome"])
}

fn chromedriver() -> Option<PathBuf> {
    chosen(CHROMEDRIVER, &["chromedriver"])
}

/// A mail server that puts what comes into a folder: Debian's, which brings its own Python.
fn smtpd() -> Option<PathBuf> {
    shell::find(&["aiosmtpd"])
}

/// The program named by a variable, or else the first of these names on `PATH`.
fn chosen(variable: &str, names: &[&str]) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).or_else(|| shell::find(names))
}

/// A driver refuses a browser of another major version, with words that do not help; say it here.
fn same_major(chromium: &Path, chromedriver: &Path) -> Result<(), Fault> {
    let major = |program: &Path| {
        let said = shell::output(shell::command(program).arg("--version"));
        let said = said.ok_or_else(|| Fault::new(format!("`{} --version` fails", program.display())))?;
        major_version(&said).ok_or_else(|| Fault::new(format!("{} has no version in: {said}", program.display())))
    };
    let (browser, driver) = (major(chromium)?, major(chromedriver)?);
    if browser == driver {
        return Ok(());
    }
    Err(Fault::new(format!(
        "{} is version {browser}, {} is version {driver}: install the two of one version, or name them in \
         {CHROMIUM} and {CHROMEDRIVER}",
        chromium.display(),
        chromedriver.display()
    )))
}

/// 156 of `Chromium 156.0.8078.79 built on Debian` and of `ChromeDriver 156.0.8078.79 (…)`.
fn major_version(said: &str) -> Option<u32> {
    said.split_whitespace().find_map(|word| word.split_once('.')?.0.parse().ok())
}

/// axe-core in the cache: fetched once, its checksum looked at every time.
fn axe() -> Result<PathBuf, Fault> {
    let folder = shell::cache()?.join(format!("axe-core-{AXE_VERSION}"));
    let file = folder.join("axe.min.js");
    if file.is_file() {
        return match checksum(&file)? {
            sum if sum == AXE_SHA256 => Ok(file),
            sum => Err(Fault::new(format!("{} has sha256 {sum}, not {AXE_SHA256}: delete it", file.display()))),
        };
    }
    println!("fetching axe-core {AXE_VERSION}");
    // Next to its place and then renamed, so that a run that is stopped here leaves no half a file.
    let fetch = folder.with_file_name(format!("fetch-{}", std::process::id()));
    let io = |e: std::io::Error| Fault::new(format!("{}: {e}", fetch.display()));
    fs::create_dir_all(&fetch).map_err(io)?;
    let fetched = fetch_axe(&fetch).and_then(|got| {
        fs::create_dir_all(&folder).map_err(io)?;
        fs::rename(got, &file).map_err(io)
    });
    fs::remove_dir_all(&fetch).map_err(io)?;
    fetched.map(|()| file)
}

fn fetch_axe(fetch: &Path) -> Result<PathBuf, Fault> {
    let package = format!("axe-core@{AXE_VERSION}");
    shell::run(shell::command("npm").args(["pack", "--silent", &package]).current_dir(fetch))?;
    let archive = format!("axe-core-{AXE_VERSION}.tgz");
    shell::run(shell::command("tar").args(["-xzf", &archive, "package/axe.min.js"]).current_dir(fetch))?;
    let got = fetch.join("package/axe.min.js");
    match checksum(&got)? {
        sum if sum == AXE_SHA256 => Ok(got),
        sum => Err(Fault::new(format!("axe.min.js of {package} has sha256 {sum}, not {AXE_SHA256}"))),
    }
}

/// The folder in the cache with oidc-provider and what it needs: fetched once. npm compares checksums.
fn provider() -> Result<PathBuf, Fault> {
    let said = shell::output(shell::command("node").arg("--version")).unwrap_or_default();
    let major = said.trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0);
    if major < NODE_MAJOR_MIN {
        return Err(Fault::new(format!("node is version {said}: the tests need {NODE_MAJOR_MIN} or later")));
    }
    let folder = shell::cache()?.join(format!("oidc-provider-{PROVIDER_VERSION}"));
    let is_there = || folder.join("node_modules/oidc-provider/package.json").is_file();
    if is_there() {
        return Ok(folder);
    }
    println!("fetching oidc-provider {PROVIDER_VERSION}");
    let fetch = folder.with_file_name(format!("fetch-provider-{}", std::process::id()));
    let io = |e: std::io::Error| Fault::new(format!("{}: {e}", fetch.display()));
    fs::create_dir_all(&fetch).map_err(io)?;
    let package = format!("oidc-provider@{PROVIDER_VERSION}");
    let quiet = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
    shell::run(shell::command("npm").args(["install", "--prefix", "."]).args(quiet).arg(&package).current_dir(&fetch))?;
    match fs::rename(&fetch, &folder) {
        Ok(()) => Ok(folder),
        // Another clone was faster.
        Err(_) if is_there() => fs::remove_dir_all(&fetch).map_err(io).map(|()| folder.clone()),
        Err(error) => Err(io(error)),
    }
}

pub fn checksum(file: &Path) -> Result<String, Fault> {
    shell::output(shell::command("sha256sum").arg(file))
        .and_then(|said| Some(said.split_whitespace().next()?.to_owned()))
        .ok_or_else(|| Fault::new(format!("`sha256sum {}` fails", file.display())))
}

/// cargo-deny of the pinned version.
pub fn cargo_deny() -> Result<PathBuf, Fault> {
    cargo_tool("cargo-deny", DENY_VERSION)
}

/// cargo-fuzz of the pinned version.
pub fn cargo_fuzz() -> Result<PathBuf, Fault> {
    cargo_tool("cargo-fuzz", FUZZ_VERSION)
}

/// A tool of the pinned version, built into the cache if it is not here.
fn cargo_tool(name: &str, version: &str) -> Result<PathBuf, Fault> {
    let cache = shell::cache()?;
    let root = cache.join("tools");
    let own = root.join("bin").join(name);
    let pinned = |program: &PathBuf| {
        shell::output(shell::command(program).arg("--version")).is_some_and(|said| said.ends_with(version))
    };
    if let Some(found) = [Some(own.clone()), shell::find(&[name])].into_iter().flatten().find(pinned) {
        return Ok(found);
    }
    println!("building {name} {version} into {}: once, for all clones; takes some minutes", root.display());
    let install = ["install", name, "--locked", "--force", "--version", version, "--root"];
    shell::run(shell::cargo().args(install).arg(&root).env("CARGO_TARGET_DIR", cache.join("tools-target")))?;
    if pinned(&own) { Ok(own) } else { Err(Fault::new(format!("{} does not run", own.display()))) }
}

#[cfg(test)]
mod tests {
    use super::major_version;

    #[test]
    fn major_versions_are_read() {
        assert_eq!(major_version("Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)"), Some(156));
        assert_eq!(major_version("ChromeDriver 156.0.8078.79 (0abc-refs/branch-heads/8078@{#1})"), Some(156));
        assert_eq!(major_version("Google Chrome 99.0.1"), Some(99));
        assert_eq!(major_version("command not found."), None);
    }
}
