//! Serving a node.

use clap::Args;
use jiff::civil::Date;
use tongban_core::ident::Realm;

use super::Data;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::Failure;
use crate::serve;
use crate::watch::{LogForm, start_log};

/// Serves the node of a data folder until it gets a signal.
#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    data: Data,
    /// Sets the practice date (drill only)
    #[arg(long)]
    now: Option<Date>,
    /// How a line of the log looks; text on a terminal, JSON elsewhere
    #[arg(long)]
    log: Option<LogForm>,
}

impl Serve {
    pub(super) async fn run(self) -> Result<(), Failure> {
        start_log(self.log);
        let folder = self.data.data;
        let config = Config::read(&folder)?;
        if self.now.is_some() && config.realm != Realm::Drill {
            return Err(Failure::new(
                "now-in-production",
                "--now sets the date of a drill; in production the clock is the machine's",
            ));
        }
        let _lock = serve::lock(&folder)?;
        let listener = serve::listen(config.listen).await?;
        let app = serve::open(&folder, Clock::at(self.now)).await?;
        tracing::info!(node = %config.node, address = config.address, "serving");
        serve::serve(app, listener, signal()).await
    }
}

/// Ends with Ctrl-C or a request to terminate.
pub(crate) async fn signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(terminate) => terminate,
            Err(_) => return drop(interrupt.await),
        };
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
}
