//! Forms by which evidence is recorded, withdrawn and replied to: for staff of the coordination office, and of those whom a
//! diagnosis names.

use jiff::civil::Date;
use maud::{Markup, html};
use tongban_core::evidence::{Act, Evidence, STATEMENTS_MAX};
use tongban_core::ident::Region;
use tongban_core::network::facts::{Concept, Effect, Event, SourceKind, Statement};
use tongban_core::network::tie::{Actor, Network};
use tongban_core::rule::WhyNot;

use super::{Ask, PAGE, concept_name};
use crate::app::App;
use crate::directory::Snapshot;
use crate::network::statement::{Reading, actor_of, read as read_list};
use crate::network::{Fault as Wrongly, Input};
use crate::service::ServiceError;
use crate::service::evidence::{own, prepared};
use crate::store::{Account, SayError, Unsaid};
use crate::web::fault::{sentences, why};
use crate::web::form::Form;
use crate::web::part::{self, Choice, Field, choices, select, textarea};
use crate::web::visitor::Visitor;

/// What is done by a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Event,
    Concept,
    Statement,
    File,
    Withdraw,
    Reply,
    Paper,
}

impl Step {
    const ALL: [Step; 7] =
        [Step::Event, Step::Concept, Step::Statement, Step::File, Step::Withdraw, Step::Reply, Step::Paper];

    /// By the word in a form.
    pub(super) fn from_name(name: &str) -> Option<Step> {
        Step::ALL.into_iter().find(|step| step.name() == name)
    }

    /// The word in forms and addresses.
    pub(super) fn name(self) -> &'static str {
        match self {
            Step::Event => "event",
            Step::Concept => "concept",
            Step::Statement => "statement",
            Step::File => "file",
            Step::Withdraw => "withdraw",
            Step::Reply => "reply",
            Step::Paper => "paper",
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
    fn value(&self, field: &str) -> &str {
        self.form.text(field)
    }

    fn error(&self, field: &str) -> Option<&str> {
        self.wrong.iter().find(|(wrong, _)| wrong.as_deref() == Some(field)).map(|(_, text)| text.as_str())
    }
}

/// What a form is about that was already recorded: by node, stamp, and statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) node: String,
    pub(super) seq: u32,
    pub(super) line: Option<u32>,
}

impl Target {
    /// From an address.
    pub(super) fn asked(ask: &Ask) -> Target {
        Target { node: ask.node.clone(), seq: ask.seq, line: (ask.line > 0).then_some(ask.line) }
    }

    /// From a form.
    pub(super) fn of(form: &Form) -> Target {
        let number = |field: &str| form.text(field).parse::<u32>().ok();
        Target {
            node: form.text("node").to_owned(),
            seq: number("seq").unwrap_or(0),
            line: number("line").filter(|line| *line > 0),
        }
    }
}

/// Reads a form; what is missing or cannot be read is told at its field.
struct Reader<'a> {
    visitor: &'a Visitor,
    form: &'a Form,
    wrong: Vec<Wrong>,
}

