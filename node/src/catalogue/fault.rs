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

/// Every code, as `docs/catalogue.md` lists them.
pub const CODES: &[&str] = &[
    "authority-not-own",
    "authority-other-name",
    "basis-ended",
    "basis-not-yet",
    "basis-unknown",
    "bool-format",
    "cell-empty",
    "code-authority-other",
    "code-basic-other",
    "code-characters",
    "code-check-digit",
    "code-has-children",
    "code-kind",
    "code-length",
    "code-level-other",
    "code-level-unknown",
    "code-main",
    "code-province",
    "code-region-other",
    "code-serial",
    "code-twice",
    "code-uscc",
    "column-twice",
    "column-unknown",
    "date-format",
    "encoding",
    "fee-basis-missing",
    "fee-basis-without-fee",
    "fee-charged-other",
    "fee-pay-unknown",
    "fee-pay-without-fee",
    "file-empty",
    "file-unknown",
    "file-unreadable",
    "formula",
    "formula-without-value",
    "headings-missing",
    "id-not-its-own",
    "id-twice",
    "item-closed",
    "item-other-name",
    "item-unknown",
    "json-format",
    "kind-other",
    "law-limit",
    "law-unit",
    "limit-format",
    "limit-over-statutory",
    "list-format",
    "material-key-twice",
    "material-nameless",
    "material-unneeded",
    "materials-none",
    "merged",
    "mode-format",
    "need-format",
    "number-format",
    "owner-unknown",
    "part-after-unknown",
    "part-circular",
    "part-key-twice",
    "part-material-unknown",
    "phone-area",
    "phone-format",
    "phone-same",
    "region-format",
    "region-not-own",
    "region-unknown",
    "sheet-hidden",
    "sheet-unknown",
    "side-format",
    "situation-answers-few",
    "situation-circular",
    "situation-duplicate",
    "situation-material-unknown",
    "situation-mode-other",
    "situation-next-unknown",
    "situation-too-many",
    "situation-unreached",
    "too-many-rows",
    "until-before-from",
    "uscc-format",
    "valid-twice",
    "visits-reason-missing",
];

impl Fault {
    /// Something that stops the whole.
    pub fn error(code: &'static str, place: Place) -> Fault {
        Fault { severity: Severity::Error, code, place, values: Vec::new() }
    }

    /// Something worth a look.
    pub fn warning(code: &'static str, place: Place) -> Fault {
        Fault { severity: Severity::Warning, ..Fault::error(code, place) }
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
