//! Rows become implementations. A column that is not there leaves what is published as it is; an empty cell empties it.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use tongban_core::catalogue::{
    Answer, BasicCode, Basis, Condition, Implementation, ItemCode, MaterialRule, Mode, Need, PartRule, Question, Side,
};
use tongban_core::ident::{Region, Uscc};
use tongban_core::time::Limit;

use super::cell::{date, limit, truth, unpack};
use super::column::{About, Element as E, Headed, name};
use super::fault::{Fault, Place};
use super::table::{self, Format, Row};
use super::{Known, each};
use crate::limits;

/// What a row says beside the implementation: it is compared with what is known, and not kept.
#[derive(Clone, Debug, Default)]
pub struct Stated {
    /// 事项名称.
    pub item_name: String,
    /// 实施主体.
    pub authority_name: String,
    /// 基本编码.
    pub basic_code: Option<BasicCode>,
    /// 办件类型: whether it is done at once (即办件).
    pub at_once: Option<bool>,
    /// 是否收费.
    pub is_charged: Option<bool>,
}

/// An implementation as a file has it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The implementation.
    pub one: Implementation,
    /// What else its row says.
    pub stated: Stated,
    /// Place of its sheet among those that were read; none in JSON.
    sheet: Option<usize>,
    /// Its row.
    row: u32,
    /// Where each of its materials stands.
    pub materials_at: Vec<Place>,
    /// Where each of its parts stands.
    pub parts_at: Vec<Place>,
    /// Where each answer of each of its questions stands.
    pub situations_at: Vec<Vec<Place>>,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Read {
    sheets: Vec<Headed>,
    /// In the order of the file.
    pub drafts: Vec<Draft>,
    /// Rows of data, of all sheets.
    pub rows: usize,
}

impl Read {
    /// Where an element of an implementation stands.
    pub fn place(&self, draft: &Draft, element: E) -> Place {
        match draft.sheet.and_then(|at| self.sheets.get(at)) {
            Some(sheet) => sheet.place_of(draft.row, element),
            None => json_place(draft.row, name(About::Items, element)),
        }
    }
}

/// Answers that all stand in one place.
fn all_at(questions: &[Question], place: &Place) -> Vec<Vec<Place>> {
    questions.iter().map(|question| vec![place.clone(); question.answers.len()]).collect()
}

fn json_place(row: u32, column: &str) -> Place {
    Place { sheet: String::new(), row, column: column.to_owned() }
}

/// Reads a file.
pub fn read(bytes: &[u8], known: &Known<'_>, faults: &mut Vec<Fault>, tick: &dyn Fn(u64)) -> Read {
    let whole = Place::default();
    if bytes.iter().all(u8::is_ascii_whitespace) {
        faults.push(Fault::error("file-empty", whole));
        return Read::default();
    }
    let read = match Format::of(bytes) {
        None => {
            faults.push(Fault::error("file-unknown", whole));
            return Read::default();
        }
        Some(Format::Json) => json(bytes, known, faults, tick),
        Some(format) => tables(table::read(bytes, format, faults), known, faults, tick),
    };
    if read.drafts.is_empty() && !faults.iter().any(|fault| fault.severity == super::Severity::Error) {
        faults.push(Fault::error("file-empty", whole));
    }
    read
}

