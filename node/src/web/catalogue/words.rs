//! Elements and differences in words.

use tongban_core::catalogue::compare::{
    Cell, Common, Difference, Element, Held, MaterialPoint, PartPoint, Row, Words, alike,
};
use tongban_core::catalogue::{Implementation, MaterialRule, Need, PartRule, Side};
use tongban_core::item::Clause;
use tongban_core::time::Limit;

use crate::directory::Snapshot;
use crate::text::Lang;
use crate::web::case_page;

/// A place by its name; in English by its authority's, since regions have no English name.
pub(in crate::web) fn place(lang: Lang, snapshot: &Snapshot, one: &Implementation) -> String {
    let authority = snapshot.organisations.get(&one.authority).map_or("", |org| org.name_en.as_str());
    lang.pick(&one.region.full_name(), authority).to_owned()
}

/// How an element is called: “材料：居民身份证 · 原件”.
pub(in crate::web) fn element(lang: Lang, common: &Common<'_>, row: &Row) -> String {
    let Some(held) = row.example() else { return String::new() };
    let one = common.all()[held.at];
    let t = |key: &str| lang.t(key).into_owned();
    let point = |name: &str, key: &str| format!("{name} · {}", lang.t(key));
    match row.element() {
        Element::Condition(_) => {
            let condition = &one.conditions[held.index];
            lang.labelled(&t("catalogue-condition"), lang.pick(&condition.text, &condition.text_en))
        }
        Element::Material(_, material) => {
            let name = lang.labelled(&t("catalogue-material"), named(lang, &one.materials[held.index]));
            match material {
                MaterialPoint::Name => name,
                MaterialPoint::Need => point(&name, "catalogue-need"),
                MaterialPoint::Original => point(&name, "catalogue-original"),
                MaterialPoint::Review => point(&name, "catalogue-review"),
            }
        }
        Element::Statutory => t("catalogue-statutory"),
        Element::Promised => t("catalogue-promised"),
        Element::Fee => t("catalogue-fee"),
        Element::Result => t("catalogue-result"),
        Element::Part(_, part) => {
            let name = lang.labelled(&t("catalogue-part"), part_named(lang, &one.parts[held.index]));
            match part {
                PartPoint::Name => name,
                PartPoint::Course => point(&name, "catalogue-course"),
                PartPoint::Limit => point(&name, "catalogue-part-limit"),
            }
        }
        Element::Basis => t("catalogue-basis"),
    }
}

/// What a place says of an element.
pub(in crate::web) fn says(lang: Lang, common: &Common<'_>, row: &Row, held: Held) -> String {
    let one = common.all()[held.at];
    match row.element() {
        Element::Condition(_) => lang.t("catalogue-there").into_owned(),
        Element::Material(_, point) => {
            let rule = &one.materials[held.index];
            match point {
                MaterialPoint::Name => named(lang, rule).to_owned(),
                MaterialPoint::Need => case_page::need_name(lang, rule.need),
                MaterialPoint::Original => original(lang, rule.original),
                MaterialPoint::Review => lang.pick(&rule.review, &rule.review_en).to_owned(),
            }
        }
        Element::Statutory => case_page::limit(lang, one.statutory),
        Element::Promised => case_page::limit(lang, one.promised),
        Element::Fee => fee(lang, &one.fee),
        Element::Result => lang.pick(&one.result, &one.result_en).to_owned(),
        Element::Part(_, point) => {
            let part = &one.parts[held.index];
            match point {
                PartPoint::Name => part_named(lang, part).to_owned(),
                PartPoint::Course => {
                    let side = if part.at == Side::Here { "catalogue-side-here" } else { "catalogue-side-there" };
                    lang.tf("catalogue-course-value", &[("side", &lang.t(side)), ("after", &after(lang, one, part))])
                        .into_owned()
                }
                PartPoint::Limit => case_page::limit(lang, part.limit),
            }
        }
        Element::Basis => one.legal_basis.clone(),
    }
}

