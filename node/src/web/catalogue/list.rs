//! All items, those first that hurt most.

use axum::extract::State;
use maud::{Markup, html};

use super::{counting, figure, name, provinces, waiting};
use crate::app::App;
use crate::service::compare::{self, Compared};
use crate::web::fault::Fault;
use crate::web::part::{note, page, table};
use crate::web::visitor::Visitor;

/// GET `/catalogue`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor) -> Result<Markup, Fault> {
    let snapshot = app.directory.now();
    let (all, is_current) = compare::all(&app).await;
    let hurt = app.store.hurt().await?;
    let mut sorted: Vec<(&Compared, u64)> =
        all.items.iter().map(|one| (one, compare::hurt(&hurt, &one.item))).collect();
    // What hurts most comes first, then what differs most.
    sorted.sort_by(|(one, hurts), (other, hurts_other)| {
        (hurts_other, other.deviations).cmp(&(hurts, one.deviations)).then_with(|| one.item.cmp(&other.item))
    });
    let t = |key: &str| visitor.t(key);
    let rows: Vec<Vec<Markup>> = sorted
        .iter()
        .map(|(one, hurts)| {
            vec![
                html! { a href=(format!("/catalogue/{}", one.item)) { (name(&visitor, &snapshot, &one.item)) } },
                html! { (one.places) },
                html! { (figure(&visitor, one.conformity)) },
                html! { (one.deviations) },
                html! { (hurts) },
            ]
        })
        .collect();
    let provinces: Vec<Vec<Markup>> = compare::by_province(&all.items)
        .into_iter()
        .map(|(province, conformity)| vec![html! { (province.name()) }, html! { (figure(&visitor, conformity)) }])
        .collect();
    let heads = [
        t("catalogue-item"),
        t("catalogue-places"),
        t("catalogue-conformity"),
        t("catalogue-deviations"),
        t("catalogue-hurt"),
    ];
    let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
    let body = html! {
        h1 { (t("catalogue-title")) }
        p class="lead" { (t("catalogue-lead")) }
        (waiting::running(&app, &visitor, &snapshot))
        (counting(&visitor, &all, is_current))
        @if rows.is_empty() { @if is_current { (note(&t("catalogue-empty"))) } } @else {
            p { a href=(provinces::PAGE) { (t("provinces-title")) } }
            (table(&t("catalogue-list"), &heads, &rows))
            p class="hint" { (t("catalogue-hurt-meaning")) }
            h2 { (t("catalogue-provinces")) }
            (table(&t("catalogue-provinces-table"), &[&t("catalogue-province"), &t("catalogue-conformity")], &provinces))
            (meaning(&visitor))
        }
    };
    Ok(page(&visitor, &t("catalogue-title"), body))
}

/// What the figure is, exactly.
pub(super) fn meaning(visitor: &Visitor) -> Markup {
    html! {
        details {
            summary { (visitor.t("catalogue-meaning")) }
            div class="explain" {
                p { (visitor.t("catalogue-meaning-elements")) }
                p { (visitor.t("catalogue-meaning-figure")) }
                p { (visitor.t("catalogue-meaning-common")) }
                p { (visitor.t("catalogue-meaning-none")) }
            }
        }
    }
}