fn json(bytes: &[u8], known: &Known<'_>, faults: &mut Vec<Fault>, tick: &dyn Fn(u64)) -> Read {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // Each row is read by itself: what is wrong in one is told of that one.
    let rows: Vec<&RawValue> = match serde_json::from_slice(bytes) {
        Ok(rows) => rows,
        Err(error) => {
            let place = json_place(error.line() as u32, "");
            faults.push(Fault::error("json-format", place).with("error", error.to_string()));
            return Read::default();
        }
    };
    if rows.len() > limits::CATALOGUE_ROWS_MAX {
        let most = limits::CATALOGUE_ROWS_MAX.to_string();
        faults.push(Fault::error("too-many-rows", Place::default()).with("most", most));
        return Read::default();
    }
    let mut read = Read { rows: rows.len(), ..Read::default() };
    let parsed = each(&rows, tick, |_, row| {
        let Unknown(keys) = serde_json::from_str(row.get()).unwrap_or_default();
        (keys, serde_json::from_str::<Implementation>(row.get()))
    });
    for (at, (unknown, parsed)) in parsed.into_iter().enumerate() {
        let row = at as u32 + 1;
        for key in unknown {
            faults.push(Fault::warning("column-unknown", json_place(row, &key)).with("heading", key));
        }
        match parsed {
            Ok(mut one) => {
                one.version = known.published.get(&one.id).map_or(1, |published| published.version);
                let materials_at = vec![json_place(row, "materials"); one.materials.len()];
                let parts_at = vec![json_place(row, "parts"); one.parts.len()];
                let situations_at = all_at(&one.situations, &json_place(row, "situations"));
                let stated = Stated::default();
                read.drafts.push(Draft { one, stated, sheet: None, row, materials_at, parts_at, situations_at });
            }
            Err(error) => {
                faults.push(Fault::error("json-format", json_place(row, "")).with("error", error.to_string()));
            }
        }
    }
    read
}

/// Fields of an object that no implementation has.
#[derive(Default)]
struct Unknown(Vec<String>);

impl<'de> Deserialize<'de> for Unknown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Unknown, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Unknown;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unknown, A::Error> {
                let mut unknown = Unknown::default();
                while let Some((key, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
                    if !JSON_KEYS.contains(&key.as_str()) {
                        unknown.0.push(key);
                    }
                }
                Ok(unknown)
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

/// Fields of an implementation in JSON.
const JSON_KEYS: &[&str] = &[
    "id",
    "code",
    "local_code",
    "item",
    "version",
    "from",
    "until",
    "authority",
    "region",
    "conditions",
    "materials",
    "parts",
    "situations",
    "statutory",
    "promised",
    "fee",
    "fee_basis",
    "pays_online",
    "visits",
    "visits_reason",
    "phone",
    "complaint_phone",
    "place",
    "hours",
    "legal_basis",
    "bases",
    "result",
    "result_en",
    "invented",
];

fn tables(sheets: Vec<table::Sheet>, known: &Known<'_>, faults: &mut Vec<Fault>, tick: &dyn Fn(u64)) -> Read {
    let sheets: Vec<Headed> = sheets.into_iter().filter_map(|sheet| Headed::of(sheet, faults)).collect();
    let mut read = Read::default();
    for (at, headed) in sheets.iter().enumerate().filter(|(_, headed)| headed.about == About::Items) {
        for row in &headed.sheet.rows[headed.first..] {
            read.rows += 1;
            tick(read.rows as u64);
            let mut cells = Cells { headed, row, faults: &mut *faults };
            if let Some((one, stated)) = item(&mut cells, known) {
                let place = |element| headed.place_of(row.number, element);
                let materials_at = vec![place(E::Materials); one.materials.len()];
                let parts_at = vec![place(E::Parts); one.parts.len()];
                let situations_at = all_at(&one.situations, &place(E::Situations));
                let (sheet, row) = (Some(at), row.number);
                read.drafts.push(Draft { one, stated, sheet, row, materials_at, parts_at, situations_at });
            }
        }
    }
    // Rows of other sheets name their implementation by its identifier or its code.
    let mut owners: HashMap<String, usize> = HashMap::new();
    for (at, draft) in read.drafts.iter().enumerate() {
        owners.entry(draft.one.id.clone()).or_insert(at);
        if let Some(code) = draft.one.code {
            owners.entry(code.to_string()).or_insert(at);
        }
    }
    for about in [About::Materials, About::Parts, About::Situations] {
        let own: Vec<&Headed> = sheets.iter().filter(|headed| headed.about == about).collect();
        if own.is_empty() {
            continue;
        }
        // The sheet is there: it says all that there is.
        for draft in &mut read.drafts {
            match about {
                About::Materials => (draft.one.materials, draft.materials_at) = (Vec::new(), Vec::new()),
                About::Parts => (draft.one.parts, draft.parts_at) = (Vec::new(), Vec::new()),
                _ => (draft.one.situations, draft.situations_at) = (Vec::new(), Vec::new()),
            }
        }
        for headed in own {
            for row in &headed.sheet.rows[headed.first..] {
                read.rows += 1;
                tick(read.rows as u64);
                let mut cells = Cells { headed, row, faults: &mut *faults };
                let owner = cells.get(E::Owner).unwrap_or_default().to_owned();
                let Some(draft) = owners.get(&owner).map(|at| &mut read.drafts[*at]) else {
                    cells.error("owner-unknown", E::Owner);
                    continue;
                };
                let place = |element| headed.place_of(row.number, element);
                match about {
                    About::Materials => {
                        let published = known.published.get(&draft.one.id).map(|one| &**one);
                        if let Some(one) = material(&mut cells, draft.one.materials.len(), published) {
                            draft.one.materials.push(one);
                            draft.materials_at.push(place(E::Key));
                        }
                    }
                    About::Parts => {
                        if let Some(one) = part(&mut cells) {
                            draft.one.parts.push(one);
                            draft.parts_at.push(place(E::Key));
                        }
                    }
                    _ => {
                        if let Some((question, answer)) = situation(&mut cells) {
                            let (at, code) = join(&mut draft.one.situations, question, answer);
                            let key = draft.one.situations[at].key.as_str();
                            let fault = code.map(|code| Fault::error(code, place(E::QuestionText)).with("key", key));
                            cells.faults.extend(fault);
                            draft.situations_at.resize(draft.one.situations.len(), Vec::new());
                            draft.situations_at[at].push(place(E::Answer));
                        }
                    }
                }
            }
        }
    }
    read.sheets = sheets;
    read
}

/// The cells of a row.
struct Cells<'a> {
    headed: &'a Headed,
    row: &'a Row,
    faults: &'a mut Vec<Fault>,
}

impl<'a> Cells<'a> {
    /// What stands in a column; none if the column is not there.
    fn get(&self, element: E) -> Option<&'a str> {
        let column = self.headed.columns.get(&element)?;
        Some(self.row.cells.iter().find(|(at, _)| at == column).map_or("", |(_, text)| text.as_str()))
    }

