//! A clock that jumps: a drill node is started with another date, and again with the right one.

use std::time::Duration;

use crate::house::House;
use crate::judge::judge;
use crate::load::People;
use crate::report::{long, report};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_stops_the_exchange_and_loses_nothing() {
    let mut house = House::open().await;
    let mut people = People::work(&house, 6);
    let today = tongban::clock::Clock::default().today();
    let rounds = long(1, 2);
    for _ in 0..rounds {
        for days in [2, -2] {
            people.told_more(8).await;
            let date = today.checked_add(jiff::Span::new().days(days)).expect("a day").to_string();
            house.jiangsu.stop("TERM");
            house.jiangsu.serve_with(&["--now", &date]).await;
            // Receipts are given on; the other node does not answer a question of another day.
            people.clerk.open(90_000).await;
            people.clerk.open(90_001).await;
            tokio::time::sleep(Duration::from_secs(long(1, 10))).await;
            house.jiangsu.stop("TERM");
            house.jiangsu.serve().await;
        }
    }
    people.told_more(12).await;
    people.rest().await;
    let verdict = judge(&house, &people.book).await;
    report(&format!("clock two days off, {} times", 2 * rounds), &people.book, &verdict, "");
}
