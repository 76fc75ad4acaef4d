//! A node put together and served.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tongban_core::dossier::suite::{hex, unhex};
use tongban_core::time::Calendar;

use crate::app::{App, Parts, Peers};
use crate::clock::Clock;
use crate::config::Config;
use crate::directory::Directory;
use crate::error::Failure;
use crate::network::live::Live;
use crate::network::sight::Sights;
use crate::service::compare::{self, Comparisons};
use crate::store::{Store, Writer, WriterSetup};
use crate::watch::{Metrics, Stage, Watch, watch_for_ever};
use crate::{beside, key, limits, peer, tls, web, work};

/// Name of the node's key file in the data folder.
pub const KEY_FILE: &str = "node.key";

/// A data folder in use by this process.
pub struct Lock(#[allow(dead_code, reason = "held, not read: the lock ends with the file")] std::fs::File);

/// Takes a data folder for this process alone.
pub fn lock(folder: &Path) -> Result<Lock, Failure> {
    let path = folder.join("tongban.lock");
    let mut options = std::fs::OpenOptions::new();
    let file = options.create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|error| Failure::file("folder-unusable", &path, error))?;
    file.try_lock().map_err(|_| {
        Failure::new(
            "folder-in-use",
            format!(
                "{}: another tongban process works in this data folder. End that process first, or give another \
                 folder with --data. Nothing was changed.",
                folder.display()
            ),
        )
    })?;
    keep_private(folder)?;
    Ok(Lock(file))
}

/// Personal data lies in it: nobody else on this machine looks into it.
#[cfg(unix)]
pub(crate) fn keep_private(folder: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
        .map_err(|error| Failure::file("folder-unusable", folder, error))
}

#[cfg(not(unix))]
pub(crate) fn keep_private(_folder: &Path) -> Result<(), Failure> {
    Ok(())
}

/// Opens everything a node works with. The writer runs from here on.
pub async fn open(folder: &Path, clock: Clock) -> Result<App, Failure> {
    let config = Config::read(folder)?;
    let signer = Arc::new(key::open(&folder.join(KEY_FILE))?);
    let store = Store::open(folder, config.database.as_deref()).await?;
    let directory = Directory::open(&store, config.trust, clock).await?;
    let secret = secret(&store).await?;
    let calendar = Calendar::national();
    let setup = WriterSetup {
        store: store.clone(),
        node: config.node.clone(),
        signer: signer.clone(),
        directory: directory.clone(),
        clock,
        calendar,
        by_telephone: config.notify.sms.is_some(),
    };
    let (writer, handle) = Writer::new(setup).await?;
    tokio::spawn(writer.run());
    let (peers, watch) = (Peers::default(), Watch::default());
    let metrics = Metrics::new(&config, &handle, &watch, clock.now());
    Ok(App::new(Parts {
        folder: folder.to_owned(),
        config,
        store,
        writer: handle,
        directory,
        comparisons: Comparisons::default(),
        network: Live::default(),
        sights: Sights::default(),
        signer,
        clock,
        calendar,
        peers,
        errands: peer::Errands::default(),
        process: hex(&rand::random::<[u8; 8]>()),
        watch,
        metrics,
        providers: web::Providers::default(),
        secret,
    }))
}

async fn secret(store: &Store) -> Result<[u8; 32], Failure> {
    let new: [u8; 32] = rand::random();
    store.begin_state("secret", &hex(&new)).await?;
    let text = store.state("secret").await?.unwrap_or_default();
    let malformed = || Failure::new("secret-malformed", "the node's secret in its database is not 32 bytes");
    unhex(&text).and_then(|bytes| bytes.try_into().ok()).ok_or_else(malformed)
}

/// Takes the port.
pub async fn listen(at: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(at).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => Failure::new(
            "port-taken",
            format!("{at}: another program listens on this port. End it, or choose another port."),
        ),
        _ => Failure::new("port-unusable", format!("{at}: {error}")),
    })
}

/// All routes of a node.
pub fn router(app: &App) -> Router {
    let router = peer::router(app.clone()).merge(web::router(app.clone()));
    router.layer(axum::middleware::from_fn_with_state(app.clone(), web::observe))
}

/// Serves until `stop` is done; then says that it is leaving, and ends what is under way.
pub async fn serve(
    app: App,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Failure> {
    peer::bundle::load(&app).await;
    tokio::spawn(peer::bundle::watch(app.clone()));
    let stopped = |error: std::io::Error| Failure::new("serve", error.to_string());
    if let Some(monitor) = &app.config.monitor {
        let listener = listen(monitor.listen).await?;
        // It answers until the very end.
        tokio::spawn(axum::serve(listener, web::monitor(app.clone())).into_future());
    }
    tokio::spawn(compare::follow(app.clone()));
    tokio::spawn(peer::follow_all(app.clone()));
    tokio::spawn(peer::recover(app.clone()));
    tokio::spawn(work::run(app.clone()));
    tokio::spawn(beside::live(app.clone()));
    tokio::spawn(watch_for_ever(app.clone()));
    tokio::spawn(leave(app.clone(), stop));
    let (router, closing) = (router(&app), app.clone());
    let closing = async move { closing.watch.reaches(Stage::Closing).await };
    let serving = async {
        match &app.config.tls {
            None => axum::serve(listener, router).with_graceful_shutdown(closing).await.map_err(stopped),
            Some(tls) => {
                let acceptor = tls::acceptor(&tls.certificate, &tls.key)?;
                let listener = tls::Listener::new(listener, acceptor).map_err(stopped)?;
                axum::serve(listener, router).with_graceful_shutdown(closing).await.map_err(stopped)
            }
        }
    };
    let patience = async {
        app.watch.reaches(Stage::Closing).await;
        tokio::time::sleep(std::time::Duration::from_secs(limits::DRAIN_S_MAX)).await;
    };
    tokio::select! {
        served = serving => served?,
        () = app.writer.ended() => {
            let text = "the writer ended by a fault of the program; the log says which. Nothing that was acknowledged is \
                        lost. Start the node again, and report it.";
            return Err(Failure::new("writer-ended", text));
        }
        () = patience => tracing::warn!(seconds = limits::DRAIN_S_MAX, "requests under way did not end: they are left"),
    }
    beside::leave(&app).await;
    app.store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Waits for the signal, and leaves in two steps.
async fn leave(app: App, stop: impl Future<Output = ()>) {
    stop.await;
    tracing::info!(seconds = app.config.drain_s, "leaving: not ready any more");
    app.watch.enter(Stage::Leaving);
    tokio::time::sleep(std::time::Duration::from_secs(app.config.drain_s)).await;
    app.watch.enter(Stage::Closing);
}
