//! The first page: one box, two places.

use axum::extract::{Query, State};
use maud::{Markup, html};
use tongban_core::catalogue::{Availability, BasicItem};

use super::item_name;
use super::place::{self, Asked, Here};
use crate::app::App;
use crate::directory::Snapshot;
use crate::search::{self, Found};
use crate::web::part::{self, Field, page};
use crate::web::visitor::Visitor;

/// Rows of the items that are asked for most, shown first where they are open.
const ASKED_MOST: [u16; 6] = [25, 27, 36, 20, 21, 44];

/// GET `/`.
pub async fn show(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Markup {
    let snapshot = app.directory.now();
    let here = place::here(&app, &asked.here);
    let body = html! {
        h1 { (visitor.t("portal-home-title")) }
        p class="lead" { (visitor.t("portal-home-lead")) }
        (search_form(&app, &visitor, &snapshot, "", here, &asked))
        section {
            h2 { (visitor.t("portal-most")) }
            div class="grid" {
                @for item in most_used(&snapshot) {
                    (card(&app, &visitor, &snapshot, item, here))
                }
            }
        }
        section {
            h2 { (visitor.t("portal-mine")) }
            div class="actions" {
                a class="button" href="/my" { (visitor.t("portal-to-my")) }
                a class="button" href="/track" { (visitor.t("portal-to-track")) }
                a class="button" href="/cannot" { (visitor.t("cannot-link")) }
            }
        }
        @if visitor.drill { (first_steps(&visitor)) }
    };
    page(&visitor, &visitor.t("portal-home-title"), body)
}

/// The search box with the two places.
pub fn search_form(
    app: &App,
    visitor: &Visitor,
    snapshot: &Snapshot,
    query: &str,
    here: Here,
    asked: &Asked,
) -> Markup {
    let regions = place::offered(snapshot, None, app.clock.today());
    let label = visitor.t("portal-wish");
    let hint = visitor.t("portal-wish-hint");
    html! {
        form class="card" method="get" action="/search" role="search" {
            (Field::new("q", &label).hint(&hint).kind("search").required().value(query).render(visitor))
            div class="search" {
                (place::here_select(app, visitor, snapshot, here))
                (place::there_select(visitor, &regions, place::there(&asked.there), true))
                (part::primary(&visitor.t("portal-find")))
            }
        }
    }
}

fn most_used(snapshot: &Snapshot) -> Vec<&BasicItem> {
    let open = |item: &&BasicItem| matches!(item.availability, Availability::Open { .. });
    let first = ASKED_MOST.iter().filter_map(|row| snapshot.items.iter().find(|item| item.row == *row));
    let others = snapshot.items.iter().filter(|item| !ASKED_MOST.contains(&item.row));
    first.chain(others).filter(open).take(ASKED_MOST.len()).collect()
}

fn card(app: &App, visitor: &Visitor, snapshot: &Snapshot, item: &BasicItem, here: Here) -> Markup {
    let found = search::line(snapshot, item, here.region, None, app.clock.today());
    html! {
        div class="card" {
            h3 { a href=(super::results::guide_href(&found, here, None)) { (item_name(visitor, item)) } }
            p { (short(visitor, &found)) }
        }
    }
}

fn short(visitor: &Visitor, found: &Found) -> Markup {
    html! {
        @match found.offers.first() {
            Some(offer) => {
                (crate::web::case_page::mode(visitor.lang, offer.mode)) " · "
                (super::results::places(visitor, &found.offers))
            }
            None => { (visitor.t("portal-not-from-here")) }
        }
    }
}

fn first_steps(visitor: &Visitor) -> Markup {
    html! {
        section {
            h2 { (visitor.t("portal-first-title")) }
            ol class="steps" {
                li { h3 { (visitor.t("portal-first-1")) } p { (visitor.t("portal-first-1-text")) } }
                li { h3 { (visitor.t("portal-first-2")) } p { (visitor.t("portal-first-2-text")) } }
                li { h3 { (visitor.t("portal-first-3")) } p { (visitor.t("portal-first-3-text")) } }
            }
            p { a class="button primary" href="/start" { (visitor.t("portal-first-do")) } }
        }
    }
}
