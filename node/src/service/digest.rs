//! What this node tells of its ties, month by month (汇总): `docs/network.md`.

use std::iter::successors;
use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::civil::Date;
use tongban_core::digest::{Act, Depth, Digest, Month, Reason, Table, again, table, teller};
use tongban_core::dossier::{By, DossierId};
use tongban_core::network::tie::Tie;
use tongban_core::rule::WhyNot;

use super::ServiceError;
use super::publish::begin;
use crate::app::App;
use crate::directory::Dossier;
use crate::limits;
use crate::network::live::Select;
use crate::store::{Say, SayError, StoreError, Target, damaged};

/// Begins this node's digest if there is none, and tells every month that is over and was not told. Says how many it told.
pub async fn tell_due(app: &App) -> Result<usize, ServiceError> {
    if !is_ready(app).await? {
        return Ok(0);
    }
    if own(app).is_none() {
        let opened = Act::Opened { from: first(app) };
        app.writer.say_all(vec![begin(app, "digest".to_owned(), (By::system(), opened.into()))]).await?;
        app.directory.reload(&app.store).await?;
    }
    let Some(held) = own(app) else { return Ok(0) };
    let due = successors(Some(held.public.room.next()), |month| Some(month.next()));
    let mut told = 0;
    for month in due.take_while(|month| *month <= last_due(app)) {
        let acts = made(app, month, table, None).await?;
        say(app, held.id, acts).await?;
        told += 1;
    }
    Ok(told)
}

/// Tells those of the last months anew in which enough has changed since. Says how many.
pub async fn tell_anew(app: &App) -> Result<usize, ServiceError> {
    let Some(held) = own(app) else { return Ok(0) };
    if !is_ready(app).await? {
        return Ok(0);
    }
    let months = &held.public.room.months;
    let mut told = 0;
    for (month, was) in months.iter().rev().take(limits::DIGEST_AGAIN_MONTHS) {
        let before = Arc::new(was.table());
        let facts = |table: &Table| table.rows.iter().map(|row| u64::from(row.count)).sum::<u64>();
        let (ties, same) = (ties_of(app, *month), before.clone());
        let now = blocking(move || again(&same, &ties, Depth::Code)).await?;
        if now == *before {
            continue;
        }
        let reason = if facts(&now) < facts(&before) { Reason::Voided } else { Reason::Stamped };
        let acts = made(app, *month, move |ties, depth| again(&before, ties, depth), Some(reason)).await?;
        say(app, held.id, acts).await?;
        told += 1;
    }
    Ok(told)
}

/// This node's digest.
fn own(app: &App) -> Option<Dossier<Digest>> {
    app.directory.now().digests.get(&app.config.node).cloned()
}

/// Whether the node stands in the trust list, and its ties are made but for those of what is being said now.
async fn is_ready(app: &App) -> Result<bool, StoreError> {
    let snapshot = app.directory.now();
    let is_listed = snapshot.current().is_some_and(|list| list.card(&app.config.node).is_ok());
    if !is_listed || app.store.to_count().await? >= limits::NETWORK_COUNTED as u64 {
        return Ok(false);
    }
    app.network.follow(&app.store).await?;
    Ok(true)
}

/// The last month that is told by now.
fn last_due(app: &App) -> Month {
    Month::of(app.clock.today().saturating_sub(limits::DIGEST_AFTER_DAYS.days())).before()
}

/// The month with which a digest begins: that of the first tie that is to be told, or this month if there is none.
fn first(app: &App) -> Month {
    let this = Month::of(app.clock.today());
    let back = successors(Some(this), |month| Some(month.before())).nth(limits::DIGEST_BACK_MONTHS).unwrap_or(this);
    let days = own_ties(app, None, None).into_iter().filter(|tie| teller(tie).is_some()).map(|tie| tie.at.date());
    days.min().map_or(this, |first| Month::of(first).clamp(back, this))
}

/// The ties of a month that are this node's to tell.
fn ties_of(app: &App, month: Month) -> Vec<Tie> {
    own_ties(app, Some(month.first()), Some(month.last()))
}

/// Ties by entries that this node wrote.
fn own_ties(app: &App, from: Option<Date>, until: Option<Date>) -> Vec<Tie> {
    app.network.ties(&Select { from, until, node: Some(app.config.node.clone()), ..Select::default() })
}

/// What is said to tell of a month: as finely as there is room.
async fn made(
    app: &App,
    month: Month,
    table: impl Fn(&[Tie], Depth) -> Table + Send + 'static,
    reason: Option<Reason>,
) -> Result<Vec<Act>, ServiceError> {
    let ties = ties_of(app, month);
    let acts =
        blocking(move || Depth::ALL.into_iter().find_map(|depth| Act::of_month(month, table(&ties, depth), reason)));
    let too_long = || SayError::from(WhyNot::new("digest-part").with("limit", tongban_core::digest::PARTS_MAX));
    Ok(acts.await?.ok_or_else(too_long)?)
}

/// Counts beside what is being served: a large month takes a while.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(damaged)
}

async fn say(app: &App, id: DossierId, acts: Vec<Act>) -> Result<(), ServiceError> {
    app.writer.say(Say::of(Target::Existing(id), acts.into_iter().map(|act| (By::system(), act)))).await?;
    app.directory.reload(&app.store).await?;
    Ok(())
}
