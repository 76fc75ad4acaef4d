//! Proposing a common text: everything in which places differ, each with what it could be everywhere.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::ToSpan as _;
use maud::{Markup, html};
use tongban_core::catalogue::Implementation;
use tongban_core::catalogue::compare::Common;
use tongban_core::dossier::Suite;
use tongban_core::dossier::suite::hex;
use tongban_core::item::{Choice as Said, Clause, Topic, topics};

use super::{After, Problem, address, kept, problem_at, problems, status, summary, words};
use crate::app::App;
use crate::directory::Snapshot;
use crate::limits;
use crate::service::{common_text, compare};
use crate::store::{AccountRole, Hurt};
use crate::web::fault::Fault;
use crate::web::form::Form;
use crate::web::part::{self, Choice, Field, badge, choices, note, page, textarea};
use crate::web::visitor::Visitor;

/// The name of a group of choices is this and its place.
const PREFIX: &str = "clause-";

fn path_of(item: &str) -> String {
    format!("/catalogue/{item}/propose")
}

/// The lead, at its own node.
fn lead(app: &App, visitor: &Visitor, snapshot: &Snapshot) -> Result<(), Fault> {
    visitor.must_be(&[AccountRole::Registrar])?;
    let actor = visitor.must_act()?;
    if common_text::leads(app, snapshot, &actor) { Ok(()) } else { Err(Fault::Forbidden) }
}

/// GET `/catalogue/{item}/propose`.
pub(super) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(item): Path<String>,
    Query(after): Query<After>,
) -> Result<Markup, Fault> {
    let snapshot = app.directory.now();
    lead(&app, &visitor, &snapshot)?;
    let form = match kept(&app, &visitor, &after, &path_of(&item)).await? {
        Some(form) => form,
        None => {
            let mut form = Form::default();
            let until = app.clock.today().saturating_add(limits::PROPOSAL_DAYS.days());
            form.set("until", std::iter::once(until.to_string()));
            form
        }
    };
    let hurt = app.store.hurt().await?;
    render(&app, &visitor, &snapshot, &item, &hurt, &form, &[])
}

/// POST `/catalogue/{item}/propose`.
pub(super) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    Path(item): Path<String>,
    form: Form,
) -> Result<Response, Fault> {
    let snapshot = app.directory.now();
    lead(&app, &visitor, &snapshot)?;
    let chosen = chosen(&form);
    let clauses = clauses(&app, &snapshot, &item, &chosen);
    let gone = |key: &str, code: &str| Problem {
        field: Some("clause-0"),
        text: visitor.t(key).into_owned(),
        code: code.to_owned(),
    };
    let mut wrong = Vec::new();
    if chosen.is_empty() {
        wrong.push(gone("proposal-nothing-chosen", "empty"));
    } else if clauses.len() < chosen.len() {
        // Somebody published meanwhile: what was chosen is not said there any more.
        wrong.push(gone("proposal-choice-gone", "choice-gone"));
    }
    let mut code = StatusCode::UNPROCESSABLE_ENTITY;
    if wrong.is_empty() {
        let (reason, until) = (form.text("reason"), form.text("until"));
        match common_text::propose(&app, &visitor.must_act()?, &item, clauses, reason, until).await {
            Ok(number) => {
                return Ok(Redirect::to(&format!("{}?done=proposed", address(&item, number))).into_response());
            }
            Err(error) => {
                code = status(&error);
                wrong = problems(&visitor, error, field_of)?;
            }
        }
    }
    let hurt = app.store.hurt().await?;
    let body = render(&app, &visitor, &snapshot, &item, &hurt, &form, &wrong)?;
    Ok((code, body).into_response())
}

/// The field that a refusal is about.
fn field_of(code: &str) -> Option<&'static str> {
    match code {
        "empty" | "too-long" => Some("reason"),
        "day-format" | "proposal-term" => Some("until"),
        "proposal-too-many" => Some("clause-0"),
        _ => None,
    }
}

/// A name for a clause that stays the same as long as the clause does: whoever publishes meanwhile changes no choice.
fn mark(clause: &Clause) -> String {
    let text = serde_json::to_vec(clause).unwrap_or_default();
    hex(&Suite::Ed25519.hash(&[b"tongban clause v1\0", &text]).bytes()[..8])
}

fn chosen(form: &Form) -> BTreeSet<&str> {
    let of_groups = form.fields().iter().filter(|(name, value)| name.starts_with(PREFIX) && !value.is_empty());
    of_groups.map(|(_, value)| value.as_str()).collect()
}

fn clauses(app: &App, snapshot: &Snapshot, item: &str, chosen: &BTreeSet<&str>) -> Vec<Clause> {
    let common = compare::of_item(snapshot, item, app.clock.today());
    let all = topics(&common).into_iter().flat_map(|topic| topic.choices).map(|choice| choice.clause);
    all.filter(|clause| chosen.contains(mark(clause).as_str())).collect()
}

