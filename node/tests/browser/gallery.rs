//! Every page, on a desk and on a telephone: pictures to look at, and the checks that every page must pass.

use serde_json::json;

use super::check;
use super::demo::House;
use super::hand::Hand;
use super::window::ITEM;

/// A desk and a telephone.
const WIDTHS: [u32; 2] = [1280, 390];
/// A4 between its margins, in pixels of a style sheet.
const PAPER_WIDTH: u32 = 673;

/// The story.
pub async fn tell(house: &'static House) {
    let mut hand = Hand::new(house, "visitor").await;
    let jiangsu = |path: &str| house.at("jiangsu", path);
    let open_to_all = [
        ("home", "/"),
        ("results", "/search?q=公积金&here=320500"),
        ("results-none", "/search?q=没有这个"),
        ("guide", "/items/2020-35-21?here=320500&there=340100"),
        ("guide-window", "/items/2020-35-25?here=320500&there=340100"),
        ("track", "/track"),
        ("cannot", "/cannot"),
        ("catalogue", "/catalogue"),
        ("catalogue-item", "/catalogue/2020-35-25"),
        ("catalogue-pair", "/catalogue/2020-35-24/320500/340100"),
        ("catalogue-matrix", "/catalogue/matrix"),
        ("start", "/start"),
        ("login", "/login"),
        ("parts", "/parts"),
        ("not-found", "/nowhere"),
    ];
    for (name, path) in open_to_all {
        show(&mut hand, name, &jiangsu(path)).await;
    }

    hand.sign_in("jiangsu", "jiangsu-li").await;
    show(&mut hand, "apply", &jiangsu("/apply/2020-35-21@340100?here=320000")).await;
    hand.press("main form[action^='/apply/'] button.primary").await;
    let case = jiangsu(&hand.path().await);
    show(&mut hand, "my-draft", &case).await;
    show(&mut hand, "my-list", &jiangsu("/my")).await;
    show(&mut hand, "my-notices", &jiangsu("/my/notices")).await;
    show(&mut hand, "my-wishes", &jiangsu("/account/notices")).await;
    show(&mut hand, "error", &jiangsu("/window")).await;
    in_other_ways(&mut hand, "home", &jiangsu("/")).await;
    in_other_ways(&mut hand, "my-draft", &case).await;

    // One that the demo played to its end.
    hand.sign_in("anhui", "anhui-chen").await;
    show_first(&mut hand, "my-case", &house.at("anhui", "/my"), "main table a[href^='/my/']").await;
    let looked = format!("{}/looked", hand.path().await);
    show(&mut hand, "my-looked", &house.at("anhui", &looked)).await;

    hand.sign_in("jiangsu", "suzhou-clerk").await;
    show(&mut hand, "window", &jiangsu("/window")).await;
    show(&mut hand, "window-cannot", &jiangsu("/window/cannot")).await;
    show(&mut hand, "window-lists", &jiangsu("/window/lists")).await;
    show(&mut hand, "window-collect", &jiangsu("/window/collect")).await;
    show(&mut hand, "window-wishes", &jiangsu("/account/notices")).await;
    show(&mut hand, "window-choose", &jiangsu("/window/new")).await;
    show(&mut hand, "window-begin", &jiangsu(&format!("/window/new/{ITEM}"))).await;
    hand.write("#name", "演练人五").await;
    hand.write("#id_number", "999002198604221055").await;
    hand.write("#phone", "10000030054").await;
    hand.press("main form[action^='/window/new'] button.primary").await;
    let case = jiangsu(&hand.path().await);
    show(&mut hand, "window-draft", &case).await;
    hand.choose_file("#file-id-card", &house.scan("gallery-id-card")).await;
    hand.choose("#check-id-card", "seen-original").await;
    hand.choose_file("#file-settlement-form", &house.scan("gallery-form")).await;
    hand.press("button.primary[value=take-in]").await;
    show(&mut hand, "window-receipt", &format!("{case}/receipt")).await;
    on_paper(&mut hand, "window-receipt", &format!("{case}/receipt")).await;
    show(&mut hand, "window-case", &case).await;
    in_other_ways(&mut hand, "window-case", &case).await;
    hand.open(&format!("{case}/receipt")).await;
    hand.press("button[value=hand-over]").await;
    show(&mut hand, "window-handed-over", &case).await;
    let id = case.rsplit('/').next().unwrap();

    hand.sign_in("anhui", "hefei-gjj").await;
    hand.wait_for(&format!("a[href='/authority/cases/{id}']")).await;
    show(&mut hand, "inbox", &house.at("anhui", "/authority")).await;
    let case = house.at("anhui", &format!("/authority/cases/{id}"));
    show(&mut hand, "authority-case", &case).await;
    in_other_ways(&mut hand, "authority-case", &case).await;
    hand.open(&case).await;
    hand.click("#correction summary").await;
    picture_here(&mut hand, "authority-correction").await;
    hand.press("#accept button[type=submit]").await;
    show(&mut hand, "authority-accepted", &case).await;
    let notice = house.at("anhui", &format!("/cases/{id}/notices/accepted"));
    show(&mut hand, "notice", &notice).await;
    on_paper(&mut hand, "notice", &notice).await;
    show(&mut hand, "check", &house.at("anhui", &format!("/check/{id}/accepted"))).await;
    hand.open(&case).await;
    hand.press("#grant button[type=submit]").await;
    show(&mut hand, "authority-decided", &case).await;
    show(&mut hand, "decision", &format!("{case}/decision")).await;
    on_paper(&mut hand, "decision", &format!("{case}/decision")).await;

    hand.sign_in("jiangsu", "suzhou-clerk").await;
    hand.open(&jiangsu(&format!("/window/cases/{id}"))).await;
    hand.wait_for("button[value=deliver]").await;
    // An original is taken and posted before the result is given out.
    hand.click("#papers summary").await;
    hand.write("#what", "借款合同").await;
    hand.click("#send-1, [name=send]").await;
    hand.press("#papers button[value=take]").await;
    hand.expect("借款合同").await;
    hand.click("#papers details summary").await;
    hand.write("#company", "演练速递").await;
    hand.write("#parcel", "YL0001").await;
    hand.press("#papers button[value=send-handling]").await;
    hand.expect("YL0001").await;
    let papers = jiangsu(&format!("/cases/{id}/papers"));
    show(&mut hand, "papers", &papers).await;
    on_paper(&mut hand, "papers", &papers).await;
    on_paper(&mut hand, "consent", &jiangsu(&format!("/cases/{id}/notices/consent"))).await;
    show(&mut hand, "window-deliver", &jiangsu(&format!("/window/cases/{id}"))).await;

    hand.sign_in("jiangsu", "jiangsu-admin").await;
    show(&mut hand, "second-factor", &jiangsu("/account/second")).await;
    show(&mut hand, "admin-accounts", &jiangsu("/admin/accounts")).await;
    show(&mut hand, "admin-catalogue", &jiangsu("/admin/catalogue")).await;
    show(&mut hand, "admin-demand", &jiangsu("/admin/demand")).await;
    show(&mut hand, "admin-guests", &jiangsu("/admin/guests")).await;
    hand.write("#name", "试验员").await;
    hand.write("#staff", "KM-900").await;
    hand.press("main form[action='/admin/guests'] button").await;
    picture_here(&mut hand, "admin-guest-invited").await;
    let link = hand.text("main dl code").await;
    show(&mut hand, "guest-welcome", &link).await;
    hand.sign_in("jiangsu", "jiangsu-operator").await;
    show(&mut hand, "operator", &jiangsu("/operator")).await;
    hand.sign_in("registrar", "registrar").await;
    show(&mut hand, "registrar", &house.at("registrar", "/registrar")).await;
    show(&mut hand, "catalogue-propose", &house.at("registrar", "/catalogue/2020-35-25/propose")).await;
    hand.leave().await;
}

