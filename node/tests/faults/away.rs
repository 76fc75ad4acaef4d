//! A node that is away under load and comes back; and a burst.

use std::time::{Duration, Instant};

use tongban::store::Store;

use crate::house::House;
use crate::judge::judge;
use crate::load::{People, Told, p99};
use crate::report::{long, report};
use crate::support::until_within;

/// Stamps of one opening: drafted, materials, taken in, handed over.
const STAMPS: f64 = 4.0;

async fn stamps(store: &Store) -> i64 {
    store.counts().await.expect("counts")[1]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_was_away_under_load_catches_up() {
    let mut house = House::open().await;
    let away = Duration::from_secs(long(4, 600));
    let per_second = long(15, 10);
    let mut people = People::new(&house);
    people.clerk.open(99_999).await;
    house.anhui.stop("KILL");
    // The load goes on until well after the return.
    let after = Duration::from_secs(long(2, 30));
    people.take_in(per_second, away + after);
    tokio::time::sleep(away).await;
    house.anhui.serve().await;
    let returned = Instant::now();
    let [here, there] = [house.jiangsu.store().await, house.anhui.store().await];
    let owed = stamps(&here).await - stamps(&there).await;
    let before = stamps(&there).await;
    let caught_up = async || {
        let (ours, theirs) = (stamps(&here).await, stamps(&there).await);
        // Level, but for what is being said at this moment.
        ((ours - theirs) as f64 <= STAMPS * f64::from(per_second) / 4.0).then_some(theirs)
    };
    let end = until_within(away + Duration::from_secs(60), "it catches up", caught_up).await;
    let took = returned.elapsed().as_secs_f64();
    let live = STAMPS * f64::from(per_second);
    let speed = (end - before) as f64 / took;
    here.close().await;
    there.close().await;
    people.done().await;
    let verdict = judge(&house, &people.book).await;
    let more = format!(
        "{owed} stamps owed, caught up in {took:.1} s: {speed:.0}/s, {:.0} × the live {live:.0}/s",
        speed / live
    );
    report(&format!("away for {} s", away.as_secs()), &people.book, &verdict, &more);
}

/// The sustained load before and after the burst, in cases a second; the burst is ten times that.
const SUSTAINED: u32 = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_ten_times_the_load_passes() {
    let house = House::open().await;
    let mut people = People::new(&house);
    people.clerk.open(99_999).await;
    let [calm, burst] = [Duration::from_secs(long(2, 20)), Duration::from_secs(long(2, 10))];
    let signed_in = Instant::now();
    people.take_in(SUSTAINED, calm);
    people.done().await;
    let usual = p99(&people.book.told().iter().filter(|one| one.at >= signed_in).collect::<Vec<_>>());
    people.take_in(SUSTAINED, burst + calm);
    people.take_in(SUSTAINED * 9, burst);
    let begun = Instant::now();
    people.done().await;
    let told = people.book.told();
    let during: Vec<&Told> = told.iter().filter(|one| one.at >= begun && one.at < begun + burst).collect();
    // The first half second after the burst in which, and after which, all is as it was.
    let step = Duration::from_millis(500);
    let slices = calm.as_millis() / step.as_millis();
    let slow = |slice: u128| {
        let from = begun + burst + step * slice as u32;
        let of_slice: Vec<&Told> = told.iter().filter(|one| one.at >= from && one.at < from + step).collect();
        p99(&of_slice) > usual * 3 / 2
    };
    let normal = (0..slices).rev().find(|slice| slow(*slice)).map_or(0, |last| last + 1);
    let more = format!(
        "p99 usually {} ms, in the burst {} ms, usual again {:.1} s after it",
        usual.as_millis(),
        p99(&during).as_millis(),
        (step * normal as u32).as_secs_f64()
    );
    let verdict = judge(&house, &people.book).await;
    report(&format!("burst of {} cases/s", SUSTAINED * 10), &people.book, &verdict, &more);
}
