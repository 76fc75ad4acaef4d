//! A month that is over is told in the node's digest; once a day it is looked whether one of the last is to be told anew.

use std::time::Duration;

use crate::app::App;
use crate::service::digest;
use crate::{beside, limits};

/// Looks now and then.
pub(super) async fn follow(app: &App) {
    let mut looked = None;
    loop {
        tokio::time::sleep(Duration::from_secs(limits::DIGEST_LOOKED_S)).await;
        let is_mine = !app.store.is_shared() || beside::is_mine(app, "digest").await;
        if !is_mine || app.writer.is_recovering() {
            continue;
        }
        match digest::tell_due(app).await {
            Ok(0) => {}
            Ok(months) => tracing::info!(months, "ties of months that are over were told"),
            Err(error) => tracing::warn!(%error, "ties of a month that is over are not told yet"),
        }
        let today = Some(app.clock.today());
        if looked != today {
            looked = today;
            match digest::tell_anew(app).await {
                Ok(0) => {}
                Ok(months) => tracing::info!(months, "ties of months were told anew"),
                Err(error) => tracing::warn!(%error, "it is not seen whether months are to be told anew"),
            }
        }
    }
}
