//! One figure for each of many, made on several threads. How many threads there are never changes a figure.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Below so many actors, a thread costs more than it saves.
const ACTORS_MIN: usize = 256;

/// How many threads pay on this machine for work of which there is a lot.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// How many threads pay for a little work per actor.
pub(super) fn cores_for(actors: usize) -> usize {
    if actors < ACTORS_MIN { 1 } else { cores() }
}

/// What `each` says of 0 to `len - 1`, in that order. Every thread has its own `scratch`, which `each` leaves as it
/// found it.
pub(super) fn map<S, T: Send>(
    len: usize,
    threads: usize,
    scratch: impl Fn() -> S + Sync,
    each: impl Fn(&mut S, usize) -> T + Sync,
) -> Vec<T> {
    let threads = threads.clamp(1, len.max(1));
    if threads == 1 {
        let mut own = scratch();
        return (0..len).map(|at| each(&mut own, at)).collect();
    }
    let step = (len / (threads * 16)).clamp(1, 256);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut own = scratch();
        let mut done: Vec<(usize, Vec<T>)> = Vec::new();
        loop {
            let from = next.fetch_add(step, Ordering::Relaxed);
            if from >= len {
                return done;
            }
            let to = (from + step).min(len);
            done.push((from, (from..to).map(|at| each(&mut own, at)).collect()));
        }
    };
    let mut parts: Vec<(usize, Vec<T>)> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        handles
            .into_iter()
            .flat_map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    parts.sort_unstable_by_key(|(from, _)| *from);
    parts.into_iter().flat_map(|(_, part)| part).collect()
}
