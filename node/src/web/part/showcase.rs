//! All parts on one page.

use axum::Router;
use axum::routing::get;
use maud::{Markup, html};

use super::{
    Choice, Field, attention, badge, button_link, check, choices, done, error_summary, file, icon, note, page, primary,
    qr, secondary, select, table, textarea,
};
use crate::app::App;
use crate::web::visitor::Visitor;

/// The page `/parts`.
pub fn router() -> Router<App> {
    Router::new().route("/parts", get(show))
}

async fn show(visitor: Visitor) -> Markup {
    let t = |key: &str| visitor.t(key);
    let options = [
        Choice { value: "a", label: t("parts-option-a").into_owned() },
        Choice { value: "b", label: t("parts-option-b").into_owned() },
    ];
    let ways = [
        Choice { value: "seen", label: t("check-seen-original").into_owned() },
        Choice { value: "copy", label: t("check-copy-taken").into_owned() },
    ];
    let wrong = t("parts-wrong");
    let rows = vec![
        vec![html! { (t("parts-case-a")) }, html! { (badge("move", &t("parts-move"))) }],
        vec![html! { (t("parts-case-b")) }, html! { (badge("late", &t("parts-late"))) }],
    ];
    let body = html! {
        h1 { (t("parts-title")) }
        p class="lead" { (t("parts-lead")) }
        section {
            h2 { (t("parts-messages")) }
            (error_summary(&visitor, &[(Some("parts-bad"), wrong.clone().into_owned())]))
            (attention(&t("parts-attention")))
            (done(&t("parts-done")))
            (note(&t("parts-note")))
        }
        section {
            h2 { (t("parts-fields")) }
            form method="get" action="/parts" class="narrow" {
                (Field::new("parts-good", &t("parts-field")).hint(&t("parts-hint")).required().render(&visitor))
                (Field::new("parts-bad", &t("parts-field")).value("110").error(Some(&wrong)).required().render(&visitor))
                (select("parts-select", &t("parts-select"), &options, "b"))
                (choices("parts-choices", &t("parts-choices"), &ways, "copy"))
                (check("parts-check", "1", &t("parts-check"), true))
                (textarea("parts-text", &t("parts-text"), Some(&t("parts-text-hint")), "", None))
                (file("parts-file", &t("parts-file"), &t("upload-hint")))
                div class="actions" { (primary(&t("parts-primary"))) (secondary(&t("parts-secondary"))) (button_link("/parts", &t("parts-link"))) }
            }
        }
        section {
            h2 { (t("parts-data")) }
            (table(&t("parts-table"), &[&t("parts-case"), &t("parts-state")], &rows))
            p { (badge("plain", &t("parts-plain"))) " " (badge("move", &t("parts-move"))) " " (badge("late", &t("parts-late"))) " " (badge("good", &t("parts-good-badge"))) }
            p class="icons" { @for name in ["tick", "bell", "clock", "person", "place", "paper"] { span { (icon(name)) code { (name) } } } }
            (qr("https://example.invalid/track", &t("parts-qr")))
        }
    };
    page(&visitor, &t("parts-title"), body)
}
