//! Which item, and where it is to be handled.

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use tongban_core::case::Channel;
use tongban_core::catalogue::{Answers, Availability, BasicItem, Implementation};
use tongban_core::ident::Region;
use tongban_core::rule::WhyNot;

use super::{Clerk, clerk, codes, keys};
use crate::app::App;
use crate::limits;
use crate::search::{read_query, search};
use crate::service::opening;
use crate::web::case_page;
use crate::web::fault::{Fault, why};
use crate::web::part::{Choice, badge, note, page, select};
use crate::web::visitor::Visitor;

/// What the clerk looks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    q: String,
    there: String,
}

/// A handling place of an item: by what right it may be taken in, or why not with its code.
struct Place<'a> {
    implementation: &'a Implementation,
    /// English name of the authority: regions have none.
    authority_en: &'a str,
    right: Result<String, (String, String)>,
}

impl Place<'_> {
    fn name(&self, visitor: &Visitor) -> String {
        visitor.lang.pick(&self.implementation.region.full_name(), self.authority_en).to_owned()
    }
}

/// The page `/window/new`.
pub(super) async fn show(State(app): State<App>, visitor: Visitor, Query(wish): Query<Wish>) -> Result<Markup, Fault> {
    let clerk = clerk(&app, &visitor)?;
    let named = read_query(&clerk.snapshot, &wish.q).region;
    let there = Region::parse(&wish.there).ok().or(named);
    let items = matching(&app, &clerk, &wish.q, there);
    let regions = clerk.snapshot.index().regions();
    let codes: Vec<(String, String)> = regions.map(|region| (region.to_string(), region.full_name())).collect();
    let mut options = vec![Choice { value: "", label: visitor.t("window-anywhere").into_owned() }];
    options.extend(codes.iter().map(|(code, name)| Choice { value: code, label: name.clone() }));
    let body = html! {
        h1 { (visitor.t("window-choose-title")) }
        p class="lead" { (visitor.t("window-choose-lead")) }
        form method="get" action="/window/new" class="search" role="search" {
            div class="field" {
                label for="q" { (visitor.t("window-choose-q")) }
                p class="hint" id="q-hint" { (visitor.t("window-choose-q-hint")) }
                input id="q" name="q" type="search" value=(wish.q) autofocus autocomplete="off" aria-describedby="q-hint";
            }
            (select("there", &visitor.t("window-choose-there"), &options, &wish.there))
            button class="primary" type="submit" { (visitor.t("window-choose-do")) }
        }
        h2 { (visitor.tf("window-choose-found", &[("count", &items.len().to_string())])) }
        @if items.is_empty() { (note(&visitor.t("window-choose-none"))) }
        ul class="results" {
            @for item in items.iter().take(limits::SEARCH_RESULTS_MAX) { (result(&app, &visitor, &clerk, item, there)) }
        }
        (keys(&visitor, false))
    };
    Ok(page(&visitor, &visitor.t("window-choose-title"), body))
}

/// What was typed may be a part of the name, initials, or name a place too; without anything, all that can be taken in.
fn matching<'a>(app: &App, clerk: &'a Clerk, q: &str, there: Option<Region>) -> Vec<&'a BasicItem> {
    let snapshot = &clerk.snapshot;
    if !q.trim().is_empty() {
        let found = search(snapshot, q, Some(clerk.window.region), there, app.clock.today());
        return found.iter().filter_map(|one| snapshot.item(&one.item)).collect();
    }
    let is_ready = |item: &&BasicItem| {
        matches!(item.availability, Availability::Open { .. })
            && snapshot.implementations_of(&item.key).next().is_some()
    };
    snapshot.items.iter().filter(is_ready).collect()
}

fn result(app: &App, visitor: &Visitor, clerk: &Clerk, item: &BasicItem, there: Option<Region>) -> Markup {
    let lang = visitor.lang;
    let places = places(app, visitor, clerk, item, there);
    let invented = item.invented || places.iter().any(|place| place.implementation.invented);
    let closed = |text: &str, code: &str| html! { p { (badge("plain", &visitor.t("window-cannot"))) " " (text) } (codes(visitor, std::iter::once(code))) };
    html! {
        li {
            h3 {
                (lang.pick(&item.name, &item.name_en))
                @if invented { " " (badge("plain", &visitor.t("invented"))) }
            }
            @match &item.availability {
                Availability::Open { modes } => {
                    p class="hint" { (modes.iter().map(|mode| case_page::mode(lang, *mode)).collect::<Vec<_>>().join(" · ")) }
                    @if places.is_empty() { p { (visitor.t("window-choose-nowhere")) } }
                    (may(visitor, &places))
                    (may_not(visitor, clerk, &places))
                }
                Availability::Closed { why, why_en, .. } => (closed(lang.pick(why, why_en), "item-closed")),
                Availability::NotYet { why, why_en } => (closed(lang.pick(why, why_en), "item-not-yet")),
                Availability::ModeUnverified => (closed(&visitor.t("fault-item-mode-unverified"), "item-mode-unverified")),
            }
        }
    }
}

