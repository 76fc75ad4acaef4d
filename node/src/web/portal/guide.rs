//! An item's guide: can it be done across, how, what to bring, how long, cost, legal basis.

use axum::extract::{Path, Query, State};
use maud::{Markup, html};
use tongban_core::catalogue::{Availability, BasicItem, Implementation, Subject};
use tongban_core::directory::Organisation;
use tongban_core::ident::Region;

use super::place::{self, Asked, Here};
use super::results::{is_across, not_yet, unserved};
use super::{item_name, mark, marked};
use crate::app::App;
use crate::directory::Snapshot;
use crate::search::{self, Found};
use crate::web::case_page;
use crate::web::fault::Fault;
use crate::web::implementation::{self, Fact, facts};
use crate::web::law::beside;
use crate::web::part::{attention, badge, icon, page, primary, secondary};
use crate::web::situation;
use crate::web::visitor::Visitor;

/// Everything the guide is about.
struct Guide<'a> {
    app: &'a App,
    visitor: &'a Visitor,
    snapshot: &'a Snapshot,
    item: &'a BasicItem,
    here: Here,
    there: Option<Region>,
}

/// GET `/items/{item}`.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(item): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Markup, Fault> {
    let snapshot = app.directory.now();
    let item = snapshot.item(&item).ok_or(Fault::NotFound)?;
    let (here, there) = (place::here(&app, &asked.here), place::there(&asked.there));
    let guide = Guide { app: &app, visitor: &visitor, snapshot: &snapshot, item, here, there };
    let name = item_name(&visitor, item);
    let body = html! {
        h1 { (name) }
        @if !item.scenario.is_empty() { p class="lead" { (item.scenario) } }
        @if here.unserved { (unserved(&visitor)) }
        (beside::open(&visitor, &snapshot, &item.key))
        (guide.choose())
        (guide.answer())
        p { a href=(format!("/catalogue/{}", item.key)) { (visitor.t("catalogue-from-guide")) } }
        (guide.source())
        (beside::history(&visitor, &snapshot, &item.key))
    };
    Ok(page(&visitor, name, body))
}