    fn filled(&self, element: E) -> Option<&'a str> {
        self.get(element).filter(|text| !text.is_empty())
    }

    fn error(&mut self, code: &'static str, element: E) {
        let place = self.headed.place_of(self.row.number, element);
        let value = self.get(element).unwrap_or_default();
        self.faults.push(Fault::error(code, place).with("value", value));
    }

    /// What stands there, read; a fault if it cannot be.
    fn read<T>(&mut self, element: E, code: &'static str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.filled(element)?;
        let value = parse(text);
        if value.is_none() {
            self.error(code, element);
        }
        value
    }

    /// A text that may be empty.
    fn text(&self, element: E, into: &mut String) {
        if let Some(text) = self.get(element) {
            text.clone_into(into);
        }
    }

    /// A value that has to be there, if its column is or if nothing is published yet.
    fn must<T>(
        &mut self,
        element: E,
        code: &'static str,
        is_new: bool,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        if self.filled(element).is_none() && (is_new || self.get(element).is_some()) {
            self.error("cell-empty", element);
            return None;
        }
        self.read(element, code, parse)
    }
}

/// Reads a row of 事项. None: it cannot be known which implementation it is.
fn item(cells: &mut Cells<'_>, known: &Known<'_>) -> Option<(Implementation, Stated)> {
    let id = cells.filled(E::Id);
    let (id_item, id_region) = id.and_then(|id| id.split_once('@')).unzip();
    let mut stated = Stated::default();
    cells.text(E::ItemName, &mut stated.item_name);
    cells.text(E::AuthorityName, &mut stated.authority_name);
    let by_name = || {
        let mut named = known.snapshot.items.iter().filter(|item| item.name == stated.item_name);
        // A name of two rows of the lists names neither.
        named.next().filter(|_| named.next().is_none()).map(|item| item.key.as_str())
    };
    let item = cells.filled(E::Item).or(id_item).or_else(by_name);
    if item.is_none() {
        cells.error("cell-empty", E::Item);
    }
    let region = cells.filled(E::Region).or(id_region);
    let region = match region.map(Region::parse) {
        Some(Ok(region)) => Some(region),
        Some(Err(error)) => {
            cells.error(error.code(), E::Region);
            None
        }
        None => {
            cells.error("cell-empty", E::Region);
            None
        }
    };
    let (item, region) = item.zip(region)?;
    let id = id.map_or_else(|| format!("{item}@{region}"), str::to_owned);
    let published = known.published.get(&id).map(|one| &**one);
    let is_new = published.is_none();
    let authority = cells.must(E::Authority, "uscc-format", is_new, |text| Uscc::parse(text).ok());
    let authority = authority.or(published.map(|one| one.authority))?;
    let mut one = published.cloned().unwrap_or_else(|| blank(authority, region));
    (one.id, one.item, one.region, one.authority) = (id, item.to_owned(), region, authority);

    if let Some(text) = cells.get(E::Code) {
        one.code = match text {
            "" => None,
            text => match ItemCode::parse(text) {
                Ok(code) => Some(code),
                Err(error) => {
                    cells.error(error.code(), E::Code);
                    None
                }
            },
        };
    }
    if let Some(text) = cells.filled(E::BasicCode) {
        match BasicCode::parse(text) {
            Ok(code) => stated.basic_code = Some(code),
            Err(error) => cells.error(error.code(), E::BasicCode),
        }
    }
    if let Some(from) = cells.must(E::From, "date-format", is_new, date) {
        one.from = from;
    }
    if cells.get(E::Until).is_some() {
        one.until = cells.read(E::Until, "date-format", date);
    }
    let unit = cells.get(E::StatutoryUnit).unwrap_or_default();
    if let Some(days) = cells.must(E::Statutory, "limit-format", is_new, |text| limit(text, unit)) {
        one.statutory = days;
    }
    let unit = cells.get(E::PromisedUnit).unwrap_or_default();
    if let Some(days) = cells.must(E::Promised, "limit-format", is_new, |text| limit(text, unit)) {
        one.promised = days;
    }
    if let Some(result) = cells.must(E::Result, "cell-empty", is_new, |text| Some(text.to_owned())) {
        one.result = result;
    }
    stated.at_once = cells.read(E::Kind, "kind-other", |text| match text {
        "即办件" | "1" => Some(true),
        "承诺件" | "2" => Some(false),
        _ => None,
    });
    stated.is_charged = cells.read(E::Charged, "bool-format", truth);
    if cells.get(E::PaysOnline).is_some() {
        one.pays_online = cells.read(E::PaysOnline, "bool-format", truth);
    }
    if cells.get(E::Visits).is_some() {
        one.visits = cells.read(E::Visits, "number-format", |text| text.trim_end_matches('次').parse().ok());
    }
    if let Some(is) = cells.read(E::Invented, "bool-format", truth) {
        one.invented = is;
    }
    cells.text(E::LocalCode, &mut one.local_code);
    cells.text(E::Fee, &mut one.fee);
    // What people write where nothing is to be paid.
    if ["不收费", "免费", "无", "0"].contains(&one.fee.as_str()) {
        one.fee.clear();
    }
    cells.text(E::FeeBasis, &mut one.fee_basis);
    cells.text(E::VisitsReason, &mut one.visits_reason);
    cells.text(E::Phone, &mut one.phone);
    cells.text(E::ComplaintPhone, &mut one.complaint_phone);
    cells.text(E::Place, &mut one.place);
    cells.text(E::Hours, &mut one.hours);
    cells.text(E::LegalBasis, &mut one.legal_basis);
    if let Some(text) = cells.get(E::Bases) {
        one.bases = unpack(text).into_iter().map(|fields| basis(fields, known)).collect();
    }
    cells.text(E::ResultEn, &mut one.result_en);
    if let Some(text) = cells.get(E::Conditions) {
        one.conditions = unpack(text).into_iter().map(condition).collect();
    }
    if let Some(text) = cells.get(E::Materials) {
        one.materials = packed(cells, E::Materials, text, |at, line| packed_material(at, line, published));
    }
    if let Some(text) = cells.get(E::Parts) {
        one.parts = packed(cells, E::Parts, text, |_, line| packed_part(line));
    }
    if let Some(text) = cells.get(E::Situations) {
        one.situations.clear();
        for (question, answer) in packed(cells, E::Situations, text, |_, line| packed_situation(line)) {
            let (at, code) = join(&mut one.situations, question, answer);
            let place = cells.headed.place_of(cells.row.number, E::Situations);
            let fault = code.map(|code| Fault::error(code, place).with("key", one.situations[at].key.as_str()));
            cells.faults.extend(fault);
        }
    }
    Some((one, stated))
}

