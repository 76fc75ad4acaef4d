//! “第一次来？”: a first case across a province border, with trial accounts. In production there are none, and it says so.

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use tongban_core::directory::{Duty, NodeCard};

use crate::app::App;
use crate::demo::DRILL_PASSWORD;
use crate::directory::Snapshot;
use crate::store::{Account, AccountRole};
use crate::web::fault::Fault;
use crate::web::part::{note, page, table};
use crate::web::visitor::{Visitor, home_of};

/// People and firms with ready-made numbers, as the demo leaves them.
#[derive(Default, Deserialize)]
struct Numbers {
    #[serde(default)]
    persons: Vec<Person>,
    #[serde(default)]
    firms: Vec<Person>,
}

#[derive(Default, Deserialize)]
struct Person {
    #[serde(default)]
    name: String,
    #[serde(default)]
    name_en: String,
    #[serde(default)]
    id_number: String,
    #[serde(default)]
    contact: String,
    #[serde(default)]
    phone: String,
}

/// Which first case is shown: taken in here, decided there.
struct FirstCase {
    /// Node that takes in.
    from: &'static str,
    /// The clerk's login on it.
    clerk: &'static str,
    /// Node that decides.
    to: &'static str,
    /// The officer's login on it.
    officer: &'static str,
    /// Where it is decided.
    city: &'static str,
}

/// From wherever one begins, the first case goes to 合肥; from there to 苏州.
const FIRST_CASES: [FirstCase; 4] = [
    FirstCase { from: "jiangsu", clerk: "suzhou-clerk", to: "anhui", officer: "hefei-gjj", city: "340100" },
    FirstCase { from: "shanghai", clerk: "qingpu-clerk", to: "anhui", officer: "hefei-gjj", city: "340100" },
    FirstCase { from: "zhejiang", clerk: "jiaxing-clerk", to: "anhui", officer: "hefei-gjj", city: "340100" },
    FirstCase { from: "anhui", clerk: "hefei-clerk", to: "jiangsu", officer: "suzhou-gjj", city: "320500" },
];

/// The item of the first case: 开具住房公积金个人住房贷款全部还清证明.
const FIRST_ITEM: &str = "2020-35-25";

/// GET `/start`.
pub async fn show(State(app): State<App>, visitor: Visitor) -> Result<Markup, Fault> {
    let title = visitor.t("portal-start-title");
    if !visitor.drill {
        let body = html! {
            h1 { (title) }
            p { (visitor.t("portal-start-production")) }
            p { a class="button primary" href="/" { (visitor.t("fault-home")) } }
            (builders(&visitor))
        };
        return Ok(page(&visitor, &title, body));
    }
    let snapshot = app.directory.now();
    let accounts = app.store.accounts().await?;
    let numbers = app.store.state("drill-numbers").await?;
    let numbers: Numbers = numbers.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let body = html! {
        h1 { (title) }
        p class="lead" { (visitor.t("portal-start-lead")) }
        p { (visitor.t("portal-start-password")) " " strong { code { (DRILL_PASSWORD) } } }
        (steps(&app, &visitor, &snapshot, &accounts, &numbers))
        (ready_numbers(&visitor, &numbers))
        (account_list(&visitor, &snapshot, &accounts))
        (node_list(&app, &visitor, &snapshot))
        (builders(&visitor))
    };
    Ok(page(&visitor, &title, body))
}

fn card<'a>(snapshot: &'a Snapshot, node: &str) -> Option<&'a NodeCard> {
    snapshot.current()?.nodes.iter().find(|card| card.node.as_str() == node)
}

fn steps(app: &App, visitor: &Visitor, snapshot: &Snapshot, accounts: &[Account], numbers: &Numbers) -> Markup {
    let Some(first) = FIRST_CASES.iter().find(|first| first.from == app.config.node.as_str()) else {
        return elsewhere(app, visitor, snapshot);
    };
    let Some(clerk) = accounts.iter().find(|account| account.login == first.clerk) else {
        return elsewhere(app, visitor, snapshot);
    };
    let lang = visitor.lang;
    let t = |key: &str| visitor.t(key);
    let item = snapshot.item(FIRST_ITEM).map_or("", |item| lang.pick(&item.name, &item.name_en));
    let city = tongban_core::ident::Region::parse(first.city).map_or("", tongban_core::ident::Region::name);
    let window = clerk.org.and_then(|org| snapshot.organisations.get(&org));
    let window = window.map_or("", |org| lang.pick(&org.name, &org.name_en));
    let there = card(snapshot, first.to);
    html! {
        ol class="steps" {
            li {
                h2 { (t("portal-start-1")) }
                p { (visitor.tf("portal-start-1-sign", &[("login", first.clerk), ("window", window)])) }
                (sign_in(visitor, first.clerk, "/window/new", true))
                p { (visitor.tf("portal-start-1-item", &[("item", item), ("city", city)])) }
                @if let Some(person) = numbers.persons.first() {
                    p { (visitor.tf("portal-start-1-person", &[("name", &person.name), ("id", &person.id_number), ("phone", &person.phone)])) }
                }
                p { (t("portal-start-1-end")) }
            }
            li {
                h2 { (t("portal-start-2")) }
                @if let Some(there) = there {
                    p { (visitor.tf("portal-start-2-open", &[("node", lang.pick(&there.name, &there.name_en))])) }
                    p { a class="button" href=(format!("{}/login?back=/authority", there.address.trim_end_matches('/'))) { (visitor.tf("portal-start-2-go", &[("node", lang.pick(&there.name, &there.name_en))])) } }
                }
                p { (visitor.tf("portal-start-2-sign", &[("login", first.officer)])) }
                p { (t("portal-start-2-end")) }
            }
            li {
                h2 { (t("portal-start-3")) }
                p { (t("portal-start-3-text")) }
                p { a class="button" href="/track" { (t("portal-to-track")) } }
                p { (t("portal-start-3-online")) }
            }
        }
        (note(&t("portal-start-upload")))
    }
}

