//! The paper's tables and its framework in words: what [`tongban_core::network::report`] found, as a [`Document`].

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::civil::Date;
use serde_json::{Value as Json, json};
use tongban_core::catalogue::{Mode, Subject};
use tongban_core::network::diagnosis::{self, Diagnosis};
use tongban_core::network::facts::{Effect, Facts};
use tongban_core::network::report::framework::{Association, Dialectic};
use tongban_core::network::report::lag::Lagged;
use tongban_core::network::report::outcome::Trend;
use tongban_core::network::report::rules::LAG_MAX;
use tongban_core::network::report::table2::{Content, Function, Strategy, content_of, function_of, strategy_of};
use tongban_core::network::report::{
    Cell, Evidence, Figure, Named, Numbers, Passage, Period, Report, Row, Rule, Say, Scope, Unit, What,
};
use tongban_core::network::tie::{Network, Relation};

use super::document::{Block, Document, Section, row, to_row};
use super::known::{item_name, kind_name, relation_name, when};
use crate::limits;
use crate::text::Lang;

/// How many numbers of each kind of evidence are written out; JSON has more.
pub(super) const EVIDENCE_SHOWN: usize = 5;

/// Reads the facts of a network.
///
/// # Errors
/// With a code and what to do, if it is not JSON of facts, or a fact names an actor that there is not.
pub fn read_facts(bytes: &[u8]) -> Result<Facts, (&'static str, String)> {
    let facts: Facts = serde_json::from_slice(bytes).map_err(|error| {
        ("facts-format", format!("not JSON of facts: {error}. Give a study, or what a node exports."))
    })?;
    let actors = facts.actors.len();
    let is_wrong = |number: &u32| *number as usize >= actors;
    match facts.facts.iter().position(|fact| is_wrong(&fact.from) || is_wrong(&fact.to)) {
        Some(number) => {
            let text = format!("fact {number} names an actor that is not among the {actors}. Actors count from 0.");
            Err(("facts-actor-unknown", text))
        }
        None => Ok(facts),
    }
}

/// For programs: every figure and every digit, with keys instead of words, and by what it was made of what.
pub fn json(report: &Report, diagnoses: &[Diagnosis], source: &Json) -> Json {
    let made_by = format!("tongban {}", env!("CARGO_PKG_VERSION"));
    json!({ "made_by": made_by, "input": source, "report": report, "diagnoses": diagnoses })
}

/// The paper's difficulties, as far as the facts of the report's days carry them: of all provinces and items.
pub fn diagnoses(facts: &Facts, report: &Report) -> Vec<Diagnosis> {
    let of = |period: Period| {
        let until = period.until.saturating_add(jiff::Span::new().days(1));
        diagnosis::diagnose(facts, &diagnosis::Scope { from: period.from, until })
    };
    report.period.map_or_else(Vec::new, of)
}

/// Numbers of the facts that are named as evidence, of each cell the first few: each has a row at the end. Of how items go,
/// which may be many, as many as there is room for.
pub fn named(report: &Report, diagnoses: &[Diagnosis]) -> BTreeSet<u32> {
    let rows = report.table1.iter().chain(&report.table2.individual).chain(&report.table2.relational);
    let framework = [&report.framework.environment, &report.framework.process, &report.framework.outcome];
    let cells = rows.chain(framework).flat_map(|row| &row.cells).map(|cell| &cell.evidence);
    let dialectics = report.framework.dialectics.iter().map(|dialectic| &dialectic.evidence);
    let found = cells.chain(dialectics).map(|evidence| evidence.facts.first.as_slice());
    let asserted = diagnoses.iter().map(|one| one.evidence.as_slice());
    let first = |numbers: &[u32]| numbers[..numbers.len().min(EVIDENCE_SHOWN)].to_vec();
    let mut named: BTreeSet<u32> = found.chain(asserted).flat_map(first).collect();
    for passage in &report.outcome.passages {
        let numbers = first(&passage.evidence.facts.first);
        if named.len() + numbers.len() > limits::NETWORK_EVIDENCE_ROWS {
            break;
        }
        named.extend(numbers);
    }
    named
}

