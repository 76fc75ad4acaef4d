//! Diagnoses in words, as sections of a report.

use tongban_core::network::diagnosis::{Diagnosis, FALSE_SHARE_MAX, Figure, Finding, RULES, Unit};
use tongban_core::network::facts::Facts;

use super::document::{Block, Section, to_row};
use super::known::item_name;
use super::report::EVIDENCE_SHOWN;
use crate::limits::DIAGNOSIS_SOURCES_SHOWN;
use crate::text::Lang;

/// A diagnosis in words.
struct Told {
    name: String,
    says: String,
    words: String,
    /// Name and value.
    figures: Vec<(String, String)>,
    notes: Vec<String>,
}

/// As sections of a report: what was asserted first, then what was not found, then what there is too little for.
pub fn sections(lang: Lang, facts: &Facts, diagnoses: &[Diagnosis]) -> Vec<Section> {
    let place = |one: &&Diagnosis| match one.finding {
        Finding::Asserted => 0,
        Finding::NotFound => 1,
        Finding::TooLittle { .. } => 2,
    };
    let mut all: Vec<&Diagnosis> = diagnoses.iter().collect();
    all.sort_by_key(place);
    let section = |one: &Diagnosis| {
        let Told { name, says, words, figures, notes } = told(lang, facts, one);
        let figures = figures.iter().map(|(name, value)| lang.labelled(name, value));
        let lines = figures.chain([words]).chain(notes).collect();
        let title = lang.labelled(&lang.t("diagnosis-title"), &name);
        Section { title, blocks: vec![Block::Text(says), Block::List(lines)] }
    };
    all.into_iter().map(section).collect()
}

/// A diagnosis in words, as it can be published.
pub struct Words {
    /// What it says.
    pub says: String,
    /// Its figures, each with its name.
    pub figures: Vec<String>,
}

/// A diagnosis in words.
pub fn words(lang: Lang, facts: &Facts, one: &Diagnosis) -> Words {
    let Told { says, figures, .. } = told(lang, facts, one);
    Words { says, figures: figures.iter().map(|(name, value)| lang.labelled(name, value)).collect() }
}

fn told(lang: Lang, facts: &Facts, one: &Diagnosis) -> Told {
    let key = one.key;
    let name = lang.t(&format!("diagnosis-{key}")).into_owned();
    // Every diagnosis has its rule.
    let (words, lines) = RULES.iter().find(|rule| rule.key == key).map_or(("", ""), |rule| (rule.words, rule.lines));
    let words = lang.tf("diagnosis-words", &[("words", words), ("lines", lines)]).into_owned();
    let mut notes = Vec::new();
    let says = match one.finding {
        Finding::NotFound => lang.tf("diagnosis-not-found", &[("tested", &one.tested.to_string())]).into_owned(),
        Finding::TooLittle { need, have, of } => {
            let of = lang.t(&format!("diagnosis-need-{of}"));
            let values = [("need", &*need.to_string()), ("have", &*have.to_string()), ("of", &*of)];
            lang.tf("diagnosis-too-little", &values).into_owned()
        }
        Finding::Asserted => {
            notes = asserted_notes(lang, facts, one);
            says(lang, facts, one)
        }
    };
    let figures = one
        .figures
        .iter()
        .map(|figure| (lang.t(&format!("diagnosis-figure-{}", figure.name)).into_owned(), value(lang, figure)));
    let figures = figures.collect();
    Told { name, says, words, figures, notes }
}

fn actor_name(lang: Lang, facts: &Facts, actor: u32) -> String {
    facts.actors.get(actor as usize).map_or_else(String::new, |one| lang.pick(&one.name, &one.name_en).to_owned())
}