/// On a node that takes nothing in: where to begin instead.
fn elsewhere(app: &App, visitor: &Visitor, snapshot: &Snapshot) -> Markup {
    html! {
        p { (visitor.t("portal-start-elsewhere")) }
        @for card in others(app, snapshot) {
            p { a class="button" href=(format!("{}/start", card.address.trim_end_matches('/'))) { (visitor.lang.pick(&card.name, &card.name_en)) } }
        }
    }
}

fn others<'a>(app: &App, snapshot: &'a Snapshot) -> Vec<&'a NodeCard> {
    let cards = snapshot.current().map_or(&[][..], |list| &list.nodes);
    cards.iter().filter(|card| card.node != app.config.node && !card.regions.is_empty()).collect()
}

/// Signs in with a trial account by one press: its password is no secret.
fn sign_in(visitor: &Visitor, login: &str, back: &str, at_step: bool) -> Markup {
    html! {
        form method="post" action="/login" class=[at_step.then_some("actions")] {
            input type="hidden" name="csrf" value=(visitor.csrf());
            input type="hidden" name="back" value=(back);
            input type="hidden" name="login" value=(login);
            input type="hidden" name="password" value=(DRILL_PASSWORD);
            button type="submit" { (visitor.tf("portal-start-sign-in", &[("login", login)])) }
        }
    }
}

fn account_list(visitor: &Visitor, snapshot: &Snapshot, accounts: &[Account]) -> Markup {
    let t = |key: &str| visitor.t(key);
    let heads = [t("portal-role"), t("portal-org"), t("portal-staff"), t("portal-login"), t("portal-go")];
    let heads: Vec<&str> = heads.iter().map(AsRef::as_ref).collect();
    let mut shown: Vec<&Account> = accounts.iter().filter(|account| !account.disabled).collect();
    shown.sort_by_key(|account| AccountRole::ALL.iter().position(|role| *role == account.role));
    let rows: Vec<Vec<Markup>> = shown.iter().map(|account| row(visitor, snapshot, account)).collect();
    html! {
        details class="card" {
            summary { h2 { (t("portal-accounts")) } }
            (table(&t("portal-accounts-table"), &heads, &rows))
        }
    }
}

fn row(visitor: &Visitor, snapshot: &Snapshot, account: &Account) -> Vec<Markup> {
    let lang = visitor.lang;
    let org = account.org.and_then(|org| snapshot.organisations.get(&org));
    let role = match (account.role, org.map(|org| org.duty)) {
        (AccountRole::Clerk, Some(Duty::Window)) => "portal-role-clerk".to_owned(),
        (role, _) => format!("portal-role-{}", role.name()),
    };
    vec![
        html! { (visitor.t(&role)) },
        html! { (org.map_or("—", |org| lang.pick(&org.name, &org.name_en))) },
        html! { (lang.pick(&account.name, &account.name_en)) @if let Some(staff) = account.staff.as_ref().filter(|staff| !staff.is_empty()) { " " span class="muted" { (staff) } } },
        html! { code { (account.login) } },
        sign_in(visitor, &account.login, home_of(account.role), false),
    ]
}

fn ready_numbers(visitor: &Visitor, numbers: &Numbers) -> Markup {
    if numbers.persons.is_empty() && numbers.firms.is_empty() {
        return html! {};
    }
    let t = |key: &str| visitor.t(key);
    let name = |person: &Person| visitor.lang.pick(&person.name, &person.name_en).to_owned();
    let (person_name, person_id, phone) = (t("fact-name"), t("fact-id"), t("fact-phone"));
    let contact = t("fact-contact");
    let persons: Vec<Vec<Markup>> = numbers
        .persons
        .iter()
        .map(|one| vec![html! { (name(one)) }, html! { code { (one.id_number) } }, html! { code { (one.phone) } }])
        .collect();
    let firms: Vec<Vec<Markup>> = numbers
        .firms
        .iter()
        .map(|one| {
            let (id, phone) = (html! { code { (one.id_number) } }, html! { code { (one.phone) } });
            vec![html! { (name(one)) }, id, html! { (one.contact) }, phone]
        })
        .collect();
    html! {
        details class="card" {
            summary { h2 { (t("portal-numbers")) } }
            p { (t("portal-numbers-lead")) }
            (table(&t("portal-numbers-persons"), &[&person_name, &person_id, &phone], &persons))
            (table(&t("portal-numbers-firms"), &[&person_name, &person_id, &contact, &phone], &firms))
        }
    }
}

/// What nobody needs who settles a matter: for those who build something on it.
fn builders(visitor: &Visitor) -> Markup {
    html! {
        section {
            h2 { (visitor.t("portal-builders")) }
            ul class="checklist" {
                li { a href="/api/openapi.json" { (visitor.t("footer-api")) } }
                li { a href="/parts" { (visitor.t("footer-parts")) } }
            }
        }
    }
}

fn node_list(app: &App, visitor: &Visitor, snapshot: &Snapshot) -> Markup {
    let cards = snapshot.current().map_or(&[][..], |list| &list.nodes);
    html! {
        section {
            h2 { (visitor.t("portal-nodes")) }
            ul class="checklist" {
                @for card in cards {
                    li {
                        (visitor.lang.pick(&card.name, &card.name_en)) " · "
                        @if card.node == app.config.node { (visitor.t("portal-node-own")) }
                        @else { a href=(format!("{}/start", card.address.trim_end_matches('/'))) { (card.address) } }
                    }
                }
            }
        }
    }
}