fn blank(authority: Uscc, region: Region) -> Implementation {
    Implementation {
        id: String::new(),
        code: None,
        local_code: String::new(),
        item: String::new(),
        version: 1,
        // Read from the row: without it there is a fault.
        from: jiff::civil::Date::MAX,
        until: None,
        authority,
        region,
        conditions: Vec::new(),
        materials: Vec::new(),
        parts: Vec::new(),
        situations: Vec::new(),
        statutory: Limit::AT_ONCE,
        promised: Limit::AT_ONCE,
        fee: String::new(),
        fee_basis: String::new(),
        pays_online: None,
        visits: None,
        visits_reason: String::new(),
        phone: String::new(),
        complaint_phone: String::new(),
        place: String::new(),
        hours: String::new(),
        legal_basis: String::new(),
        bases: Vec::new(),
        result: String::new(),
        result_en: String::new(),
        invented: authority.is_drill(),
    }
}

/// A law by its key or its title, and the article.
fn basis(fields: Vec<String>, known: &Known<'_>) -> Basis {
    let mut fields = fields.into_iter();
    let named = fields.next().unwrap_or_default();
    let title = named.trim_start_matches('《').trim_end_matches('》');
    let law = known.snapshot.laws.iter().find(|(_, law)| law.public.room.instrument.title == title);
    Basis { law: law.map_or(named.clone(), |(key, _)| key.clone()), article: fields.next().unwrap_or_default() }
}

