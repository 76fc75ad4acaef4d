//! Living beside other processes of the same node, over one database and without a leader.
//!
//! What may be said and taken is decided in turns (see the store); here is the rest: what others wrote is noticed, and work
//! that one process can do for all, as reading a peer's stream, is done by whoever holds the lease.

use std::time::Duration;

use crate::app::App;
use crate::limits;

/// Notices what others wrote, and says that this process is there. Runs until the process ends. Over a database of its own
/// there are only commands, now and then.
pub async fn live(app: App) {
    if app.store.is_shared() {
        tokio::join!(notice(&app, limits::OTHERS_LOOKED_MS), stay(&app));
    } else {
        notice(&app, limits::COMMANDS_LOOKED_MS).await;
    }
}

async fn notice(app: &App, pause_ms: u64) {
    loop {
        if let Err(error) = app.writer.refresh().await {
            tracing::warn!(%error, "not seen whether another process wrote");
        }
        tokio::time::sleep(Duration::from_millis(pause_ms)).await;
    }
}

async fn stay(app: &App) {
    loop {
        tokio::time::sleep(Duration::from_millis(limits::LEASE_RENEWED_MS)).await;
        if let Err(error) = app.store.renew_leases(&app.process, now()).await {
            tracing::warn!(%error, "leases not renewed");
        }
    }
}

/// Gives back what this process does for all, so that another one takes it up at once.
pub async fn leave(app: &App) {
    if app.store.is_shared()
        && let Err(error) = app.store.end_leases(&app.process).await
    {
        tracing::warn!(%error, "leases not given back: they end by themselves");
    }
}

/// Whether this process is the one to do a piece of work.
pub async fn is_mine(app: &App, work: &str) -> bool {
    match app.store.lease(work, &app.process, now()).await {
        Ok(mine) => mine,
        Err(error) => {
            tracing::warn!(%error, work, "lease not looked at");
            false
        }
    }
}

/// The machine's clock: a drill's practice date has nothing to do with it. Clocks that differ only make work that is done
/// twice.
fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