impl Reader<'_> {
    fn tell(&mut self, field: &str, key: &str, value: &str) {
        self.wrong.push((Some(field.to_owned()), self.visitor.tf(key, &[("value", value)]).into_owned()));
    }

    fn optional(&self, field: &str) -> String {
        self.form.text(field).trim().to_owned()
    }

    fn must(&mut self, field: &str) -> String {
        let text = self.optional(field);
        if text.is_empty() {
            self.wrong.push((Some(field.to_owned()), self.visitor.t("law-field-empty").into_owned()));
        }
        text
    }

    fn day(&mut self, field: &str) -> Date {
        self.optional(field).parse().unwrap_or_else(|_| {
            self.wrong.push((Some(field.to_owned()), self.visitor.t("law-field-day").into_owned()));
            Date::ZERO
        })
    }

    /// Parts of a field, parted by space, comma or line.
    fn parts(&self, field: &str) -> Vec<String> {
        let text = self.optional(field);
        let parts = text.split(|letter: char| letter.is_whitespace() || "，,、；;".contains(letter));
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    fn event(&mut self, snapshot: &Snapshot) -> Act {
        let items = self.parts("event-items");
        for item in items.iter().filter(|item| snapshot.item(item).is_none()) {
            self.tell("event-items", "evidence-item-unknown", item);
        }
        let mut regions = Vec::new();
        for name in self.parts("event-regions") {
            match region(&name) {
                Some(region) => regions.push(region),
                None => self.tell("event-regions", "evidence-region-unknown", &name),
            }
        }
        let until = (!self.optional("event-until").is_empty()).then(|| self.day("event-until"));
        let effect = if self.form.text("event-effect") == "suspends" { Effect::Suspends } else { Effect::Advances };
        let event = Event {
            key: self.must("event-key"),
            name: self.must("event-name"),
            name_en: self.optional("event-name-en"),
            from: self.day("event-from"),
            until,
            effect,
            items,
            regions,
            source: self.must("event-source"),
        };
        Act::EventRecorded { event: Box::new(event) }
    }

    fn concept(&mut self) -> Act {
        let concept = Concept {
            key: self.must("concept-key"),
            name: self.must("concept-name"),
            name_en: self.optional("concept-name-en"),
            rule: self.must("concept-rule"),
        };
        Act::ConceptDefined { concept: Box::new(concept) }
    }

    fn statement(&mut self) -> Statement {
        let network = Network::from_name(self.form.text("statement-network")).unwrap_or(Network::Intergovernmental);
        let name = self.must("statement-actor");
        let actor = actor_of(&name, network).unwrap_or_else(|| {
            self.tell("statement-actor", "evidence-actor-format", &name);
            Actor::Named { network, name: name.clone() }
        });
        let kind = self.optional("statement-kind");
        Statement {
            actor,
            concept: self.must("statement-concept"),
            agree: self.form.text("statement-agree") != "against",
            day: self.day("statement-day"),
            kind: SourceKind::ALL.into_iter().find(|one| one.name() == kind).unwrap_or(SourceKind::Document),
            source: self.must("statement-source"),
            quote: self.optional("statement-quote"),
            coder: self.optional("statement-coder"),
        }
    }
}

/// A region by its code or its name.
fn region(text: &str) -> Option<Region> {
    let named = || Region::all_current().find(|region| region.name() == text || region.full_name() == text);
    Region::parse(text).ok().or_else(named)
}

/// What a form says, and how many statements of it stand already.
pub(super) struct Read {
    pub(super) acts: Vec<Act>,
    pub(super) statements: usize,
    pub(super) left_out: usize,
}

impl Read {
    /// Statements as they are recorded, without those that stand already.
    fn of_statements(app: &App, account: &Account, statements: Vec<Statement>) -> Result<Read, ServiceError> {
        let (statements, left_out) = prepared(app, account, statements)?;
        let count = statements.len();
        Ok(Read { acts: Act::of_statements(statements), statements: count, left_out })
    }
}

/// Why a form says nothing: what is wrong with it, and the code.
pub(super) type Unread = (Vec<Wrong>, String);

/// What a form of the coordination office says, or what is wrong with it.
pub(super) fn read(
    app: &App,
    visitor: &Visitor,
    account: &Account,
    step: Step,
    form: &mut Form,
) -> Result<Read, Unread> {
    if step == Step::File {
        return file(app, visitor, account, form);
    }
    let target = Target::of(form);
    let mut reader = Reader { visitor, form, wrong: Vec::new() };
    let act = match step {
        Step::Event => reader.event(&app.directory.now()),
        Step::Concept => reader.concept(),
        Step::Withdraw => Act::Withdrawn { seq: target.seq, line: target.line, reason: reader.must("withdraw-reason") },
        Step::Paper => {
            let party = reader.must("paper-party");
            let party = party.parse().unwrap_or_else(|_| {
                reader.tell("paper-party", "evidence-actor-format", &party);
                Actor::Named { network: Network::Issue, name: party.clone() }
            });
            let (words, source) = (reader.must("paper-words"), reader.must("paper-source"));
            Act::Replied { diagnosis: target.seq, party, words, source }
        }
        // A file was read above; a reply is not the office's to say.
        Step::Statement | Step::File | Step::Reply => {
            let one = reader.statement();
            if !reader.wrong.is_empty() {
                return Err((reader.wrong, FIELDS.to_owned()));
            }
            return Read::of_statements(app, account, vec![one])
                .map_err(|error| (sentences(visitor.lang, &error), error.code()));
        }
    };
    if reader.wrong.is_empty() {
        Ok(Read { acts: vec![act], statements: 1, left_out: 0 })
    } else {
        Err((reader.wrong, FIELDS.to_owned()))
    }
}