fn render(
    app: &App,
    visitor: &Visitor,
    snapshot: &Snapshot,
    key: &str,
    hurt: &[Hurt],
    form: &Form,
    wrong: &[Problem],
) -> Result<Markup, Fault> {
    let item = snapshot.item(key).ok_or(Fault::NotFound)?;
    let common = compare::of_item(snapshot, key, app.clock.today());
    let mut topics: Vec<(Topic, u64)> = topics(&common)
        .into_iter()
        .map(|topic| {
            let places: Vec<&Implementation> = topic.deviating.iter().map(|at| common.all()[*at]).collect();
            let hurts = compare::hurt_at(hurt, key, &places);
            (topic, hurts)
        })
        .collect();
    // A work list: what hurts most comes first, then what differs most.
    topics.sort_by_key(|(topic, hurts)| (Reverse(*hurts), Reverse(topic.deviating.len()), topic.element));
    let t = |key: &str| visitor.t(key);
    let name = visitor.lang.pick(&item.name, &item.name_en);
    let title = visitor.tf("proposal-propose-title", &[("item", name)]);
    let (path, until, hint) = (path_of(key), t("proposal-until"), t("proposal-until-hint"));
    let group = Group { visitor, snapshot, common: &common, chosen: chosen(form) };
    let body = html! {
        h1 { (title) }
        (summary(visitor, wrong))
        @if !snapshot.item_dossiers.contains_key(key) { (note(&t("proposal-not-yet"))) }
        @else if topics.is_empty() { (note(&t("proposal-no-topics"))) }
        @else {
            p class="lead" { (t("proposal-propose-lead")) }
            form method="post" action=(path) novalidate {
                (part::hidden(visitor, &path))
                @for (at, (topic, hurts)) in topics.iter().enumerate() { (group.render(at, topic, *hurts)) }
                div class="narrow" {
                    (textarea("reason", &t("proposal-reason"), Some(&t("proposal-reason-hint")), form.text("reason"), problem_at(wrong, "reason")))
                    (Field::new("until", &until).kind("date").hint(&hint).value(form.text("until")).required().error(problem_at(wrong, "until")).render(visitor))
                    p class="hint" { (t("proposal-propose-hint")) }
                    (part::primary(&t("proposal-propose-do")))
                }
            }
        }
        div class="actions" { (part::button_link(&format!("/catalogue/{key}"), &t("catalogue-pair-all"))) }
    };
    Ok(page(visitor, &title, body))
}

/// What every group of choices needs.
struct Group<'a> {
    visitor: &'a Visitor,
    snapshot: &'a Snapshot,
    common: &'a Common<'a>,
    chosen: BTreeSet<&'a str>,
}

impl Group<'_> {
    fn render(&self, at: usize, topic: &Topic, hurts: u64) -> Markup {
        let (visitor, lang) = (self.visitor, self.visitor.lang);
        let row = self.common.rows().iter().find(|row| row.element() == topic.element);
        let name = row.map(|row| words::element(lang, self.common, row)).unwrap_or_default();
        let marks: Vec<String> = topic.choices.iter().map(|choice| mark(&choice.clause)).collect();
        let mut options = vec![Choice { value: "", label: visitor.t("proposal-leave").into_owned() }];
        let said = marks.iter().zip(&topic.choices);
        options.extend(said.map(|(mark, choice)| Choice { value: mark.as_str(), label: self.label(choice) }));
        let selected = marks.iter().find(|mark| self.chosen.contains(mark.as_str())).map_or("", String::as_str);
        html! {
            div class="card" {
                (choices(&format!("{PREFIX}{at}"), &name, &options, selected))
                p class="hint" {
                    (visitor.tf("proposal-deviating", &[("places", &topic.deviating.len().to_string())]))
                    @if hurts > 0 { " " (badge("late", &visitor.tf("proposal-hurts", &[("count", &hurts.to_string())]))) }
                }
            }
        }
    }

    /// What is said, and by whom.
    fn label(&self, choice: &Said) -> String {
        let lang = self.visitor.lang;
        let says = words::wanted(lang, &choice.clause);
        let named = choice.who.iter().take(limits::PLACES_NAMED_MAX);
        let names: Vec<String> = named.map(|at| words::place(lang, self.snapshot, self.common.all()[*at])).collect();
        let (names, count) = (lang.joined(&names), choice.who.len().to_string());
        let who = match choice.who.len() {
            0 => lang.t("proposal-who-nobody").into_owned(),
            some if some > limits::PLACES_NAMED_MAX => {
                lang.tf("proposal-who-many", &[("names", &names), ("count", &count)]).into_owned()
            }
            _ => names,
        };
        let key = if choice.is_common { "proposal-choice-most" } else { "proposal-choice" };
        lang.tf(key, &[("says", &says), ("who", &who)]).into_owned()
    }
}
