//! Statements as tables: the project's own CSV, and the event list that DNA exports.

use std::collections::{BTreeSet, HashMap};

use csv::{QuoteStyle, StringRecord, WriterBuilder};
use jiff::civil::Date;
use tongban_core::network::discourse::document;
use tongban_core::network::facts::{SourceKind, Statement};
use tongban_core::network::tie::{Actor, Network};

use super::super::build::is_clean;
use super::super::fault::{Faults, Place};
use super::super::table::{Rows, at, cell, table};
use super::{Form, List, Reading, name_of};
use crate::catalogue::day_of;
use crate::limits;

/// What a column says of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Actor,
    Network,
    Concept,
    Agree,
    Day,
    Kind,
    Source,
    Quote,
    Coder,
    /// Number of the statement in DNA.
    Number,
    /// Number of the document in DNA.
    Document,
    /// Title of the document in DNA.
    Title,
}

impl Field {
    /// By what a heading of the project's own list calls it.
    fn of(heading: &str) -> Option<Field> {
        Some(match heading {
            "actor" | "行动者" | "主体" | "机关" | "单位" => Field::Actor,
            "network" | "网络" => Field::Network,
            "concept" | "概念" | "主张" => Field::Concept,
            "agree" | "agreement" | "stance" | "赞成" | "立场" | "态度" => Field::Agree,
            "day" | "date" | "日期" | "时间" => Field::Day,
            "kind" | "来源类型" | "材料类型" => Field::Kind,
            "source" | "来源" | "出处" => Field::Source,
            "quote" | "text" | "原文" | "引文" => Field::Quote,
            "coder" | "编码员" | "编码者" => Field::Coder,
            _ => return None,
        })
    }

    /// By what a heading of an event list calls it, as DNA 3 writes it. Variables have the names that DNA gives them unless
    /// the user takes others.
    fn of_dna(heading: &str, has_organization: bool) -> Option<Field> {
        Some(match heading {
            "statement id" => Field::Number,
            "time" => Field::Day,
            "document id" => Field::Document,
            "document title" => Field::Title,
            "type" => Field::Kind,
            "text" => Field::Quote,
            "coder" => Field::Coder,
            "organization" => Field::Actor,
            "person" if !has_organization => Field::Actor,
            "concept" => Field::Concept,
            "agreement" => Field::Agree,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Field::Actor => "actor",
            Field::Network => "network",
            Field::Concept => "concept",
            Field::Agree => "agree",
            Field::Day => "day",
            Field::Kind => "kind",
            Field::Source => "source",
            Field::Quote => "quote",
            Field::Coder => "coder",
            Field::Number => "statement ID",
            Field::Document => "document ID",
            Field::Title => "document title",
        }
    }
}

/// The columns of a table.
struct Columns {
    form: Form,
    fields: Vec<Option<Field>>,
}

impl Columns {
    /// Read from the headings; what is wrong with them is told.
    fn of(
        headings: &[String],
        reading: &Reading,
        tell: &mut impl FnMut(&'static str, usize, String),
    ) -> Option<Columns> {
        let small: Vec<String> = headings.iter().map(|heading| heading.to_lowercase()).collect();
        let has = |name: &str| small.iter().any(|heading| heading == name);
        let form = if has("statement id") && has("document id") { Form::Dna } else { Form::Own };
        let named =
            [(&reading.actor, Field::Actor), (&reading.concept, Field::Concept), (&reading.agree, Field::Agree)];
        let is_named = |field: Field| named.iter().any(|(name, of)| name.is_some() && *of == field);
        let field = |heading: &String| {
            let own = named.iter().find(|(name, _)| name.as_ref().is_some_and(|name| name.to_lowercase() == *heading));
            let usual = match form {
                Form::Own => Field::of(heading),
                Form::Dna | Form::Project => Field::of_dna(heading, has("organization")),
            };
            own.map(|(_, field)| *field).or(usual.filter(|field| !is_named(*field)))
        };
        let fields: Vec<Option<Field>> = small.iter().map(field).collect();
        for (column, field) in fields.iter().enumerate().filter(|(_, field)| field.is_some()) {
            if fields[..column].contains(field) {
                tell("heading-twice", column + 1, headings[column].clone());
                return None;
            }
        }
        let needed = match form {
            Form::Own => [Field::Actor, Field::Concept, Field::Agree, Field::Day, Field::Source],
            Form::Dna | Form::Project => [Field::Actor, Field::Concept, Field::Agree, Field::Day, Field::Title],
        };
        let missing: Vec<&str> =
            needed.into_iter().filter(|field| !fields.contains(&Some(*field))).map(Field::name).collect();
        if !missing.is_empty() {
            tell("statement-headings", 0, format!("{}; missing: {}", headings.join(", "), missing.join(", ")));
            return None;
        }
        Some(Columns { form, fields })
    }

    /// What a row says of something; empty if there is no such column.
    fn get<'a>(&self, record: &'a StringRecord, field: Field) -> &'a str {
        let said = self.column(field).map_or("", |column| cell(record, column));
        if self.form == Form::Own { unmarked(said) } else { said }
    }

