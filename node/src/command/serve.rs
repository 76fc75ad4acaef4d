//! Serving a node.

use std::io::IsTerminal as _;

use clap::Args;
use jiff::civil::Date;
use tongban_core::ident::Realm;

use super::Data;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::Failure;
use crate::serve;

/// Serves the node of a data folder until it gets a signal.
#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    data: Data,
    /// Sets the practice date (drill only)
    #[arg(long)]
    now: Option<Date>,
}

impl Serve {
    pub(super) async fn run(self) -> Result<(), Failure> {
        start_log();
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

/// Structured lines on standard error; `TONGBAN_LOG` chooses what.
fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("TONGBAN_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,sqlx=warn"));
    // A line that cannot be written, as on a full disk, is lost. Saying so on the same standard error would panic, and end
    // whoever wanted to log: the writer, for one.
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false);
    if std::io::stderr().is_terminal() { builder.init() } else { builder.json().init() }
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
