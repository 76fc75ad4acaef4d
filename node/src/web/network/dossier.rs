//! What one dossier says of who has to do with whom: nothing of any person stands in it.

use axum::extract::{Path, State};
use maud::{Markup, html};
use tongban_core::dossier::DossierId;

use super::{STAFF, facts, name, relation};
use crate::app::App;
use crate::network::known::profile;
use crate::store::AccountRole;
use crate::web::fault::Fault;
use crate::web::part::{button_link, note, page, table};
use crate::web::visitor::Visitor;

/// GET `/network/dossiers/{id}`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor, Path(id): Path<String>) -> Result<Markup, Fault> {
    let account = visitor.must_be(&STAFF)?;
    let id: DossierId = id.parse().map_err(|_| Fault::NotFound)?;
    let ties = app.store.ties(id).await?.ok_or(Fault::NotFound)?;
    let case = app.store.case_row(id).await?;
    // Whose case it is may open it.
    let own = account.org.map(|org| org.to_string());
    let own = |org: &str| own.as_deref() == Some(org);
    let theirs = case.as_ref().and_then(|case| match account.role {
        AccountRole::Clerk if own(&case.receiving_org) => Some(format!("/window/cases/{id}")),
        AccountRole::Officer if own(&case.handling_org) => Some(format!("/authority/cases/{id}")),
        _ => None,
    });
    let snapshot = app.directory.now();
    let t = |key: &str| visitor.t(key).into_owned();
    let heads =
        ["network-when", "network-by", "network-relation", "network-towards", "network-kind", "network-took"].map(&t);
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let rows: Vec<Vec<Markup>> = ties
        .iter()
        .map(|tie| {
            let (from, to) = (profile(&snapshot, &tie.from), profile(&snapshot, &tie.to));
            vec![
                html! { span id=(format!("s{}", tie.seq)) { (tie.at.date()) } },
                html! { (name(&visitor, &from)) },
                html! { (relation(&visitor, tie.relation)) },
                html! { (name(&visitor, &to)) },
                facts::kind(&visitor, tie.relation, &tie.code),
                facts::took(&visitor, tie.took.map(f64::from), tie.late),
            ]
        })
        .collect();
    let number = case.as_ref().and_then(|case| case.number.clone());
    let title = t("network-dossier");
    let body = html! {
        h1 { (title) }
        dl class="facts" {
            dt { (t("network-dossier-id")) } dd { code { (id) } }
            @if let Some(number) = number { dt { (t("network-dossier-number")) } dd { (number) } }
            @if let Some(case) = &case { dt { (t("network-item")) } dd { (visitor.lang.pick(&case.item_name, &case.item_name_en)) } }
        }
        @if rows.is_empty() { (note(&t("network-facts-none"))) } @else { (table(&t("network-dossier-caption"), &heads, &rows)) }
        @if let Some(theirs) = theirs { p { (button_link(&theirs, &t("network-open-case"))) } }
        p { (button_link(super::desk::PAGE, &t("network-back"))) }
    };
    Ok(page(&visitor, &title, body))
}
