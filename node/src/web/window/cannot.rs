//! 办不成事反映窗口, for staff: what people could not get done here, by date, and the answer.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use tongban_core::dossier::DossierId;

use super::{Problem, problem_of, problems, refused, status_of};
use crate::app::App;
use crate::limits;
use crate::service::ServiceError;
use crate::service::cannot::{self, Answer};
use crate::store::{Account, AccountRole, Cannot, CannotState};
use crate::web::case_page;
use crate::web::fault::Fault;
use crate::web::form::Form;
use crate::web::part::{self, Choice, Field, attention, badge, choices, note, page, table, textarea};
use crate::web::visitor::Visitor;

/// The most characters of a wish in a list.
const WISH_CHARS: usize = 40;

/// What was just done, and whether a form is given back.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct After {
    done: String,
    kept: String,
}

fn staff(visitor: &Visitor) -> Result<&Account, Fault> {
    visitor.must_be(&[AccountRole::Clerk, AccountRole::Admin])
}

fn path_of(number: &str) -> String {
    format!("/window/cannot/{number}")
}

/// The page `/window/cannot`.
pub(super) async fn list(State(app): State<App>, visitor: Visitor) -> Result<Markup, Fault> {
    let whose = cannot::whose(staff(&visitor)?)?;
    let open = app.store.cannots_open(whose.as_deref()).await?;
    let closed = app.store.cannots_closed(whose.as_deref()).await?;
    let days = limits::CANNOT_ANSWER_DAYS.to_string();
    let body = html! {
        h1 { (visitor.t("cannot-desk")) }
        p class="lead" { (visitor.tf("cannot-desk-lead", &[("days", &days)])) }
        section {
            h2 { (visitor.t("cannot-open")) }
            @if open.is_empty() { (note(&visitor.t("cannot-open-none"))) }
            @else { (rows(&app, &visitor, "cannot-open-caption", &open)) }
            (more(&visitor, &open))
        }
        @if !closed.is_empty() {
            section {
                h2 { (visitor.t("cannot-closed")) }
                (rows(&app, &visitor, "cannot-closed-caption", &closed))
                (more(&visitor, &closed))
            }
        }
    };
    Ok(page(&visitor, &visitor.t("cannot-desk"), body))
}

fn more(visitor: &Visitor, rows: &[Cannot]) -> Markup {
    let count = limits::CANNOT_ROWS.to_string();
    html! { @if rows.len() as i64 >= limits::CANNOT_ROWS { (note(&visitor.tf("cannot-more", &[("count", &count)]))) } }
}

fn rows(app: &App, visitor: &Visitor, caption: &str, held: &[Cannot]) -> Markup {
    let rows: Vec<Vec<Markup>> = held
        .iter()
        .map(|one| {
            let wish: String = one.wish.chars().take(WISH_CHARS).collect();
            vec![
                html! { a class="num" href=(path_of(&one.number)) { (one.number) } br; (wish) @if wish != one.wish { "…" } },
                html! { (window(app, visitor, one)) },
                case_page::moment(one.at),
                html! {
                    @if one.closed.is_none() { (until(app, visitor, one)) }
                    @else { (state(visitor, one)) }
                    @if one.again.is_some() && one.closed.is_none() { br; (badge("move", &visitor.t("cannot-again-badge"))) }
                },
            ]
        })
        .collect();
    let heads = ["cannot-what", "cannot-window", "cannot-sent-at", "cannot-until"].map(|head| visitor.t(head));
    let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
    table(&visitor.t(caption), &heads, &rows)
}

/// Which window it concerns, in words.
fn window(app: &App, visitor: &Visitor, held: &Cannot) -> String {
    let Some(code) = &held.org else { return visitor.t("cannot-not-sure").into_owned() };
    let snapshot = app.directory.now();
    let org = code.parse().ok().and_then(|uscc| snapshot.organisations.get(&uscc));
    org.map_or_else(|| code.clone(), |org| visitor.lang.pick(&org.name, &org.name_en).to_owned())
}

