//! What is wrong in a file, where it stands, and what to do.

use serde_json::{Value, json};

use crate::text::Lang;

/// Whether something stops the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is published.
    Error,
    /// It is said, and does not stop.
    Warning,
}

impl Severity {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// Where something stands in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The sheet; empty for CSV and JSON.
    pub sheet: String,
    /// The row, from 1; of JSON the place in the array. 0: the whole sheet or file.
    pub row: u32,
    /// Letters of the column and its heading; empty: the whole row.
    pub column: String,
}

impl Place {
    /// A whole sheet.
    pub fn sheet(name: &str) -> Place {
        Place { sheet: name.to_owned(), ..Place::default() }
    }

    /// In words.
    pub fn words(&self, lang: Lang) -> String {
        let mut words = Vec::new();
        if !self.sheet.is_empty() {
            words.push(lang.tf("import-at-sheet", &[("sheet", &self.sheet)]).into_owned());
        }
        if self.row > 0 {
            words.push(lang.tf("import-at-row", &[("row", &self.row.to_string())]).into_owned());
        }
        if !self.column.is_empty() {
            words.push(lang.tf("import-at-column", &[("column", &self.column)]).into_owned());
        }
        if words.is_empty() {
            words.push(lang.t("import-at-file").into_owned());
        }
        lang.joined(&words)
    }
}

/// Something that is wrong, or worth a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Whether it stops the whole.
    pub severity: Severity,
    /// Stable code, one of [`CODES`].
    pub code: &'static str,
    /// Where.
    pub place: Place,
    /// What goes into the words.
    values: Vec<(&'static str, String)>,
}

/// Every code with what it does, as `docs/catalogue.md` lists them.
pub const CODES: &[(&str, Severity)] = &[
    ("authority-not-own", ERROR),
    ("authority-other-name", WARNING),
    ("basis-ended", WARNING),
    ("basis-not-yet", WARNING),
    ("basis-unknown", WARNING),
    ("bool-format", ERROR),
    ("cell-empty", ERROR),
    ("code-authority-other", ERROR),
    ("code-basic-other", ERROR),
    ("code-characters", ERROR),
    ("code-check-digit", ERROR),
    ("code-has-children", ERROR),
    ("code-kind", ERROR),
    ("code-length", ERROR),
    ("code-level-other", ERROR),
    ("code-level-unknown", ERROR),
    ("code-main", ERROR),
    ("code-province", ERROR),
    ("code-region-other", ERROR),
    ("code-serial", ERROR),
    ("code-twice", ERROR),
    ("code-uscc", ERROR),
    ("column-twice", ERROR),
    ("column-unknown", WARNING),
    ("date-format", ERROR),
    ("encoding", ERROR),
    ("fee-basis-missing", ERROR),
    ("fee-basis-without-fee", ERROR),
    ("fee-charged-other", ERROR),
    ("fee-pay-unknown", WARNING),
    ("fee-pay-without-fee", ERROR),
    ("file-empty", ERROR),
    ("file-unknown", ERROR),
    ("file-unreadable", ERROR),
    ("formula", WARNING),
    ("formula-without-value", ERROR),
    ("from-before-published", ERROR),
    ("headings-missing", ERROR),
    ("id-not-its-own", ERROR),
    ("id-twice", ERROR),
    ("item-closed", WARNING),
    ("item-other-name", WARNING),
    ("item-unknown", ERROR),
    ("json-format", ERROR),
    ("kind-other", ERROR),
    ("law-limit", WARNING),
    ("law-unit", WARNING),
    ("limit-format", ERROR),
    ("limit-over-agreed", WARNING),
    ("limit-over-statutory", ERROR),
    ("list-format", ERROR),
    ("material-key-twice", ERROR),
    ("material-nameless", ERROR),
    ("material-unneeded", WARNING),
    ("materials-none", WARNING),
    ("merged", ERROR),
    ("mode-format", ERROR),
    ("need-format", ERROR),
    ("number-format", ERROR),
    ("owner-unknown", ERROR),
    ("part-after-unknown", ERROR),
    ("part-circular", ERROR),
    ("part-key-twice", ERROR),
    ("part-material-unknown", ERROR),
    ("phone-area", WARNING),
    ("phone-format", ERROR),
    ("phone-same", WARNING),
    ("region-format", ERROR),
    ("region-not-own", ERROR),
    ("region-unknown", ERROR),
    ("sheet-hidden", WARNING),
    ("sheet-unknown", WARNING),
    ("side-format", ERROR),
    ("situation-answers-few", ERROR),
    ("situation-circular", ERROR),
    ("situation-duplicate", ERROR),
    ("situation-material-unknown", ERROR),
    ("situation-mode-other", WARNING),
    ("situation-next-unknown", ERROR),
    ("situation-too-many", ERROR),
    ("situation-unreached", ERROR),
    ("too-large-unpacked", ERROR),
    ("too-many-rows", ERROR),
    ("until-before-from", ERROR),
    ("uscc-format", ERROR),
    ("valid-twice", ERROR),
    ("version-in-use", WARNING),
    ("visits-reason-missing", ERROR),
];

const ERROR: Severity = Severity::Error;
const WARNING: Severity = Severity::Warning;

impl Fault {
    fn new(code: &'static str, severity: Severity, place: Place) -> Fault {
        debug_assert!(CODES.contains(&(code, severity)), "{code} is not listed so");
        Fault { severity, code, place, values: Vec::new() }
    }

    /// Something that stops the whole.
    pub fn error(code: &'static str, place: Place) -> Fault {
        Fault::new(code, Severity::Error, place)
    }

    /// Something worth a look.
    pub fn warning(code: &'static str, place: Place) -> Fault {
        Fault::new(code, Severity::Warning, place)
    }

    /// With a value for its words.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Fault {
        self.values.push((name, value.into()));
        self
    }

    /// What is wrong, in words.
    pub fn what(&self, lang: Lang) -> String {
        let values: Vec<(&str, &str)> = self.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        lang.tf(&format!("import-{}", self.code), &values).into_owned()
    }

    /// What to do, in words.
    pub fn todo(&self, lang: Lang) -> String {
        lang.t(&format!("import-{}-todo", self.code)).into_owned()
    }

    /// For programs.
    pub fn json(&self) -> Value {
        json!({
            "severity": self.severity.name(), "code": self.code,
            "sheet": self.place.sheet, "row": self.place.row, "column": self.place.column,
            "message": self.what(Lang::Zh), "message_en": self.what(Lang::En),
            "todo": self.todo(Lang::Zh), "todo_en": self.todo(Lang::En),
        })
    }
}