/// A page at every width.
async fn show(hand: &mut Hand, name: &str, address: &str) {
    for width in WIDTHS {
        hand.resize(width).await;
        hand.open(address).await;
        picture_here(hand, name).await;
    }
    hand.resize(WIDTHS[0]).await;
}

/// The page as it stands.
async fn picture_here(hand: &mut Hand, name: &str) {
    hand.picture(name).await;
    // A refusal stands in the frame of every other page; only the one that is asked for may be one.
    if !hand.is_there("header.top").await || hand.is_there(".refused").await != (name == "error") {
        hand.blame(vec![format!("{name}: not the page that it should be")]).await;
    }
    let found = check::axe(hand.browser()).await;
    hand.blame(found).await;
}

/// The page as it is printed: one sheet, and a picture of it.
async fn on_paper(hand: &mut Hand, name: &str, address: &str) {
    hand.open(address).await;
    let sheets = hand.print().await.1;
    if sheets != 1 {
        hand.blame(vec![format!("{name} takes {sheets} sheets of A4")]).await;
    }
    hand.resize(PAPER_WIDTH).await;
    hand.browser().command("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
    hand.picture(&format!("{name}-paper")).await;
    hand.browser().command("Emulation.setEmulatedMedia", json!({ "media": "" })).await;
    hand.resize(WIDTHS[0]).await;
}

/// The page that the first such link of a list leads to.
async fn show_first(hand: &mut Hand, name: &str, list: &str, link: &str) {
    hand.open(list).await;
    hand.wait_for(link).await;
    let address = hand.find(link).await.prop("href").await.unwrap().unwrap();
    show(hand, name, &address).await;
}

/// In English, and in large type.
async fn in_other_ways(hand: &mut Hand, name: &str, address: &str) {
    let node = address.split("//").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let switch = |path: &str| format!("http://{node}{path}");
    hand.open(&switch("/lang?to=en&back=/")).await;
    show(hand, &format!("{name}-english"), address).await;
    hand.open(&switch("/lang?to=zh&back=/")).await;
    hand.open(&switch("/size?to=large&back=/")).await;
    show(hand, &format!("{name}-large"), address).await;
    hand.open(&switch("/size?to=normal&back=/")).await;
}
