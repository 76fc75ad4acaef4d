//! Cases between places: five real nodes, every act through the public interface.

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection as _};
use support::*;
use tokio::task::JoinSet;

#[tokio::test]
async fn a_window_takes_in_a_matter_of_another_province_and_both_places_see_the_same_to_the_end() {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;

    let done = clerk.post("/api/v1/cases", suzhou_to_hefei(1)).await;
    let id = done["id"].as_str().unwrap();
    let number = done["number"].as_str().expect("a receipt number at once");
    assert!(number.starts_with("320500-"), "{number}");
    assert_eq!(done["pending"], false);

    let arrived = officer.sees(id, "handed_over").await;
    assert_eq!((&arrived["number"], &arrived["next"]["party"]), (&json!(number), &json!("handling")));
    assert_eq!(arrived["tracking_code"], Value::Null, "the authority has no use for the applicant's code");
    officer.act(id, "receive", json!({})).await;
    let wanted = json!([{ "material": "settlement-form", "what": "请重新扫描，四角齐全" }]);
    officer.act(id, "correction", json!({ "wanted": wanted, "days": 10 })).await;

    let asked = clerk.sees(id, "correction_asked").await;
    assert_eq!(asked["next"]["party"], "applicant");
    assert_eq!(asked["case"]["correction"]["wanted"][0]["what"], "请重新扫描，四角齐全");
    assert!(asked["tracking_code"].as_str().is_some_and(|code| code.len() == 8));
    let answer = json!({ "materials": [material("settlement-form", "copy_taken")] });
    let answered = clerk.act(id, "correction-answer", answer).await;
    assert_eq!(answered["pending"], true, "the pen is in Anhui: its node has to record it");

    officer.sees(id, "corrected").await;
    officer.act(id, "accept", json!({})).await;
    officer.act(id, "decide", granted("window")).await;
    let decided = clerk.sees(id, "decided").await;
    assert_eq!((&decided["next"]["party"], &decided["next"]["step"]), (&json!("receiving"), &json!("deliver")));
    clerk.act(id, "deliver", json!({ "way": "window" })).await;

    let end = both_see(&clerk, &officer, id, "delivered").await;
    let said = ["drafted", "materials_added", "taken_in", "handed_over", "received", "correction_asked"];
    assert_eq!(acts(&end)[..6], said);
    assert_eq!(acts(&end)[6..], ["correction_answered", "accepted", "decided", "delivered"]);
    for (place, line) in end["timeline"].as_array().unwrap().iter().enumerate() {
        assert_eq!((&line["seq"], &line["mark"], &line["refuses"]), (&json!(place), &Value::Null, &Value::Null));
    }
    // The particulars and every file came over: applicant, two materials, the corrected one, the result.
    for caller in [&clerk, &officer] {
        until("the particulars are there", async || {
            (caller.case(id).await["applicant"]["name"] == name_of(1)).then_some(())
        })
        .await;
    }
    for node in ["jiangsu", "anhui"] {
        let verified =
            until("all files are there", async || Some(demo.verified(node, id)).filter(|verified| verified.blobs == 5))
                .await;
        assert_eq!(verified.chain.len(), 10);
        assert_eq!(verified.chain.holder().as_str(), "anhui");
    }
}

