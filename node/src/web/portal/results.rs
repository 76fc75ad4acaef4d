//! Search results: can it be done across, how, how long, what to bring — on the line itself.

use axum::extract::{Query, State};
use maud::{Markup, html};
use tongban_core::ident::Region;
use tongban_core::mechanism::Basis;

use super::home::search_form;
use super::place::{self, Asked, Here};
use super::{Problem, mark, problems};
use crate::app::App;
use crate::search::{self, Fit, Found, NotYet, Offer};
use crate::store::day_number;
use crate::text::Lang;
use crate::web::part::{attention, badge, page};
use crate::web::visitor::Visitor;
use crate::web::{case_page, fault};

/// GET `/search`.
pub async fn show(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Markup {
    let snapshot = app.directory.now();
    let wish = search::read_query(&snapshot, &asked.q);
    let here = place_of(&app, &asked.here, wish.here);
    let there = place::there(&asked.there).or(wish.region);
    let found = search::search(&snapshot, &asked.q, here.region, there, app.clock.today());
    // Nothing of a name, and little of what was typed: nobody has answered it yet.
    let is_near_only = !found.is_empty() && found.iter().all(|one| one.fit == Fit::Some);
    if found.is_empty() || is_near_only {
        note_demand(&app, &asked.q, here.region).await;
    }
    let asked = Asked { there: there.map(|region| region.to_string()).unwrap_or_default(), ..asked };
    let count = found.len().to_string();
    let title = if asked.q.trim().is_empty() {
        visitor.t("portal-all-title")
    } else {
        visitor.tf("portal-results-title", &[("q", asked.q.trim())])
    };
    let body = html! {
        h1 { (title) }
        @if here.unserved { (unserved(&visitor)) }
        (search_form(&app, &visitor, &snapshot, &asked.q, here, &asked))
        h2 { (visitor.tf("portal-results-count", &[("count", &count), ("route", &route(&visitor, here.region, there))])) }
        @if found.is_empty() {
            (attention(&visitor.t("portal-nothing")))
            p { a class="button" href=(format!("/search?here={}", asked.here)) { (visitor.t("portal-all")) } }
        }
        @if is_near_only { (attention(&visitor.t("portal-near-only"))) }
        ol class="results" {
            @for one in &found { (line(&visitor, one, here, there)) }
        }
    };
    page(&visitor, &title, body)
}

/// Where the applicant is: as chosen; otherwise as typed, if it is served here.
fn place_of(app: &App, chosen: &str, typed: Option<Region>) -> Here {
    let here = place::here(app, chosen);
    let typed = typed.filter(|_| chosen.is_empty()).map(|region| place::here(app, &region.to_string()));
    typed.filter(|typed| !typed.unserved).unwrap_or(here)
}

/// Counts what was not found. Whoever searches is not kept from the page by it.
async fn note_demand(app: &App, query: &str, here: Option<Region>) {
    let text = search::normalised(query);
    if text.is_empty() {
        return;
    }
    let here = here.map(|region| region.to_string()).unwrap_or_default();
    if let Err(error) = app.store.add_demand(&text, &here, day_number(app.clock.today())).await {
        tracing::warn!(%error, "what was not found is not counted");
    }
}

/// The region that was asked for is not served here.
pub fn unserved(visitor: &Visitor) -> Markup {
    let text = visitor.t("fault-region-not-served").into_owned();
    problems(visitor, &[Problem { field: Some("here".to_owned()), text, code: "region-not-served".to_owned() }])
}

/// “江苏省 → 合肥市”.
pub fn route(visitor: &Visitor, here: Option<Region>, there: Option<Region>) -> String {
    let all = visitor.t("portal-there-all");
    let here = here.map_or("—", Region::name);
    format!("{here} → {}", there.map_or_else(|| all.into_owned(), |there| there.name().to_owned()))
}

/// The address of an item's guide.
pub fn guide_href(found: &Found, here: Here, there: Option<Region>) -> String {
    let here = here.region.map(|region| region.to_string()).unwrap_or_default();
    // If there is only one place, nobody has to choose it.
    let only = match found.offers.as_slice() {
        [offer] => Some(offer.region),
        _ => there,
    };
    let there = only.map(|region| region.to_string()).unwrap_or_default();
    format!("/items/{}?here={here}&there={there}", found.item)
}

fn line(visitor: &Visitor, found: &Found, here: Here, there: Option<Region>) -> Markup {
    let lang = visitor.lang;
    html! {
        li {
            h3 { a href=(guide_href(found, here, there)) { (lang.pick(&found.name, &found.name_en)) } }
            p {
                @match &found.not_yet {
                    None => { (badge("good", &visitor.t(if is_across(&found.offers) { "portal-can" } else { "portal-can-within" }))) " " (can(visitor, found)) }
                    Some(why) => { (badge("plain", &visitor.t("portal-cannot"))) " " (not_yet(lang, why)) }
                }
            }
            @if found.not_yet.as_ref().is_some_and(|why| !matches!(why, NotYet::Closed { .. })) {
                p { (visitor.t("portal-go-there")) }
            }
            p class="muted" {
                (found.document) " · " (mark(visitor, found.mark))
                @if found.invented { " · " (visitor.t("portal-mode-invented")) }
            }
        }
    }
}

/// Whether one of the places lies in another province, as far as is known.
pub fn is_across(offers: &[Offer]) -> bool {
    offers.iter().any(|offer| !within(offer))
}

fn within(offer: &Offer) -> bool {
    offer.permit.as_ref().is_some_and(|permit| permit.basis == Basis::WithinProvince)
}

/// The places in other provinces; those of the own one only if there are no others.
fn best(offers: &[Offer]) -> Vec<&Offer> {
    let across = is_across(offers);
    offers.iter().filter(|offer| !across || !within(offer)).collect()
}

/// In how many places, and whether they are all in this province.
pub fn places(visitor: &Visitor, offers: &[Offer]) -> String {
    let key = if is_across(offers) { "portal-places-count" } else { "portal-places-within" };
    visitor.tf(key, &[("count", &best(offers).len().to_string())]).into_owned()
}

/// How, how long, what to bring; over several places the least and the most.
fn can(visitor: &Visitor, found: &Found) -> Markup {
    let lang = visitor.lang;
    let offers = best(&found.offers);
    let Some(offer) = offers.first() else { return html! {} };
    let days = |promised: tongban_core::time::Limit| case_page::limit(lang, promised);
    let least = offers.iter().map(|offer| offer.promised).min_by_key(|limit| limit.days).unwrap_or(offer.promised);
    let most = offers.iter().map(|offer| offer.promised).max_by_key(|limit| limit.days).unwrap_or(offer.promised);
    let promised = if least == most { days(most) } else { format!("{} – {}", days(least), days(most)) };
    let few = offers.iter().map(|offer| offer.materials).min().unwrap_or(0);
    let many = offers.iter().map(|offer| offer.materials).max().unwrap_or(0);
    let materials = if few == many { few.to_string() } else { format!("{few}–{many}") };
    html! {
        (case_page::mode(lang, offer.mode)) " · "
        (visitor.tf("portal-promised", &[("limit", &promised)])) " · "
        (visitor.tf("portal-materials-count", &[("count", &materials)])) " · "
        @if offers.len() == 1 && !found.more { (offer.region_name) }
        @else if found.more { (visitor.t("portal-places-more")) }
        @else { (places(visitor, &found.offers)) }
        @if offer.invented { " · " (visitor.t("invented")) }
    }
}

/// Why it cannot be done across, in words.
pub fn not_yet(lang: Lang, why: &NotYet) -> String {
    match why {
        NotYet::Closed { since, why, why_en } => {
            lang.tf("portal-why-closed", &[("since", &since.to_string()), ("why", lang.pick(why, why_en))]).into_owned()
        }
        NotYet::NotYet { why, why_en } => {
            lang.tf("portal-why-not-yet", &[("why", lang.pick(why, why_en))]).into_owned()
        }
        NotYet::ModeUnverified => lang.t("portal-why-unverified").into_owned(),
        NotYet::ModeNotOpen { mode } => {
            lang.tf("portal-why-mode", &[("mode", &case_page::mode(lang, *mode))]).into_owned()
        }
        NotYet::NoGuide => lang.t("portal-why-no-guide").into_owned(),
        NotYet::NoMechanism { why } if why.code == "no-mechanism" => {
            let values: Vec<(&str, &str)> = why.args.iter().map(|(name, value)| (*name, value.as_str())).collect();
            lang.tf("portal-why-no-mechanism", &values).into_owned()
        }
        NotYet::NoMechanism { why } => fault::why(lang, why),
    }
}
