//! Two processes over one data folder.

use crate::house::House;
use crate::judge::judge;
use crate::load::People;
use crate::report::report;
use crate::support::run;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_process_over_one_folder_is_refused_and_the_first_serves_on() {
    let mut house = House::open().await;
    let mut people = People::work(&house, 4);
    people.told_more(8).await;
    for place in house.places() {
        // By its own name, and by another.
        let other = house.folder.path().join(format!("{}-link", place.node.name));
        std::os::unix::fs::symlink(&place.node.folder, &other).expect("a link");
        for data in [place.node.data(), other.to_str().expect("a readable path")] {
            run(&["serve", "--data", data]).refused("folder-in-use");
        }
    }
    people.told_more(8).await;
    // A lock does not outlive its process.
    house.jiangsu.stop("KILL");
    house.jiangsu.serve().await;
    run(&["serve", "--data", house.jiangsu.node.data()]).refused("folder-in-use");
    people.told_more(8).await;
    people.rest().await;
    let verdict = judge(&house, &people.book).await;
    report("two processes, one folder", &people.book, &verdict, "");
}