#[tokio::test]
async fn an_applicant_applies_online_in_another_province_and_rates_both_legs() {
    let demo = Demo::shared().await;
    let li = demo.sign_in("jiangsu", "jiangsu-li").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;

    let id = li.open(online_to_hefei()).await;
    // An officer who acts has received: nobody is made to click for that.
    officer.sees(&id, "handed_over").await;
    officer.act(&id, "accept", json!({})).await;
    officer.act(&id, "decide", granted("online")).await;
    officer.act(&id, "deliver", json!({ "way": "online" })).await;
    let delivered = li.sees(&id, "delivered").await;
    assert_eq!((&delivered["next"]["party"], &delivered["next"]["step"]), (&json!("applicant"), &json!("rate")));
    assert!(li.list("own").await.contains(&id));

    for (leg, level, comment) in [("receiving", 1, ""), ("handling", 3, "等了两天")] {
        li.act(&id, "rate", json!({ "leg": leg, "level": level, "comment": comment })).await;
    }
    li.try_act(&id, "rate", json!({ "leg": "handling", "level": 5 })).await.refused(409, "already-rated");
    let end = until("both ratings are on both sides", async || {
        let end = both_see(&li, &officer, &id, "delivered").await;
        (end["case"]["ratings"].as_object()?.len() == 2).then_some(end)
    })
    .await;
    let ratings = &end["case"]["ratings"];
    assert_eq!((&ratings["receiving"]["level"], &ratings["handling"]["level"]), (&json!(1), &json!(3)));
    assert_eq!((&end["next"]["party"], &end["next"]["step"]), (&json!("nobody"), &json!("nothing")));
    let roles: Vec<&Value> = end["timeline"].as_array().unwrap().iter().map(|line| &line["role"]).collect();
    let expected = [
        "applicant",
        "applicant",
        "system",
        "system",
        "officer",
        "officer",
        "officer",
        "officer",
        "applicant",
        "applicant",
    ];
    assert_eq!(roles, expected.map(|role| json!(role)).iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn what_is_returned_is_mended_and_handed_over_again() {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let id = clerk.open(suzhou_to_hefei(3)).await;

    let first = officer.sees(&id, "handed_over").await;
    officer.act(&id, "return", json!({ "reason": "material-unclear", "note": "第二页看不清" })).await;
    let returned = clerk.sees(&id, "returned").await;
    assert_eq!((&returned["next"]["party"], &returned["next"]["step"]), (&json!("receiving"), &json!("mend")));
    assert_eq!(returned["case"]["returns"][0]["reason"], "material-unclear");
    // The pen is back: the authority cannot act on it now, the window can at once.
    officer.try_act(&id, "accept", json!({})).await.refused(409, "not-now");
    let mended = clerk.act(&id, "materials", json!({ "materials": [material("settlement-form", "copy_taken")] })).await;
    assert_eq!(mended["pending"], false);
    clerk.act(&id, "hand-over", json!({})).await;

    let again = officer.sees(&id, "handed_over").await;
    assert_eq!(again["number"], first["number"], "the receipt stays the same");
    officer.act(&id, "accept", json!({})).await;
    both_see(&clerk, &officer, &id, "accepted").await;
    let pens: Vec<String> = demo
        .verified("jiangsu", &id)
        .log
        .iter()
        .filter_map(|(_, written)| written.entry().pen.as_ref().map(ToString::to_string))
        .collect();
    assert_eq!(pens, ["anhui", "jiangsu", "anhui"]);
}

#[tokio::test]
async fn within_one_node_a_case_goes_to_its_end_and_the_pen_never_moves() {
    let demo = Demo::shared().await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let officer = demo.sign_in("jiangsu", "suzhou-gjj").await;
    let id = clerk.open(with(row_25("320500", 4), json!({ "take_in": true, "hand_over": true }))).await;

    assert_eq!(officer.case(&id).await["phase"], "handed_over", "at once: nothing has to travel");
    officer.act(&id, "accept", json!({})).await;
    officer.act(&id, "decide", granted("window")).await;
    let delivered = clerk.act(&id, "deliver", json!({ "way": "window" })).await;
    assert_eq!(delivered["pending"], false);
    let (here, there) = (clerk.case(&id).await, officer.case(&id).await);
    assert_eq!((&here["phase"], &here["timeline"]), (&json!("delivered"), &there["timeline"]));
    assert_eq!(here["waiting_for"], Value::Null);

    let verified = demo.verified("jiangsu", &id);
    assert!(verified.log.iter().all(|(_, written)| written.entry().pen.is_none()));
    assert!(verified.log.iter().all(|(stamp, _)| stamp.node.as_str() == "jiangsu"));
    assert_eq!(verified.chain.holder().as_str(), "jiangsu");
    assert_eq!(verified.chain.participants().len(), 1);
}

#[tokio::test]
async fn a_receipt_stands_while_the_authority_is_away_and_the_case_goes_on_by_itself() {
    let demo = Demo::start(&[]).await;
    let anhui = demo.node("anhui");
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let officer = anhui.sign_in("hefei-gjj").await;
    anhui.stop("TERM");

    let done = clerk.post("/api/v1/cases", suzhou_to_hefei(5)).await;
    let id = done["id"].as_str().unwrap();
    assert!(done["number"].is_string(), "the receipt stands: {done}");
    let silence = Duration::from_millis(tongban::limits::PEER_SILENT_MS as u64);
    let waiting = until_within(PATIENCE + silence, "the case says for whom it waits", async || {
        let case = clerk.case(id).await;
        (case["waiting_for"] == "anhui").then_some(case)
    })
    .await;
    assert_eq!((&waiting["phase"], &waiting["number"]), (&json!("handed_over"), &done["number"]));
    // Others are taken in meanwhile.
    let other = clerk.open(suzhou_to_hefei(6)).await;

    let _serving = anhui.serve(&[]).await;
    for id in [id, other.as_str()] {
        officer.sees(id, "handed_over").await;
        officer.act(id, "accept", json!({})).await;
        both_see(&clerk, &officer, id, "accepted").await;
        until("nobody waits", async || clerk.case(id).await["waiting_for"].is_null().then_some(())).await;
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_the_sudden_death_of_its_node() {
    let demo = Demo::start(&[]).await;
    let jiangsu = demo.node("jiangsu");
    let clerk = jiangsu.sign_in("suzhou-clerk").await;
    let mut takings = JoinSet::new();
    for number in 0..8 {
        let clerk = clerk.clone();
        let request = with(row_25("340100", 10 + number), json!({ "take_in": true }));
        takings.spawn(async move { clerk.post("/api/v1/cases", request).await });
    }
    let acknowledged = takings.join_all().await;
    jiangsu.stop("KILL");

    let _serving = jiangsu.serve(&[]).await;
    for done in &acknowledged {
        let case = clerk.case(done["id"].as_str().unwrap()).await;
        assert_eq!((&case["phase"], &case["number"]), (&json!("taken_in"), &done["number"]));
    }
    // The node goes on where it was: the next number is a new one, and the case travels.
    let next = clerk.post("/api/v1/cases", suzhou_to_hefei(20)).await;
    assert!(acknowledged.iter().all(|done| done["number"] != next["number"]));
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    officer.sees(next["id"].as_str().unwrap(), "handed_over").await;
    let first = acknowledged[0]["id"].as_str().unwrap();
    clerk.act(first, "hand-over", json!({})).await;
    officer.sees(first, "handed_over").await;
}

#[tokio::test]
async fn the_demo_started_again_still_has_everything() {
    let mut demo = Demo::start(&[]).await;
    let fingerprint = demo.fingerprint;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let id = clerk.open(suzhou_to_hefei(30)).await;
    officer.sees(&id, "handed_over").await;
    officer.act(&id, "accept", json!({})).await;
    let before = both_see(&clerk, &officer, &id, "accepted").await;

    demo.stop();
    demo.start_again().await;
    assert_eq!(demo.fingerprint, fingerprint);
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let after = both_see(&clerk, &officer, &id, "accepted").await;
    assert_eq!((&after["timeline"], &after["case"]), (&before["timeline"], &before["case"]));
    officer.act(&id, "decide", granted("online")).await;
    both_see(&clerk, &officer, &id, "decided").await;
}

#[tokio::test]
async fn after_two_dozen_cases_the_views_of_every_node_follow_from_its_log() {
    let mut demo = Demo::start(&["--cases", "24"]).await;
    until_within(PATIENCE * 6, "24 cases are played", async || demo.said().contains("24 cases played").then_some(()))
        .await;
    demo.stop();
    for node in demo.nodes() {
        let checked = run(&["rebuild", "--check", "--data", node.data()]).fine();
        assert_eq!(checked.text(), "no difference\n", "{}", node.name);
    }

    // That the comparison sees something: a view changed behind the log's back is found, named, and mended.
    let anhui = demo.node("anhui");
    sqlx::any::install_default_drivers();
    let mut database = AnyConnection::connect(&anhui.database()).await.unwrap();
    let change = "UPDATE case_view SET phase = 'delivered', due = NULL WHERE phase = 'accepted'";
    let changed = sqlx::query(change).execute(&mut database).await.unwrap().rows_affected();
    database.close().await.unwrap();
    assert!(changed > 0, "some case was left accepted");
    let found = run(&["rebuild", "--check", "--data", anhui.data()]).refused("views-differ");
    assert!(found.text().contains("case_view") && found.text().contains("phase: \"accepted\""), "{}", found.text());
    run(&["rebuild", "--data", anhui.data()]).fine();
    assert_eq!(run(&["rebuild", "--check", "--data", anhui.data()]).fine().text(), "no difference\n");
}

#[tokio::test]
async fn a_limit_that_runs_into_a_year_without_a_notice_is_provisional_and_says_so() {
    let demo = Demo::start(&["--now", "2026-12-25"]).await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;

    // Three working days are promised: they end before the year does. The twenty of the law do not.
    let gjj = demo.sign_in("anhui", "hefei-gjj").await;
    let short = clerk.open(suzhou_to_hefei(40)).await;
    gjj.sees(&short, "handed_over").await;
    gjj.act(&short, "accept", json!({})).await;
    let due = &both_see(&clerk, &gjj, &short, "accepted").await["next"]["due"];
    assert_eq!((&due["rule"], &due["deadline"]["awaited"]), (&json!("promised"), &Value::Null), "{due}");
    assert_eq!((&due["deadline"]["start"], &due["deadline"]["due"]), (&json!("2026-12-25"), &json!("2026-12-30")));
    assert_eq!((&due["statutory"]["awaited"], &due["statutory"]["limit"]["days"]), (&json!(2027), &json!(20)));

    // Ten are promised for an identity card: the promised day itself waits for the notice of 2027.
    let ga = demo.sign_in("anhui", "hefei-ga").await;
    let materials = json!([material("id-card", "seen_original"), material("renewal-form", "copy_taken")]);
    let card = json!({ "implementation": "2020-35-36@340100", "materials": materials });
    let long = clerk.open(with(suzhou_to_hefei(41), card)).await;
    ga.sees(&long, "handed_over").await;
    ga.act(&long, "accept", json!({})).await;
    let due = &both_see(&clerk, &ga, &long, "accepted").await["next"]["due"];
    assert_eq!((&due["deadline"]["awaited"], &due["statutory"]["awaited"]), (&json!(2027), &json!(2027)), "{due}");
    let counted = due["deadline"]["steps"].as_array().unwrap().iter().any(|step| step["what"]["presumed"] == true);
    assert!(counted, "the way shows what is presumed: {due}");
    let rows = ga.get("/api/v1/cases?list=to-do").await;
    let row = rows.as_array().unwrap().iter().find(|row| row["id"] == long.as_str()).expect("in the officer's list");
    assert_eq!(row["provisional"], true);
}