/// A part of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The paper's table 1: the networks and their members.
    Table1,
    /// Its table 2: the eight parameters.
    Table2,
    /// Its framework: environment, process and outcome.
    Framework,
    /// The two-way relations of the framework.
    Relations,
    /// How items go, by pair of provinces.
    Outcome,
    /// The difficulties, each as a claim.
    Diagnoses,
    /// The rules, and as what facts count.
    Rules,
}

impl Part {
    /// All of them, in their order.
    pub const ALL: [Part; 7] =
        [Part::Table1, Part::Table2, Part::Framework, Part::Relations, Part::Outcome, Part::Diagnoses, Part::Rules];
}

/// Words for what was found.
struct Words<'a> {
    facts: &'a Facts,
    /// Numbers of the facts that have a row at the end.
    rows: &'a BTreeSet<u32>,
    lang: Lang,
}

/// The report in words. What it names of facts by number has its row in [`evidence`], which follows it.
pub fn document(facts: &Facts, report: &Report, diagnoses: &[Diagnosis], lang: Lang) -> Document {
    parts_of(facts, report, diagnoses, &Part::ALL, lang)
}

/// Some parts of the report in words.
pub fn parts_of(facts: &Facts, report: &Report, diagnoses: &[Diagnosis], parts: &[Part], lang: Lang) -> Document {
    // What is left out has no rows to lead to.
    let rows = if parts == Part::ALL { named(report, diagnoses) } else { BTreeSet::new() };
    let words = Words { facts, rows: &rows, lang };
    let sections = |part: &Part| match part {
        Part::Table1 => vec![words.table1(&report.table1)],
        Part::Table2 => vec![words.table2(report)],
        Part::Framework => vec![words.framework(report)],
        Part::Relations => vec![words.dialectics(&report.framework.dialectics)],
        Part::Outcome => vec![words.outcome(&report.outcome.passages)],
        Part::Diagnoses => super::diagnosis::sections(lang, facts, diagnoses),
        Part::Rules => vec![words.rules(report.rules), words.kinds()],
    };
    Document {
        title: words.t("report-title"),
        lead: words.lead(&report.scope, report.period),
        sections: parts.iter().flat_map(sections).collect(),
    }
}

/// The facts that a report names, by their numbers.
pub fn evidence(facts: &Facts, named: &BTreeSet<u32>, lang: Lang) -> Section {
    let of = |number: &u32| {
        let fact = facts.facts.get(*number as usize)?;
        let who = |number: u32| facts.actors.get(number as usize).map(|one| lang.pick(&one.name, &one.name_en));
        let cells = [
            row(*number),
            when(facts, fact),
            who(fact.from)?.to_owned(),
            relation_name(fact.relation, lang),
            who(fact.to)?.to_owned(),
            item_name(facts, &fact.item, lang).to_owned(),
            kind_name(fact.relation, &fact.code, lang).0,
            fact.count.to_string(),
            fact.source.clone(),
        ];
        Some(cells.into_iter().map(|cell| vec![cell]).collect())
    };
    let heads = [
        "network-number",
        "network-when",
        "network-by",
        "network-relation",
        "network-towards",
        "network-item",
        "network-kind",
        "report-head-count",
        "network-opens",
    ];
    let table = Block::Table {
        caption: lang.t("report-evidence-caption").into_owned(),
        heads: heads.iter().map(|key| lang.t(key).into_owned()).collect(),
        rows: named.iter().filter_map(of).collect(),
    };
    Section { title: lang.t("network-evidence").into_owned(), blocks: vec![table] }
}

