//! From the coordination home: the broker without whom two provinces would not meet, and the party that returns most; each
//! number opens its facts, at the coordination office those that nodes tell, at a node its own dossiers.

use super::demo::House;
use super::hand::Hand;
use super::modes::node;
use super::steps::sit;
use super::support::until;

/// Through whom alone Shanghai, Zhejiang and Anhui meet in the month before, and who sends back most.
const NANJING: &str = "南京市演练公积金中心";
const NANJING_CODE: &str = "129932010000000270";

/// The forms of a concept and of a list of statements.
const CONCEPT: &str = "details:has(input[name=step][value=concept])";
const LIST: &str = "details:has(input[name=step][value=file])";

/// The story.
pub async fn tell(house: &'static House) {
    let reader = node(house, "registrar").nobody();
    let told = async || {
        let digests = reader.get("/api/v1/digests").await;
        let nodes = digests.as_array()?.iter();
        let months = nodes.filter(|one| one["months"].as_array().is_some_and(|months| !months.is_empty()));
        (months.count() >= 4).then_some(())
    };
    until("all nodes told of the month before", told).await;
    let mut lead = sit(house, "coordination", "registrar", "registrar", "/registrar").await;
    lead.press("main a[href='/network']").await;
    lead.look("network desk, of all nodes").await;
    lead.picture("network-desk").await;
    broker(&mut lead).await;
    returner(house, &mut lead).await;
    change(house, &mut lead).await;
    evidence(house, &mut lead).await;
    lead.leave().await;
    own(house).await;
}

/// Who cannot be replaced stands first, and opens what it is counted from.
async fn broker(lead: &mut Hand) {
    let first = lead.text("#brokers tbody tr:first-child").await;
    assert!(first.contains(NANJING), "the broker without whom two provinces would not meet: {first}");
    assert!(first.contains("浙江省和安徽省只有经过它才相遇"), "and between which: {first}");
    lead.press("#brokers tbody tr:first-child a").await;
    assert!(lead.path().await.starts_with("/network/facts"), "a number opens its facts");
    lead.expect("交办").await;
    lead.look("network facts, of all nodes").await;
    lead.press("main tbody tr:first-child td:last-child a").await;
    assert!(lead.path().await.starts_with("/network/digests/"), "and a fact the digest that tells it");
}

/// Who sends back most, with the interval, and what of.
async fn returner(house: &'static House, lead: &mut Hand) {
    lead.open(&house.at("registrar", "/network")).await;
    let first = lead.text("#returners tbody tr:first-child").await;
    assert!(first.contains(NANJING) && first.contains('%'), "who returns most: {first}");
    lead.press("#returners tbody tr:first-child a").await;
    lead.expect("退回").await;
    let all = lead.text("main table").await;
    assert!(all.contains(NANJING), "{all}");
}

/// Of one month nothing can be said but how the network looked; the page says so, and what would be needed.
async fn change(house: &'static House, lead: &mut Hand) {
    lead.open(&house.at("registrar", "/network")).await;
    lead.press("main a[href^='/network/change']").await;
    lead.expect("变化与重要事件").await;
    let said = lead.text("#points").await;
    assert!(said.contains("至少要 8 期"), "why nothing is said of change: {said}");
    let periods = lead.text("#snapshots tbody").await;
    assert!(periods.contains("新来") || periods.contains('—'), "how the network looked: {periods}");
    lead.look("network, what changed").await;
    lead.picture("network-change").await;
}

/// What operations do not tell is recorded in the open: a concept, and statements about it from a list; each counts once.
async fn evidence(house: &'static House, lead: &mut Hand) {
    lead.open(&house.at("registrar", "/network")).await;
    lead.press("main a[href^='/network/evidence']").await;
    lead.look("evidence, none yet").await;
    lead.click(&format!("{CONCEPT} summary")).await;
    lead.write("#concept-key", "goal.integration").await;
    lead.write("#concept-name", "区域一体化").await;
    lead.write("#concept-rule", "说到一体化是目标时用").await;
    lead.press(&format!("{CONCEPT} button[type=submit]")).await;
    lead.expect("概念已经登记").await;
    let list = std::env::temp_dir().join(format!("tongban-statements-{}.csv", std::process::id()));
    let said = "actor,concept,agree,day,source,kind\n上海市政府,区域一体化,赞成,2020-01-10,政府工作报告 第3页,文件\n\
                某市窗口,goal.integration,反对,2020-03-01,访谈记录 3#12,访谈\n";
    std::fs::write(&list, said).unwrap();
    for (recorded, stood) in [(2, 0), (0, 2)] {
        lead.click(&format!("{LIST} summary")).await;
        lead.choose_file("#file", &list).await;
        lead.press(&format!("{LIST} button[type=submit]")).await;
        lead.expect(&format!("登记了 {recorded} 条陈述；另有 {stood} 条已经在册")).await;
    }
    std::fs::remove_file(&list).unwrap();
    let book = lead.text("#codebook").await;
    assert!(book.contains("上海市政府") && book.contains("某市窗口"), "who is for and who against: {book}");
    lead.look("evidence").await;
    lead.picture("network-evidence").await;
}

/// At a node its own dossiers are counted one by one; each opens the dossier, which says who did what and names no person.
async fn own(house: &'static House) {
    let mut admin = sit(house, "Jiangsu admin", "jiangsu", "jiangsu-admin", "/network").await;
    admin.wait_for("#returners tbody tr").await;
    admin.look("network desk, of one node").await;
    admin.picture("network-desk-of-one-node").await;
    let address = format!("/network/facts?of=own&relation=returns_to&by={NANJING_CODE}");
    admin.open(&house.at("jiangsu", &address)).await;
    admin.look("network facts, of one node").await;
    admin.press("main tbody tr:first-child td:last-child a").await;
    admin.expect("退回").await;
    admin.look("ties of a dossier").await;
    admin.picture("network-dossier").await;
    let shown = admin.text("main").await;
    let numbers = shown.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() >= 18);
    assert_eq!(numbers.filter(|run| run.starts_with("999")).count(), 0, "no number of a person: {shown}");
    months(house, &mut admin).await;
    admin.leave().await;
}

/// The slider shows a month on the page itself; what is drawn and what is saved are of that month.
async fn months(house: &'static House, admin: &mut Hand) {
    admin.open(&house.at("jiangsu", "/network/picture?of=own")).await;
    admin.look("network picture").await;
    admin.picture("network-picture").await;
    // On the first days of a month there may be one only.
    if !admin.is_there("[data-slider]").await {
        return;
    }
    let whole = admin.text(".slider output").await;
    assert!(whole.starts_with("整段时间"), "the whole time comes first: {whole}");
    admin.click("[data-step='1']").await;
    admin.expect("这一期没有关系").await;
    let month = admin.text(".slider output").await;
    assert!(month.contains("月："), "which month: {month}");
    let (opens, saves) =
        (admin.attribute("#shown svg a", "href").await, admin.attribute("#shown .buttons a", "href").await);
    assert!(opens.contains("until=") && saves.contains("at="), "of that month: {opens} {saves}");
    admin.look("network picture, a month").await;
    admin.picture("network-picture-month").await;
}