/// The names of the parts that come before one.
fn after(lang: Lang, one: &Implementation, part: &PartRule) -> String {
    let before = one.parts.iter().filter(|other| part.after.contains(&other.key));
    let names: Vec<&str> = before.map(|other| part_named(lang, other)).collect();
    if names.is_empty() { lang.t("catalogue-after-none").into_owned() } else { lang.joined(&names) }
}

fn named(lang: Lang, rule: &MaterialRule) -> &str {
    lang.pick(&rule.name, &rule.name_en)
}

fn part_named(lang: Lang, part: &PartRule) -> &str {
    lang.pick(&part.name, &part.name_en)
}

fn original(lang: Lang, original: bool) -> String {
    lang.t(if original { "catalogue-original-seen" } else { "catalogue-original-not" }).into_owned()
}

fn fee(lang: Lang, fee: &str) -> String {
    if fee.is_empty() { lang.t("free-of-charge").into_owned() } else { fee.to_owned() }
}

/// What is to be said of a cell, as a stable word; its text stands under `catalogue-cell-` and it.
pub(in crate::web) fn cell(cell: Cell) -> &'static str {
    match cell {
        Cell::Same => "same",
        Cell::Other => "other",
        Cell::More => "more",
        Cell::Missing => "missing",
        Cell::Apart => "apart",
        Cell::Absent => "absent",
    }
}

/// A difference as a sentence: “对方另要：居住证，必要，要看原件”.
pub(in crate::web) fn sentence(lang: Lang, difference: &Difference) -> String {
    use Difference as D;
    let key = format!("differs-{}", difference.code());
    let fill = |values: &[(&str, &str)]| lang.tf(&key, values).into_owned();
    let word = |words: &Words| lang.pick(&words.text, &words.text_en).to_owned();
    let limit = |limit: Limit| case_page::limit(lang, limit);
    let day = |day: &Option<jiff::civil::Date>| {
        day.map_or_else(|| lang.t("catalogue-no-end").into_owned(), |day| day.to_string())
    };
    match difference {
        D::ConditionMore { condition } | D::ConditionLess { condition } => fill(&[("text", &word(condition))]),
        D::MaterialMore { material } | D::MaterialLess { material } => fill(&[("what", &asked(lang, material))]),
        D::MaterialName { here, there } | D::Result { here, there } | D::PartName { here, there } => {
            fill(&[("here", &word(here)), ("there", &word(there))])
        }
        D::MaterialNeed { material, .. } | D::MaterialOriginal { material, .. } => fill(&[("name", &word(material))]),
        D::MaterialReview { material, here, there } => {
            fill(&[("name", &word(material)), ("here", &word(here)), ("there", &word(there))])
        }
        D::Statutory { here, there } | D::Promised { here, there } => {
            fill(&[("here", &limit(*here)), ("there", &limit(*there))])
        }
        D::Fee { here, there } => fill(&[("here", &fee(lang, here)), ("there", &fee(lang, there))]),
        D::PartMore { part } | D::PartLess { part } | D::PartCourse { part } => fill(&[("name", &word(part))]),
        D::PartLimit { part, here, there } => {
            fill(&[("name", &word(part)), ("here", &limit(*here)), ("there", &limit(*there))])
        }
        D::Basis { here, there } => fill(&[("here", here), ("there", there)]),
        D::Until { here, there } => fill(&[("here", &day(here)), ("there", &day(there))]),
    }
}

/// A material with how it is asked for.
fn asked(lang: Lang, rule: &MaterialRule) -> String {
    let mut words = vec![named(lang, rule).to_owned()];
    if rule.need == Need::MayFollow {
        words.push(case_page::need_name(lang, rule.need));
    }
    words.push(original(lang, rule.original));
    words.join(if lang == Lang::Zh { "，" } else { ", " })
}

