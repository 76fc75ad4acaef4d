//! From a spreadsheet to one list for all: an office brings its Excel, the lead finds where places differ and proposes one
//! text, the authorities answer and take it over, the window's check-list follows by itself, and an applicant finds the item
//! by everyday words.

use std::path::PathBuf;

use rust_xlsxwriter::Workbook;
use serde_json::json;

use super::demo::House;
use super::hand::Hand;
use super::modes::node;
use super::steps::sit;
use super::support::{Caller, person, until};

/// 出具贷款职工住房公积金缴存使用证明: no other story needs it.
const ITEM: &str = "2020-35-20";
/// What Suzhou asks for more, and then everyone.
const STATEMENT: &str = "住房公积金缴存明细";
/// Authorities whose officers answer without a browser.
const OTHERS: [(&str, &str); 6] = [
    ("shanghai", "pudong-gjj"),
    ("shanghai", "qingpu-gjj"),
    ("jiangsu", "nanjing-gjj"),
    ("zhejiang", "hangzhou-gjj"),
    ("zhejiang", "jiaxing-gjj"),
    ("anhui", "xuancheng-gjj"),
];

/// The story.
pub async fn tell(house: &'static House) {
    // A case that was begun before anything changed.
    let clerk = node(house, "jiangsu").sign_in("suzhou-clerk").await;
    let implementation = format!("{ITEM}@340100");
    let begun =
        json!({ "implementation": implementation, "subject": "person", "applicant": person(941), "materials": [] });
    let open = clerk.open(begun).await;

    import(house).await;
    let mut lead = sit(house, "lead", "registrar", "registrar", "/registrar").await;
    let proposal = propose(house, &mut lead).await;
    answer(house, &proposal).await;
    settle(house, &mut lead, &proposal).await;
    take_over(house, &proposal).await;
    window(house, &open).await;
    // Everyone may read how it came to that.
    lead.open(&house.at("registrar", &proposal)).await;
    lead.wait_for("#settled table").await;
    lead.look("common text, adopted").await;
    lead.picture("converge-common-text-adopted").await;
    lead.leave().await;
    find(house).await;
}

