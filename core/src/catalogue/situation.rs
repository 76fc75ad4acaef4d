//! Situations (情形) of an implementation: a short tree of questions that decides which materials a case needs, in which
//! modes it may go, how long it may take, or that it cannot be handled this way.
//!
//! The first [`Question`] of the list is asked first, and each [`Answer`] says which is asked next. [`Situation`] is what
//! follows from the answers that were given so far. A material that no answer names is always needed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{MaterialRule, Mode};
use crate::time::Limit;

/// The most questions of one implementation.
pub const QUESTIONS_MAX: usize = 30;
/// The most answers of one question.
pub const ANSWERS_MAX: usize = 12;
/// The most questions that one applicant is asked.
pub const DEPTH_MAX: usize = 6;

/// Keys of answers by keys of questions.
pub type Answers = BTreeMap<String, String>;

/// A question that is asked before a case is begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Key within the implementation, such as `home`.
    pub key: String,
    /// In words.
    pub text: String,
    /// The same in English.
    #[serde(default)]
    pub text_en: String,
    /// At least two.
    pub answers: Vec<Answer>,
}

/// One answer, and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Key within the question.
    pub key: String,
    /// In words.
    pub text: String,
    /// The same in English.
    #[serde(default)]
    pub text_en: String,
    /// Key of the question that is asked next; none: it was the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Keys of materials that are needed in this situation only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<String>,
    /// The modes that are possible in this situation; empty: as without it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modes: Vec<Mode>,
    /// 承诺办结时限 in this situation, if it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised: Option<Limit>,
    /// Why it cannot be handled this way, and what to do instead; empty if it can.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cannot: String,
    /// The same in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cannot_en: String,
}

/// A question with the answer that was given, in the words of then: what a case keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Key of the question.
    pub question: String,
    /// Key of the answer.
    pub answer: String,
    /// The question in words.
    pub asked: String,
    /// The same in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub asked_en: String,
    /// The answer in words.
    pub said: String,
    /// The same in English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub said_en: String,
}

/// A question on the way through the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The question.
    pub question: Question,
    /// Its answer, if one was given.
    pub answer: Option<Answer>,
}

/// What follows from the answers that were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Situation {
    /// The questions that are asked, in order: all but the last have an answer.
    pub asked: Vec<Asked>,
    /// Keys of questions to which an answer was given that is none, or that are not asked in this situation.
    pub unknown: Vec<String>,
    /// Keys of the materials that some answer names.
    named: BTreeSet<String>,
}

impl Situation {
    /// Goes through the questions as far as there are answers.
    pub fn of(questions: &[Question], given: &Answers) -> Situation {
        let mut asked: Vec<Asked> = Vec::new();
        let mut next = questions.first();
        while let Some(question) = next {
            // What another node publishes may be circular all the same.
            if asked.iter().any(|before| before.question.key == question.key) {
                break;
            }
            let said = given.get(&question.key);
            let answer = said.and_then(|key| question.answers.iter().find(|answer| answer.key == *key));
            asked.push(Asked { question: question.clone(), answer: answer.cloned() });
            let goes_on = answer.filter(|answer| answer.cannot.is_empty()).and_then(|answer| answer.next.as_ref());
            next = goes_on.and_then(|key| questions.iter().find(|other| other.key == *key));
        }
        let is_said = |question: &str, answer: &str| {
            let mut said = asked.iter().filter(|one| one.question.key == question);
            said.any(|one| one.answer.as_ref().is_some_and(|said| said.key == answer))
        };
        let unknown = given.iter().filter(|(question, answer)| !is_said(question.as_str(), answer.as_str()));
        let unknown = unknown.map(|(question, _)| question.clone()).collect();
        let answers = questions.iter().flat_map(|question| &question.answers);
        let named = answers.flat_map(|answer| answer.materials.iter().cloned()).collect();
        Situation { asked, unknown, named }
    }

