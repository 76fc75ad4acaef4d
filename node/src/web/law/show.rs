//! One law: its articles, what rests on it, where it stands in the way, what a change of it touches.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use tongban_core::catalogue::Implementation;
use tongban_core::dossier::{By, Role};
use tongban_core::law::{Evidence, Found, Law, Revision};

use super::keep::{Filled, Step, forms, read};
use super::{cited, first_of, item_link, keeper, mark_key, standing_badge, title, validity};
use crate::app::App;
use crate::directory::Snapshot;
use crate::limits;
use crate::service::law::{Resting, resting};
use crate::service::{OnceKey, ServiceError, publish};
use crate::web::fault::{Fault, sentences};
use crate::web::form::Form;
use crate::web::part::{self, attention, badge, note, page, table};
use crate::web::visitor::Visitor;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    /// What was just done.
    done: String,
    kept: u8,
}

/// GET `/law/{key}`.
pub(super) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(key): Path<String>,
    Query(ask): Query<Ask>,
) -> Result<Response, Fault> {
    let mut filled = Filled::default();
    if let Some(account) = keeper(&app, &visitor).filter(|_| ask.kept == 1) {
        let now = app.clock.now().0;
        let kept = app.store.kept_form(account.id, now).await?;
        if let Some((_, fields)) = kept.filter(|(path, _)| *path == format!("/law/{key}")) {
            filled.form = Form::from_kept(&fields);
            filled.step = Step::from_name(filled.form.text("step"));
            filled.kept = true;
            app.store.drop_kept_form(account.id, now).await?;
        }
    }
    let page = draw(&app, &visitor, &key, &filled, Step::from_name(&ask.done)).await?;
    Ok(page.into_response())
}

/// POST `/law/{key}`: what the registrar's staff say of it.
pub(super) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    Path(key): Path<String>,
    form: Form,
) -> Result<Response, Fault> {
    let account = keeper(&app, &visitor).ok_or(Fault::Forbidden)?;
    let snapshot = app.directory.now();
    let dossier = snapshot.laws.get(&key).ok_or(Fault::NotFound)?;
    let step = Step::from_name(form.text("step")).ok_or(Fault::FormMalformed)?;
    let by = By { org: account.org, role: Role::Officer, staff: account.staff.clone() };
    // A second sending of one form does nothing more.
    let once = form.once().map(|key| OnceKey::from(key).of(account.id, &dossier.id.to_string()));
    let (wrong, code) = match read(&visitor, &snapshot, &dossier.public.room, step, &form) {
        Err(wrong) => (wrong, "fields".to_owned()),
        Ok(act) => match publish::say(&app, dossier.id, by, act, once).await {
            Ok(_) => return Ok(Redirect::to(&format!("/law/{key}?done={}", step.name())).into_response()),
            Err(error @ (ServiceError::NotFound | ServiceError::Forbidden)) => return Err(error.into()),
            Err(error) => (sentences(visitor.lang, &error), error.code()),
        },
    };
    let filled = Filled { step: Some(step), form, wrong, code, kept: false };
    let page = draw(&app, &visitor, &key, &filled, None).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Everything that the parts of the page need.
struct Sheet<'a> {
    visitor: &'a Visitor,
    snapshot: &'a Snapshot,
    law: &'a Law,
    today: Date,
    /// Open cases by item, for staff alone.
    cases: Option<BTreeMap<String, u64>>,
}

async fn draw(app: &App, visitor: &Visitor, key: &str, filled: &Filled, done: Option<Step>) -> Result<Markup, Fault> {
    let snapshot = app.directory.now();
    let law = &snapshot.laws.get(key).ok_or(Fault::NotFound)?.public.room;
    let cases = if visitor.is_applicant() { None } else { Some(app.store.open_cases().await?) };
    let sheet = Sheet { visitor, snapshot: &snapshot, law, today: app.clock.today(), cases };
    let wrong: Vec<(Option<&str>, String)> =
        filled.wrong.iter().map(|(field, text)| (field.as_deref(), text.clone())).collect();
    let title = title(visitor, &law.instrument);
    let body = html! {
        h1 { (title) }
        (part::error_summary(visitor, &wrong))
        @if !wrong.is_empty() { p class="code" { (visitor.tf("refused-code", &[("code", &filled.code)])) } }
        @if filled.kept { (note(&visitor.t("kept-restored"))) }
        @if let Some(done) = done { (part::done(&visitor.t(&format!("law-done-{}", done.name())))) }
        (sheet.facts())
        section { h2 { (visitor.t("law-conflicts")) } (sheet.conflicts()) }
        section { (sheet.articles()) }
        section { h2 { (visitor.t("law-touches")) } (sheet.touches()) }
        (sheet.revisions())
        @if keeper(app, visitor).is_some() { (forms(visitor, law, filled)) }
        div class="actions" { (part::button_link("/law", &visitor.t("law-to-list"))) }
    };
    Ok(page(visitor, title, body))
}