    fn column(&self, field: Field) -> Option<usize> {
        self.fields.iter().position(|one| *one == Some(field))
    }

    fn place(&self, line: u32, field: Field) -> Place {
        self.column(field).map_or(Place { line, column: 0 }, |column| at(line, column))
    }
}

/// Stands in the project's own lists before what a spreadsheet would take for a formula: people typed it.
const MARK: char = '\'';

/// Whether a cell gets the mark. What has marks already gets one more, so that reading takes off what writing put there.
fn needs_mark(text: &str) -> bool {
    text.trim_start_matches(MARK).starts_with(['=', '+', '-', '@', '\t', '\r'])
}

fn marked(text: String) -> String {
    if needs_mark(&text) { format!("{MARK}{text}") } else { text }
}

fn unmarked(text: &str) -> &str {
    text.strip_prefix(MARK).filter(|rest| needs_mark(rest)).unwrap_or(text)
}

fn agree_of(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "1" | "true" | "yes" | "for" | "agree" | "+" | "+1" | "赞成" | "同意" | "支持" | "是" => Some(true),
        "0" | "-1" | "false" | "no" | "against" | "disagree" | "-" | "反对" | "不同意" | "不赞成" | "否" => {
            Some(false)
        }
        _ => None,
    }
}

fn kind_of(text: &str) -> Option<SourceKind> {
    let small = text.to_lowercase();
    SourceKind::ALL.into_iter().find(|kind| kind.name() == small).or(match text {
        "运行" | "办件" => Some(SourceKind::Operations),
        "文件" | "文献" => Some(SourceKind::Document),
        "访谈" => Some(SourceKind::Interview),
        "观察" => Some(SourceKind::Observation),
        _ => None,
    })
}

fn network_of(text: &str) -> Option<Network> {
    Network::from_name(&text.to_lowercase()).or(match text {
        "政策社群" => Some(Network::Community),
        "府际网络" => Some(Network::Intergovernmental),
        "专业网络" => Some(Network::Professional),
        "生产者网络" => Some(Network::Producer),
        "议题网络" => Some(Network::Issue),
        _ => None,
    })
}

/// An actor as a list names it: as networks write it, or a name alone. None: it begins as networks write it, and does not
/// go on so.
pub fn actor_of(text: &str, network: Network) -> Option<Actor> {
    if let Ok(actor) = text.parse() {
        return Some(actor);
    }
    let head = text.split_once(':').map_or("", |(head, _)| head);
    let is_begun = ["person", "enterprise"].contains(&head) || Network::from_name(head).is_some();
    (!is_begun).then(|| Actor::Named { network, name: text.to_owned() })
}