    /// The answers that were given, in order.
    fn answers(&self) -> impl DoubleEndedIterator<Item = &Answer> {
        self.asked.iter().filter_map(|one| one.answer.as_ref())
    }

    /// The question that is to be answered now.
    pub fn open(&self) -> Option<&Question> {
        self.asked.last().filter(|one| one.answer.is_none()).map(|one| &one.question)
    }

    /// Whether nothing is left to be asked.
    pub fn is_complete(&self) -> bool {
        self.open().is_none()
    }

    /// The answer with which it cannot be handled this way.
    pub fn cannot(&self) -> Option<&Answer> {
        self.answers().find(|answer| !answer.cannot.is_empty())
    }

    /// The materials that are needed, as far as that is known.
    pub fn materials(&self, all: &[MaterialRule]) -> Vec<MaterialRule> {
        let is_needed = |key: &String| {
            !self.named.contains(key) || self.answers().any(|answer| answer.materials.iter().any(|named| named == key))
        };
        all.iter().filter(|rule| is_needed(&rule.key)).cloned().collect()
    }

    /// Whether a mode is possible.
    pub fn allows(&self, mode: Mode) -> bool {
        self.answers().all(|answer| answer.modes.is_empty() || answer.modes.contains(&mode))
    }

    /// 承诺办结时限 of the last answer that has another one.
    pub fn promised(&self) -> Option<Limit> {
        self.answers().rev().find_map(|answer| answer.promised)
    }

    /// What a case keeps of it.
    pub fn answered(&self) -> Vec<Answered> {
        let kept = |one: &Asked| {
            let answer = one.answer.as_ref()?;
            Some(Answered {
                question: one.question.key.clone(),
                answer: answer.key.clone(),
                asked: one.question.text.clone(),
                asked_en: one.question.text_en.clone(),
                said: answer.text.clone(),
                said_en: answer.text_en.clone(),
            })
        };
        self.asked.iter().filter_map(kept).collect()
    }
}

/// What is wrong with a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// More than [`QUESTIONS_MAX`], [`ANSWERS_MAX`] or [`DEPTH_MAX`].
    TooMany,
    /// A key stands for two questions, or for two answers of one.
    Duplicate,
    /// A question with less than two answers: there is nothing to be asked.
    AnswersFew,
    /// The question that is to be next does not exist.
    NextUnknown,
    /// A question leads back to itself.
    Circular,
    /// A question to which no answer leads.
    Unreached,
    /// A material that the implementation does not have.
    MaterialUnknown,
}

impl Wrong {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Wrong::TooMany => "situation-too-many",
            Wrong::Duplicate => "situation-duplicate",
            Wrong::AnswersFew => "situation-answers-few",
            Wrong::NextUnknown => "situation-next-unknown",
            Wrong::Circular => "situation-circular",
            Wrong::Unreached => "situation-unreached",
            Wrong::MaterialUnknown => "situation-material-unknown",
        }
    }
}

/// Something that is wrong with a tree, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What.
    pub wrong: Wrong,
    /// Place of the question in the list.
    pub question: usize,
    /// Place of the answer in the question, if it is about one.
    pub answer: Option<usize>,
    /// The key that it is about.
    pub key: String,
}

/// Where each answer of each question leads: the place of its next question.
fn ways(questions: &[Question]) -> Vec<Vec<Option<usize>>> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, question) in questions.iter().enumerate() {
        places.entry(&question.key).or_insert(at);
    }
    let place = |answer: &Answer| answer.next.as_ref().and_then(|key| places.get(key.as_str()).copied());
    questions.iter().map(|question| question.answers.iter().map(place).collect()).collect()
}

/// The questions to which one leads, itself included.
fn reached(ways: &[Vec<Option<usize>>], from: usize) -> BTreeSet<usize> {
    let mut seen = BTreeSet::from([from]);
    let mut left = vec![from];
    while let Some(at) = left.pop() {
        left.extend(ways[at].iter().flatten().copied().filter(|next| seen.insert(*next)));
    }
    seen
}

