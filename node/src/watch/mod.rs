//! What is watched of a running node: figures, alarms, and one request's way through the logs. Nothing here names a case's
//! persons, and labels are peers, routes and codes only.

pub mod alarm;
mod disk;
mod lag;
mod log;
mod metrics;
mod seen;
pub mod trace;

use std::sync::{Arc, Mutex, RwLock};

use tokio::sync::watch;
use tongban_core::dossier::Moment;

pub use alarm::Alarm;
pub use disk::{Disk, certificate_end};
pub use log::{LogForm, start_log};
pub use metrics::{MEDIA as METRICS_MEDIA, Metrics};
pub use seen::{OwnKey, PeerSeen, Seen, TrustSeen, watch_for_ever};

/// How far a node is on its way out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It serves.
    #[default]
    Serving,
    /// It was asked to stop, and serves on for a while so that a load balancer notices.
    Leaving,
    /// It takes nothing new; what is under way ends.
    Closing,
}

/// What the node knows of itself. Copies are one.
#[derive(Clone, Debug)]
pub struct Watch(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    stage: watch::Sender<Stage>,
    seen: RwLock<Option<Arc<Seen>>>,
    alarms: RwLock<Arc<Vec<Alarm>>>,
    registrar_heard: Mutex<Option<Moment>>,
}

impl Default for Watch {
    fn default() -> Watch {
        Watch(Arc::new(Parts {
            stage: watch::Sender::new(Stage::Serving),
            seen: RwLock::default(),
            alarms: RwLock::default(),
            registrar_heard: Mutex::default(),
        }))
    }
}

impl Watch {
    /// How far the node is on its way out.
    pub fn stage(&self) -> Stage {
        *self.0.stage.borrow()
    }

    /// Goes a step on.
    pub fn enter(&self, stage: Stage) {
        self.0.stage.send_replace(stage);
    }

    /// Waits until the node has come as far as this.
    pub async fn reaches(&self, stage: Stage) {
        // The sender lives in this value: there is always an answer.
        let _ = self.0.stage.subscribe().wait_for(|now| *now >= stage).await;
    }

    /// What the last look found; none before the first.
    pub fn seen(&self) -> Option<Arc<Seen>> {
        self.0.seen.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// The alarms that stand.
    pub fn alarms(&self) -> Arc<Vec<Alarm>> {
        self.0.alarms.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    fn set(&self, seen: Seen, alarms: Vec<Alarm>) {
        *self.0.seen.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(Arc::new(seen));
        *self.0.alarms.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Arc::new(alarms);
    }

    /// Notes that the registrar's documents were fetched.
    pub fn heard_registrar(&self, at: Moment) {
        *self.0.registrar_heard.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(at);
    }

    /// When the registrar's documents were fetched last.
    pub fn registrar_heard(&self) -> Option<Moment> {
        *self.0.registrar_heard.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
