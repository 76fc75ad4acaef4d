//! Diagnoses in words: as Markdown and as part of a page.

use maud::{Markup, html};
use tongban_core::network::diagnosis::{Diagnosis, FALSE_SHARE_MAX, Figure, Finding, RULES, Unit};
use tongban_core::network::facts::Facts;

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

/// As lines of Markdown, each diagnosis under a heading of the third level.
pub fn markdown(lang: Lang, facts: &Facts, diagnoses: &[Diagnosis]) -> String {
    let plain = |text: &str| text.replace('|', "\\|").replace('\n', " ");
    let mut out = String::new();
    for told in diagnoses.iter().map(|one| told(lang, facts, one)) {
        out.push_str(&format!("### {}\n\n{}\n\n", plain(&told.name), plain(&told.says)));
        for (name, value) in &told.figures {
            out.push_str(&format!("- {}\n", plain(&lang.labelled(name, value))));
        }
        for note in std::iter::once(&told.words).chain(&told.notes) {
            out.push_str(&format!("- {}\n", plain(note)));
        }
        out.push('\n');
    }
    out
}

/// As part of a page.
pub fn fragment(lang: Lang, facts: &Facts, diagnoses: &[Diagnosis]) -> Markup {
    html! {
        @for told in diagnoses.iter().map(|one| told(lang, facts, one)) {
            section {
                h3 { (told.name) }
                p { (told.says) }
                @if !told.figures.is_empty() {
                    table {
                        tbody {
                            @for (name, value) in &told.figures {
                                tr { th scope="row" { (name) } td { (value) } }
                            }
                        }
                    }
                }
                p { (told.words) }
                @for note in &told.notes { p { (note) } }
            }
        }
    }
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
    let values = [("whom", &*actors), ("places", &*places), ("item", &*whom.item), ("code", &*code)];
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
    notes.push(lang.tf("diagnosis-evidence", &[("count", &one.evidence.len().to_string())]));
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
