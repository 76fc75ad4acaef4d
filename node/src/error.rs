//! What a command says when it cannot do its work: a code, what happened, what to do.

use std::fmt;
use std::path::Path;

/// A failure of a command.
#[derive(Debug)]
pub struct Failure {
    /// Stable code.
    pub code: &'static str,
    /// What happened and what to do.
    pub text: String,
}

impl Failure {
    /// A failure in words.
    pub fn new(code: &'static str, text: impl Into<String>) -> Failure {
        Failure { code, text: text.into() }
    }

    /// A file that cannot be used.
    pub fn file(code: &'static str, path: &Path, error: std::io::Error) -> Failure {
        Failure::new(code, format!("{}: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}", self.code, self.text)
    }
}

impl std::error::Error for Failure {}

impl From<crate::store::StoreError> for Failure {
    fn from(error: crate::store::StoreError) -> Failure {
        let code = error.code();
        if !["database-lost", "database-damaged"].contains(&code) {
            return Failure::new(code, error.to_string());
        }
        let what_to_do = "Nothing was changed. Keep the folder as it is, and make the node anew from a backup in another \
                          one: `tongban restore --from COPY --data NEW_FOLDER`. It wins back from the others what it said \
                          since.";
        Failure::new(code, format!("{error}. {what_to_do}"))
    }
}
