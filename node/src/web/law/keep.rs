//! Forms of the registrar's staff: a conflict is recorded, one is closed, a law is amended.

use jiff::civil::Date;
use maud::{Markup, html};
use tongban_core::catalogue::Mark;
use tongban_core::law::{Act, Article, Conflict, Evidence, Instrument, Law, Remedy};
use tongban_core::rule::WhyNot;

use super::{cited, mark_key};
use crate::directory::Snapshot;
use crate::web::fault::why;
use crate::web::form::Form;
use crate::web::part::{self, Choice, Field, choices, select, textarea};
use crate::web::visitor::Visitor;

/// What is done by a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Conflict,
    Close,
    Amend,
}

impl Step {
    /// By the word in a form.
    pub(super) fn from_name(name: &str) -> Option<Step> {
        [Step::Conflict, Step::Close, Step::Amend].into_iter().find(|step| step.name() == name)
    }

    /// The word in forms and addresses.
    pub(super) fn name(self) -> &'static str {
        match self {
            Step::Conflict => "conflict",
            Step::Close => "close",
            Step::Amend => "amend",
        }
    }
}

/// Field, if one is meant, and sentence.
pub(super) type Wrong = (Option<String>, String);

/// What was typed into one of the forms, and what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Filled {
    /// Which form; none if the page is fresh.
    pub(super) step: Option<Step>,
    pub(super) form: Form,
    pub(super) wrong: Vec<Wrong>,
    /// Code of the refusal.
    pub(super) code: String,
    /// It was typed before the session ended.
    pub(super) kept: bool,
}

impl Filled {
    fn value(&self, step: Step, field: &str) -> &str {
        if self.step == Some(step) { self.form.text(field) } else { "" }
    }

    fn error(&self, field: &str) -> Option<&str> {
        self.wrong.iter().find(|(wrong, _)| wrong.as_deref() == Some(field)).map(|(_, text)| text.as_str())
    }
}

/// Reads a form; what is missing or no date is told at its field.
struct Reader<'a> {
    visitor: &'a Visitor,
    form: &'a Form,
    wrong: Vec<Wrong>,
}

impl Reader<'_> {
    fn tell(&mut self, field: &str, text: String) {
        self.wrong.push((Some(field.to_owned()), text));
    }

    fn optional(&self, field: &str) -> String {
        self.form.text(field).trim().to_owned()
    }

    fn must(&mut self, field: &str) -> String {
        let text = self.optional(field);
        if text.is_empty() {
            self.tell(field, self.visitor.t("law-field-empty").into_owned());
        }
        text
    }

    fn day(&mut self, field: &str) -> Date {
        self.optional(field).parse().unwrap_or_else(|_| {
            self.tell(field, self.visitor.t("law-field-day").into_owned());
            Date::ZERO
        })
    }

    fn evidence(&mut self, form: &str) -> Evidence {
        Evidence {
            source: self.must(&format!("{form}-source")),
            date: self.day(&format!("{form}-date")),
            shows: self.must(&format!("{form}-shows")),
            shows_en: self.optional(&format!("{form}-shows-en")),
        }
    }

    /// Keys, parted by space, comma or line; each has to be known.
    fn keys(&mut self, field: &str, is_known: impl Fn(&str) -> bool) -> Vec<String> {
        let text = self.optional(field);
        let parts = text.split(|letter: char| letter.is_whitespace() || "，,、；;".contains(letter));
        let keys: Vec<String> = parts.filter(|key| !key.is_empty()).map(str::to_owned).collect();
        for key in keys.iter().filter(|key| !is_known(key)) {
            self.tell(field, self.visitor.tf("law-key-unknown", &[("key", key)]).into_owned());
        }
        keys
    }

    fn conflict(&mut self, snapshot: &Snapshot) -> Act {
        let conflict = Conflict {
            article: self.optional("conflict-article"),
            items: self.keys("conflict-items", |key| snapshot.item(key).is_some()),
            mechanisms: self.keys("conflict-mechanisms", |key| snapshot.mechanisms.iter().any(|one| one.id == key)),
            what: self.must("conflict-what"),
            what_en: self.optional("conflict-what-en"),
            since: self.day("conflict-since"),
            evidence: vec![self.evidence("conflict")],
        };
        Act::ConflictFound { conflict: Box::new(conflict) }
    }

    fn close(&mut self) -> Act {
        let by = self.optional("close-by");
        Act::ConflictClosed {
            // What is no number is no conflict: the rules say so.
            conflict: self.optional("close-conflict").parse().unwrap_or(0),
            on: self.day("close-on"),
            by: Remedy::ALL.into_iter().find(|one| one.name() == by).unwrap_or(Remedy::LawAmended),
            why: self.must("close-why"),
            why_en: self.optional("close-why-en"),
            evidence: self.evidence("close"),
        }
    }

    fn amend(&mut self, law: &Instrument) -> Act {
        let article = self.optional("amend-article");
        let from = self.day("amend-from");
        let mut next = if self.form.text("amend-change") == "end" {
            if !article.is_empty() && law.texts_of(&article).next().is_none() {
                let unknown = WhyNot::new("law-article-unknown").with("article", &article);
                self.tell("amend-article", why(self.visitor.lang, &unknown));
            }
            law.clone().without(&article, from)
        } else {
            if article.is_empty() {
                self.tell("amend-article", self.visitor.t("law-field-empty").into_owned());
            }
            let mark = self.optional("amend-mark");
            law.clone().with(Article {
                number: article,
                text: self.must("amend-text"),
                text_en: self.optional("amend-text-en"),
                from,
                until: None,
                source: self.must("amend-source"),
                mark: MARKS.into_iter().find(|(name, _)| *name == mark).map_or(Mark::Recalled, |(_, mark)| mark),
            })
        };
        let number = self.optional("amend-number");
        if !number.is_empty() {
            next.number = number;
        }
        Act::Amended { instrument: Box::new(next), reason: self.must("amend-reason") }
    }
}