/// Where it may be taken in for. Places under the same right and limit stand together: both are said once.
fn may(visitor: &Visitor, places: &[Place<'_>]) -> Markup {
    let mut groups: Vec<(String, Vec<&Place<'_>>)> = Vec::new();
    for place in places {
        let Ok(right) = &place.right else { continue };
        let limit = case_page::limit(visitor.lang, place.implementation.promised);
        let words = visitor.tf("window-by-right", &[("right", right), ("limit", &limit)]).into_owned();
        match groups.iter_mut().find(|(known, _)| *known == words) {
            Some((_, members)) => members.push(place),
            None => groups.push((words, vec![place])),
        }
    }
    html! {
        @for (words, members) in &groups {
            p class="hint" { (words) }
            p class="buttons" {
                @for place in members {
                    @let name = place.name(visitor);
                    @let whole = visitor.tf("window-take", &[("place", &name)]);
                    a class=(if places.len() == 1 { "button primary" } else { "button" }) href=(format!("/window/new/{}", place.implementation.id)) aria-label=(whole) {
                        @if places.len() == 1 { (whole) } @else { (name) }
                    }
                }
            }
        }
    }
}

/// Where it may not, and why. That no mechanism permits it is said once for all such places.
fn may_not(visitor: &Visitor, clerk: &Clerk, places: &[Place<'_>]) -> Markup {
    let mut groups: Vec<(&str, &str, Vec<String>)> = Vec::new();
    for place in places {
        let Err((text, code)) = &place.right else { continue };
        let name = place.name(visitor);
        match groups.iter_mut().find(|(_, known, _)| known == code) {
            Some((_, _, names)) => names.push(name),
            None => groups.push((text, code, vec![name])),
        }
    }
    let here = visitor.lang.pick(clerk.window.region.name(), &clerk.window.name_en);
    html! {
        @for (text, code, names) in &groups {
            @let names = visitor.lang.joined(names);
            p {
                (badge("plain", &visitor.t("window-cannot"))) " "
                @if *code == "no-mechanism" { (visitor.tf("window-no-mechanism", &[("here", here), ("places", &names)])) }
                @else { (names) " · " (text) }
            }
            (codes(visitor, std::iter::once(*code)))
        }
    }
}

/// Where an item is handled, other provinces first.
fn places<'a>(
    app: &App,
    visitor: &Visitor,
    clerk: &'a Clerk,
    item: &'a BasicItem,
    there: Option<Region>,
) -> Vec<Place<'a>> {
    let here = clerk.window.region;
    let mut places: Vec<Place<'_>> = clerk
        .snapshot
        .implementations_in(&item.key, there)
        .map(|implementation| {
            let authority = clerk.snapshot.organisations.get(&implementation.authority);
            let authority_en = authority.map_or("", |authority| &authority.name_en);
            Place { implementation, authority_en, right: right(app, visitor, clerk, implementation) }
        })
        .collect();
    places.sort_by_key(|place| {
        let region = place.implementation.region;
        (region.province() == here.province(), region)
    });
    places
}

fn right(
    app: &App,
    visitor: &Visitor,
    clerk: &Clerk,
    implementation: &Implementation,
) -> Result<String, (String, String)> {
    let window = &clerk.window;
    let lang = visitor.lang;
    let refused = |reason: &WhyNot| (why(lang, reason), reason.code.to_owned());
    let (id, none) = (&implementation.id, Answers::new());
    match opening(app, &clerk.snapshot, id, Channel::Window, window.region, Some(window), &none) {
        Err(fault) => Err((lang.t(&format!("fault-{fault}")).into_owned(), fault.to_string())),
        Ok(opening) => opening.permit.map(|permit| case_page::permit(lang, &permit)).map_err(|reason| refused(&reason)),
    }
}
