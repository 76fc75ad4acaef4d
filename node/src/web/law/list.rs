//! All laws of the register, and all conflicts, open ones first.

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::{cited, keeper, standing_badge, title, validity};
use crate::app::App;
use crate::service::law::{count_unpublished, publish_known};
use crate::web::fault::Fault;
use crate::web::form::Form;
use crate::web::part::{self, badge, note, page, table};
use crate::web::visitor::Visitor;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    /// In how many dossiers something was published.
    done: usize,
}

/// GET `/law`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>) -> Result<Markup, Fault> {
    let (snapshot, today) = (app.directory.now(), app.clock.today());
    let t = |key: &str| visitor.t(key);
    let laws: Vec<_> = snapshot.laws.values().map(|dossier| &dossier.public.room).collect();
    let mut conflicts: Vec<_> = laws
        .iter()
        .flat_map(|law| law.numbered().into_iter().map(move |(number, found)| (*law, number, found)))
        .collect();
    conflicts.sort_by_key(|(_, _, found)| (found.closed.is_some(), std::cmp::Reverse(found.conflict.since)));
    let mut sorted = laws.clone();
    sorted.sort_by_key(|law| (law.instrument.rank, law.instrument.key.clone()));
    let rows: Vec<Vec<Markup>> = sorted
        .iter()
        .map(|law| {
            let one = &law.instrument;
            let open = law.conflicts.iter().filter(|found| found.closed.is_none()).count();
            vec![
                html! { a href=(format!("/law/{}", one.key)) { (title(&visitor, one)) } },
                html! { (one.number) },
                html! { (t(&format!("law-rank-{}", one.rank.name()))) },
                html! { (validity(&visitor, one.from, one.until)) " " (standing_badge(&visitor, one.standing("", today))) },
                html! { (open) " / " (law.conflicts.len() - open) },
            ]
        })
        .collect();
    let heads =
        ["law-title", "law-number", "law-rank", "law-validity", "law-conflicts-count"].map(|key| visitor.t(key));
    let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
    let unpublished = if keeper(&app, &visitor).is_some() { count_unpublished(&app) } else { 0 };
    let body = html! {
        h1 { (t("law-list-title")) }
        @if ask.done > 0 { (part::done(&visitor.tf("law-published", &[("count", &ask.done.to_string())]))) }
        p class="lead" { (t("law-list-lead")) }
        @if unpublished > 0 {
            form method="post" action="/law" class="card" {
                (part::hidden(&visitor, "/law"))
                p { (visitor.tf("law-unpublished", &[("count", &unpublished.to_string())])) }
                (part::primary(&t("law-publish")))
            }
        }
        section {
            h2 { (t("law-conflicts")) }
            @if conflicts.is_empty() { (note(&t("law-conflicts-none"))) }
            ul class="checklist" {
                @for (law, number, found) in &conflicts {
                    @let conflict = &found.conflict;
                    li {
                        @match &found.closed {
                            None => { (badge("late", &t("law-open"))) " " (visitor.tf("law-open-since", &[("since", &conflict.since.to_string())])) }
                            Some(closed) => { (badge("good", &t("law-closed"))) " " (visitor.tf("law-open-until", &[("since", &conflict.since.to_string()), ("on", &closed.on.to_string())])) }
                        }
                        br;
                        a href=(format!("/law/{}#conflict-{number}", law.instrument.key)) { (cited(&visitor, &law.instrument, &conflict.article)) }
                        br;
                        (visitor.lang.pick(&conflict.what, &conflict.what_en))
                    }
                }
            }
        }
        section {
            @if rows.is_empty() { (note(&t("law-none"))) } @else { (table(&t("law-all"), &heads, &rows)) }
        }
    };
    Ok(page(&visitor, &t("law-list-title"), body))
}

/// POST `/law`: the registrar publishes what comes with the program.
pub(super) async fn publish(State(app): State<App>, visitor: Visitor, _form: Form) -> Result<Response, Fault> {
    keeper(&app, &visitor).ok_or(Fault::Forbidden)?;
    let count = publish_known(&app).await?;
    Ok(Redirect::to(&format!("/law?done={count}")).into_response())
}
