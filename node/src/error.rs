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

/// An error with its causes: the first says only that it did not work.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

impl From<crate::directory::Unpublished> for Failure {
    fn from(error: crate::directory::Unpublished) -> Failure {
        match error {
            crate::directory::Unpublished::Store(error) => error.into(),
            error => Failure::new("published-meanwhile", error.to_string()),
        }
    }
}

impl From<crate::service::ServiceError> for Failure {
    fn from(error: crate::service::ServiceError) -> Failure {
        use crate::service::ServiceError;
        match error {
            ServiceError::Store(error) => error.into(),
            ServiceError::Say(crate::store::SayError::Unsaid(unsaid)) => {
                Failure::new(unsaid.code(), format!("{unsaid}. Nothing was published."))
            }
            error => Failure::new("not-published", format!("{error}. Nothing was published.")),
        }
    }
}

impl From<crate::store::StoreError> for Failure {
    fn from(error: crate::store::StoreError) -> Failure {
        use crate::store::StoreError;
        use sqlx::migrate::MigrateError;
        let code = error.code();
        let what = match &error {
            StoreError::Schema(MigrateError::VersionMissing(version)) => format!(
                "the database was written by a newer tongban (its schema has step {version}, which this program, {}, does \
                 not know). Run that newer program, or restore a backup made by this one. Nothing was changed.",
                env!("CARGO_PKG_VERSION")
            ),
            StoreError::Schema(MigrateError::VersionMismatch(version)) => format!(
                "step {version} of the database's schema is not this program's: it was made by a build between releases. \
                 Use the program that made it, or make the folder anew. Nothing was changed."
            ),
            StoreError::Schema(MigrateError::Dirty(version)) => {
                format!("step {version} of the schema was begun and not ended. Restore a backup. Nothing was changed.")
            }
            error if ["database-lost", "database-damaged"].contains(&code) => format!(
                "{error}. Nothing was changed. Keep the folder as it is, and make the node anew from a backup in another \
                 one: `tongban restore --from COPY --data NEW_FOLDER`. It wins back from the others what it said since."
            ),
            error => error.to_string(),
        };
        Failure::new(code, what)
    }
}
