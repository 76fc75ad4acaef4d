//! How the node runs: for the person who is called when it does not.

use std::sync::LazyLock;
use std::time::Instant;

use axum::extract::State;
use maud::{Markup, html};
use tongban_core::directory::NodeCard;
use tongban_core::dossier::Moment;
use tongban_core::exchange::Cursor;

use crate::app::{App, PeerState, Trouble};
use crate::store::AccountRole;
use crate::web::fault::Fault;
use crate::web::part::{self, badge};
use crate::web::visitor::Visitor;

static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Notes when the node began to answer.
pub fn begin() {
    LazyLock::force(&BEGUN);
}

/// What is known of a peer.
struct Peer {
    card: NodeCard,
    state: PeerState,
    silent: bool,
    /// Where this node's stream for it ends.
    end: u64,
    /// How far this node has read the peer's stream.
    cursor: Option<Cursor>,
}

/// `GET /operator`.
pub async fn show(State(app): State<App>, visitor: Visitor) -> Result<Markup, Fault> {
    visitor.must_be(&[AccountRole::Operator])?;
    let [dossiers, stamps, pending, evidence] = app.store.counts().await?;
    let peers = peers(&app).await?;
    let recovering = app.writer.is_recovering();
    let number = |count: i64| count.to_string();
    let t = |key: &str| visitor.t(key).into_owned();
    let body = html! {
        h1 { (t("admin-operator-title")) }
        @if evidence > 0 {
            div class="problem" role="alert" {
                h2 { (visitor.tf("admin-evidence-alarm", &[("count", &number(evidence))])) }
                p { (t("admin-evidence-todo")) }
            }
        }
        // Evidence of fault is told above, with its count of now.
        @for alarm in app.watch.alarms().iter().filter(|alarm| alarm.code != "equivocation") {
            div class="problem" role="alert" {
                h2 { (alarm.what(visitor.lang)) }
                p { (alarm.todo(visitor.lang)) }
            }
        }
        @if recovering {
            (part::attention(&t("admin-recovering")))
        }
        div class="state" {
            div { span class="what" { (t("admin-node")) } strong { (app.config.node) } span { (visitor.node_name) } }
            div class=(if recovering { "late" } else { "" }) {
                span class="what" { (t("admin-running")) }
                strong { (t(if recovering { "admin-state-recovering" } else { "admin-state-well" })) }
                span { (visitor.tf("admin-uptime", &[("time", &uptime(&visitor))])) }
            }
            div class=(if evidence > 0 { "late" } else { "" }) {
                span class="what" { (t("admin-evidence")) }
                strong { (evidence) }
                span { @if evidence == 0 { (t("admin-evidence-none")) } @else { (t("admin-evidence-some")) } }
            }
        }
        section { h2 { (t("admin-peers")) } (peer_table(&visitor, &peers)) p class="hint" { (t("admin-peers-hint")) } }
        div class="grid" {
            section class="card" {
                h2 { (t("admin-facts")) }
                dl class="facts" {
                    dt { (t("admin-version")) } dd { (env!("CARGO_PKG_VERSION")) }
                    dt { (t("admin-realm")) } dd { (t(if visitor.drill { "admin-realm-drill" } else { "admin-realm-production" })) }
                    dt { (t("admin-address")) } dd { (app.config.address) }
                    dt { (t("admin-epoch")) } dd { code { (app.writer.epoch().as_str()) } }
                    dt { (t("admin-folder")) } dd { code { (app.folder.display()) } }
                }
            }
            section class="card" {
                h2 { (t("admin-counts")) }
                dl class="facts" {
                    dt { (t("admin-count-dossiers")) } dd { (dossiers) }
                    dt { (t("admin-count-stamps")) } dd { (stamps) }
                    dt { (t("admin-count-pending")) } dd { (pending) }
                }
            }
        }
        section { h2 { (t("admin-documents")) } (documents(&app, &visitor)) }
        section { h2 { (t("admin-by-hand")) } p { (t("admin-by-hand-hint")) } (commands(&app, &visitor)) }
    };
    Ok(part::page(&visitor, &visitor.t("admin-operator-title"), body))
}

fn uptime(visitor: &Visitor) -> String {
    let minutes = BEGUN.elapsed().as_secs() / 60;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let [days, hours, minutes] = [days, hours, minutes].map(|number| number.to_string());
    visitor.tf("admin-uptime-value", &[("days", &days), ("hours", &hours), ("minutes", &minutes)]).into_owned()
}