fn until(app: &App, visitor: &Visitor, held: &Cannot) -> Markup {
    let deadline = cannot::due(app, held.since());
    case_page::due_mark(app, visitor, deadline.due, deadline.is_provisional())
}

/// How it was answered, in a word.
fn state(visitor: &Visitor, held: &Cannot) -> Markup {
    let last = held.answers.last().filter(|_| held.closed.is_some());
    html! {
        @match last {
            Some(answer) => (badge("good", &visitor.t(&format!("cannot-state-{}", answer.state.name())))),
            None => (badge("move", &visitor.t("cannot-waits"))),
        }
    }
}

/// The page `/window/cannot/{number}`.
pub(super) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(number): Path<String>,
    Query(after): Query<After>,
) -> Result<Markup, Fault> {
    let account = staff(&visitor)?;
    let held = cannot::for_staff(&app, account, &number).await?;
    let mut form = Form::default();
    let now = app.clock.now().0;
    if after.kept == "1"
        && let Some((path, fields)) = app.store.kept_form(account.id, now).await?
        && path == path_of(&held.number)
    {
        app.store.drop_kept_form(account.id, now).await?;
        form = Form::from_kept(&fields);
    }
    let said = (after.done == "answered" && held.closed.is_some()).then_some("cannot-done-answered");
    let remark = (!form.fields().is_empty()).then_some("kept-restored");
    let case = case(&app, &visitor, &held).await?;
    let may_answer = cannot::may_answer(&app, account, &held).await?;
    Ok(render(&app, &visitor, &held, case, &Aside { form: &form, wrong: &[], said, remark, may_answer }))
}

/// The case that is meant, if this account may see it.
async fn case(app: &App, visitor: &Visitor, held: &Cannot) -> Result<Option<DossierId>, Fault> {
    let Some(number) = &held.receipt else { return Ok(None) };
    let Some(id) = app.store.case_by_number(number).await? else { return Ok(None) };
    let Some((dossier, _)) = app.store.dossier(id, app.calendar).await? else { return Ok(None) };
    let Some(case) = dossier.into_case() else { return Ok(None) };
    let sees = visitor.must_act()?.may_see(app, &case).await?;
    Ok(sees.then_some(id))
}

/// What a page says beside the matter itself.
struct Aside<'a> {
    /// What was typed.
    form: &'a Form,
    /// What is wrong with it.
    wrong: &'a [Problem],
    /// What was just done, as a key of the texts.
    said: Option<&'a str>,
    /// What else is to be known.
    remark: Option<&'a str>,
    /// Whether it is the visitor's to answer.
    may_answer: bool,
}

fn render(app: &App, visitor: &Visitor, held: &Cannot, case: Option<DossierId>, aside: &Aside<'_>) -> Markup {
    let Aside { form, wrong, said, remark, .. } = *aside;
    let title = visitor.tf("cannot-one", &[("number", &held.number)]);
    let body = html! {
        h1 { (title) @if visitor.drill { " " (badge("plain", &visitor.t("drill-data"))) } }
        @if let Some(said) = said { (part::done(&visitor.t(said))) }
        @if let Some(remark) = remark { (note(&visitor.t(remark))) }
        (problems(visitor, wrong))
        dl class="facts" {
            dt { (visitor.t("cannot-where")) } dd { (state(visitor, held)) }
            @if held.closed.is_none() { dt { (visitor.t("cannot-until")) } dd { (until(app, visitor, held)) } }
            dt { (visitor.t("cannot-window")) } dd { (window(app, visitor, held)) }
            dt { (visitor.t("cannot-sent-at")) } dd { (case_page::moment(held.at)) }
            dt { (visitor.t("cannot-name")) } dd { (held.name) }
            dt { (visitor.t("fact-phone")) } dd { a class="num" href=(format!("tel:{}", held.phone)) { (held.phone) } }
            @if let Some(number) = &held.receipt {
                dt { (visitor.t("portal-number")) }
                dd { @if let Some(id) = case { a class="num" href=(format!("/window/cases/{id}")) { (number) } } @else { span class="num" { (number) } } }
            }
            dt { (visitor.t("cannot-wish")) } dd { (held.wish) }
            dt { (visitor.t("cannot-barrier")) } dd { (held.barrier) }
        }
        (answers(visitor, held))
        @if aside.may_answer { (answer_form(visitor, held, form, wrong)) }
        @else if held.closed.is_none() { (attention(&visitor.t("cannot-for-lead"))) }
        p { a class="button" href="/window/cannot" { (visitor.t("cannot-back")) } }
    };
    page(visitor, &title, body)
}