fn says(lang: Lang, facts: &Facts, one: &Diagnosis) -> String {
    let whom = &one.whom;
    let actors: Vec<String> = whom.actors.iter().map(|actor| actor_name(lang, facts, *actor)).collect();
    let places: Vec<&str> = whom.regions.iter().map(|region| region.name()).collect();
    let event = facts.events.iter().find(|event| one.key == "event" && event.key == whom.code);
    let code = match (one.key, event) {
        ("barrier", _) => lang.t(&format!("barrier-{}", whom.code)).into_owned(),
        (_, Some(event)) => lang.pick(&event.name, &event.name_en).to_owned(),
        _ => whom.code.clone(),
    };
    let (actors, places) = (lang.joined(&actors), lang.joined(&places));
    let values =
        [("whom", &*actors), ("places", &*places), ("item", item_name(facts, &whom.item, lang)), ("code", &*code)];
    lang.tf(&format!("diagnosis-{}-says", one.key), &values).into_owned()
}

fn asserted_notes(lang: Lang, facts: &Facts, one: &Diagnosis) -> Vec<String> {
    let mut notes = Vec::new();
    notes.push(match one.p.zip(one.adjusted) {
        Some((p, adjusted)) => {
            let most = FALSE_SHARE_MAX.to_string();
            lang.tf("diagnosis-chance", &[("p", &chance(p)), ("adjusted", &chance(adjusted)), ("most", &most)])
        }
        None => lang.t("diagnosis-recorded"),
    });
    let count = lang.tf("diagnosis-evidence", &[("count", &one.evidence.len().to_string())]);
    let numbers: Vec<String> = one.evidence.iter().take(EVIDENCE_SHOWN).map(|fact| to_row(*fact)).collect();
    let more = if one.evidence.len() > EVIDENCE_SHOWN { lang.t("report-evidence-more") } else { "".into() };
    let named = lang.joined(&numbers) + &more;
    notes.push(if numbers.is_empty() { count } else { lang.labelled(&count, &named).into() });
    let named = one.evidence.iter().filter_map(|at| facts.facts.get(*at as usize));
    let mut sources: Vec<&str> = named.map(|fact| fact.source.as_str()).filter(|source| !source.is_empty()).collect();
    sources.sort_unstable();
    sources.dedup();
    let more = sources.len().saturating_sub(DIAGNOSIS_SOURCES_SHOWN);
    sources.truncate(DIAGNOSIS_SOURCES_SHOWN);
    if !sources.is_empty() {
        let shown = lang.joined(&sources);
        notes.push(match more {
            0 => lang.tf("diagnosis-sources", &[("sources", &shown)]),
            _ => lang.tf("diagnosis-sources-more", &[("sources", &shown), ("more", &more.to_string())]),
        });
    }
    notes.push(lang.tf("diagnosis-refuted-if", &[("text", &lang.t(&one.refuted_by))]));
    notes.push(lang.t("diagnosis-why-not"));
    for reply in &one.replies {
        let who = actor_name(lang, facts, reply.actor);
        notes.push(lang.tf("diagnosis-reply", &[("who", &who), ("words", &reply.words), ("source", &reply.source)]));
    }
    if one.replies.is_empty() && !one.whom.actors.is_empty() {
        notes.push(lang.t("diagnosis-no-reply"));
    }
    notes.into_iter().map(std::borrow::Cow::into_owned).collect()
}

/// A probability: below one in ten thousand nobody needs its digits.
fn chance(p: f64) -> String {
    if p < 0.0001 { "< 0.0001".to_owned() } else { format!("{p:.4}") }
}

fn value(lang: Lang, figure: &Figure) -> String {
    let number = |value: f64| match figure.unit {
        Unit::Share => format!("{:.1} %", 100.0 * value),
        Unit::Ratio => format!("{value:.2}"),
        Unit::Count => format!("{value:.0}"),
    };
    let plain = number(figure.value);
    match figure.interval {
        Some((low, high)) => {
            let values = [("value", &*plain), ("low", &*number(low)), ("high", &*number(high))];
            lang.tf("diagnosis-interval", &values).into_owned()
        }
        None => plain,
    }
}
