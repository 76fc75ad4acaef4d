//! The registrar's page: who is trusted, which mechanisms are in force, what can be applied for. To read and to print;
//! changes are made on the command line, where the root key is.

use axum::extract::State;
use maud::{Markup, html};
use tongban_core::catalogue::Availability;
use tongban_core::directory::{NodeCard, TrustList};
use tongban_core::ident::Region;
use tongban_core::mechanism::{Basis, Mechanism};

use crate::app::App;
use crate::directory::{BEGINNING, Snapshot};
use crate::store::AccountRole;
use crate::web::catalogue::waiting;
use crate::web::fault::Fault;
use crate::web::part::{self, badge};
use crate::web::visitor::Visitor;

/// `GET /registrar`.
pub async fn show(State(app): State<App>, visitor: Visitor) -> Result<Markup, Fault> {
    visitor.must_be(&[AccountRole::Registrar])?;
    let snapshot = app.directory.now();
    let t = |key: &str| visitor.t(key).into_owned();
    let body = html! {
        h1 { (t("admin-registrar-title")) }
        p class="lead" { (t("admin-registrar-lead")) }
        (waiting::for_lead(&app, &visitor))
        p class="buttons" {
            (part::button_link("/catalogue", &t("proposal-find")))
            (part::button_link("/network", &t("network-title")))
        }
        @match snapshot.current() {
            Some(list) => (trust(&visitor, list)),
            None => (part::attention(&t("admin-trust-none"))),
        }
        section { h2 { (t("admin-mechanisms")) } (mechanisms(&app, &visitor, &snapshot)) }
        section { h2 { (t("admin-items")) } (items(&visitor, &snapshot)) }
        section class="no-print" {
            h2 { (t("admin-change")) }
            p { (t("admin-change-hint")) }
            dl class="facts" { @for (key, command) in commands(&app, &visitor) { dt { (visitor.t(key)) } dd { code { (command) } } } }
        }
    };
    Ok(part::page(&visitor, &visitor.t("admin-registrar-title"), body))
}