/// Suzhou's list with one material more, as a spreadsheet.
fn book(house: &House, name: &str, need: &str) -> PathBuf {
    let materials = [
        "居民身份证|必要|原件|id-card|Resident identity card|核对原件，在有效期内，与本人一致|See the original: valid, and the applicant is its holder",
        "缴存使用证明申请表|必要|复印件|application-form|Application form for the certificate|填写完整，本人签名|Complete and signed by the applicant",
        "贷款地公积金中心的贷款申请受理单（复印件）|容缺后补|复印件|loan-notice|Loan application receipt of the fund centre that lends (copy)|写明贷款地中心名称和申请日期|Names the lending centre and the day of application",
        "婚姻状况声明|必要|复印件|marriage-statement|Statement of marital status|勾选一项，本人签名|One box ticked, signed by the applicant",
    ];
    let more = format!(
        "{STATEMENT}|{need}|复印件|statement|Statement of contributions|近十二个月，盖章|Of the last twelve months, sealed"
    );
    let rows = [
        ["事项标识", "行政区划", "申请材料"].map(str::to_owned),
        [format!("{ITEM}@320500"), "320500".to_owned(), [materials.join("\n"), more].join("\n")],
    ];
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("事项").unwrap();
    for (row, cells) in (0u32..).zip(&rows) {
        for (column, cell) in (0u16..).zip(cells) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    let path = house.file(name);
    std::fs::write(&path, book.save_to_buffer().unwrap()).unwrap();
    path
}

/// A file with an error is told by row and column and changes nothing; the mended one is published.
async fn import(house: &'static House) {
    let mut admin = sit(house, "Jiangsu admin", "jiangsu", "jiangsu-admin", "/admin/catalogue").await;
    admin.choose_file("#file", &book(house, "converge-wrong.xlsx", "可有可无")).await;
    admin.press("main form[action='/admin/catalogue'] button").await;
    admin.expect("need-format").await;
    let told = admin.text("#faults table").await;
    assert!(told.contains("申请材料") && told.contains('2'), "by row and column: {told}");
    assert!(!admin.is_there("main form[action='/admin/catalogue/preview']").await, "nothing is half published");
    admin.look("import, with an error").await;
    admin.picture("converge-import-with-an-error").await;
    admin.open(&house.at("jiangsu", "/admin/catalogue")).await;
    admin.choose_file("#file", &book(house, "converge-mended.xlsx", "容缺后补")).await;
    admin.press("main form[action='/admin/catalogue'] button").await;
    admin.look("import, mended").await;
    admin.press("main form[action='/admin/catalogue/preview'] button").await;
    assert_eq!(admin.path().await, "/admin/catalogue", "published");
    admin.leave().await;
}

/// What a node knows of the version in one place.
async fn has_version(caller: &Caller, region: &str, version: u32) -> Option<()> {
    let compared = caller.get(&format!("/api/v1/catalogue/items/{ITEM}/compare")).await;
    let places = compared["places"].as_array()?;
    places.iter().any(|place| place["region"] == region && place["version"] == version).then_some(())
}

/// The lead finds where places differ, and proposes what Suzhou asks for to everyone; gives the proposal's page.
async fn propose(house: &'static House, lead: &mut Hand) -> String {
    let reader = node(house, "registrar").nobody();
    until("the registrar's node has Suzhou's list", async || has_version(&reader, "320500", 2).await).await;
    lead.press("main a[href='/catalogue']").await;
    lead.look("catalogue, for the lead").await;
    lead.press(&format!("main a[href='/catalogue/{ITEM}']")).await;
    lead.expect(STATEMENT).await;
    lead.press(&format!("main a[href='/catalogue/{ITEM}/propose']")).await;
    lead.write("#reason", "外地中心都要看缴存明细，缺了就退件").await;
    lead.press("main form[action$='/propose'] button.primary").await;
    lead.expect("还没有选要统一的").await;
    assert_eq!(lead.value("#reason").await, "外地中心都要看缴存明细，缺了就退件");
    lead.look("proposing a common text, refused").await;
    // The choice is known by its words alone, as a person knows it.
    let pick = "for (const label of document.querySelectorAll('fieldset label')) { \
                const legend = label.closest('fieldset').querySelector('legend').innerText; \
                if (legend.includes(arguments[0]) && label.innerText.includes(arguments[1])) label.dataset.pick = ''; }";
    lead.browser().run(pick, vec![STATEMENT.into(), "苏州市".into()]).await.unwrap();
    lead.click("label[data-pick] input").await;
    lead.picture("converge-proposing").await;
    lead.press("main form[action$='/propose'] button.primary").await;
    lead.expect("已经提出").await;
    lead.expect("还有 8 个单位没有表态").await;
    lead.look("common text, open, for the lead").await;
    lead.path().await
}

/// The officers of Suzhou and Hefei answer on their pages, the others elsewhere.
async fn answer(house: &'static House, proposal: &str) {
    let link = format!("#proposals a[href='{proposal}']");
    let mut suzhou = sit(house, "Suzhou officer", "jiangsu", "suzhou-gjj", "/authority").await;
    suzhou.wait_for(&link).await;
    suzhou.look("inbox, a common text waits").await;
    suzhou.picture("converge-inbox").await;
    suzhou.press(&link).await;
    suzhou.press("#position form button").await;
    suzhou.expect("请选同意").await;
    suzhou.look("common text, answering, refused").await;
    suzhou.click("#position input[name=stance][value=agree]").await;
    suzhou.press("#position form button").await;
    suzhou.expect("已经记下").await;
    suzhou.look("common text, answered").await;
    suzhou.leave().await;

    let mut hefei = sit(house, "Hefei officer", "anhui", "hefei-gjj", "/authority").await;
    hefei.wait_for(&link).await;
    hefei.press(&link).await;
    hefei.click("#position input[name=stance][value=agree_if_changed]").await;
    hefei.press("#position form button").await;
    hefei.expect("有必填内容没有写").await;
    hefei.write("#reason", "请写明可以容缺后补").await;
    hefei.press("#position form button").await;
    hefei.expect("修改后同意 1").await;
    hefei.leave().await;

    for (place, login) in OTHERS {
        let officer = node(house, place).sign_in(login).await;
        let path = format!(
            "/api/v1{}",
            proposal.replace("/catalogue/", "/catalogue/items/").replace("/proposal/", "/proposals/")
        );
        let agree = json!({ "stance": "agree" });
        until(login, async || (officer.tell(&format!("{path}/position"), &agree).await.status == 200).then_some(()))
            .await;
    }
}

/// Everyone has answered: the lead adopts it and need not wait for the last day.
async fn settle(house: &'static House, lead: &mut Hand, proposal: &str) {
    lead.open(&house.at("registrar", proposal)).await;
    lead.wait_for("#settle").await;
    lead.look("common text, to be settled").await;
    lead.picture("converge-to-be-settled").await;
    lead.click("#settle input[name=outcome][value=adopt]").await;
    lead.write("#grounds", "各单位都同意，写明可以容缺后补").await;
    lead.press("#settle form button").await;
    lead.expect("结果：已采用").await;
    lead.open(&house.at("registrar", "/registrar")).await;
    assert!(!lead.is_there("#proposals").await, "nothing waits for the lead any more");
}

/// Hefei sees exactly what changes and takes it over; Suzhou's list says it already.
async fn take_over(house: &'static House, proposal: &str) {
    let mut hefei = sit(house, "Hefei officer", "anhui", "hefei-gjj", proposal).await;
    hefei.wait_for("#take-over form").await;
    let changes = hefei.text("#take-over table").await;
    assert!(changes.contains(STATEMENT) && changes.contains("没有") && !changes.contains("身份证"), "{changes}");
    hefei.look("common text, taking over").await;
    hefei.picture("converge-taking-over").await;
    hefei.click("#decline summary").await;
    hefei.press("#decline form button").await;
    hefei.expect("有必填内容没有写").await;
    hefei.look("common text, declining, refused").await;
    hefei.press("#take-over form button.primary").await;
    hefei.expect("已经采用并发布").await;
    hefei.expect("您单位已经采用").await;
    hefei.leave().await;

    let mut suzhou = sit(house, "Suzhou officer", "jiangsu", "suzhou-gjj", proposal).await;
    suzhou.wait_for("#take-over form").await;
    suzhou.expect("您单位的清单已经是这样写的").await;
    suzhou.press("#take-over form button.primary").await;
    suzhou.expect("您单位已经采用").await;
    suzhou.leave().await;
}

/// The Suzhou window's check-list for Hefei shows the new material by itself; the open case keeps its own.
async fn window(house: &'static House, open: &str) {
    let mut window = sit(house, "Suzhou clerk", "jiangsu", "suzhou-clerk", &format!("/window/new/{ITEM}@340100")).await;
    window.wait_for("#agreed").await;
    window.expect(STATEMENT).await;
    window.look("window, begin, by a common text").await;
    window.picture("converge-window-begin").await;
    window.open(&house.at("jiangsu", &format!("/window/cases/{open}"))).await;
    let list = window.text("main").await;
    assert!(list.contains("缴存使用证明申请表") && !list.contains(STATEMENT), "a case keeps its list: {list}");
    window.leave().await;
}

/// An applicant who says what people say finds the item.
async fn find(house: &'static House) {
    let mut applicant = Hand::new(house, "applicant looking").await;
    applicant.open(&house.at("jiangsu", "/")).await;
    applicant.write("#q", "在外地买房贷款，要老家公积金的证明").await;
    applicant.press("form[role=search] button").await;
    applicant.find(&format!("main a[href^='/items/{ITEM}']")).await;
    applicant.look("results, by everyday words").await;
    applicant.leave().await;
}