/// The code of what is wrong with single fields.
const FIELDS: &str = "fields";

/// Statements of a file: as the researcher's tools read it.
fn file(app: &App, visitor: &Visitor, account: &Account, form: &mut Form) -> Result<Read, Unread> {
    let wrong = |text: String| (Some("file".to_owned()), text);
    let Some((_, upload)) = form.take_files().into_iter().find(|(field, _)| field == "file") else {
        return Err((vec![wrong(visitor.t("evidence-file-missing").into_owned())], FIELDS.to_owned()));
    };
    let input = Input { name: &upload.name, relation: "", bytes: &upload.bytes };
    let list = read_list(&[input], &Reading::default()).map_err(|faults| {
        let code = faults.first().map_or(FIELDS, |fault| fault.code).to_owned();
        (faults.iter().map(|fault| wrong(in_words(visitor, fault))).collect::<Vec<_>>(), code)
    })?;
    let refused = |error: ServiceError| {
        let texts = sentences(visitor.lang, &error).into_iter().map(|(_, text)| wrong(in_list(visitor, &error, text)));
        (texts.collect::<Vec<_>>(), error.code())
    };
    // More than ever go in need not be looked at one by one.
    if list.statements.len() > STATEMENTS_MAX {
        return Err(refused(WhyNot::new("evidence-full").with("limit", STATEMENTS_MAX).into()));
    }
    Read::of_statements(app, account, list.statements).map_err(refused)
}

/// Why a list is refused, with the number of the statement that is meant, if the words do not have it.
fn in_list(visitor: &Visitor, error: &ServiceError, text: String) -> String {
    let ServiceError::Say(SayError::Unsaid(Unsaid::Why(reason))) = error else { return text };
    let Some((_, row)) = reason.args.iter().find(|(name, _)| *name == "row") else { return text };
    let others = reason.args.iter().filter(|(name, _)| *name != "row").cloned();
    let without = WhyNot { code: reason.code, args: others.chain([("row", String::new())]).collect() };
    if why(visitor.lang, &without) == text {
        visitor.lang.labelled(&visitor.tf("evidence-file-row", &[("row", row)]), &text)
    } else {
        text
    }
}

/// What is wrong in a file, where, and what to do.
fn in_words(visitor: &Visitor, fault: &Wrongly) -> String {
    let said = visitor.t(&format!("evidence-file-{}", fault.code));
    let (line, column) = (fault.place.line.to_string(), fault.place.column.to_string());
    let at = match (fault.place.line, fault.place.column) {
        (0, _) => String::new(),
        (_, 0) => visitor.tf("evidence-file-line", &[("line", &line)]).into_owned(),
        _ => visitor.tf("evidence-file-cell", &[("line", &line), ("column", &column)]).into_owned(),
    };
    let said = if at.is_empty() { said.into_owned() } else { visitor.lang.labelled(&at, &said) };
    if fault.value.is_empty() { said } else { format!("{said} {}", fault.value) }
}

/// The forms of the coordination office.
pub(super) struct Forms<'a> {
    pub(super) visitor: &'a Visitor,
    pub(super) snapshot: &'a Snapshot,
    /// What was recorded on this node.
    pub(super) room: Option<&'a Evidence>,
    pub(super) filled: &'a Filled,
}