/// All that is wrong with a tree. Of one that is too large nothing else is said.
pub fn faults(questions: &[Question], materials: &[MaterialRule]) -> Vec<Fault> {
    let fault = |wrong, question: usize, answer: Option<usize>, key: &str| Fault {
        wrong,
        question,
        answer,
        key: key.to_owned(),
    };
    if let Some(question) = questions.get(QUESTIONS_MAX) {
        return vec![fault(Wrong::TooMany, QUESTIONS_MAX, None, &question.key)];
    }
    let mut faults = Vec::new();
    let mut keys = BTreeSet::new();
    let known: BTreeSet<&str> = questions.iter().map(|question| question.key.as_str()).collect();
    let materials: BTreeSet<&str> = materials.iter().map(|rule| rule.key.as_str()).collect();
    for (at, question) in questions.iter().enumerate() {
        if !keys.insert(&question.key) {
            faults.push(fault(Wrong::Duplicate, at, None, &question.key));
        }
        if question.answers.len() < 2 {
            faults.push(fault(Wrong::AnswersFew, at, None, &question.key));
        }
        if question.answers.len() > ANSWERS_MAX {
            return vec![fault(Wrong::TooMany, at, Some(ANSWERS_MAX), &question.key)];
        }
        let mut answers = BTreeSet::new();
        for (place, answer) in question.answers.iter().enumerate() {
            if !answers.insert(&answer.key) {
                faults.push(fault(Wrong::Duplicate, at, Some(place), &answer.key));
            }
            if let Some(next) = answer.next.as_ref().filter(|next| !known.contains(next.as_str())) {
                faults.push(fault(Wrong::NextUnknown, at, Some(place), next));
            }
            let lacking = answer.materials.iter().filter(|key| !materials.contains(key.as_str()));
            faults.extend(lacking.map(|key| fault(Wrong::MaterialUnknown, at, Some(place), key)));
        }
    }
    let ways = ways(questions);
    let back = |at: usize| ways[at].iter().position(|next| next.is_some_and(|next| reached(&ways, next).contains(&at)));
    let circular = (0..questions.len()).find_map(|at| back(at).map(|answer| (at, answer)));
    if let Some((at, answer)) = circular {
        faults.push(fault(Wrong::Circular, at, Some(answer), &questions[at].key));
    }
    if questions.is_empty() {
        return faults;
    }
    let asked = reached(&ways, 0);
    let never = (0..questions.len()).filter(|at| !asked.contains(at));
    faults.extend(never.map(|at| fault(Wrong::Unreached, at, None, &questions[at].key)));
    if circular.is_none()
        && let Some(at) = depths(&ways).iter().position(|depth| *depth > DEPTH_MAX)
    {
        faults.push(fault(Wrong::TooMany, at, None, &questions[at].key));
    }
    faults
}

/// How many questions an applicant was asked with each one, at most, in a tree that is not circular; 0: it is never asked.
fn depths(ways: &[Vec<Option<usize>>]) -> Vec<usize> {
    let mut depths = vec![0; ways.len()];
    if let Some(first) = depths.first_mut() {
        *first = 1;
    }
    for _ in ways {
        for (at, nexts) in ways.iter().enumerate() {
            if depths[at] == 0 {
                continue;
            }
            for next in nexts.iter().flatten().copied() {
                depths[next] = depths[next].max(depths[at] + 1);
            }
        }
    }
    depths
}

