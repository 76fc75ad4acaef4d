//! What this node says for everyone to read: items, lists of implementations, and what is agreed about them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tongban_core::catalogue::list::{self, List};
use tongban_core::catalogue::{BasicItem, Implementation};
use tongban_core::directory::{Duty, Kind, Organisation};
use tongban_core::dossier::{By, DossierId, NodeId, Role};
use tongban_core::ident::Uscc;
use tongban_core::item;
use tongban_core::matter::{Act, Matter};
use tongban_core::public::LET_IN_MAX;
use tongban_core::rule::WhyNot;

use super::ServiceError;
use crate::app::App;
use crate::directory::{Dossier, own_implementations};
use crate::limits;
use crate::store::{Once, Said, Say, SayError, Target};

/// In whose name the node itself says what it says once.
const NOBODY: i64 = 0;

/// Implementations that are ended by one entry.
const ENDED_AT_ONCE: usize = 500;

/// What becomes of this node's lists.
#[derive(Clone, Debug, Default)]
pub struct News {
    /// First or next versions. Their numbers are given here.
    pub next: Vec<Implementation>,
    /// No longer offered.
    pub ended: Vec<Arc<Implementation>>,
}

impl News {
    /// What makes this node's lists say these, and nothing else.
    pub async fn replacing(app: &App, next: Vec<Implementation>) -> Result<News, ServiceError> {
        begin_from_documents(app).await?;
        let mut own = own_implementations(&app.store, &app.directory, &app.config.node).await?;
        let mut news = News::default();
        for one in next {
            // Its number is given here: what says the same in another version is the same.
            match own.remove(&one.id) {
                Some(held) if Implementation { version: held.version, ..one.clone() } == *held => {}
                _ => news.next.push(one),
            }
        }
        news.ended = own.into_values().collect();
        Ok(news)
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.next.is_empty() && self.ended.is_empty()
    }
}

/// Says one thing in a public dossier. The next page shows it.
pub async fn say(
    app: &App,
    dossier: DossierId,
    by: By,
    act: impl Into<Act>,
    once: Option<Once>,
) -> Result<Said, ServiceError> {
    let said = app.writer.say(Say { once, ..Say::of(Target::Existing(dossier), [(by, act)]) }).await?;
    app.directory.reload(&app.store).await?;
    Ok(said)
}

/// Publishes first or next versions.
pub async fn implementations(app: &App, by: By, next: Vec<Implementation>) -> Result<(), ServiceError> {
    lists(app, by, News { next, ended: Vec::new() }).await
}

/// Publishes in the lists of this node's authorities: all of it or nothing. A list that is not there yet begins.
pub async fn lists(app: &App, by: By, news: News) -> Result<(), ServiceError> {
    begin_from_documents(app).await?;
    let said = say_in_lists(app, &by, news).await?;
    // Another process began the list meanwhile: what was to be said in it was not.
    let is_begun = said.iter().any(|one| one.again);
    if is_begun { Err(SayError::from(WhyNot::new("opened-twice")).into()) } else { Ok(()) }
}

async fn say_in_lists(app: &App, by: &By, news: News) -> Result<Vec<Said>, ServiceError> {
    let mut of: BTreeMap<Uscc, News> = BTreeMap::new();
    for one in news.next {
        of.entry(one.authority).or_default().next.push(one);
    }
    for one in news.ended {
        of.entry(one.authority).or_default().ended.push(one);
    }
    let snapshot = app.directory.now();
    let is_anothers = |org: &Organisation| org.node != app.config.node;
    let mut all = Vec::with_capacity(of.len());
    for (authority, news) in of {
        // Nobody would take it from here.
        if snapshot.organisations.get(&authority).is_some_and(is_anothers) {
            return Err(SayError::from(WhyNot::new("not-yours-to-publish").with("authority", authority)).into());
        }
        all.push(say_in_list(app, authority, by, news)?);
    }
    let said = app.writer.say_all(all).await?;
    app.directory.reload(&app.store).await?;
    Ok(said)
}

/// Publishes items, those that say something else than before. For the registrar.
pub async fn items(app: &App, by: By, items: Vec<BasicItem>) -> Result<usize, ServiceError> {
    let snapshot = app.directory.now();
    if !snapshot.is_registrar(&app.config.node) {
        return Err(SayError::from(WhyNot::new("not-yours-to-publish")).into());
    }
    let mut all = Vec::new();
    for item in items {
        let published = item::Act::Published { item: Box::new(item.clone()) };
        match snapshot.item_dossiers.get(&item.key) {
            Some(held) if held.public.room.basic == item => {}
            Some(held) => all.push(Say::of(Target::Existing(held.id), [(by.clone(), published)])),
            None => all.push(begin(app, format!("item {}", item.key), (by.clone(), published.into()))),
        }
    }
    let count = all.len();
    app.writer.say_all(all).await?;
    app.directory.reload(&app.store).await?;
    Ok(count)
}

