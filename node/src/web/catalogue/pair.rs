//! Two places in plain words.

use axum::extract::{Path, State};
use maud::{Markup, html};
use tongban_core::catalogue::Implementation;
use tongban_core::catalogue::compare::{Kind, agreement, compare};
use tongban_core::ident::Region;

use super::{figure, list, words};
use crate::app::App;
use crate::service::compare::{hurt_between, in_force};
use crate::web::fault::Fault;
use crate::web::implementation;
use crate::web::part::{badge, done, note, page, table};
use crate::web::visitor::Visitor;

/// GET `/catalogue/{item}/{here}/{there}`.
pub(super) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path((key, here, there)): Path<(String, String, String)>,
) -> Result<Markup, Fault> {
    let snapshot = app.directory.now();
    let item = snapshot.item(&key).ok_or(Fault::NotFound)?;
    let all = in_force(&snapshot, &key, app.clock.today());
    let of = |code: &str| -> Result<&Implementation, Fault> {
        let region = Region::parse(code).map_err(|_| Fault::NotFound)?;
        all.iter().copied().find(|one| one.region == region).ok_or(Fault::NotFound)
    };
    let (here, there) = (of(&here)?, of(&there)?);
    let differences = compare(here, there);
    let agrees = agreement(here, there);
    let hurt = hurt_between(&snapshot, &app.store.hurt().await?, here, there);
    let name = |one| words::place(visitor.lang, &snapshot, one);
    let (here_name, there_name) = (name(here), name(there));
    let values = [("here", here_name.as_str()), ("there", there_name.as_str())];
    let t = |key: &str| visitor.t(key);
    let kinds: Vec<Vec<Markup>> = Kind::ALL
        .iter()
        .map(|kind| (kind, agrees.of(*kind)))
        .filter(|(_, (_, of))| *of > 0)
        .map(|(kind, (agree, of))| {
            vec![html! { (visitor.t(&format!("catalogue-kind-{}", kind.name()))) }, html! { (agree) " / " (of) }]
        })
        .collect();
    let title = visitor.tf("catalogue-pair-title", &values);
    let body = html! {
        h1 { (title) }
        p class="lead" { (visitor.lang.pick(&item.name, &item.name_en)) }
        @if here.invented || there.invented { p { (badge("move", &t("invented"))) } }
        p { (visitor.tf("catalogue-pair-figure", &[("figure", &figure(&visitor, Some(agrees.figure())))])) }
        h2 { (visitor.tf("catalogue-pair-differences", &[("count", &differences.len().to_string())])) }
        @if differences.is_empty() { (done(&t("catalogue-pair-same"))) } @else {
            p class="hint" { (visitor.tf("catalogue-pair-who", &values)) }
            ul class="checklist" { @for one in &differences { li { (words::sentence(visitor.lang, one)) } } }
        }
        h2 { (t("catalogue-pair-hurt")) }
        p { (visitor.tf("catalogue-pair-hurt-count", &[("count", &hurt.to_string())])) }
        (note(&t("catalogue-hurt-meaning")))
        h2 { (t("catalogue-pair-kinds")) }
        (table(&t("catalogue-pair-kinds-table"), &[&t("catalogue-kind"), &t("catalogue-agree")], &kinds))
        h2 { (t("implementation-title")) }
        (table(&t("implementation-title"), &[&t("catalogue-fact"), &here_name, &there_name], &implementation::beside(&visitor, here, there)))
        (list::meaning(&visitor))
        div class="actions" {
            a class="button" href=(format!("/catalogue/{key}/{}/{}", there.region, here.region)) { (t("catalogue-pair-turn")) }
            a class="button" href=(format!("/catalogue/{key}")) { (t("catalogue-pair-all")) }
            a class="button" href=(format!("/items/{key}?there={}", there.region)) { (t("catalogue-to-guide")) }
        }
    };
    Ok(page(&visitor, &title, body))
}
