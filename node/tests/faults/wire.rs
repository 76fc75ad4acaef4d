//! A wire that the test can spoil: a small TCP proxy before a node. It delays, throttles, cuts in the middle of an answer,
//! or swallows one or both directions, for connections that are open as well as for new ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What the wire does to what passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Nothing.
    Fine,
    /// Each stretch comes later, and not faster than so many bytes a second.
    Slow {
        /// The delay of every stretch.
        delay: Duration,
        /// Bytes a second, each way.
        rate: u64,
    },
    /// Each connection is cut after some bytes of answers, between one and twice so many.
    Cut(u64),
    /// Answers do not come through; they come when the mood is better, as with a network that stalls.
    NoAnswers,
    /// Nothing comes through, either way.
    Silent,
}

/// The wire before one node.
pub struct Wire {
    port: u16,
    mood: watch::Sender<Mood>,
    cuts: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Wire {
    /// A wire from a port of its own to the port of a node.
    pub async fn to(node: u16, port: u16) -> Wire {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("a free port");
        let (mood, watching) = watch::channel(Mood::Fine);
        let cuts = Arc::new(AtomicU64::new(0));
        let counted = cuts.clone();
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, node, watching.clone(), counted.clone()));
            }
        });
        Wire { port, mood, cuts, task }
    }

    /// The address at this end.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// From now on it behaves like this.
    pub fn set(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }

    /// Connections cut so far.
    pub fn cuts(&self) -> u64 {
        self.cuts.load(Ordering::Relaxed)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(near: TcpStream, node: u16, mood: watch::Receiver<Mood>, cuts: Arc<AtomicU64>) {
    let Ok(far) = TcpStream::connect(("127.0.0.1", node)).await else { return };
    let (near_read, near_write) = near.into_split();
    let (far_read, far_write) = far.into_split();
    // Either end of a connection takes the other with it.
    tokio::select! {
        () = pump(near_read, far_write, mood.clone(), None) => {}
        () = pump(far_read, near_write, mood, Some(&cuts)) => {}
    }
}

/// One direction; `answers` counts the cuts if it is that of answers.
async fn pump(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut mood: watch::Receiver<Mood>,
    answers: Option<&AtomicU64>,
) {
    let luck = rand::random::<u64>();
    let mut passed = 0;
    let mut bytes = [0; 1024];
    while let Ok(count) = from.read(&mut bytes).await {
        if count == 0 {
            return;
        }
        let passes = |mood: &Mood| match mood {
            Mood::Silent => false,
            Mood::NoAnswers => answers.is_none(),
            _ => true,
        };
        let Ok(now) = mood.wait_for(passes).await.map(|mood| *mood) else { return };
        let mut most = count as u64;
        match now {
            Mood::Slow { delay, rate } => {
                let takes = Duration::from_micros(count as u64 * 1_000_000 / rate.max(1));
                // A stretch follows the one before it: only the first of an answer is late by the whole delay.
                let late = if count == bytes.len() { Duration::ZERO } else { delay };
                tokio::time::sleep(takes + late).await;
            }
            Mood::Cut(mean) if answers.is_some() => most = most.min((mean + luck % mean.max(1)).saturating_sub(passed)),
            _ => {}
        }
        passed += most;
        if to.write_all(&bytes[..most as usize]).await.is_err() {
            return;
        }
        if most < count as u64 {
            if let Some(cuts) = answers {
                cuts.fetch_add(1, Ordering::Relaxed);
            }
            return;
        }
    }
}