impl Words<'_> {
    fn t(&self, key: &str) -> String {
        self.lang.t(key).into_owned()
    }

    fn tf(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.lang.tf(key, values).into_owned()
    }

    fn joined(&self, parts: &[String]) -> String {
        parts.join(if self.lang == Lang::Zh { "；" } else { "; " })
    }

    fn network(&self, network: Network) -> String {
        self.t(&format!("report-network-{}", network.name()))
    }

    fn figure_name(&self, key: &str) -> String {
        self.t(&format!("report-figure-{key}"))
    }

    /// What a row or a cell is about. Some cells are about one of the five networks.
    fn about(&self, key: &str) -> String {
        match Network::from_name(key) {
            Some(network) => self.network(network),
            None => self.t(&format!("report-about-{key}")),
        }
    }

    fn lead(&self, scope: &Scope, period: Option<Period>) -> Vec<String> {
        let days = period.map_or_else(
            || self.t("report-no-days"),
            |period| {
                let day = |day: Date| {
                    if self.facts.by_month { day.strftime("%Y-%m").to_string() } else { day.to_string() }
                };
                let (from, until) = (day(period.from), day(period.until));
                self.tf("report-days", &[("from", &from), ("until", &until)])
            },
        );
        let provinces: Vec<&str> = scope.provinces.iter().map(|province| province.name()).collect();
        let provinces = match provinces.len() {
            0 => self.t("report-provinces-all"),
            1 => self.tf("report-provinces-one", &[("province", provinces[0])]),
            _ => self.tf("report-provinces-among", &[("provinces", &self.lang.joined(&provinces))]),
        };
        let items: Vec<&str> = scope.items.iter().map(|item| item_name(self.facts, item, self.lang)).collect();
        let items = if items.is_empty() {
            self.t("report-items-all")
        } else {
            self.tf("report-items-some", &[("items", &self.lang.joined(&items))])
        };
        let subject = match scope.subject {
            None => "report-subjects-both",
            Some(Subject::Person) => "report-subjects-person",
            Some(Subject::Enterprise) => "report-subjects-enterprise",
        };
        vec![
            days,
            provinces,
            items,
            self.t(subject),
            self.t(if self.facts.by_month { "report-by-month" } else { "report-by-day" }),
            self.t("report-numbers-from-0"),
            self.t("report-labels-from-rules"),
        ]
    }

    fn value(&self, value: f64, unit: Unit) -> String {
        match unit {
            Unit::Count => format!("{value:.0}"),
            Unit::Share => format!("{:.1}%", value * 100.0),
            Unit::Number => format!("{value:.2}"),
            Unit::Hours => self.tf("report-hours", &[("hours", &format!("{value:.1}"))]),
        }
    }

    fn maybe(&self, value: Option<f64>, unit: Unit) -> String {
        value.map_or_else(|| self.t("report-undefined"), |value| self.value(value, unit))
    }

    fn figure(&self, figure: &Figure) -> String {
        self.lang.labelled(&self.figure_name(figure.key), &self.maybe(figure.value, figure.unit))
    }

    fn too_little(&self, of: &str, need: usize, have: usize) -> String {
        let of = self.figure_name(of);
        self.tf("report-too-little", &[("of", &of), ("need", &need.to_string()), ("have", &have.to_string())])
    }

    /// What rules say, in one line; what is said twice stands once.
    fn says(&self, says: &[Say]) -> Option<String> {
        let mut all: Vec<String> = Vec::new();
        for say in says {
            let text = match say {
                Say::Label { label, .. } => self.t(&format!("report-label-{label}")),
                Say::TooLittle { of, need, have, .. } => self.too_little(of, *need, *have),
                Say::Undefined { .. } => self.t("report-undefined"),
                Say::Below { .. } => continue,
            };
            if !all.contains(&text) {
                all.push(text);
            }
        }
        if all.is_empty() && !says.is_empty() {
            all.push(self.t("report-below"));
        }
        (!all.is_empty()).then(|| self.joined(&all))
    }

    fn named(&self, named: &Named) -> String {
        let name = match named.what {
            What::Actor(number) => {
                let profile = &self.facts.actors[number as usize];
                self.lang.pick(&profile.name, &profile.name_en).to_owned()
            }
            What::Agreement(number) => self.facts.agreements[number as usize].name.clone(),
            What::Event(number) => {
                let event = &self.facts.events[number as usize];
                let effect = match event.effect {
                    Effect::Advances => "report-effect-advances",
                    Effect::Suspends => "report-effect-suspends",
                };
                let name = self.lang.pick(&event.name, &event.name_en);
                let (from, effect) = (event.from.to_string(), self.t(effect));
                self.tf("report-event", &[("name", name), ("from", &from), ("effect", &effect)])
            }
        };
        match named.value {
            Some(value) => self.tf("report-named-with", &[("name", &name), ("value", &self.value(value, Unit::Count))]),
            None => name,
        }
    }

    fn evidence(&self, evidence: &Evidence) -> Option<String> {
        let kinds = [
            ("report-evidence-facts", &evidence.facts),
            ("report-evidence-statements", &evidence.statements),
            ("report-evidence-agreements", &evidence.agreements),
            ("report-evidence-openings", &evidence.openings),
            ("report-evidence-events", &evidence.events),
        ];
        let part = |(key, numbers): (&str, &Numbers)| {
            (numbers.all > 0).then(|| {
                let number = |number: &u32| {
                    let is_fact = key == "report-evidence-facts";
                    if is_fact && self.rows.contains(number) { to_row(*number) } else { number.to_string() }
                };
                let first: Vec<String> = numbers.first.iter().take(EVIDENCE_SHOWN).map(number).collect();
                let more = if numbers.all > EVIDENCE_SHOWN { self.t("report-evidence-more") } else { String::new() };
                let first = self.lang.joined(&first) + &more;
                self.tf(key, &[("numbers", &first), ("all", &numbers.all.to_string())])
            })
        };
        let parts: Vec<String> = kinds.into_iter().filter_map(part).collect();
        (!parts.is_empty()).then(|| self.lang.labelled(&self.t("report-evidence"), &self.joined(&parts)))
    }

    /// A cell: what it is called, whom it names, its figures, on what it rests.
    fn cell(&self, cell: &Cell) -> Vec<String> {
        let mut lines: Vec<String> = self.says(&cell.says).into_iter().collect();
        if !cell.named.is_empty() {
            let named: Vec<String> = cell.named.iter().map(|named| self.named(named)).collect();
            lines.push(self.lang.joined(&named));
        }
        // Where there is too little, that is the reason why a figure is not defined: it is not said again of each.
        let is_thin = cell.says.iter().any(|say| matches!(say, Say::TooLittle { .. }));
        let told = cell.figures.iter().filter(|figure| figure.value.is_some() || !is_thin);
        let figures: Vec<String> = told.map(|figure| self.figure(figure)).collect();
        lines.push(self.joined(&figures));
        lines.extend(self.evidence(&cell.evidence));
        lines
    }

    fn heads(&self, keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| self.t(key)).collect()
    }

    fn table1(&self, rows: &[Row]) -> Section {
        let mut heads = vec![self.t("report-head-network")];
        heads.extend(rows.first().iter().flat_map(|row| &row.cells).map(|cell| self.about(cell.key)));
        let rows = rows.iter().map(|row| {
            let cells = row.cells.iter().map(|cell| self.cell(cell));
            std::iter::once(vec![self.about(row.key)]).chain(cells).collect()
        });
        let caption = self.t("report-table1-caption");
        let blocks = vec![Block::Table { caption, heads, rows: rows.collect() }];
        Section { title: self.t("report-table1"), blocks }
    }

    /// Rows of a table that has a line for each cell: group, row, cell, and what is in it.
    fn lines(&self, group: &str, rows: &[Row]) -> Vec<Vec<Vec<String>>> {
        let cell = |row: &Row, cell: &Cell| {
            let own = if cell.key == row.key { String::new() } else { self.about(cell.key) };
            vec![vec![group.to_owned()], vec![self.about(row.key)], vec![own], self.cell(cell)]
        };
        rows.iter().flat_map(|row| row.cells.iter().map(move |one| cell(row, one))).collect()
    }

    fn table2(&self, report: &Report) -> Section {
        let table = &report.table2;
        let mut rows = self.lines(&self.t("report-individual"), &table.individual);
        rows.extend(self.lines(&self.t("report-relational"), &table.relational));
        let heads =
            self.heads(&["report-head-feature", "report-head-parameter", "report-head-of", "report-head-found"]);
        let caption = self.t("report-table2-caption");
        Section { title: self.t("report-table2"), blocks: vec![Block::Table { caption, heads, rows }] }
    }

    fn framework(&self, report: &Report) -> Section {
        let framework = &report.framework;
        let rows: Vec<Vec<Vec<String>>> = [&framework.environment, &framework.process, &framework.outcome]
            .into_iter()
            .flat_map(|row| {
                row.cells
                    .iter()
                    .map(|cell| vec![vec![self.about(row.key)], vec![self.about(cell.key)], self.cell(cell)])
            })
            .collect();
        let heads = self.heads(&["report-head-part", "report-head-element", "report-head-found"]);
        let caption = self.t("report-framework-caption");
        let blocks = vec![Block::Table { caption, heads, rows }, Block::Text(self.t("report-gtd"))];
        Section { title: self.t("report-framework"), blocks }
    }

    fn lag(&self, dialectic: &Dialectic, lagged: &Lagged) -> String {
        let (one, other) = (self.figure_name(dialectic.one), self.figure_name(dialectic.other));
        let r = self.maybe(lagged.r, Unit::Number);
        let (low, high) = lagged.interval.unwrap_or((-1.0, 1.0));
        let (low, high) = (self.value(low, Unit::Number), self.value(high, Unit::Number));
        let months = lagged.lag.unsigned_abs().to_string();
        let effective = format!("{:.1}", lagged.effective);
        let key = match lagged.lag {
            0 => "report-lag-same",
            1.. => "report-lag-after",
            _ => "report-lag-before",
        };
        let values = [
            ("one", one.as_str()),
            ("other", &other),
            ("r", &r),
            ("low", &low),
            ("high", &high),
            ("effective", &effective),
        ];
        match lagged.lag {
            0 => self.tf(key, &values),
            _ => self.tf(key, &[values.as_slice(), &[("months", months.as_str())]].concat()),
        }
    }

    fn dialectics(&self, dialectics: &[Dialectic]) -> Section {
        let mut blocks = vec![Block::Text(self.t("report-dialectics-lead"))];
        for dialectic in dialectics {
            let (one, other) = (self.figure_name(dialectic.one), self.figure_name(dialectic.other));
            let name = self.t(&format!("report-dialectic-{}", dialectic.key));
            let text = match &dialectic.found {
                Association::TooLittle { need, have } => self.too_little("months", *need, *have),
                Association::Known { .. } => match dialectic.found.clearest() {
                    Some(lagged) => self.lag(dialectic, lagged),
                    None => {
                        let most = LAG_MAX.to_string();
                        self.tf("report-lag-none", &[("one", &one), ("other", &other), ("most", &most)])
                    }
                },
            };
            blocks.push(Block::Text(self.lang.labelled(&name, &text)));
            if let Association::Known { lags } = &dialectic.found {
                let rows = lags.iter().map(|lagged| {
                    let interval = lagged
                        .interval
                        .map_or_else(|| self.t("report-undefined"), |(low, high)| format!("{low:.2} – {high:.2}"));
                    let pairs = lagged.pairs.to_string();
                    let (r, effective) = (self.maybe(lagged.r, Unit::Number), format!("{:.1}", lagged.effective));
                    let cells = [lagged.lag.to_string(), r, interval, pairs, effective];
                    cells.into_iter().map(|cell| vec![cell]).collect()
                });
                let heads = [
                    "report-head-lag",
                    "report-head-r",
                    "report-head-interval",
                    "report-head-pairs",
                    "report-head-effective",
                ];
                let caption = self.tf("report-lags-caption", &[("one", &one), ("other", &other)]);
                blocks.push(Block::Table { caption, heads: self.heads(&heads), rows: rows.collect() });
            }
            blocks.extend(self.evidence(&dialectic.evidence).map(Block::Text));
        }
        Section { title: self.t("report-dialectics"), blocks }
    }

    fn passage(&self, passage: &Passage) -> Vec<Vec<String>> {
        let mode = match passage.mode {
            Some(Mode::FullyOnline) => self.t("mode-fully-online"),
            Some(Mode::CollectHere) => self.t("mode-collect-here"),
            Some(Mode::Joint) => self.t("mode-joint"),
            Some(Mode::Delegated) => self.t("mode-delegated"),
            None if passage.open == Some(false) => self.t("report-closed"),
            None => self.t("report-not-listed"),
        };
        let mut way = vec![mode];
        way.extend(passage.since.map(|since| self.tf("report-since", &[("since", &since.to_string())])));
        let hours = [passage.hours_median, passage.hours_mean].map(|hours| self.maybe(hours, Unit::Hours));
        let trend = match passage.trend {
            Trend::TooLittle { need, have } => self.too_little("trend-facts", need, have),
            Trend::Known { hours, low, high } => {
                let key = match (low > 0.0, high < 0.0) {
                    (true, _) => "report-trend-slower",
                    (_, true) => "report-trend-faster",
                    _ => "report-trend-unclear",
                };
                let [hours, low, high] = [hours, low, high].map(|hours| format!("{hours:+.1}"));
                self.tf(key, &[("hours", &hours), ("low", &low), ("high", &high)])
            }
        };
        let rating = match passage.ratings {
            0 => self.t("report-undefined"),
            ratings => {
                let (level, ratings) = (self.maybe(passage.rating_mean, Unit::Number), ratings.to_string());
                self.tf("report-rating", &[("level", &level), ("ratings", &ratings)])
            }
        };
        let visits = passage.visits_least.map_or_else(|| self.t("report-undefined"), |visits| visits.to_string());
        let mut standing = Vec::new();
        if passage.is_closed() {
            standing.push(self.t("report-closed"));
        } else {
            standing.extend(self.says(std::slice::from_ref(&passage.can)));
        }
        if let Some(easy) = &passage.easy {
            standing.extend(self.says(std::slice::from_ref(easy)));
            let fails = passage.criteria.iter().filter_map(|say| match say {
                Say::Label { rule, label: "fails", .. } => Some(self.rule_name(rule)),
                _ => None,
            });
            let fails: Vec<String> = fails.collect();
            if !fails.is_empty() {
                standing.push(self.tf("report-fails", &[("criteria", &self.lang.joined(&fails))]));
            }
        }
        standing.extend(self.evidence(&passage.evidence));
        let between = [("receiving", passage.receiving.name()), ("handling", passage.handling.name())];
        vec![
            vec![item_name(self.facts, &passage.item, self.lang).to_owned()],
            vec![self.tf("report-between", &between)],
            way,
            vec![passage.cases.to_string()],
            hours.to_vec(),
            vec![self.maybe(passage.corrections_per_case, Unit::Number)],
            vec![self.maybe(passage.returns_per_case, Unit::Number)],
            vec![self.maybe(passage.share_late, Unit::Share)],
            vec![visits],
            vec![rating],
            vec![trend],
            standing,
        ]
    }

    fn outcome(&self, passages: &[Passage]) -> Section {
        let title = self.t("report-outcome");
        let mut blocks = vec![Block::Text(self.t("report-outcome-lead"))];
        if passages.is_empty() {
            blocks.push(Block::Text(self.t("report-outcome-none")));
            return Section { title, blocks };
        }
        let heads = [
            "report-head-item",
            "report-head-between",
            "report-head-way",
            "report-figure-cases",
            "report-head-hours",
            "report-figure-corrections-per-case",
            "report-figure-returns-per-case",
            "report-figure-share-late",
            "report-figure-visits-least",
            "report-head-rating",
            "report-head-trend",
            "report-head-standing",
        ];
        let rows = passages.iter().map(|passage| self.passage(passage)).collect();
        blocks.push(Block::Table { caption: self.t("report-outcome-caption"), heads: self.heads(&heads), rows });
        Section { title, blocks }
    }

    fn rule_name(&self, key: &str) -> String {
        self.t(&format!("report-rule-{key}"))
    }

    fn rules(&self, rules: &[Rule]) -> Section {
        let row = |rule: &Rule| {
            let steps = rule.threshold.iter().map(|step| {
                let label = self.t(&format!("report-label-{}", step.label));
                self.tf("report-step", &[("from", &step.from.to_string()), ("label", &label)])
            });
            let needs = rule.needs.iter().map(|need| {
                let of = self.figure_name(need.of);
                self.tf("report-need", &[("of", &of), ("least", &need.least.to_string())])
            });
            let source = match rule.source {
                "" => self.t("report-source-own"),
                source => source.to_owned(),
            };
            let why = vec![self.t(&format!("report-why-{}", rule.why)), source];
            let name = vec![self.rule_name(rule.key)];
            vec![name, vec![self.figure_name(rule.measure)], steps.collect(), needs.collect(), why]
        };
        let heads = [
            "report-head-rule",
            "report-head-measure",
            "report-head-threshold",
            "report-head-needs",
            "report-head-why",
        ];
        let caption = self.t("report-rules-caption");
        let rows = rules.iter().map(row).collect();
        let table = Block::Table { caption, heads: self.heads(&heads), rows };
        Section { title: self.t("report-rules"), blocks: vec![table] }
    }

    /// What each relation counts as in table 2.
    fn kinds(&self) -> Section {
        let row = |relation: Relation| {
            let function = match function_of(relation) {
                Some(Function::Communication) => self.t("report-label-communication"),
                Some(Function::Cooperation) => self.t("report-label-cooperation"),
                Some(Function::Delay) => self.t("report-label-delay"),
                None => String::new(),
            };
            let strategy = match strategy_of(Network::Intergovernmental, relation) {
                Strategy::Promote => "report-label-promote",
                Strategy::Respond => "report-label-respond",
                Strategy::Cooperate => "report-label-cooperate",
                Strategy::Diverge => "report-label-diverge",
                Strategy::Advise => "report-label-advise",
                Strategy::Resist => "report-label-resist",
                Strategy::Ask => "report-label-ask",
            };
            let content = match content_of(relation) {
                Content::Power => "report-label-power",
                Content::Value => "report-label-value",
                Content::Resource => "report-label-resource",
                Content::Interest => "report-label-interest",
            };
            let name = relation_name(relation, self.lang);
            [name, function, self.t(strategy), self.t(content)].into_iter().map(|cell| vec![cell]).collect()
        };
        let heads = self.heads(&[
            "report-head-relation",
            "report-about-function",
            "report-about-strategy",
            "report-about-content",
        ]);
        let rows = Relation::ALL.into_iter().map(row).collect();
        let table = Block::Table { caption: self.t("report-kinds-caption"), heads, rows };
        Section { title: self.t("report-kinds"), blocks: vec![table, Block::Text(self.t("report-kinds-note"))] }
    }
}