fn condition(fields: Vec<String>) -> Condition {
    let mut fields = fields.into_iter();
    let mut next = || fields.next().unwrap_or_default();
    Condition { text: next(), text_en: next() }
}

/// Lines of one cell; a fault for each that cannot be read.
fn packed<T>(
    cells: &mut Cells<'_>,
    element: E,
    text: &str,
    read: impl Fn(usize, &[String]) -> Result<T, &'static str>,
) -> Vec<T> {
    let mut all = Vec::new();
    for (at, line) in unpack(text).iter().enumerate() {
        match read(at, line) {
            Ok(one) => all.push(one),
            Err(code) => {
                let place = cells.headed.place_of(cells.row.number, element);
                cells.faults.push(Fault::error(code, place).with("value", line.join("|")));
            }
        }
    }
    all
}

fn need(text: &str) -> Option<Need> {
    match text {
        "必要" | "1" | "是" | "necessary" => Some(Need::Necessary),
        "容缺后补" | "容缺" | "可容缺" | "3" | "may_follow" => Some(Need::MayFollow),
        _ => None,
    }
}

fn side(text: &str) -> Option<Side> {
    match text {
        "收件地" | "here" => Some(Side::Here),
        "业务属地" | "办理地" | "there" => Some(Side::There),
        _ => None,
    }
}

/// The key of a material that has none in the file: the one under which its name is published, or its number.
fn key_of(name: &str, at: usize, published: Option<&Implementation>) -> String {
    let same = published.and_then(|one| one.materials.iter().find(|material| material.name == name));
    same.map_or_else(|| format!("m{}", at + 1), |material| material.key.clone())
}