impl Guide<'_> {
    fn implementation(&self) -> Option<&Implementation> {
        let today = self.app.clock.today();
        let mut all = self.snapshot.implementations_of(&self.item.key);
        all.find(|one| Some(one.region) == self.there && one.in_force(today))
    }

    /// The two places, as a plain form.
    fn choose(&self) -> Markup {
        let regions = place::offered(self.snapshot, Some(&self.item.key), self.app.clock.today());
        if !matches!(self.item.availability, Availability::Open { .. }) || regions.is_empty() {
            return html! {};
        }
        let button = self.visitor.t("portal-guide-show");
        html! {
            form class="card" method="get" action=(format!("/items/{}", self.item.key)) {
                div class="search" {
                    (place::here_select(self.app, self.visitor, self.snapshot, self.here))
                    (place::there_select(self.visitor, &regions, self.there, false))
                    @if self.there.is_none() { (primary(&button)) } @else { (secondary(&button)) }
                }
            }
        }
    }

    fn answer(&self) -> Markup {
        let today = self.app.clock.today();
        let found = search::line(self.snapshot, self.item, self.here.region, self.there, today);
        let Some(implementation) = self.implementation() else {
            return match &found.not_yet {
                Some(why) => self.cannot(&not_yet(self.visitor.lang, why)),
                None => self.where_to(&found),
            };
        };
        html! {
            @match &found.not_yet {
                Some(why) => (self.cannot(&not_yet(self.visitor.lang, why))),
                None => (self.can(&found, implementation)),
            }
            (self.content(implementation))
        }
    }

    fn cannot(&self, why: &str) -> Markup {
        html! {
            h2 { (self.visitor.t("portal-cannot")) }
            (attention(why))
            p { (self.visitor.t("portal-cannot-todo")) }
        }
    }

    /// No place was chosen yet: all places, each a link.
    fn where_to(&self, found: &Found) -> Markup {
        let here = self.here.region.map(|region| region.to_string()).unwrap_or_default();
        html! {
            h2 { (self.visitor.t("portal-where-to")) }
            ul class="results" {
                @for offer in &found.offers {
                    li {
                        h3 { a href=(format!("/items/{}?here={here}&there={}", found.item, offer.region)) { (offer.region_name) } }
                        p {
                            (case_page::mode(self.visitor.lang, offer.mode)) " · "
                            (self.visitor.tf("portal-promised", &[("limit", &case_page::limit(self.visitor.lang, offer.promised))])) " · "
                            (self.visitor.tf("portal-materials-count", &[("count", &offer.materials.to_string())]))
                        }
                    }
                }
            }
        }
    }

    fn can(&self, found: &Found, implementation: &Implementation) -> Markup {
        let (visitor, lang) = (self.visitor, self.visitor.lang);
        let Some(offer) = found.offers.first() else { return html! {} };
        let here = self.here.region.map(|region| region.to_string()).unwrap_or_default();
        html! {
            section class="card" {
                h2 { (badge("good", &visitor.t(if is_across(&found.offers) { "portal-can" } else { "portal-can-within" }))) " " (case_page::mode(lang, offer.mode)) }
                p { (visitor.t(if offer.online { "portal-how-online" } else { "portal-how-window" })) }
                @if let Some(permit) = &offer.permit {
                    p { (visitor.tf("portal-permit", &[("permit", &case_page::permit(lang, permit))]))
                        @if !permit.document.is_empty() { " · " (permit.document) } }
                }
                @if offer.online {
                    div class="actions" {
                        a class="button primary" href=(format!("/apply/{}?here={here}", implementation.id)) { (visitor.t("portal-apply")) }
                    }
                    p class="hint" { (visitor.t(subject_key(self.item))) }
                    details { summary { (visitor.t("portal-or-window")) } (self.windows()) }
                } @else {
                    h3 { (visitor.t("portal-to-window")) }
                    (self.windows())
                }
            }
        }
    }

    fn windows(&self) -> Markup {
        windows(self.app, self.visitor, self.snapshot, self.here.region)
    }

    fn content(&self, one: &Implementation) -> Markup {
        let (visitor, lang) = (self.visitor, self.visitor.lang);
        let t = |key: &str| visitor.t(key);
        let authority = self.snapshot.organisations.get(&one.authority);
        let today = self.app.clock.today();
        let fee = if one.fee.is_empty() { t("free-of-charge").into_owned() } else { one.fee.clone() };
        html! {
            @if one.invented { p { (badge("move", &t("invented"))) " " (t("portal-guide-invented")) } }
            (beside::amended(visitor, self.snapshot, [one], today, |_| String::new()))
            (situation::guide(visitor, one))
            section {
                h2 { (visitor.tf("portal-materials", &[("count", &one.materials.len().to_string())])) }
                ul class="materials" {
                    @for rule in &one.materials {
                        li {
                            h3 { (lang.pick(&rule.name, &rule.name_en)) " " (badge("plain", &case_page::need_name(lang, rule.need)))
                                @if rule.original { " " (badge("move", &t("portal-original"))) }
                                (situation::mark(visitor, one, &rule.key)) }
                            p class="hint" { (icon("paper")) (visitor.tf("requirement", &[("point", lang.pick(&rule.review, &rule.review_en))])) }
                            (implementation::of_material(visitor, rule))
                        }
                    }
                }
            }
            section {
                h2 { (t("portal-conditions")) }
                ul class="checklist" {
                    @for condition in &one.conditions { li { (lang.pick(&condition.text, &condition.text_en)) } }
                }
            }
            section {
                h2 { (t("portal-facts")) }
                dl class="facts" {
                    dt { (t("portal-subjects")) } dd { (subjects(visitor, self.item)) }
                    dt { (t("fact-limits")) } dd { (visitor.tf("fact-limits-value", &[("promised", &case_page::limit(lang, one.promised)), ("statutory", &case_page::limit(lang, one.statutory))])) }
                    dt { (t("portal-fee")) } dd { (fee) }
                    (facts(visitor, one, &Fact::PRACTICAL))
                    dt { (t("portal-basis")) } dd { (one.legal_basis) }
                    @if !one.bases.is_empty() { dt { (t("law-bases")) } dd { (beside::bases(visitor, self.snapshot, &one.bases, today)) } }
                    dt { (t("portal-result")) } dd { (lang.pick(&one.result, &one.result_en)) }
                    dt { (t("portal-authority")) } dd { @match authority {
                        Some(org) => (organisation(visitor, org)),
                        None => (one.region.full_name()),
                    } }
                    dt { (t("portal-version")) } dd { (visitor.tf("portal-version-value", &[("version", &one.version.to_string()), ("from", &one.from.to_string())])) }
                    (facts(visitor, one, &Fact::FORMAL))
                }
            }
        }
    }

    /// Where the row comes from, and how sure it is.
    fn source(&self) -> Markup {
        let (visitor, item) = (self.visitor, self.item);
        let t = |key: &str| visitor.t(key);
        html! {
            details class="card" {
                summary { h2 { (t("portal-source")) } }
                dl class="facts" {
                    dt { (t("portal-document")) } dd { (item.document) " · " (visitor.tf("portal-row", &[("row", &item.row.to_string())])) }
                    dt { (t("portal-item-code")) } dd { (t("code-unverified")) }
                    dt { (t("portal-sure")) } dd { (mark(visitor, item.mark)) }
                    dt { (t("portal-source-link")) } dd {
                        // Text, not a link: press reprints are evidence for us, no place to send a citizen to.
                        @if item.source == "recalled" { (t("mark-recalled")) }
                        @else { (marked(visitor, &item.source)) }
                    }
                    dt { (t("portal-lead")) } dd { (marked(visitor, &item.lead)) @if !item.cooperating.is_empty() { " · " (marked(visitor, &item.cooperating)) } }
                    @if !item.note.is_empty() { dt { (t("portal-note")) } dd { (marked(visitor, &item.note)) } }
                    @if !item.bases.is_empty() { dt { (t("law-bases")) } dd { (beside::bases(visitor, self.snapshot, &item.bases, self.app.clock.today())) } }
                    @if item.invented { dt { (t("invented")) } dd { (t("portal-mode-invented")) } }
                }
            }
        }
    }
}