/// How sure a text is, by the word in a form.
const MARKS: [(&str, Mark); 3] = [("seen", Mark::Seen), ("part-seen", Mark::PartSeen), ("recalled", Mark::Recalled)];

/// What a form says of a law, or what is wrong with it.
pub(super) fn read(
    visitor: &Visitor,
    snapshot: &Snapshot,
    law: &Law,
    step: Step,
    form: &Form,
) -> Result<Act, Vec<Wrong>> {
    let mut reader = Reader { visitor, form, wrong: Vec::new() };
    let act = match step {
        Step::Conflict => reader.conflict(snapshot),
        Step::Close => reader.close(),
        Step::Amend => reader.amend(&law.instrument),
    };
    if reader.wrong.is_empty() { Ok(act) } else { Err(reader.wrong) }
}

/// The forms.
pub(super) fn forms(visitor: &Visitor, law: &Law, filled: &Filled) -> Markup {
    let forms = Forms { visitor, law, filled };
    html! {
        section class="no-print" id="keep" {
            h2 { (visitor.t("law-keep")) }
            (forms.folded(Step::Conflict, forms.conflict()))
            @if law.conflicts.iter().any(|found| found.closed.is_none()) { (forms.folded(Step::Close, forms.close())) }
            (forms.folded(Step::Amend, forms.amend()))
        }
    }
}

struct Forms<'a> {
    visitor: &'a Visitor,
    law: &'a Law,
    filled: &'a Filled,
}