/// `名称|必要|原件|标识|英文名|审查要点|审查要点英文|来源渠道|可用电子证照`.
fn packed_material(
    at: usize,
    line: &[String],
    published: Option<&Implementation>,
) -> Result<MaterialRule, &'static str> {
    let field = |at: usize| line.get(at).map_or("", String::as_str);
    if line.len() > 9 {
        return Err("list-format");
    }
    if field(0).is_empty() {
        return Err("material-nameless");
    }
    let need = if field(1).is_empty() { Some(Need::Necessary) } else { need(field(1)) };
    let original = match field(2) {
        "" | "复印件" => Some(false),
        "原件" => Some(true),
        text => truth(text),
    };
    Ok(MaterialRule {
        key: if field(3).is_empty() { key_of(field(0), at, published) } else { field(3).to_owned() },
        name: field(0).to_owned(),
        name_en: field(4).to_owned(),
        need: need.ok_or("need-format")?,
        original: original.ok_or("bool-format")?,
        review: field(5).to_owned(),
        review_en: field(6).to_owned(),
        source: field(7).to_owned(),
        certificate: field(8).to_owned(),
    })
}

fn keys(text: &str) -> Vec<String> {
    let keys = text.split(['、', ',', '，', ' ']).filter(|key| !key.is_empty());
    keys.map(str::to_owned).collect()
}

/// `标识|名称|英文名|办理方|领域|时限|前置环节|材料`.
fn packed_part(line: &[String]) -> Result<PartRule, &'static str> {
    let field = |at: usize| line.get(at).map_or("", String::as_str);
    if !(6..=8).contains(&line.len()) {
        return Err("list-format");
    }
    Ok(PartRule {
        key: field(0).to_owned(),
        name: field(1).to_owned(),
        name_en: field(2).to_owned(),
        at: side(field(3)).ok_or("side-format")?,
        field: field(4).to_owned(),
        after: keys(field(6)),
        limit: limit(field(5), "").ok_or("limit-format")?,
        materials: keys(field(7)),
    })
}

fn mode(text: &str) -> Option<Mode> {
    match text {
        "全程网办" | "fully_online" => Some(Mode::FullyOnline),
        "异地代收代办" | "代收代办" | "collect_here" => Some(Mode::CollectHere),
        "多地联办" | "joint" => Some(Mode::Joint),
        "授权办理" | "delegated" => Some(Mode::Delegated),
        _ => None,
    }
}

fn modes_of(text: &str) -> Option<Vec<Mode>> {
    keys(text).iter().map(|word| mode(word)).collect()
}

/// Puts an answer to the question of its key. Says at which place that stands, and what is wrong with its words.
fn join(questions: &mut Vec<Question>, question: Question, answer: Answer) -> (usize, Option<&'static str>) {
    if let Some(at) = questions.iter().position(|other| other.key == question.key) {
        // Further rows of a question need not say it again.
        let is_other = !question.text.is_empty() && question.text != questions[at].text;
        questions[at].answers.push(answer);
        return (at, is_other.then_some("situation-duplicate"));
    }
    let code = question.text.is_empty().then_some("cell-empty");
    questions.push(Question { answers: vec![answer], ..question });
    (questions.len() - 1, code)
}

/// `问题标识|问题|问题英文|答案标识|答案|答案英文|下一问题|材料|办理方式|承诺时限|不能办理的原因|不能办理的原因英文`.
fn packed_situation(line: &[String]) -> Result<(Question, Answer), &'static str> {
    let field = |at: usize| line.get(at).map_or("", String::as_str);
    if !(5..=12).contains(&line.len()) {
        return Err("list-format");
    }
    if [0, 3, 4].iter().any(|at| field(*at).is_empty()) {
        return Err("cell-empty");
    }
    let promised = match field(9) {
        "" => None,
        text => Some(limit(text, "").ok_or("limit-format")?),
    };
    let question = Question {
        key: field(0).to_owned(),
        text: field(1).to_owned(),
        text_en: field(2).to_owned(),
        answers: Vec::new(),
    };
    let answer = Answer {
        key: field(3).to_owned(),
        text: field(4).to_owned(),
        text_en: field(5).to_owned(),
        next: Some(field(6)).filter(|next| !next.is_empty()).map(str::to_owned),
        materials: keys(field(7)),
        modes: modes_of(field(8)).ok_or("mode-format")?,
        promised,
        cannot: field(10).to_owned(),
        cannot_en: field(11).to_owned(),
    };
    Ok((question, answer))
}