/// A material with all that is said of it: “居民身份证，必要，要看原件；审查要点：在有效期内”.
fn whole(lang: Lang, rule: &MaterialRule) -> String {
    let words = [named(lang, rule).to_owned(), case_page::need_name(lang, rule.need), original(lang, rule.original)];
    let (comma, stop) = if lang == Lang::Zh { ("，", "；") } else { (", ", "; ") };
    let asked = words.join(comma);
    match lang.pick(&rule.review, &rule.review_en) {
        "" => asked,
        review => format!("{asked}{stop}{}", lang.labelled(&lang.t("catalogue-review"), review)),
    }
}

/// What a clause is about: “材料：居民身份证”.
pub(in crate::web) fn about(lang: Lang, clause: &Clause) -> String {
    match clause {
        Clause::Condition { condition } => {
            lang.labelled(&lang.t("catalogue-condition"), lang.pick(&condition.text, &condition.text_en))
        }
        Clause::NoCondition { text } => lang.labelled(&lang.t("catalogue-condition"), text),
        Clause::Material { material, .. } => lang.labelled(&lang.t("catalogue-material"), named(lang, material)),
        Clause::NoMaterial { name, .. } => lang.labelled(&lang.t("catalogue-material"), name),
        Clause::Statutory { .. } => lang.t("catalogue-statutory").into_owned(),
        Clause::Promised { .. } => lang.t("catalogue-promised").into_owned(),
        Clause::Fee { .. } => lang.t("catalogue-fee").into_owned(),
        Clause::Result { .. } => lang.t("catalogue-result").into_owned(),
        Clause::Basis { .. } => lang.t("catalogue-basis").into_owned(),
    }
}

/// What a clause wants to stand everywhere.
pub(in crate::web) fn wanted(lang: Lang, clause: &Clause) -> String {
    match clause {
        Clause::Condition { .. } => lang.t("proposal-wanted").into_owned(),
        Clause::NoCondition { .. } | Clause::NoMaterial { .. } => lang.t("proposal-unwanted").into_owned(),
        Clause::Material { material, .. } => whole(lang, material),
        Clause::Statutory { limit } | Clause::Promised { limit } => case_page::limit(lang, *limit),
        Clause::Fee { fee: text, .. } => fee(lang, text),
        Clause::Result { result, result_en } => lang.pick(result, result_en).to_owned(),
        Clause::Basis { text, .. } => text.clone(),
    }
}

/// Other names of what a clause is about: “现在也叫：身份证”; empty if there are none.
pub(in crate::web) fn other_names(lang: Lang, clause: &Clause) -> String {
    match clause {
        Clause::Material { also, .. } | Clause::NoMaterial { also, .. } if !also.is_empty() => {
            lang.tf("proposal-also", &[("names", &lang.joined(also))]).into_owned()
        }
        _ => String::new(),
    }
}

/// What an implementation says of what a clause is about.
pub(in crate::web) fn stands(lang: Lang, clause: &Clause, one: &Implementation) -> String {
    let there = |is_there: bool| lang.t(if is_there { "catalogue-there" } else { "catalogue-absent" }).into_owned();
    match clause {
        Clause::Condition { condition } => there(has_condition(one, &condition.text)),
        Clause::NoCondition { text } => there(has_condition(one, text)),
        Clause::Material { .. } | Clause::NoMaterial { .. } => {
            clause.material_of(one).map_or_else(|| there(false), |rule| whole(lang, rule))
        }
        Clause::Statutory { .. } => case_page::limit(lang, one.statutory),
        Clause::Promised { .. } => case_page::limit(lang, one.promised),
        Clause::Fee { .. } => fee(lang, &one.fee),
        Clause::Result { .. } => lang.pick(&one.result, &one.result_en).to_owned(),
        Clause::Basis { .. } => one.legal_basis.clone(),
    }
}

fn has_condition(one: &Implementation, text: &str) -> bool {
    let alike = alike(one.region);
    one.conditions.iter().any(|own| alike(&own.text, text))
}
