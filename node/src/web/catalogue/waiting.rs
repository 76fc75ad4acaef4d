//! Proposals in lists: what waits for an authority or for the lead, what runs, what an item has.

use maud::{Markup, html};
use tongban_core::ident::Uscc;

use super::address;
use crate::app::App;
use crate::directory::Snapshot;
use crate::service::common_text::{self, State, Waiting, Wanted};
use crate::web::case_page::key;
use crate::web::part::{attention, badge, table};
use crate::web::visitor::Visitor;

/// What waits for an authority, for its officers' first page; nothing if nothing does.
pub(in crate::web) fn for_authority(app: &App, visitor: &Visitor, authority: Uscc) -> Markup {
    let snapshot = app.directory.now();
    let waiting = common_text::waits_for(&snapshot, authority, app.clock.today());
    lines(visitor, &snapshot, "proposal-waits-for-you", &waiting)
}

/// What waits for the lead, for the first page of its staff; nothing if nothing does.
pub(in crate::web) fn for_lead(app: &App, visitor: &Visitor) -> Markup {
    let snapshot = app.directory.now();
    let waiting = common_text::to_settle(&snapshot, app.clock.today());
    lines(visitor, &snapshot, "proposal-waits-for-lead", &waiting)
}

fn lines(visitor: &Visitor, snapshot: &Snapshot, title: &str, waiting: &[Waiting]) -> Markup {
    html! {
        @if !waiting.is_empty() {
            section id="proposals" {
                (attention(&visitor.tf(title, &[("count", &waiting.len().to_string())])))
                ul class="checklist" {
                    @for one in waiting {
                        li {
                            a href=(address(&one.item, one.number)) { (name(visitor, snapshot, &one.item, one.number)) }
                            " · " (wanted(visitor, one))
                        }
                    }
                }
            }
        }
    }
}

fn wanted(visitor: &Visitor, one: &Waiting) -> String {
    let until = one.until.to_string();
    let text = match one.wanted {
        Wanted::Position => visitor.tf("proposal-wants-position", &[("until", &until)]),
        Wanted::Reply => visitor.tf("proposal-wants-reply", &[("until", &until)]),
        Wanted::Settlement => visitor.t("proposal-wants-settlement"),
    };
    text.into_owned()
}

/// How a proposal is called: item and number.
pub(super) fn name(visitor: &Visitor, snapshot: &Snapshot, item: &str, number: u32) -> String {
    let name = snapshot.item(item).map_or(item, |item| visitor.lang.pick(&item.name, &item.name_en));
    visitor.tf("proposal-name", &[("item", name), ("number", &number.to_string())]).into_owned()
}

/// Where it stands, in a word.
pub(super) fn state(visitor: &Visitor, state: State) -> Markup {
    let tone = match state {
        State::Open | State::Ripe => "move",
        State::Adopted => "good",
        State::LetGo => "plain",
    };
    badge(tone, &visitor.t(&key("proposal-state", state.name())))
}

/// The proposals that run, of all items; nothing if none does.
pub(super) fn running(app: &App, visitor: &Visitor, snapshot: &Snapshot) -> Markup {
    let today = app.clock.today();
    let running = common_text::running(snapshot);
    let rows: Vec<Vec<Markup>> = running
        .into_iter()
        .map(|(item, number, proposed)| {
            vec![
                html! { a href=(address(item, number)) { (name(visitor, snapshot, item, number)) } },
                state(visitor, State::of(proposed, today)),
                html! { time { (proposed.proposal.until) } },
                html! { (proposed.waits_for().len()) },
            ]
        })
        .collect();
    let heads = ["proposal-text", "proposal-where", "proposal-until", "proposal-silent"].map(|key| visitor.t(key));
    let heads: Vec<&str> = heads.iter().map(AsRef::as_ref).collect();
    html! {
        @if !rows.is_empty() {
            h2 { (visitor.t("proposal-running")) }
            (table(&visitor.t("proposal-running"), &heads, &rows))
        }
    }
}

/// The proposals of one item; nothing if it has none.
pub(super) fn of_item(app: &App, visitor: &Visitor, snapshot: &Snapshot, item: &str) -> Markup {
    let today = app.clock.today();
    let proposals = common_text::proposals(snapshot, item);
    html! {
        @if !proposals.is_empty() {
            h2 { (visitor.t("proposal-of-item")) }
            ul class="checklist" {
                @for (number, proposed) in &proposals {
                    li {
                        a href=(address(item, *number)) { (name(visitor, snapshot, item, *number)) } " "
                        (state(visitor, State::of(proposed, today)))
                        br; (proposed.proposal.reason)
                    }
                }
            }
        }
    }
}
