//! All versions of one place's implementation: since when, until when, and what each changed.

use std::sync::Arc;

use axum::extract::{Path, State};
use jiff::ToSpan as _;
use jiff::civil::Date;
use maud::{Markup, html};
use tongban_core::catalogue::Implementation;
use tongban_core::catalogue::list::List;
use tongban_core::ident::Region;

use super::words;
use crate::app::App;
use crate::catalogue::change;
use crate::directory::Snapshot;
use crate::web::fault::Fault;
use crate::web::part::{badge, page, table};
use crate::web::visitor::Visitor;

/// GET `/catalogue/{item}/{here}/versions`.
pub(super) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path((key, here)): Path<(String, String)>,
) -> Result<Markup, Fault> {
    let snapshot = app.directory.now();
    let item = snapshot.item(&key).ok_or(Fault::NotFound)?;
    let region = Region::parse(&here).map_err(|_| Fault::NotFound)?;
    let known = snapshot.implementations.get(&format!("{key}@{region}")).ok_or(Fault::NotFound)?;
    // Of a list that is not a dossier yet only the last version is known.
    let list = snapshot.lists.get(&known.authority);
    let versions = list.and_then(|list| list.public.room.versions.get(&known.id)).cloned();
    let versions = versions.unwrap_or_else(|| vec![known.clone()]);
    let title = visitor.tf("catalogue-versions", &[("place", &words::place(visitor.lang, &snapshot, known))]);
    let body = html! {
        h1 { (title) }
        p class="lead" { (visitor.lang.pick(&item.name, &item.name_en)) }
        p class="hint" { (visitor.t("catalogue-versions-lead")) }
        @for at in (0..versions.len()).rev() {
            (version(&visitor, &snapshot, &versions, at, app.clock.today()))
        }
        @if let Some(list) = list {
            p class="hint" { (visitor.tf("catalogue-version-dossier", &[("dossier", &list.id.to_string())])) }
        }
        div class="actions" {
            a class="button" href=(format!("/catalogue/{key}")) { (visitor.t("catalogue-pair-all")) }
            a class="button" href=(format!("/items/{key}?there={region}")) { (visitor.t("catalogue-to-guide")) }
        }
    };
    Ok(page(&visitor, &title, body))
}

/// The first day on which a version is not in force any more, if that is known.
fn end(versions: &[Arc<Implementation>], at: usize) -> Option<Date> {
    let next = versions.get(at + 1).map(|next| next.from);
    next.into_iter().chain(versions[at].until).min()
}

fn version(visitor: &Visitor, snapshot: &Snapshot, versions: &[Arc<Implementation>], at: usize, today: Date) -> Markup {
    let one = &versions[at];
    let end = end(versions, at);
    let is_now = List::on(versions, today).is_some_and(|now| Arc::ptr_eq(now, one)) && one.in_force(today);
    let (tone, state) = match end {
        _ if is_now => ("good", "catalogue-version-now"),
        Some(end) if end <= today => ("plain", "catalogue-version-over"),
        _ => ("move", "catalogue-version-next"),
    };
    let from = one.from.to_string();
    let span = match end.map(|end| end.saturating_sub(1.day())) {
        Some(last) if last >= one.from => {
            visitor.tf("catalogue-version-span", &[("from", &from), ("last", &last.to_string())])
        }
        _ => visitor.tf("catalogue-version-from", &[("from", &from)]),
    };
    let before = at.checked_sub(1).map(|before| &versions[before]);
    html! {
        section class="card" {
            h2 {
                (visitor.tf("catalogue-version", &[("version", &one.version.to_string())])) " " (badge(tone, &visitor.t(state)))
            }
            p { (span) }
            @match before {
                None => p class="hint" { (visitor.t("catalogue-version-first")) },
                Some(before) => (changed(visitor, snapshot, before, one)),
            }
        }
    }
}

fn changed(visitor: &Visitor, snapshot: &Snapshot, before: &Implementation, after: &Implementation) -> Markup {
    let rows: Vec<Vec<Markup>> = change::between(before, after, snapshot)
        .iter()
        .map(|one| {
            let element = visitor.t(&format!("import-element-{}", one.name())).into_owned();
            vec![html! { (element) }, html! { (one.before) }, html! { (one.after) }]
        })
        .collect();
    if rows.is_empty() {
        return html! { p class="hint" { (visitor.t("catalogue-version-same")) } };
    }
    let heads = ["element", "before", "after"].map(|key| visitor.t(&format!("catalogue-version-{key}")));
    let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
    table(&visitor.t("catalogue-version-change"), &heads, &rows)
}