impl Forms<'_> {
    fn t(&self, key: &str) -> String {
        self.visitor.t(key).into_owned()
    }

    /// What is recorded.
    pub(super) fn all(&self) -> Markup {
        let has_codebook = self.room.is_some_and(|room| room.codebook().next().is_some());
        html! {
            section class="no-print" id="keep" {
                h2 { (self.t("evidence-keep")) }
                (part::attention(&self.t("evidence-nobody")))
                (self.folded(Step::Event, self.event()))
                (self.folded(Step::Concept, self.concept()))
                @if has_codebook {
                    (self.folded(Step::Statement, self.statement()))
                    (self.folded(Step::File, self.file()))
                } @else { (part::note(&self.t("evidence-concept-first"))) }
            }
        }
    }

    /// A form behind its name; open if it has just been sent.
    fn folded(&self, step: Step, fields: Markup) -> Markup {
        html! {
            details class="card" open[self.filled.step == Some(step)] {
                summary { (self.t(&format!("evidence-do-{}", step.name()))) }
                (self.form(step, fields))
            }
        }
    }

    fn form(&self, step: Step, fields: Markup) -> Markup {
        html! {
            form method="post" action=(PAGE) class="narrow" enctype=[(step == Step::File).then_some("multipart/form-data")] {
                (part::hidden(self.visitor, PAGE))
                input type="hidden" name="step" value=(step.name());
                (fields)
                (part::primary(&self.t(&format!("evidence-do-{}", step.name()))))
            }
        }
    }

    /// A form about something that was recorded: open, and by itself.
    pub(super) fn about(&self, step: Step, target: &Target, what: &str) -> Markup {
        let title = self.t(&format!("evidence-do-{}", step.name()));
        let fields = html! {
            input type="hidden" name="node" value=(target.node);
            input type="hidden" name="seq" value=(target.seq);
            input type="hidden" name="line" value=(target.line.unwrap_or(0));
            @match step {
                Step::Withdraw => { (self.area("withdraw-reason", "evidence-reason", Some("evidence-withdraw-hint"))) }
                Step::Paper => {
                    (self.parties(target.seq))
                    (self.area("paper-words", "evidence-words", Some("evidence-nobody")))
                    (self.line("paper-source", "evidence-paper-source", "text", true, None))
                }
                _ => { (self.area("reply-words", "evidence-words", Some("evidence-reply-hint"))) }
            }
        };
        html! {
            section class="card no-print" id="about" {
                h2 { (title) }
                p { (what) }
                (self.form(step, fields))
                p { a href=(PAGE) { (self.t("evidence-not-now")) } }
            }
        }
    }

    /// Whom a diagnosis of this node names.
    fn parties(&self, seq: u32) -> Markup {
        let named = self.room.and_then(|room| room.diagnoses.get(&seq)).map(|one| one.what.actors.as_slice());
        let parties: Vec<(String, String)> = named
            .unwrap_or_default()
            .iter()
            .map(|actor| (actor.to_string(), super::actor_name(self.visitor, self.snapshot, actor)))
            .collect();
        let options: Vec<Choice<'_>> =
            parties.iter().map(|(value, label)| Choice { value, label: label.clone() }).collect();
        let first = options.first().map_or("", |choice| choice.value);
        select("paper-party", &self.t("evidence-party"), &options, self.chosen("paper-party", first))
    }

    /// A field of one line.
    fn line(&self, name: &str, key: &str, kind: &str, is_required: bool, hint: Option<&str>) -> Markup {
        let (label, hint) = (self.t(key), hint.map(|key| self.t(key)));
        let mut field =
            Field::new(name, &label).kind(kind).value(self.filled.value(name)).error(self.filled.error(name));
        if let Some(hint) = &hint {
            field = field.hint(hint);
        }
        if is_required { field.required().render(self.visitor) } else { field.render(self.visitor) }
    }

    fn area(&self, name: &str, key: &str, hint: Option<&str>) -> Markup {
        let hint = hint.map(|key| self.t(key));
        textarea(name, &self.t(key), hint.as_deref(), self.filled.value(name), self.filled.error(name))
    }

    /// What was chosen, or else the first.
    fn chosen<'b>(&'b self, field: &str, first: &'b str) -> &'b str {
        match self.filled.value(field) {
            "" => first,
            typed => typed,
        }
    }

    fn event(&self) -> Markup {
        let effects = [("advances", "report-effect-advances"), ("suspends", "report-effect-suspends")]
            .map(|(value, key)| Choice { value, label: self.t(key) });
        html! {
            (self.line("event-key", "evidence-key", "text", true, Some("evidence-event-key-hint")))
            (self.line("event-name", "evidence-name", "text", true, None))
            (self.line("event-name-en", "evidence-name-en", "text", false, None))
            (self.line("event-from", "evidence-from", "date", true, None))
            (self.line("event-until", "evidence-until", "date", false, Some("evidence-until-hint")))
            (choices("event-effect", &self.t("evidence-effect"), &effects, self.chosen("event-effect", "advances")))
            (self.line("event-items", "evidence-items", "text", false, Some("evidence-items-hint")))
            (self.line("event-regions", "evidence-regions", "text", false, Some("evidence-regions-hint")))
            (self.line("event-source", "evidence-source", "text", true, Some("evidence-source-hint")))
        }
    }

    fn concept(&self) -> Markup {
        html! {
            (self.line("concept-key", "evidence-key", "text", true, Some("evidence-concept-key-hint")))
            (self.line("concept-name", "evidence-name", "text", true, None))
            (self.line("concept-name-en", "evidence-name-en", "text", false, None))
            (self.area("concept-rule", "evidence-rule", Some("evidence-rule-hint")))
        }
    }

    fn statement(&self) -> Markup {
        let networks = Network::ALL
            .map(|one| Choice { value: one.name(), label: self.t(&format!("report-network-{}", one.name())) });
        let concepts: Vec<Choice<'_>> = self
            .room
            .into_iter()
            .flat_map(|room| room.codebook())
            .map(|(_, one)| Choice { value: &one.what.key, label: concept_name(self.visitor, &one.what) })
            .collect();
        let stances = [("for", "evidence-for"), ("against", "evidence-against")]
            .map(|(value, key)| Choice { value, label: self.t(key) });
        let kinds = [SourceKind::Document, SourceKind::Interview, SourceKind::Observation]
            .map(|one| Choice { value: one.name(), label: self.t(&format!("evidence-kind-{}", one.name())) });
        let first = concepts.first().map_or("", |choice| choice.value);
        html! {
            (self.line("statement-actor", "evidence-actor", "text", true, Some("evidence-actor-hint")))
            (select("statement-network", &self.t("evidence-network"), &networks, self.chosen("statement-network", "intergovernmental")))
            (select("statement-concept", &self.t("evidence-concept"), &concepts, self.chosen("statement-concept", first)))
            (choices("statement-agree", &self.t("evidence-stance"), &stances, self.chosen("statement-agree", "for")))
            (self.line("statement-day", "evidence-day", "date", true, None))
            (select("statement-kind", &self.t("evidence-kind"), &kinds, self.chosen("statement-kind", "document")))
            (self.line("statement-source", "evidence-source", "text", true, Some("evidence-source-hint")))
            (self.area("statement-quote", "evidence-quote", Some("evidence-quote-hint")))
            (self.line("statement-coder", "evidence-coder", "text", false, Some("evidence-coder-hint")))
        }
    }

    fn file(&self) -> Markup {
        let error = self.filled.error("file");
        html! {
            div class=(if error.is_some() { "field wrong" } else { "field" }) {
                label for="file" { (self.t("evidence-file")) }
                p class="hint" id="file-hint" { (self.t("evidence-file-hint")) }
                @if let Some(error) = error { p class="error" id="file-error" { (error) } }
                input id="file" name="file" type="file" accept=".csv,.txt" required aria-describedby="file-hint";
            }
        }
    }
}

/// What was recorded on this node under a number, in a line.
pub(super) fn recorded(app: &App, visitor: &Visitor, target: &Target) -> Option<String> {
    let (held, snapshot) = (own(app)?, app.directory.now());
    let room = &held.public.room;
    if let Some(batch) = room.batches.get(&target.seq) {
        let Some(line) = target.line else {
            let count = batch.standing().count().to_string();
            return Some(visitor.tf("evidence-batch", &[("count", &count)]).into_owned());
        };
        let one = batch.statements.get((line as usize).checked_sub(1)?)?;
        let who = super::actor_name(visitor, &snapshot, &one.actor);
        return Some(visitor.lang.labelled(&who, if one.quote.is_empty() { &one.concept } else { &one.quote }));
    }
    let event = room.events.get(&target.seq).map(|one| visitor.lang.pick(&one.what.name, &one.what.name_en).to_owned());
    let concept = || room.concepts.get(&target.seq).map(|one| concept_name(visitor, &one.what));
    let diagnosis =
        || room.diagnoses.get(&target.seq).map(|one| visitor.lang.pick(&one.what.says, &one.what.says_en).to_owned());
    event.or_else(concept).or_else(diagnosis)
}