/// What a cell is called, whom it names and its figures, in one line and without its evidence.
pub fn judged(facts: &Facts, cell: &Cell, lang: Lang) -> String {
    let bare = Cell { evidence: Evidence::default(), ..cell.clone() };
    let lines = Words { facts, rows: &BTreeSet::new(), lang }.cell(&bare);
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// The rules as a table for `docs/network.md`, in both languages.
pub fn rules_page(rules: &[Rule]) -> String {
    let (facts, rows) = (Facts::default(), BTreeSet::new());
    let [zh, en] = [Lang::Zh, Lang::En].map(|lang| Words { facts: &facts, rows: &rows, lang });
    let mut out = String::from("| | measure | thresholds | needs | why |\n|---|---|---|---|---|\n");
    for rule in rules {
        let both = |key: &str| format!("{}<br>{}", zh.t(key), en.t(key));
        let steps: Vec<String> = rule
            .threshold
            .iter()
            .map(|step| {
                let key = format!("report-label-{}", step.label);
                format!("{}: {} {}", step.from, zh.t(&key), en.t(&key))
            })
            .collect();
        let needs: Vec<String> =
            rule.needs.iter().map(|need| format!("{} {}", need.least, en.figure_name(need.of))).collect();
        let source = if rule.source.is_empty() { String::new() } else { format!(" ({})", rule.source) };
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} | {}{source} |",
            rule.key,
            both(&format!("report-figure-{}", rule.measure)),
            steps.join("<br>"),
            needs.join("<br>"),
            both(&format!("report-why-{}", rule.why)),
        );
    }
    out
}