/// Day of a time as DNA, and other programs, write it.
fn only_day(text: &str) -> Option<Date> {
    day_of(text.split(['T', ' ']).next().unwrap_or_default())
}

/// Rows of a list, the first its headings, each with its line, or with the number of its statement.
pub(super) enum Lines<'a> {
    Text(Box<Rows<'a>>),
    Rows(std::vec::IntoIter<(u32, StringRecord)>, StringRecord),
}

impl<'a> Lines<'a> {
    pub(super) fn of_text(text: &'a str) -> Lines<'a> {
        Lines::Text(Box::new(Rows::of(text)))
    }

    pub(super) fn of_rows(rows: Vec<(u32, StringRecord)>) -> Lines<'a> {
        Lines::Rows(rows.into_iter(), StringRecord::new())
    }

    fn next(&mut self) -> Option<(u32, &StringRecord)> {
        match self {
            Lines::Text(rows) => rows.next(),
            Lines::Rows(rows, row) => {
                let (line, next) = rows.next()?;
                *row = next;
                Some((line, row))
            }
        }
    }
}

/// Reads a list.
pub(super) fn read(mut rows: Lines<'_>, file: &str, reading: &Reading, list: &mut List, faults: &mut Faults) {
    let Some((line, first)) = rows.next() else { return };
    let headings: Vec<String> = first.iter().map(|heading| heading.trim().to_owned()).collect();
    let mut tell = |code, column: usize, value| {
        faults.tell(code, file, Place { line, column: column as u32 }, value);
    };
    let Some(columns) = Columns::of(&headings, reading, &mut tell) else { return };
    list.forms.push(columns.form);
    for (heading, _) in headings.iter().zip(&columns.fields).filter(|(_, field)| field.is_none()) {
        if !list.columns.contains(heading) {
            list.columns.push(heading.clone());
        }
    }
    // Titles of documents with the numbers that have them: where two have one title, the number is part of the source.
    let mut titles: HashMap<String, BTreeSet<String>> = HashMap::new();
    let mut of_dna: Vec<(usize, String, String, String)> = Vec::new();
    while faults.goes_on()
        && let Some((line, record)) = rows.next()
    {
        if let Some(column) = (headings.len()..record.len()).find(|column| !cell(record, *column).is_empty()) {
            faults.tell("row-cells", file, at(line, column), cell(record, column));
            continue;
        }
        if list.statements.len() >= limits::STATEMENTS_MAX {
            let most = format!("at most {}", limits::STATEMENTS_MAX);
            return faults.tell("too-many-statements", file, Place { line, column: 0 }, most);
        }
        let get = |field| columns.get(record, field);
        let needed = [Field::Actor, Field::Concept, Field::Agree];
        if columns.form == Form::Dna && needed.iter().any(|field| get(*field).is_empty()) {
            list.unfinished += 1;
            continue;
        }
        if let Some(statement) = statement(&columns, line, record, file, reading, list, faults) {
            if columns.form == Form::Dna {
                let [title, document, number] =
                    [Field::Title, Field::Document, Field::Number].map(|field| get(field).to_owned());
                titles.entry(title.clone()).or_default().insert(document.clone());
                of_dna.push((list.statements.len(), title, document, number));
            }
            list.statements.push(statement);
        }
    }
    for (at, title, document, number) in of_dna {
        let is_one = !title.is_empty() && titles[&title].len() == 1;
        let named = if is_one { title } else { format!("{title} [{document}]") };
        list.statements[at].source = format!("{}#{number}", named.trim());
    }
}