/// What was answered, and what the person said to it.
fn answers(visitor: &Visitor, held: &Cannot) -> Markup {
    html! {
        @for (place, answer) in held.answers.iter().enumerate() {
            section class="card" {
                h2 { (visitor.t("cannot-answer")) " · " (case_page::moment(answer.at)) }
                p { (badge("plain", &visitor.t(&format!("cannot-state-{}", answer.state.name())))) @if !answer.staff.is_empty() { " " (visitor.tf("portal-looked-staff", &[("staff", &answer.staff)])) } }
                p { (answer.text) }
                @if !answer.passed_to.is_empty() { p { (visitor.tf("cannot-passed-to", &[("to", &answer.passed_to)])) } }
            }
            @if let (0, Some((at, text))) = (place, &held.again) {
                section class="card" { h2 { (visitor.t("cannot-again-said")) " · " (case_page::moment(*at)) } p { (text) } }
            }
        }
    }
}

fn answer_form(visitor: &Visitor, held: &Cannot, form: &Form, wrong: &[Problem]) -> Markup {
    let path = path_of(&held.number);
    let states = CannotState::ALL.map(|state| Choice {
        value: state.name(),
        label: visitor.t(&format!("cannot-state-{}", state.name())).into_owned(),
    });
    let (hint, passed) = (visitor.t("cannot-answer-hint"), visitor.t("cannot-passed-label"));
    html! {
        section {
            h2 { (visitor.t("cannot-answer-title")) }
            form method="post" action=(path) class="narrow" novalidate {
                (part::hidden(visitor, &path))
                (textarea("answer", &visitor.t("cannot-answer-text"), Some(&hint), form.text("answer"), problem_of(wrong, "answer")))
                (choices("state", &visitor.t("cannot-answer-state"), &states, form.text("state")))
                (Field::new("passed_to", &passed).value(form.text("passed_to")).error(problem_of(wrong, "passed_to")).render(visitor))
                (part::primary(&visitor.t("cannot-answer-do")))
            }
        }
    }
}

/// `POST /window/cannot/{number}`: the answer.
pub(super) async fn answer(
    State(app): State<App>,
    visitor: Visitor,
    Path(number): Path<String>,
    form: Form,
) -> Result<Response, Fault> {
    let account = staff(&visitor)?;
    let given = Answer {
        state: CannotState::from_name(form.text("state")),
        text: form.text("answer").trim().to_owned(),
        passed_to: form.text("passed_to").trim().to_owned(),
    };
    let wrong = match cannot::answer(&app, account, &number, &given).await {
        Ok(()) => return Ok(Redirect::to(&format!("{}?done=answered", path_of(&number))).into_response()),
        Err(error @ (ServiceError::NotFound | ServiceError::Forbidden)) => return Err(error.into()),
        Err(error) => refused(visitor.lang, error)?,
    };
    let held = cannot::for_staff(&app, account, &number).await?;
    let case = case(&app, &visitor, &held).await?;
    let aside = Aside {
        form: &form,
        wrong: &wrong,
        said: None,
        remark: None,
        may_answer: cannot::may_answer(&app, account, &held).await?,
    };
    let body = render(&app, &visitor, &held, case, &aside);
    Ok((status_of(&wrong), body).into_response())
}