/// Reads a row of 情形: an answer, and the question that it is to, without others.
fn situation(cells: &mut Cells<'_>) -> Option<(Question, Answer)> {
    let text = |cells: &Cells<'_>, element| cells.get(element).unwrap_or_default().to_owned();
    let question = cells.must(E::Question, "cell-empty", true, |text| Some(text.to_owned()));
    let key = cells.must(E::Answer, "cell-empty", true, |text| Some(text.to_owned()));
    let said = cells.must(E::AnswerText, "cell-empty", true, |text| Some(text.to_owned()));
    let modes = cells.read(E::Modes, "mode-format", modes_of).unwrap_or_default();
    let promised = cells.read(E::Promised, "limit-format", |text| limit(text, ""));
    let question = Question {
        key: question?,
        text: text(cells, E::QuestionText),
        text_en: text(cells, E::QuestionTextEn),
        answers: Vec::new(),
    };
    let answer = Answer {
        key: key?,
        text: said?,
        text_en: text(cells, E::AnswerTextEn),
        next: cells.filled(E::Next).map(str::to_owned),
        materials: keys(&text(cells, E::KeysOfMaterials)),
        modes,
        promised,
        cannot: text(cells, E::Cannot),
        cannot_en: text(cells, E::CannotEn),
    };
    Some((question, answer))
}

/// Reads a row of 材料.
fn material(cells: &mut Cells<'_>, at: usize, published: Option<&Implementation>) -> Option<MaterialRule> {
    let mut one = MaterialRule {
        key: cells.filled(E::Key).unwrap_or_default().to_owned(),
        name: String::new(),
        name_en: String::new(),
        need: Need::Necessary,
        original: false,
        review: String::new(),
        review_en: String::new(),
        source: String::new(),
        certificate: String::new(),
    };
    one.name = cells.must(E::Name, "material-nameless", true, |text| Some(text.to_owned()))?;
    if one.key.is_empty() {
        one.key = key_of(&one.name, at, published);
    }
    // What this sheet has no column for stays as it is published.
    let before = published.and_then(|all| all.materials.iter().find(|material| material.key == one.key));
    if let Some(before) = before {
        one = MaterialRule { name: one.name, ..before.clone() };
    }
    if let Some(need) = cells.read(E::Need, "need-format", need) {
        one.need = need;
    }
    if let Some(original) = cells.read(E::Original, "bool-format", truth) {
        one.original = original;
    }
    cells.text(E::NameEn, &mut one.name_en);
    cells.text(E::Review, &mut one.review);
    cells.text(E::ReviewEn, &mut one.review_en);
    cells.text(E::Source, &mut one.source);
    cells.text(E::Certificate, &mut one.certificate);
    Some(one)
}

/// Reads a row of 环节.
fn part(cells: &mut Cells<'_>) -> Option<PartRule> {
    let text = |cells: &Cells<'_>, element| cells.get(element).unwrap_or_default().to_owned();
    let key = cells.must(E::Key, "cell-empty", true, |text| Some(text.to_owned()));
    let name = cells.must(E::Name, "cell-empty", true, |text| Some(text.to_owned()));
    let at = cells.must(E::Side, "side-format", true, side);
    let days = cells.must(E::Limit, "limit-format", true, |text| limit(text, ""));
    Some(PartRule {
        key: key?,
        name: name?,
        name_en: text(cells, E::NameEn),
        at: at?,
        field: text(cells, E::Field),
        after: keys(&text(cells, E::After)),
        limit: days?,
        materials: keys(&text(cells, E::KeysOfMaterials)),
    })
}

/// What is published, by identifier.
pub type Published = BTreeMap<String, Arc<Implementation>>;