/// How each thing is changed, ready to copy.
fn commands(app: &App, visitor: &Visitor) -> [(&'static str, String); 4] {
    let folder = app.folder.display();
    let (card, node, file) =
        (visitor.t("admin-change-card"), visitor.t("admin-change-node"), visitor.t("admin-change-file"));
    [
        ("admin-change-add", format!("tongban trust add --data {folder} {card}")),
        ("admin-change-remove", format!("tongban trust remove --data {folder} {node}")),
        ("admin-change-mechanisms", format!("tongban publish --data {folder} mechanisms {file}")),
        ("admin-change-items", format!("tongban publish --data {folder} items {file}")),
    ]
}

fn trust(visitor: &Visitor, list: &TrustList) -> Markup {
    let heads = ["admin-trust-node", "admin-trust-regions", "admin-trust-address", "admin-trust-keys"]
        .map(|key| visitor.t(key));
    let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
    let rows: Vec<Vec<Markup>> = list.nodes.iter().map(|card| node_row(visitor, card)).collect();
    let (version, issued) = (list.version.to_string(), list.issued.to_string());
    html! {
        section class="card" {
            h2 { (visitor.t("admin-root")) }
            p { code { (list.root.fingerprint()) } }
            p class="hint" { (visitor.t("admin-root-hint")) }
            p { button type="button" data-print hidden { (visitor.t("print")) } }
        }
        section {
            h2 { (visitor.t("admin-trust")) }
            p { (visitor.tf("admin-trust-version", &[("version", &version), ("issued", &issued)])) }
            (part::table(&visitor.t("admin-trust-caption"), &heads, &rows))
        }
    }
}

fn node_row(visitor: &Visitor, card: &NodeCard) -> Vec<Markup> {
    vec![
        html! { div { strong { (visitor.lang.pick(&card.name, &card.name_en)) } br; small { (card.node) } } },
        html! { (regions(visitor, &card.regions, "admin-none")) },
        html! { (card.address) },
        html! {
            div {
                @for key in &card.keys {
                    p {
                        code { (key.public.fingerprint()) } br;
                        small {
                            @if key.from > BEGINNING { (visitor.tf("admin-key-from", &[("from", &key.from.to_string())])) }
                            @else if key.until.is_none() { (visitor.t("admin-key-always")) }
                            @if let Some(until) = key.until { " " (visitor.tf("admin-key-until", &[("until", &until.to_string())])) }
                        }
                    }
                }
            }
        },
    ]
}

fn regions(visitor: &Visitor, regions: &[Region], empty: &str) -> String {
    if regions.is_empty() {
        return visitor.t(empty).into_owned();
    }
    let names: Vec<String> = regions.iter().map(|region| region.full_name()).collect();
    visitor.lang.joined(&names)
}

fn mechanisms(app: &App, visitor: &Visitor, snapshot: &Snapshot) -> Markup {
    let keys = [
        "admin-mechanism",
        "admin-mechanism-items",
        "admin-mechanism-places",
        "admin-mechanism-rights",
        "admin-mechanism-valid",
    ];
    let heads = keys.map(|key| visitor.t(key));
    let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
    let rows: Vec<Vec<Markup>> =
        snapshot.mechanisms.iter().map(|mechanism| mechanism_row(app, visitor, snapshot, mechanism)).collect();
    part::table(&visitor.tf("admin-mechanisms-caption", &[("count", &rows.len().to_string())]), &heads, &rows)
}

fn mechanism_row(app: &App, visitor: &Visitor, snapshot: &Snapshot, mechanism: &Mechanism) -> Vec<Markup> {
    let basis = match mechanism.basis {
        Basis::WithinProvince => "basis-within-province",
        Basis::National => "basis-national",
        Basis::Multilateral => "basis-multilateral",
        Basis::Bilateral => "basis-bilateral",
    };
    let rights = &mechanism.rights;
    let rights = [
        (rights.accept, "right-accept"),
        (rights.notify_once, "right-notify-once"),
        (rights.verify_originals, "right-verify-originals"),
        (rights.deliver, "right-deliver"),
    ];
    let rights: Vec<_> = rights.iter().filter(|(given, _)| *given).map(|(_, key)| visitor.t(key)).collect();
    let today = app.clock.today();
    let in_force = mechanism.from <= today && mechanism.until.is_none_or(|until| today < until);
    let pair = |(from, to): &(Region, Region)| format!("{} → {}", from.full_name(), to.full_name());
    let except: Vec<String> = mechanism.except.iter().map(pair).collect();
    vec![
        html! {
            div {
                strong { (visitor.lang.pick(&mechanism.name, &mechanism.name_en)) }
                @if mechanism.invented { " " (badge("plain", &visitor.t("invented"))) }
                br; small { (visitor.t(basis)) " · " (mechanism.document) " · " (mechanism.id) " v" (mechanism.version) }
            }
        },
        html! {
            div {
                @for key in &mechanism.items {
                    @let name = snapshot.item(key).map_or(key.as_str(), |item| visitor.lang.pick(&item.name, &item.name_en));
                    p { (name) " " small class="num" { (key) } }
                }
            }
        },
        html! {
            div {
                (visitor.tf("admin-places-receiving", &[("places", &regions(visitor, &mechanism.receiving, "admin-everywhere"))])) br;
                (visitor.tf("admin-places-handling", &[("places", &regions(visitor, &mechanism.handling, "admin-everywhere"))]))
                @if !except.is_empty() { br; (visitor.tf("admin-places-except", &[("places", &visitor.lang.joined(&except))])) }
            }
        },
        html! { @if rights.is_empty() { (visitor.t("admin-rights-none")) } @else { (visitor.lang.joined(&rights)) } },
        html! {
            div {
                span class="num" { (visitor.tf("admin-valid-from", &[("from", &mechanism.from.to_string())])) }
                @if let Some(until) = mechanism.until { br; span class="num" { (visitor.tf("admin-valid-until", &[("until", &until.to_string())])) } }
                br;
                @if in_force { (badge("good", &visitor.t("admin-in-force"))) } @else { (badge("plain", &visitor.t("admin-not-in-force"))) }
            }
        },
    ]
}

/// How many items can be applied for, and why the others cannot.
fn items(visitor: &Visitor, snapshot: &Snapshot) -> Markup {
    let count = |is: fn(&Availability) -> bool| snapshot.items.iter().filter(|item| is(&item.availability)).count();
    let rows = [
        ("admin-items-open", count(|one| matches!(one, Availability::Open { .. }))),
        ("admin-items-not-yet", count(|one| matches!(one, Availability::NotYet { .. }))),
        ("admin-items-closed", count(|one| matches!(one, Availability::Closed { .. }))),
        ("admin-items-unverified", count(|one| matches!(one, Availability::ModeUnverified))),
    ];
    let rows: Vec<Vec<Markup>> =
        rows.iter().map(|(key, count)| vec![html! { (visitor.t(key)) }, html! { (count) }]).collect();
    let heads = [visitor.t("admin-items-state"), visitor.t("admin-items-count")];
    let caption = visitor.tf("admin-items-caption", &[("count", &snapshot.items.len().to_string())]);
    html! {
        (part::table(&caption, &[&heads[0], &heads[1]], &rows))
        details {
            summary { (visitor.t("admin-items-list")) }
            ul {
                @for item in snapshot.items.iter().filter(|item| !matches!(item.availability, Availability::ModeUnverified)) {
                    @let implementations = snapshot.implementations_of(&item.key).count().to_string();
                    li {
                        (visitor.lang.pick(&item.name, &item.name_en)) " " small { (item.key) } " · "
                        (visitor.t(availability_key(&item.availability))) " · "
                        (visitor.tf("admin-items-implementations", &[("count", &implementations)]))
                        @if item.invented { " " (badge("plain", &visitor.t("invented"))) }
                    }
                }
            }
        }
    }
}

fn availability_key(availability: &Availability) -> &'static str {
    match availability {
        Availability::Open { .. } => "admin-items-open",
        Availability::NotYet { .. } => "admin-items-not-yet",
        Availability::Closed { .. } => "admin-items-closed",
        Availability::ModeUnverified => "admin-items-unverified",
    }
}