/// A row as a statement; what is wrong with it is told.
fn statement(
    columns: &Columns,
    line: u32,
    record: &StringRecord,
    file: &str,
    reading: &Reading,
    list: &mut List,
    faults: &mut Faults,
) -> Option<Statement> {
    let get = |field| columns.get(record, field);
    let mut tell = |code, field: Field, value: &str| faults.tell(code, file, columns.place(line, field), value);
    let all = [Field::Actor, Field::Concept, Field::Agree, Field::Day, Field::Source, Field::Quote, Field::Coder];
    if let Some(field) = all.into_iter().find(|field| !is_clean(get(*field))) {
        tell("text-control", field, &get(field).escape_debug().to_string());
        return None;
    }
    let needed = if columns.form == Form::Own { 5 } else { 4 };
    if let Some(field) = all[..needed].iter().find(|field| get(**field).is_empty()) {
        tell("cell-empty", *field, field.name());
        return None;
    }
    let day = only_day(get(Field::Day));
    if day.is_none() {
        tell("day-format", Field::Day, get(Field::Day));
    }
    let agree = agree_of(get(Field::Agree));
    if agree.is_none() {
        tell("agree-format", Field::Agree, get(Field::Agree));
    }
    let said = get(Field::Network);
    let network = if said.is_empty() { Some(reading.network) } else { network_of(said) };
    if network.is_none() {
        tell("network-unknown", Field::Network, said);
    }
    let actor = actor_of(get(Field::Actor), network.unwrap_or(reading.network));
    if actor.is_none() {
        tell("actor-format", Field::Actor, get(Field::Actor));
    }
    // In DNA the type of a document is any text.
    let kind = match (get(Field::Kind), kind_of(get(Field::Kind))) {
        ("", _) => None,
        (text, None) if columns.form == Form::Own => {
            tell("kind-unknown", Field::Kind, text);
            return None;
        }
        (_, kind) => kind,
    };
    let (day, agree, _, actor) = (day?, agree?, network?, actor?);
    list.kinds_assumed += usize::from(kind.is_none());
    let is_name = matches!(&actor, Actor::Named { name, .. } if name == get(Field::Actor));
    list.networks_assumed += usize::from(is_name && said.is_empty());
    Some(Statement {
        actor,
        concept: get(Field::Concept).to_owned(),
        agree,
        day,
        kind: kind.unwrap_or(reading.kind),
        source: get(Field::Source).to_owned(),
        quote: get(Field::Quote).to_owned(),
        coder: get(Field::Coder).to_owned(),
    })
}

/// The project's own list.
pub(super) fn write_own(statements: &[Statement]) -> Result<String, csv::Error> {
    let head = ["actor", "concept", "agree", "day", "kind", "source", "quote", "coder"];
    let rows = statements.iter().map(|one| {
        [
            one.actor.to_string(),
            one.concept.clone(),
            u8::from(one.agree).to_string(),
            one.day.to_string(),
            one.kind.name().to_owned(),
            one.source.clone(),
            one.quote.clone(),
            one.coder.clone(),
        ]
        .map(marked)
        .to_vec()
    });
    table(std::iter::once(head.map(str::to_owned).to_vec()).chain(rows))
}

/// An event list with the columns that DNA 3 exports. Statements and documents are numbered as they come.
pub(super) fn write_dna(statements: &[Statement]) -> Result<String, csv::Error> {
    let mut writer = WriterBuilder::new().delimiter(b';').quote_style(QuoteStyle::NonNumeric).from_writer(Vec::new());
    let of_document = ["statement ID", "time", "document ID", "document title", "author", "source", "section", "type"];
    writer.write_record(of_document.iter().chain(&["text", "person", "organization", "concept", "agreement"]))?;
    let mut documents: HashMap<&str, usize> = HashMap::new();
    for (one, number) in statements.iter().zip(1..) {
        let title = document(&one.source);
        let next = documents.len() + 1;
        let id = *documents.entry(title).or_insert(next);
        let (number, time, id) = (format!("{number}"), format!("{} 00:00:00", one.day), id.to_string());
        let name = name_of(&one.actor);
        let agree = if one.agree { "1" } else { "0" };
        writer.write_record([
            number.as_str(),
            &time,
            &id,
            title,
            "",
            "",
            "",
            one.kind.name(),
            &one.quote,
            "",
            &name,
            &one.concept,
            agree,
        ])?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