impl Forms<'_> {
    /// A form behind its name; open if it has just been sent.
    fn folded(&self, step: Step, fields: Markup) -> Markup {
        let path = format!("/law/{}", self.law.instrument.key);
        let name = self.visitor.t(&format!("law-do-{}", step.name()));
        html! {
            details class="card" open[self.filled.step == Some(step)] {
                summary { (name) }
                form method="post" action=(path) class="narrow" {
                    (part::hidden(self.visitor, &path))
                    input type="hidden" name="step" value=(step.name());
                    (fields)
                    (part::primary(&name))
                }
            }
        }
    }

    /// A field of one line.
    fn line(&self, step: Step, name: &str, key: &str, kind: &str, is_required: bool) -> Markup {
        let label = self.visitor.t(key);
        let field =
            Field::new(name, &label).kind(kind).value(self.filled.value(step, name)).error(self.filled.error(name));
        if is_required { field.required().render(self.visitor) } else { field.render(self.visitor) }
    }

    fn area(&self, step: Step, name: &str, key: &str, hint: Option<&str>) -> Markup {
        let hint = hint.map(|key| self.visitor.t(key));
        let (value, error) = (self.filled.value(step, name), self.filled.error(name));
        textarea(name, &self.visitor.t(key), hint.as_deref(), value, error)
    }

    /// What was chosen, or else the first.
    fn chosen<'b>(&'b self, step: Step, field: &str, first: &'b str) -> &'b str {
        match self.filled.value(step, field) {
            "" => first,
            typed => typed,
        }
    }

    fn evidence(&self, step: Step) -> Markup {
        let named = |end: &str| format!("{}-{end}", step.name());
        html! {
            (self.line(step, &named("source"), "law-evidence-source", "text", true))
            (self.line(step, &named("date"), "law-evidence-date", "date", true))
            (self.area(step, &named("shows"), "law-evidence-shows", None))
            (self.area(step, &named("shows-en"), "law-evidence-shows-en", Some("law-optional")))
        }
    }

    fn conflict(&self) -> Markup {
        let step = Step::Conflict;
        let mut numbers: Vec<&str> = self.law.instrument.articles.iter().map(|one| one.number.as_str()).collect();
        numbers.dedup();
        let mut articles = vec![Choice { value: "", label: self.visitor.t("law-whole").into_owned() }];
        articles.extend(numbers.into_iter().map(|number| Choice { value: number, label: number.to_owned() }));
        let article = self.filled.value(step, "conflict-article");
        html! {
            (select("conflict-article", &self.visitor.t("law-article"), &articles, article))
            (self.area(step, "conflict-items", "law-conflict-items", Some("law-conflict-items-hint")))
            (self.area(step, "conflict-mechanisms", "law-conflict-mechanisms", Some("law-conflict-mechanisms-hint")))
            (self.area(step, "conflict-what", "law-what", None))
            (self.area(step, "conflict-what-en", "law-what-en", Some("law-optional")))
            (self.line(step, "conflict-since", "law-since", "date", true))
            (self.evidence(step))
        }
    }

    fn close(&self) -> Markup {
        let step = Step::Close;
        let open: Vec<(String, String)> = self
            .law
            .numbered()
            .into_iter()
            .filter(|(_, found)| found.closed.is_none())
            .map(|(number, found)| {
                let cited = cited(self.visitor, &self.law.instrument, &found.conflict.article);
                let what = self.visitor.lang.pick(&found.conflict.what, &found.conflict.what_en);
                (number.to_string(), self.visitor.lang.labelled(&format!("{number} {cited}"), what))
            })
            .collect();
        let numbers: Vec<Choice<'_>> =
            open.iter().map(|(number, label)| Choice { value: number, label: label.clone() }).collect();
        let remedies = Remedy::ALL.map(|one| {
            let key = format!("law-by-{}", one.name().replace('_', "-"));
            Choice { value: one.name(), label: self.visitor.t(&key).into_owned() }
        });
        let first = numbers.first().map_or("", |choice| choice.value);
        html! {
            (select("close-conflict", &self.visitor.t("law-conflict"), &numbers, self.chosen(step, "close-conflict", first)))
            (self.line(step, "close-on", "law-close-on", "date", true))
            (choices("close-by", &self.visitor.t("law-close-by"), &remedies, self.chosen(step, "close-by", "law_amended")))
            (self.area(step, "close-why", "law-close-why", None))
            (self.area(step, "close-why-en", "law-close-why-en", Some("law-optional")))
            (self.evidence(step))
        }
    }

    fn amend(&self) -> Markup {
        let step = Step::Amend;
        let changes = [("text", "law-change-text"), ("end", "law-change-end")]
            .map(|(value, key)| Choice { value, label: self.visitor.t(key).into_owned() });
        let marks = MARKS.map(|(value, mark)| Choice { value, label: self.visitor.t(mark_key(mark)).into_owned() });
        html! {
            (choices("amend-change", &self.visitor.t("law-change"), &changes, self.chosen(step, "amend-change", "text")))
            (self.line(step, "amend-article", "law-article-which", "text", false))
            (self.line(step, "amend-from", "law-change-from", "date", true))
            (self.area(step, "amend-text", "law-text", Some("law-text-hint")))
            (self.area(step, "amend-text-en", "law-text-en", Some("law-optional")))
            (self.line(step, "amend-source", "law-source", "text", false))
            (select("amend-mark", &self.visitor.t("law-mark"), &marks, self.chosen(step, "amend-mark", "seen")))
            (self.line(step, "amend-number", "law-new-number", "text", false))
            (self.area(step, "amend-reason", "law-reason", None))
        }
    }
}
