//! SIGSTOP: a process that is there and does nothing.

use std::time::Duration;

use crate::house::House;
use crate::judge::judge;
use crate::load::People;
use crate::report::{long, report};

/// Longer than everything that waits: a client (4 s), a peer's question (45 s), a request (60 s).
const LONGEST: Duration = Duration::from_secs(70);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_node_goes_on_where_it_was() {
    let house = House::open().await;
    let time = long(Duration::from_secs(3), LONGEST);
    let mut people = People::work(&house, 8);
    for place in [&house.anhui, &house.jiangsu] {
        people.told_more(12).await;
        place.signal("STOP");
        tokio::time::sleep(time).await;
        place.signal("CONT");
    }
    people.told_more(12).await;
    people.rest().await;
    let verdict = judge(&house, &people.book).await;
    report(&format!("SIGSTOP, {} s each", time.as_secs()), &people.book, &verdict, "");
}