fn subject_key(item: &BasicItem) -> &'static str {
    match (item.subjects.contains(&Subject::Person), item.subjects.contains(&Subject::Enterprise)) {
        (true, true) => "portal-for-both",
        (false, true) => "portal-for-firms",
        _ => "portal-for-persons",
    }
}

fn subjects(visitor: &Visitor, item: &BasicItem) -> String {
    let name = |subject: &Subject| {
        visitor.t(if *subject == Subject::Person { "portal-person" } else { "portal-enterprise" }).into_owned()
    };
    item.subjects.iter().map(name).collect::<Vec<_>>().join(" · ")
}

/// Name, address, telephone.
fn organisation(visitor: &Visitor, org: &Organisation) -> Markup {
    html! {
        strong { (visitor.lang.pick(&org.name, &org.name_en)) } br;
        (icon("place")) (org.address) br;
        (case_page::phone(visitor, &org.phone))
    }
}

/// The windows to go to.
pub fn windows(app: &App, visitor: &Visitor, snapshot: &Snapshot, here: Option<Region>) -> Markup {
    let windows = place::windows(app, snapshot, here);
    if windows.is_empty() {
        return attention(&visitor.t("fault-region-not-served"));
    }
    html! {
        ul class="checklist" {
            @for org in windows { li { (organisation(visitor, org)) } }
        }
    }
}