async fn peers(app: &App) -> Result<Vec<Peer>, Fault> {
    let snapshot = app.directory.now();
    let cards = snapshot.current().map(|list| list.nodes.clone()).unwrap_or_default();
    let mut peers = Vec::with_capacity(cards.len());
    for card in cards.into_iter().filter(|card| card.node != app.config.node) {
        let state = app.peers.state(&card.node);
        let end = app.store.stream_end(card.node.as_str()).await?;
        let cursor = app.store.cursor(card.node.as_str()).await?;
        let silent = app.is_silent(&card.node);
        peers.push(Peer { card, state, silent, end, cursor });
    }
    Ok(peers)
}

fn peer_table(visitor: &Visitor, peers: &[Peer]) -> Markup {
    if peers.is_empty() {
        return part::note(&visitor.t("admin-peers-none"));
    }
    let keys = [
        "admin-peer",
        "admin-peer-state",
        "admin-peer-asked",
        "admin-peer-owed",
        "admin-peer-heard",
        "admin-peer-read",
    ];
    let heads = keys.map(|key| visitor.t(key));
    let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
    let rows: Vec<Vec<Markup>> = peers.iter().map(|peer| peer_row(visitor, peer)).collect();
    part::table(&visitor.t("admin-peers-caption"), &heads, &rows)
}

fn peer_row(visitor: &Visitor, peer: &Peer) -> Vec<Markup> {
    let state = &peer.state;
    let moment = |at: Option<Moment>| at.map_or_else(|| visitor.t("admin-never").into_owned(), |at| at.to_string());
    let (tone, word) = match (peer.silent, &state.trouble) {
        (_, Some(trouble)) if trouble.is_refusal() => ("late", "admin-peer-refused"),
        (_, Some(_)) => ("late", "admin-peer-trouble"),
        (true, None) => ("move", "admin-peer-silent"),
        (false, None) => ("good", "admin-peer-well"),
    };
    let open = peer.end.saturating_sub(state.confirmed);
    vec![
        html! { div { strong { (visitor.lang.pick(&peer.card.name, &peer.card.name_en)) } br; small { (peer.card.node) } } },
        html! { div { (badge(tone, &visitor.t(word))) @if let Some(trouble) = &state.trouble { (what_went_wrong(visitor, trouble)) } } },
        html! { (moment(state.asked)) },
        html! {
            div {
                (state.confirmed) " / " (peer.end)
                @if open > 0 { " " (badge("move", &visitor.tf("admin-peer-open", &[("count", &open.to_string())]))) }
            }
        },
        html! { (moment(state.heard)) },
        html! { div { @match &peer.cursor { Some(cursor) => { (cursor.position) " · " code { (cursor.epoch.as_str()) } } None => "—" } } },
    ]
}

/// Code and words; of what was refused also what it means and what to do.
fn what_went_wrong(visitor: &Visitor, trouble: &Trouble) -> Markup {
    html! {
        @if trouble.is_refusal() {
            p { (visitor.t(&format!("refusal-{}", trouble.code))) }
            p { (visitor.t("remedy-peer")) }
        }
        small { code { (trouble.code) } " " (trouble.text) }
    }
}

/// Which versions of the signed documents this node holds.
fn documents(app: &App, visitor: &Visitor) -> Markup {
    let heads = ["admin-document", "admin-publisher", "admin-document-version"].map(|key| visitor.t(key));
    let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
    let snapshot = app.directory.now();
    let rows: Vec<Vec<Markup>> = snapshot
        .versions
        .iter()
        .map(|((kind, node), version)| {
            vec![html! { (visitor.t(&format!("admin-kind-{}", kind.name()))) }, html! { (node) }, html! { (version) }]
        })
        .collect();
    part::table(&visitor.t("admin-documents-caption"), &heads, &rows)
}

/// What is done on the command line, ready to copy.
fn commands(app: &App, visitor: &Visitor) -> Markup {
    let (folder, root) = (app.folder.display(), app.config.trust);
    let number = visitor.t("admin-command-number");
    let commands = [
        ("admin-command-rebuild", format!("tongban rebuild --check --data {folder}")),
        ("admin-command-export", format!("tongban export --data {folder} --out case.tongban {number}")),
        ("admin-command-verify", format!("tongban verify --trust {root} case.tongban")),
    ];
    html! { dl class="facts" { @for (key, command) in commands { dt { (visitor.t(key)) } dd { code { (command) } } } } }
}
