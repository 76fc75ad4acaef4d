//! 情形 on pages: what is asked before a case is begun. Every answer is a link, so that one click answers a question, without
//! scripts; the address carries what was answered.

use maud::{Markup, html};
use tongban_core::catalogue::{Answer, Answered, Answers, Implementation, Question, Situation};

use super::case_page;
use super::fault::form_encode;
use super::part::{attention, badge};
use super::visitor::Visitor;
use crate::text::Lang;

/// The name of an answer in an address is this and the key of its question.
const PREFIX: &str = "answer.";

/// The fields of an address.
pub type Fields = Vec<(String, String)>;

/// The answers that an address carries.
pub fn given(fields: &[(String, String)]) -> Answers {
    let answer = |(name, value): &(String, String)| Some((name.strip_prefix(PREFIX)?.to_owned(), value.clone()));
    fields.iter().filter_map(answer).collect()
}

/// An address with the answers to the first questions, and one more.
fn with(base: &str, answered: &[Answered], more: Option<(&str, &str)>) -> String {
    let pairs = answered.iter().map(|one| (one.question.as_str(), one.answer.as_str())).chain(more);
    let mut address = base.to_owned();
    for (question, answer) in pairs {
        address.push(if address.contains('?') { '&' } else { '?' });
        address.push_str(&format!("{PREFIX}{}={}", form_encode(question), form_encode(answer)));
    }
    address
}

/// The address of a page in a situation: the same answers always give the same address.
pub fn address(base: &str, situation: &Situation) -> String {
    with(base, &situation.answered(), None)
}

/// What was asked and answered, each with a way back, and the question that comes next. Nothing if nothing is asked.
pub fn questions(visitor: &Visitor, base: &str, situation: &Situation) -> Markup {
    let (lang, answered) = (visitor.lang, situation.answered());
    html! {
        @if !situation.asked.is_empty() {
            div class="card" id="situation" tabindex="-1" {
                h2 { (visitor.t("situation-title")) }
                @for (at, one) in answered.iter().enumerate() {
                    p {
                        (words(lang, one)) " "
                        a href=(with(base, &answered[..at], None)) aria-label=(visitor.tf("situation-change-named", &[("question", lang.pick(&one.asked, &one.asked_en))])) { (visitor.t("situation-change")) }
                    }
                }
                @if let Some(question) = situation.open() {
                    div role="group" aria-labelledby="situation-question" {
                        p id="situation-question" { strong { (lang.pick(&question.text, &question.text_en)) } }
                        div class="actions" {
                            @for answer in &question.answers {
                                a class="button" href=(with(base, &answered, Some((question.key.as_str(), answer.key.as_str())))) { (lang.pick(&answer.text, &answer.text_en)) }
                            }
                        }
                    }
                    p class="hint" { (visitor.t("situation-hint")) }
                }
                @if let Some(answer) = situation.cannot() { (attention(&cannot(visitor, answer))) }
            }
        }
    }
}

fn cannot(visitor: &Visitor, answer: &Answer) -> String {
    let why = visitor.lang.pick(&answer.cannot, &answer.cannot_en);
    visitor.tf("fault-situation-cannot", &[("why", why)]).into_owned()
}

/// A question and its answer in one line.
fn words(lang: Lang, one: &Answered) -> String {
    let (asked, said) = (lang.pick(&one.asked, &one.asked_en), lang.pick(&one.said, &one.said_en));
    // A question brings its own sign.
    if asked.ends_with(['？', '?']) { format!("{asked} {said}") } else { lang.labelled(asked, said) }
}

/// What a case keeps of it, as a fact.
pub fn fact(visitor: &Visitor, answered: &[Answered]) -> Markup {
    html! {
        @if !answered.is_empty() {
            dt { (visitor.t("situation-title")) }
            dd { @for (at, one) in answered.iter().enumerate() { @if at > 0 { br; } (words(visitor.lang, one)) } }
        }
    }
}

/// All questions of an implementation, and what each answer changes, for who reads before asking.
pub fn guide(visitor: &Visitor, one: &Implementation) -> Markup {
    let lang = visitor.lang;
    html! {
        @if !one.situations.is_empty() {
            section id="situation" {
                h2 { (visitor.t("situation-guide")) }
                p class="hint" { (visitor.t("situation-guide-hint")) }
                @for question in &one.situations {
                    h3 { (lang.pick(&question.text, &question.text_en)) }
                    ul class="checklist" {
                        @for answer in &question.answers {
                            li { strong { (lang.pick(&answer.text, &answer.text_en)) } " " (lang.joined(&changes(visitor, one, answer))) }
                        }
                    }
                }
            }
        }
    }
}

/// A mark beside a material that is needed in some situations only.
pub fn mark(visitor: &Visitor, one: &Implementation, material: &str) -> Markup {
    let depends = one.situations.iter().flat_map(|question| &question.answers).any(|answer| names(answer, material));
    html! { @if depends { " " (badge("move", &visitor.t("situation-depends"))) } }
}

fn names(answer: &Answer, material: &str) -> bool {
    answer.materials.iter().any(|key| key == material)
}

/// What an answer changes, in words.
fn changes(visitor: &Visitor, one: &Implementation, answer: &Answer) -> Vec<String> {
    let lang = visitor.lang;
    if !answer.cannot.is_empty() {
        return vec![cannot(visitor, answer)];
    }
    let mut changes = Vec::new();
    let materials = one.materials.iter().filter(|rule| names(answer, &rule.key));
    let materials: Vec<&str> = materials.map(|rule| lang.pick(&rule.name, &rule.name_en)).collect();
    if !materials.is_empty() {
        let materials = lang.joined(&materials);
        changes.push(visitor.tf("situation-materials", &[("materials", &materials)]).into_owned());
    }
    if !answer.modes.is_empty() {
        let modes: Vec<String> = answer.modes.iter().map(|mode| case_page::mode(lang, *mode)).collect();
        changes.push(visitor.tf("situation-modes", &[("modes", &lang.joined(&modes))]).into_owned());
    }
    if let Some(limit) = answer.promised {
        let limit = case_page::limit(lang, limit);
        changes.push(visitor.tf("situation-promised", &[("limit", &limit)]).into_owned());
    }
    let next = |key: &String| one.situations.iter().find(|question| question.key == *key);
    if let Some(Question { text, text_en, .. }) = answer.next.as_ref().and_then(next) {
        changes.push(visitor.tf("situation-next", &[("question", lang.pick(text, text_en))]).into_owned());
    }
    if changes.is_empty() {
        changes.push(visitor.t("situation-nothing").into_owned());
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_stand_in_addresses_as_they_are() {
        let one = Answered {
            question: "家 1".to_owned(),
            answer: "a&b".to_owned(),
            asked: String::new(),
            asked_en: String::new(),
            said: String::new(),
            said_en: String::new(),
        };
        let address = with("/apply/x?here=1", &[one], Some(("two", "c")));
        assert_eq!(address, "/apply/x?here=1&answer.%E5%AE%B6%201=a%26b&answer.two=c");
        assert_eq!(with("/window/new/x", &[], Some(("two", "c"))), "/window/new/x?answer.two=c");
        let fields = vec![("here".to_owned(), "1".to_owned()), ("answer.two".to_owned(), "c".to_owned())];
        assert_eq!(given(&fields), Answers::from([("two".to_owned(), "c".to_owned())]));
    }
}
