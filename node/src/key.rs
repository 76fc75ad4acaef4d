//! Key files. A certified installation puts its device behind [`Signer`](tongban_core::dossier::Signer) instead.

use std::io::Write as _;
use std::path::Path;

use tongban_core::dossier::suite::{hex, unhex};
use tongban_core::dossier::{SecretKey, Suite};
use zeroize::Zeroizing;

use crate::error::Failure;

/// Makes a key file that only its owner may read. Refuses to overwrite one.
pub fn create(path: &Path, suite: Suite) -> Result<SecretKey, Failure> {
    // A few byte strings are no valid SM2 scalar: draw again.
    let (seed, key) = loop {
        let seed: Zeroizing<[u8; 32]> = Zeroizing::new(rand::random());
        if let Ok(key) = SecretKey::from_seed(suite, &seed) {
            break (seed, key);
        }
    };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let text = Zeroizing::new(format!("{}:{}\n", suite.name(), hex(&*seed)));
    let written =
        options.open(path).and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(|error| Failure::file("key-write", path, error))?;
    Ok(key)
}

/// Reads a key file.
pub fn open(path: &Path) -> Result<SecretKey, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file("key-read", path, error))?;
    let text = Zeroizing::new(text);
    let malformed = || Failure::new("key-malformed", format!("{}: not a key file of tongban init", path.display()));
    let (suite, digits) = text.trim_end().split_once(':').ok_or_else(malformed)?;
    let seed: [u8; 32] = unhex(digits).and_then(|seed| seed.try_into().ok()).ok_or_else(malformed)?;
    SecretKey::from_seed(suite.parse().map_err(|_| malformed())?, &seed).map_err(|_| malformed())
}
