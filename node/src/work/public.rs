//! What everyone may read reaches everyone: lists become dossiers, nodes that join the trust list are let in, and what comes
//! from others is read.

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
            if let Err(error) = publish::begin_from_documents(app).await {
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

/// Reads anew whenever something of a public dossier was written.
pub(super) async fn read(app: &App) {
    loop {
        app.writer.made_public().notified().await;
        if let Err(error) = app.directory.reload(&app.store).await {
            tracing::error!(%error, "what everyone may read is not read anew");
        }
    }
}