/// What was published as whole lists, by an earlier version or when the node was set up, becomes dossiers.
pub async fn begin_from_documents(app: &App) -> Result<(), ServiceError> {
    let (snapshot, node) = (app.directory.now(), &app.config.node);
    if snapshot.is_registrar(node) {
        let is_listed = |item: &&BasicItem| !snapshot.item_dossiers.contains_key(&item.key);
        let listed: Vec<BasicItem> = snapshot.items.iter().filter(is_listed).cloned().collect();
        if !listed.is_empty() {
            items(app, By::system(), listed).await?;
        }
    }
    let has_list = snapshot.versions.contains_key(&(Kind::Implementations, node.clone()));
    let is_listless = |org: &&Organisation| {
        org.node == *node && org.duty == Duty::Authority && !snapshot.lists.contains_key(&org.uscc)
    };
    let listless: BTreeSet<Uscc> = snapshot.organisations.values().filter(is_listless).map(|org| org.uscc).collect();
    if !has_list || listless.is_empty() {
        return Ok(());
    }
    let own = own_implementations(&app.store, &app.directory, node).await?;
    let waiting = own.into_values().filter(|one| listless.contains(&one.authority));
    let news = News { next: waiting.map(|one| Implementation::clone(&one)).collect(), ended: Vec::new() };
    if !news.is_empty() {
        say_in_lists(app, &By::system(), news).await?;
    }
    Ok(())
}

/// Lets nodes of the trust list read what they do not yet.
pub async fn let_in(app: &App) -> Result<(), ServiceError> {
    let everyone: BTreeSet<NodeId> = others(app).into_iter().collect();
    let mut all = Vec::new();
    for known in app.directory.public().into_iter().filter(|known| known.holder == app.config.node) {
        let inside: BTreeSet<NodeId> = known.participants.into_iter().collect();
        let missing: Vec<NodeId> = everyone.difference(&inside).cloned().collect();
        let acts = doors(known.matter.kind(), missing);
        if !acts.is_empty() {
            all.push(Say::of(Target::Existing(known.id), acts));
        }
    }
    while !all.is_empty() {
        let rest = all.split_off(all.len().min(limits::LET_IN_DOSSIERS));
        app.writer.say_all(all).await?;
        all = rest;
    }
    Ok(())
}

/// What is to be said in an authority's list.
fn say_in_list(app: &App, authority: Uscc, by: &By, news: News) -> Result<Say, ServiceError> {
    // Who takes in what the offices bring speaks for each of them.
    let by = if by.role == Role::System { by.clone() } else { By { org: Some(authority), ..by.clone() } };
    let snapshot = app.directory.now();
    let held = snapshot.lists.get(&authority).cloned().or_else(|| begun(app, authority));
    let mut acts = Vec::new();
    let mut full = Vec::new();
    let mut bytes = 0;
    for mut one in news.next {
        let last = held.as_ref().and_then(|held| held.public.room.versions.get(&one.id)?.last());
        one.version = one.version.max(last.map_or(1, |last| last.version + 1));
        let size = size_of(&one);
        if size > limits::LIST_ENTRY_BYTES {
            let why = WhyNot::new("list-entry-too-long").with("id", &one.id).with("limit", limits::LIST_ENTRY_BYTES);
            return Err(SayError::from(why).into());
        }
        if bytes + size > limits::LIST_ENTRY_BYTES {
            acts.push((by.clone(), list::Act::Published { implementations: std::mem::take(&mut full) }.into()));
            bytes = 0;
        }
        bytes += size;
        full.push(one);
    }
    if !full.is_empty() {
        acts.push((by.clone(), list::Act::Published { implementations: full }.into()));
    }
    let until = app.clock.today();
    let ids = |all: &[Arc<Implementation>]| all.iter().map(|one| one.id.clone()).collect();
    acts.extend(
        news.ended.chunks(ENDED_AT_ONCE).map(|some| (by.clone(), list::Act::Ended { ids: ids(some), until }.into())),
    );
    Ok(match held {
        Some(held) => Say::of(Target::Existing(held.id), acts),
        None => {
            let first = (by, list::Act::Opened { authority }.into());
            let mut say = begin(app, format!("list {authority}"), first);
            say.acts.extend(acts);
            say
        }
    })
}

/// A list that this node began and nobody takes yet, because its authority is not known.
fn begun(app: &App, authority: Uscc) -> Option<Dossier<List>> {
    let own = app.directory.public().into_iter().filter(|known| known.holder == app.config.node);
    own.filter_map(|known| match known.matter {
        Matter::List(public) => Some(Dossier { id: known.id, public }),
        _ => None,
    })
    .find(|dossier| dossier.public.room.authority == authority)
}

/// How many bytes of an entry it takes.
fn size_of(one: &Implementation) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // What cannot be written is too long for any entry.
    serde_json::to_writer(&mut count, one).map_or(usize::MAX, |()| count.0)
}

/// Begins a public dossier, and lets everyone in. `key` says what it is about: whoever begins it a second time finds the
/// first.
pub(super) fn begin(app: &App, key: String, first: (By, Act)) -> Say {
    let id = DossierId::new(app.clock.now(), rand::random());
    let doors = doors(first.1.kind(), others(app));
    let once = Once { account: NOBODY, key, what: String::new() };
    Say { once: Some(once), ..Say::of(Target::New(id), std::iter::once(first).chain(doors)) }
}

/// Lets nodes in, as many by one entry as go.
fn doors(kind: &str, nodes: Vec<NodeId>) -> Vec<(By, Act)> {
    let some = nodes.chunks(LET_IN_MAX);
    some.filter_map(|some| Some((By::system(), Act::let_in(kind, some.to_vec())?))).collect()
}

/// All other nodes of the trust list.
fn others(app: &App) -> Vec<NodeId> {
    let snapshot = app.directory.now();
    let cards = snapshot.current().into_iter().flat_map(|list| &list.nodes);
    cards.map(|card| card.node.clone()).filter(|node| *node != app.config.node).collect()
}
