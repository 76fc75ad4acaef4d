//! What everyone may read reaches everyone: lists become dossiers, and nodes that join the trust list are let in.

use std::time::Duration;

use tongban_core::ident::Realm;

use crate::app::App;
use crate::service::{law, publish};
use crate::{beside, limits};

/// Looks now and then.
pub(super) async fn follow(app: &App) {
    loop {
        let is_mine = !app.store.is_shared() || beside::is_mine(app, "public").await;
        if is_mine && !app.writer.is_recovering() {
            if let Err(error) = publish::take_over(app).await {
                tracing::warn!(%error, "lists are not dossiers yet");
            }
            // A demo begins with the laws that are known; elsewhere the registrar says when.
            if app.config.realm == Realm::Drill
                && law::is_keeper(app)
                && let Err(error) = law::publish_known(app).await
            {
                tracing::warn!(%error, "known laws are not published yet");
            }
            if let Err(error) = publish::let_in(app).await {
                tracing::warn!(%error, "nodes that joined are not let in yet");
            }
        }
        tokio::time::sleep(Duration::from_secs(limits::PUBLIC_LOOKED_S)).await;
    }
}
