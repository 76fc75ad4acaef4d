//! Why a bundle is not taken, or not written.

use std::path::Path;

use crate::error::Failure;
use crate::text::Lang;

/// Every code; each is the key of its sentence.
pub const CODES: &[&str] = &[
    "bundle-not-read",
    "bundle-malformed",
    "bundle-version",
    "bundle-other-receiver",
    "bundle-unknown-sender",
    "bundle-time",
    "bundle-truncated",
    "bundle-tampered",
    "bundle-former-life",
    "bundle-gap",
    "bundle-diverged",
    "bundle-record",
    "bundle-store",
    "bundle-folder",
    "bundle-never-served",
    "bundle-new-life",
    "bundle-max-small",
    "bundle-exists",
    "bundle-not-written",
];

/// A code that another process of this program said.
pub fn known_code(code: &str) -> &'static str {
    CODES.iter().find(|known| **known == code).copied().unwrap_or("bundle-store")
}

/// A refusal: a code that is the key of its sentence, and what the sentence names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Stable code.
    pub code: &'static str,
    values: Vec<(&'static str, String)>,
}

impl Refused {
    pub(super) fn new<const N: usize>(code: &'static str, values: [(&'static str, String); N]) -> Refused {
        Refused { code, values: values.into() }
    }

    pub(super) fn file(code: &'static str, path: &Path, error: impl std::fmt::Display) -> Refused {
        Refused::new(code, [("path", path.display().to_string()), ("error", error.to_string())])
    }

    /// A record that was verified with the whole, and does not hold by itself.
    pub(super) fn record(detail: impl std::fmt::Display) -> Refused {
        Refused::new("bundle-record", [("detail", detail.to_string())])
    }

    /// The sentence.
    pub fn text(&self, lang: Lang) -> String {
        let values: Vec<(&str, &str)> = self.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        lang.tf(self.code, &values).into_owned()
    }

    /// The sentence in both languages.
    pub fn both(&self) -> String {
        format!("{} {}", self.text(Lang::Zh), self.text(Lang::En))
    }

    /// What is to come before it may still come: the file is kept for another try.
    pub(super) fn may_pass(&self) -> bool {
        matches!(self.code, "bundle-gap" | "bundle-store" | "bundle-not-read")
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{}] {}", self.code, self.text(Lang::En))
    }
}

impl std::error::Error for Refused {}

impl From<crate::store::StoreError> for Refused {
    fn from(error: crate::store::StoreError) -> Refused {
        Refused::new("bundle-store", [("error", error.to_string())])
    }
}

/// What the writer or another part of the running node says when it does not work.
impl From<String> for Refused {
    fn from(error: String) -> Refused {
        Refused::new("bundle-store", [("error", error)])
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Failure {
        Failure::new(refused.code, refused.both())
    }
}
