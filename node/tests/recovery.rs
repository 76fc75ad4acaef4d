//! Pens that move in other ways than forward: taken back, recalled from a lost node, won back after a restore. Real
//! processes, real files.

mod support;

use std::time::Duration;

use serde_json::json;
use support::*;

/// Acts of the registrar are looked for every twenty seconds, and a restored node asks every second.
const PATIENCE_LONG: Duration = Duration::from_secs(120);

#[tokio::test]
async fn a_hand_over_that_nobody_answered_is_taken_back() {
    let demo = Demo::start(&[]).await;
    let anhui = demo.node("anhui");
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let id = clerk.open(suzhou_to_hefei(1)).await;
    clerk.act(&id, "take-back", json!({})).await;
    let officer = anhui.sign_in("hefei-gjj").await;
    let case = both_see(&clerk, &officer, &id, "returned").await;
    assert!(acts(&case).ends_with(&["handed_over", "take_back", "returned"]), "{case}");
    clerk.try_act(&id, "take-back", json!({})).await.refused(409, "not-now");
    // It can be handed over again, and what was received is not taken back.
    clerk.act(&id, "hand-over", json!({})).await;
    officer.sees(&id, "handed_over").await;
    officer.act(&id, "receive", json!({})).await;
    clerk.sees(&id, "received").await;
    clerk.try_act(&id, "take-back", json!({})).await.refused(409, "not-now");
}

#[tokio::test]
async fn a_case_is_forwarded_to_a_third_node_and_all_three_follow_it() {
    let demo = Demo::start(&[]).await;
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let hefei = demo.sign_in("anhui", "hefei-gjj").await;
    let hangzhou = demo.sign_in("zhejiang", "hangzhou-gjj").await;
    let world: serde_json::Value = serde_json::from_str(include_str!("../../data/demo/world.json")).unwrap();
    let offices = world["organisations"].as_array().unwrap();
    let there = offices.iter().find(|org| org["name"] == "杭州市演练公积金中心").unwrap()["uscc"].clone();
    let id = clerk.open(suzhou_to_hefei(2)).await;
    hefei.sees(&id, "handed_over").await;
    hefei.act(&id, "forward", json!({ "to": there, "note": "贷款在杭州" })).await;
    hangzhou.sees(&id, "handed_over").await;
    hangzhou.act(&id, "accept", json!({})).await;
    both_see(&clerk, &hangzhou, &id, "accepted").await;
    assert!(!hefei.list("all").await.contains(&id) && hangzhou.list("all").await.contains(&id));
    for node in ["jiangsu", "anhui", "zhejiang"] {
        assert_eq!(run(&["rebuild", "--check", "--data", demo.node(node).data()]).fine().text(), "no difference\n");
    }
    let verified = demo.verified("anhui", &id);
    assert_eq!(verified.chain.holder().as_str(), "zhejiang");
    assert_eq!(verified.chain.participants().len(), 3);
}

#[tokio::test]
async fn a_restored_node_wins_back_its_own_later_stamps_before_it_stamps_again() {
    let demo = Demo::start(&[]).await;
    let jiangsu = demo.node("jiangsu");
    let clerk = jiangsu.sign_in("suzhou-clerk").await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    let before = clerk.open(suzhou_to_hefei(3)).await;
    officer.sees(&before, "handed_over").await;
    let copy = demo.data().join("copy");
    let copy = copy.to_str().unwrap();
    run(&["backup", "--data", jiangsu.data(), "--to", copy]).fine();

    let after = clerk.post("/api/v1/cases", suzhou_to_hefei(4)).await;
    let id = after["id"].as_str().unwrap();
    officer.sees(id, "handed_over").await;
    officer.act(&before, "accept", json!({})).await;
    clerk.sees(&before, "accepted").await;
    jiangsu.stop("KILL");
    std::fs::rename(jiangsu.data(), format!("{}-lost", jiangsu.data())).unwrap();
    run(&["restore", "--from", copy, "--data", jiangsu.data()]).fine();

    let _serving = jiangsu.serve(&[]).await;
    // What it said after the backup comes back from who had read it; then it goes on.
    until_within(PATIENCE_LONG, "it stamps again", async || {
        let tried = clerk.tell("/api/v1/cases", &suzhou_to_hefei(5)).await;
        (tried.status == 201).then_some(())
    })
    .await;
    let case = clerk.case(id).await;
    assert_eq!((&case["phase"], &case["number"]), (&json!("handed_over"), &after["number"]));
    assert_eq!(clerk.case(&before).await["phase"], "accepted");
    officer.act(id, "accept", json!({})).await;
    both_see(&clerk, &officer, id, "accepted").await;
    run(&["rebuild", "--check", "--data", jiangsu.data()]).fine();
}

#[tokio::test]
async fn a_recall_gives_the_pen_of_a_lost_node_to_another_and_the_late_one_follows() {
    let demo = Demo::start(&[]).await;
    let (jiangsu, anhui, registrar) = (demo.node("jiangsu"), demo.node("anhui"), demo.node("registrar"));
    let clerk = jiangsu.sign_in("suzhou-clerk").await;
    let officer = anhui.sign_in("hefei-gjj").await;
    let id = clerk.open(suzhou_to_hefei(6)).await;
    officer.sees(&id, "handed_over").await;
    officer.act(&id, "accept", json!({})).await;
    clerk.sees(&id, "accepted").await;
    anhui.stop("KILL");

    let request = demo.data().join("request.json");
    let request = request.to_str().unwrap();
    run(&["recall", "ask", "--data", jiangsu.data(), "--dossier", &id, "--out", request]).fine();
    run(&["recall", "issue", "--data", jiangsu.data(), request, "--reason", "演练"]).refused("not-registrar");
    run(&["recall", "issue", "--data", registrar.data(), request, "--excuse", "anhui", "--reason", "演练：机房失火"])
        .fine();
    until_within(PATIENCE_LONG, "the pen is recalled", async || {
        let verified = demo.verified("jiangsu", &id);
        (verified.chain.term() == 1 && verified.chain.holder().as_str() == "jiangsu").then_some(())
    })
    .await;
    // Its people go on without the lost node.
    clerk.act(&id, "withdraw", json!({})).await;
    clerk.sees(&id, "withdrawn").await;

    // It was not lost after all: it follows, and its act comes too late.
    let _serving = anhui.serve(&[]).await;
    until_within(PATIENCE_LONG, "the late node follows", async || {
        (officer.case(&id).await["phase"] == "withdrawn").then_some(())
    })
    .await;
    let verified = demo.verified("anhui", &id);
    assert_eq!((verified.chain.term(), verified.chain.holder().as_str()), (1, "jiangsu"));
    for node in [&jiangsu, &anhui] {
        run(&["rebuild", "--check", "--data", node.data()]).fine();
    }
}