impl Sheet<'_> {
    fn facts(&self) -> Markup {
        let (visitor, one) = (self.visitor, &self.law.instrument);
        let t = |key: &str| visitor.t(key);
        html! {
            dl class="facts" {
                @if !one.number.is_empty() { dt { (t("law-number")) } dd { (one.number) } }
                dt { (t("law-rank")) } dd { (t(&format!("law-rank-{}", one.rank.name()))) }
                dt { (t("law-issuer")) } dd { (one.issuer) }
                dt { (t("law-validity")) }
                dd { (validity(visitor, one.from, one.until)) " " (standing_badge(visitor, one.standing("", self.today))) }
                dt { (t("law-source")) } dd { (one.source) " · " (t(mark_key(one.mark))) }
            }
        }
    }

    fn articles(&self) -> Markup {
        let (visitor, law) = (self.visitor, &self.law.instrument);
        if law.articles.is_empty() {
            return html! { h2 { (visitor.t("law-articles")) } (note(&visitor.t("law-articles-none"))) };
        }
        let rows: Vec<Vec<Markup>> = law
            .articles
            .iter()
            .map(|one| {
                // Of several texts of one article each has its own days.
                let is_now = one.from <= self.today && one.until.is_none_or(|until| self.today < until);
                let (tone, state) = match one.from > self.today {
                    true => ("plain", "law-standing-not-yet"),
                    false if is_now => ("good", "law-standing-in-force"),
                    false => ("late", "law-standing-ended"),
                };
                vec![
                    html! { strong class="num" { (one.number) } },
                    html! { (visitor.lang.pick(&one.text, &one.text_en)) },
                    html! { (validity(visitor, one.from, one.until)) " " (badge(tone, &visitor.t(state))) },
                    html! { (one.source) " · " (visitor.t(mark_key(one.mark))) },
                ]
            })
            .collect();
        let heads = ["law-article", "law-text", "law-validity", "law-source"].map(|key| visitor.t(key));
        let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
        html! {
            (table(&visitor.t("law-articles"), &heads, &rows))
            p class="hint" { (visitor.t("law-articles-brief")) }
        }
    }

    fn conflicts(&self) -> Markup {
        if self.law.conflicts.is_empty() {
            return note(&self.visitor.t("law-conflicts-none"));
        }
        html! { @for (number, found) in self.law.numbered() { (self.conflict(number, found)) } }
    }

    fn conflict(&self, number: u32, found: &Found) -> Markup {
        let (visitor, conflict) = (self.visitor, &found.conflict);
        let lang = visitor.lang;
        let t = |key: &str| visitor.t(key);
        html! {
            div class="card" id=(format!("conflict-{number}")) {
                h3 { (cited(visitor, &self.law.instrument, &conflict.article)) }
                p {
                    @match &found.closed {
                        None => { (badge("late", &t("law-open"))) " " (visitor.tf("law-open-since", &[("since", &conflict.since.to_string())])) }
                        Some(closed) => { (badge("good", &t("law-closed"))) " " (visitor.tf("law-open-until", &[("since", &conflict.since.to_string()), ("on", &closed.on.to_string())])) }
                    }
                }
                p { (lang.pick(&conflict.what, &conflict.what_en)) }
                dl class="facts" {
                    @if !conflict.items.is_empty() {
                        dt { (t("law-conflict-items")) }
                        dd { @for (at, key) in conflict.items.iter().enumerate() { @if at > 0 { br; } (item_link(visitor, self.snapshot, key)) } }
                    }
                    @if !conflict.mechanisms.is_empty() {
                        dt { (t("law-conflict-mechanisms")) }
                        dd { @for (at, key) in conflict.mechanisms.iter().enumerate() { @if at > 0 { br; } (self.mechanism(key)) } }
                    }
                    dt { (t("law-evidence")) }
                    dd { ul { @for one in &conflict.evidence { (self.evidence(one)) } } }
                    @if let Some(closed) = &found.closed {
                        dt { (t("law-close-why")) }
                        dd { (lang.pick(&closed.why, &closed.why_en)) " · " (t(&format!("law-by-{}", closed.by.name().replace('_', "-")))) }
                        dt { (t("law-close-evidence")) }
                        dd { ul { (self.evidence(&closed.evidence)) } }
                    }
                }
            }
        }
    }

    fn evidence(&self, one: &Evidence) -> Markup {
        html! {
            li {
                (one.source) " · " span class="num" { (one.date.to_string()) } br;
                (self.visitor.lang.pick(&one.shows, &one.shows_en))
            }
        }
    }

    fn mechanism<'a>(&'a self, id: &'a str) -> &'a str {
        let known = self.snapshot.mechanisms.iter().find(|one| one.id == id);
        known.map_or(id, |one| self.visitor.lang.pick(&one.name, &one.name_en))
    }

    /// What a change touches: items, mechanisms, implementations; for staff how many cases are open.
    fn touches(&self) -> Markup {
        let visitor = self.visitor;
        let resting = resting(self.snapshot, &self.law.instrument);
        html! {
            p class="hint" { (visitor.t("law-touches-lead")) }
            (self.items(&resting))
            @if !resting.mechanisms.is_empty() {
                h3 { (visitor.t("law-touches-mechanisms")) }
                ul {
                    @for one in resting.mechanisms.iter().take(limits::LAW_ROWS_MAX) {
                        li { (visitor.lang.pick(&one.name, &one.name_en)) " " small { (one.id) } " · " (one.document) }
                    }
                }
                (first_of(visitor, resting.mechanisms.len()))
            }
            (self.implementations(&resting))
        }
    }

    fn items(&self, resting: &Resting<'_>) -> Markup {
        let visitor = self.visitor;
        let keys = resting.keys();
        if keys.is_empty() {
            return note(&visitor.t("law-touches-nothing"));
        }
        let rows: Vec<Vec<Markup>> = keys
            .iter()
            .take(limits::LAW_ROWS_MAX)
            .map(|key| {
                let mut row = vec![item_link(visitor, self.snapshot, key)];
                row.extend(self.cases.as_ref().map(|cases| html! { (cases.get(*key).copied().unwrap_or(0)) }));
                row
            })
            .collect();
        let all: Option<u64> = self.cases.as_ref().map(|cases| keys.iter().filter_map(|key| cases.get(*key)).sum());
        let mut heads = vec![visitor.t("law-item")];
        heads.extend(self.cases.as_ref().map(|_| visitor.t("law-cases")));
        let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
        html! {
            @if let Some(all) = all {
                (attention(&visitor.tf("law-cases-all", &[("count", &all.to_string())])))
            }
            (table(&visitor.t("law-touches-items"), &heads, &rows))
            (first_of(visitor, keys.len()))
        }
    }

    fn implementations(&self, resting: &Resting<'_>) -> Markup {
        let visitor = self.visitor;
        if resting.implementations.is_empty() {
            return html! {};
        }
        html! {
            details {
                summary { (visitor.tf("law-touches-implementations", &[("count", &resting.implementations.len().to_string())])) }
                ul {
                    @for (one, is_named) in resting.implementations.iter().take(limits::LAW_ROWS_MAX) {
                        li {
                            (self.place(one)) " · " (item_link(visitor, self.snapshot, &one.item))
                            @if !is_named { " " (badge("plain", &visitor.t("law-by-words"))) }
                        }
                    }
                }
                (first_of(visitor, resting.implementations.len()))
            }
        }
    }

    fn place(&self, one: &Implementation) -> String {
        let authority = self.snapshot.organisations.get(&one.authority);
        authority
            .map_or_else(|| one.region.full_name(), |org| self.visitor.lang.pick(&org.name, &org.name_en).to_owned())
    }

    /// When it was said anew, and why.
    fn revisions(&self) -> Markup {
        if self.law.revisions.is_empty() {
            return html! {};
        }
        let named = |one: &Revision| {
            let articles = one.articles.iter().map(|article| cited(self.visitor, &self.law.instrument, article));
            self.visitor.lang.joined(&articles.collect::<Vec<_>>())
        };
        html! {
            section {
                h2 { (self.visitor.t("law-revisions")) }
                ul {
                    @for one in self.law.revisions.iter().rev() {
                        li { span class="num" { (one.at.date().to_string()) } " · " (named(one)) " · " (one.reason) }
                    }
                }
            }
        }
    }
}
