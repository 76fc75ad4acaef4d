//! Who has to do with whom: made of what dossiers say, a little after they say it.

use std::time::{Duration, Instant};

use crate::app::App;
use crate::{beside, limits};

/// Makes what is to be made and reads what was made, until the process ends. Cases come first: the work waits ten times as
/// long as it took.
pub(super) async fn follow(app: &App) {
    loop {
        let begun = Instant::now();
        let is_mine = !app.store.is_shared() || beside::is_mine(app, "network").await;
        let mut more = false;
        if is_mine {
            match app.store.count_ties(app.calendar, limits::NETWORK_COUNTED).await {
                Ok(made) => more = made as i64 == limits::NETWORK_COUNTED,
                Err(error) => tracing::warn!(%error, "who has to do with whom is not known yet"),
            }
        }
        if let Err(error) = app.network.follow(&app.store).await {
            tracing::warn!(%error, "who has to do with whom is not read");
        }
        let pause = begun.elapsed() * limits::NETWORK_SHARE;
        let least = if more { Duration::ZERO } else { Duration::from_millis(limits::NETWORK_LOOKED_MS) };
        tokio::time::sleep(pause.max(least)).await;
    }
}
