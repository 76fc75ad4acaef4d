//! The register of laws (法律依据): what each says and since when, what rests on it, and where it stands in the way. Public
//! to read; how many cases are touched only staff see.

pub(super) mod beside;
mod keep;
mod list;
mod show;

use axum::Router;
use axum::routing::get;
use jiff::civil::Date;
use maud::{Markup, html};
use tongban_core::catalogue::Mark;
use tongban_core::law::{Instrument, Standing};

use super::part::{badge, note};
use super::visitor::Visitor;
use crate::app::App;
use crate::directory::Snapshot;
use crate::limits;
use crate::service::law::is_keeper;
use crate::store::{Account, AccountRole};

/// Routes.
pub fn router() -> Router<App> {
    Router::new()
        .route("/law", get(list::show).post(list::publish))
        .route("/law/{key}", get(show::show).post(show::send))
}

/// The registrar's account, at the registrar's node: who keeps the register.
fn keeper<'a>(app: &App, visitor: &'a Visitor) -> Option<&'a Account> {
    visitor.account.as_ref().filter(|account| account.role == AccountRole::Registrar && is_keeper(app))
}

fn title<'a>(visitor: &Visitor, law: &'a Instrument) -> &'a str {
    visitor.lang.pick(&law.title, &law.title_en)
}

/// A law and an article of it, as they are cited.
fn cited(visitor: &Visitor, law: &Instrument, article: &str) -> String {
    let title = title(visitor, law);
    if article.is_empty() {
        return visitor.tf("law-cited", &[("law", title)]).into_owned();
    }
    visitor.tf("law-cited-article", &[("law", title), ("article", article)]).into_owned()
}

/// From when, and until when.
fn validity(visitor: &Visitor, from: Date, until: Option<Date>) -> String {
    let from = from.to_string();
    match until {
        Some(until) => visitor.tf("law-valid-until", &[("from", &from), ("until", &until.to_string())]).into_owned(),
        None => visitor.tf("law-valid-from", &[("from", &from)]).into_owned(),
    }
}

fn standing_badge(visitor: &Visitor, standing: Standing) -> Markup {
    let tone = match standing {
        Standing::InForce => "good",
        Standing::NotYet { .. } | Standing::Unknown => "plain",
        Standing::Ended { .. } => "late",
    };
    badge(tone, &visitor.t(&format!("law-standing-{}", standing.name().replace('_', "-"))))
}

fn mark_key(mark: Mark) -> &'static str {
    match mark {
        Mark::Seen => "mark-seen",
        Mark::PartSeen => "mark-part-seen",
        Mark::Recalled => "mark-recalled",
    }
}

/// An item by its name, linked to its page.
fn item_link(visitor: &Visitor, snapshot: &Snapshot, key: &str) -> Markup {
    let item = snapshot.item(key);
    html! {
        @match item {
            Some(item) => { a href=(format!("/items/{key}")) { (visitor.lang.pick(&item.name, &item.name_en)) } }
            None => { (key) }
        }
        " " small class="num" { (key) }
    }
}

/// Says that only the first of many are shown.
fn first_of(visitor: &Visitor, all: usize) -> Markup {
    let (shown, all_text) = (limits::LAW_ROWS_MAX.to_string(), all.to_string());
    html! {
        @if all > limits::LAW_ROWS_MAX { (note(&visitor.tf("law-first", &[("shown", &shown), ("all", &all_text)]))) }
    }
}