/// Places of the materials that nobody is ever asked for: only answers name them with which it cannot be handled, or of
/// questions that are never asked.
pub fn unneeded(questions: &[Question], materials: &[MaterialRule]) -> Vec<usize> {
    if questions.is_empty() {
        return Vec::new();
    }
    let asked = reached(&ways(questions), 0);
    let (mut named, mut needed): (BTreeSet<&str>, BTreeSet<&str>) = Default::default();
    for (at, question) in questions.iter().enumerate() {
        for answer in &question.answers {
            named.extend(answer.materials.iter().map(String::as_str));
            if asked.contains(&at) && answer.cannot.is_empty() {
                needed.extend(answer.materials.iter().map(String::as_str));
            }
        }
    }
    let is_unneeded = |rule: &MaterialRule| named.contains(rule.key.as_str()) && !needed.contains(rule.key.as_str());
    materials.iter().enumerate().filter(|(_, rule)| is_unneeded(rule)).map(|(at, _)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Need;

    fn answer(key: &str, next: Option<&str>, materials: &[&str]) -> Answer {
        Answer {
            key: key.to_owned(),
            text: format!("答 {key}"),
            text_en: String::new(),
            next: next.map(str::to_owned),
            materials: materials.iter().map(|key| (*key).to_owned()).collect(),
            modes: Vec::new(),
            promised: None,
            cannot: String::new(),
            cannot_en: String::new(),
        }
    }

    fn question(key: &str, answers: Vec<Answer>) -> Question {
        Question { key: key.to_owned(), text: format!("问 {key}"), text_en: String::new(), answers }
    }

    fn material(key: &str) -> MaterialRule {
        MaterialRule {
            key: key.to_owned(),
            name: key.to_owned(),
            name_en: String::new(),
            need: Need::Necessary,
            original: false,
            review: String::new(),
            review_en: String::new(),
            source: String::new(),
            certificate: String::new(),
        }
    }

    fn given(pairs: &[(&str, &str)]) -> Answers {
        pairs.iter().map(|(question, answer)| ((*question).to_owned(), (*answer).to_owned())).collect()
    }

    /// New or old home, or one that was built; who bought an old one is asked whether there is a spouse.
    fn homes() -> Vec<Question> {
        let old = Answer {
            promised: Some(Limit::working(15)),
            modes: vec![Mode::Joint],
            ..answer("old", Some("spouse"), &["tax"])
        };
        let built = Answer { cannot: "到柜台办".to_owned(), ..answer("built", Some("spouse"), &["permit"]) };
        vec![
            question("home", vec![answer("new", None, &[]), old, built]),
            question("spouse", vec![answer("yes", None, &["marriage"]), answer("no", None, &[])]),
        ]
    }

    fn materials() -> Vec<MaterialRule> {
        ["id", "tax", "marriage", "permit"].map(material).to_vec()
    }

    fn keys(situation: &Situation) -> Vec<String> {
        situation.materials(&materials()).into_iter().map(|rule| rule.key).collect()
    }

    fn codes(questions: &[Question]) -> Vec<&'static str> {
        faults(questions, &materials()).iter().map(|fault| fault.wrong.code()).collect()
    }

    #[test]
    fn answers_decide_what_is_asked_next_and_what_follows() {
        let questions = homes();
        assert!(faults(&questions, &materials()).is_empty());
        let first = Situation::of(&questions, &Answers::new());
        assert_eq!(first.open().map(|open| open.key.as_str()), Some("home"));
        assert_eq!(keys(&first), ["id"]);

        let new = Situation::of(&questions, &given(&[("home", "new")]));
        assert!(new.is_complete() && new.cannot().is_none() && new.allows(Mode::CollectHere));
        assert_eq!((keys(&new), new.promised()), (vec!["id".to_owned()], None));

        let old = Situation::of(&questions, &given(&[("home", "old")]));
        assert_eq!(old.open().map(|open| open.key.as_str()), Some("spouse"));
        let old = Situation::of(&questions, &given(&[("home", "old"), ("spouse", "yes")]));
        assert!(old.is_complete() && old.allows(Mode::Joint) && !old.allows(Mode::FullyOnline));
        assert_eq!(keys(&old), ["id", "tax", "marriage"]);
        assert_eq!(old.promised(), Some(Limit::working(15)));
        let kept: Vec<String> =
            old.answered().into_iter().map(|one| format!("{}={}", one.question, one.answer)).collect();
        assert_eq!(kept, ["home=old", "spouse=yes"]);

        // Whoever cannot is asked nothing more.
        let built = Situation::of(&questions, &given(&[("home", "built")]));
        assert!(built.is_complete());
        assert_eq!(built.cannot().map(|answer| answer.cannot.as_str()), Some("到柜台办"));
    }

    #[test]
    fn what_fits_no_question_is_named() {
        let questions = homes();
        let stray = Situation::of(&questions, &given(&[("home", "new"), ("spouse", "yes")]));
        assert_eq!((stray.is_complete(), stray.unknown), (true, vec!["spouse".to_owned()]));
        let none = Situation::of(&questions, &given(&[("home", "castle"), ("hat", "red")]));
        assert_eq!(none.unknown, ["hat", "home"]);
        assert!(!none.is_complete());
        let nothing = Situation::of(&[], &given(&[("home", "new")]));
        assert!(nothing.is_complete() && keys(&nothing).len() == 4);
    }

    #[test]
    fn a_tree_that_does_not_stand_is_told() {
        let two = |key: &str, next: Option<&str>| question(key, vec![answer("a", next, &[]), answer("b", None, &[])]);
        assert_eq!(codes(&[two("one", Some("two")), two("two", Some("one"))]), ["situation-circular"]);
        assert_eq!(codes(&[two("one", Some("one"))]), ["situation-circular"]);
        assert_eq!(codes(&[two("one", Some("three"))]), ["situation-next-unknown"]);
        assert_eq!(codes(&[two("one", None), two("two", None)]), ["situation-unreached"]);
        assert_eq!(codes(&[two("one", None), two("one", None)]), ["situation-duplicate", "situation-unreached"]);
        assert_eq!(codes(&[question("one", vec![answer("a", None, &[])])]), ["situation-answers-few"]);
        let same = question("one", vec![answer("a", None, &[]), answer("a", None, &["hat"])]);
        assert_eq!(codes(&[same]), ["situation-duplicate", "situation-material-unknown"]);
        assert!(codes(&[]).is_empty());
    }

    #[test]
    fn a_tree_is_short() {
        let chain = |count: usize| {
            let next = |at: usize| (at + 1 < count).then(|| format!("q{}", at + 1));
            let one = |at: usize| {
                let both = ["a", "b"].map(|key| answer(key, next(at).as_deref(), &[]));
                question(&format!("q{at}"), both.to_vec())
            };
            (0..count).map(one).collect::<Vec<_>>()
        };
        assert!(codes(&chain(DEPTH_MAX)).is_empty());
        assert_eq!(codes(&chain(DEPTH_MAX + 1)), ["situation-too-many"]);
        assert_eq!(codes(&chain(QUESTIONS_MAX + 1)), ["situation-too-many"]);
        let many = (0..=ANSWERS_MAX).map(|at| answer(&at.to_string(), None, &[])).collect();
        assert_eq!(codes(&[question("one", many)]), ["situation-too-many"]);
        // What another node publishes all the same ends somewhere.
        let mut round = chain(3);
        round[2].answers[0].next = Some("q0".to_owned());
        let answers = given(&[("q0", "a"), ("q1", "a"), ("q2", "a")]);
        assert!(Situation::of(&round, &answers).is_complete());
    }

    #[test]
    fn a_material_that_nobody_is_asked_for_is_found() {
        let questions = homes();
        assert_eq!(unneeded(&questions, &materials()), [3], "the permit leads to no case");
        assert!(unneeded(&[], &materials()).is_empty());
    }

    #[test]
    fn what_an_answer_does_not_say_is_not_written() {
        let text = serde_json::to_string(&answer("a", None, &[])).unwrap();
        assert_eq!(text, r#"{"key":"a","text":"答 a","text_en":""}"#);
        assert_eq!(serde_json::from_str::<Answer>(r#"{"key":"a","text":"答 a"}"#).unwrap(), answer("a", None, &[]));
    }
}
