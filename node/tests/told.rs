//! Nobody watches a page: applicants and staff are told, by mail through a real server and through a gateway for telephones.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};
use support::*;

/// A mail server that puts every mail into a folder. It ends with this value.
struct MailServer {
    process: Child,
    folder: PathBuf,
    port: u16,
}

impl MailServer {
    async fn start(folder: &Path) -> MailServer {
        let program = std::env::var("TONGBAN_SMTPD")
            .expect("TONGBAN_SMTPD names no mail server: run the tests with `cargo xtask test`");
        let (folder, port) = (folder.join("mail"), free_ports(1));
        let mut command = Command::new(program);
        command.args(["-n", "-l", &format!("127.0.0.1:{port}"), "-c", "aiosmtpd.handlers.Mailbox"]).arg(&folder);
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a mail server starts");
        until("the mail server listens", async || std::net::TcpStream::connect(("127.0.0.1", port)).ok()).await;
        MailServer { process, folder, port }
    }

    /// What came for an address, decoded, the oldest first.
    fn of(&self, address: &str) -> Vec<String> {
        let mut all: Vec<(String, String)> = files_below(&self.folder.join("new"))
            .into_iter()
            .map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap_or_default()))
            .filter(|(_, mail)| mail.contains(&format!("To: {address}")))
            .collect();
        all.sort();
        all.into_iter().map(|(_, mail)| body(&mail)).collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The text of a mail: base64 or as it stands.
fn body(mail: &str) -> String {
    use base64::Engine as _;
    let (head, body) = mail.split_once("\n\n").unwrap_or((mail, ""));
    if !head.to_lowercase().contains("base64") {
        return body.replace("=\n", "");
    }
    let text: String = body.split_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).expect("base64");
    String::from_utf8(bytes).expect("text")
}

/// What the gateway for telephones got, and what it answers.
#[derive(Clone)]
struct Gateway(Arc<Mutex<(Vec<Value>, StatusCode)>>);

impl Gateway {
    async fn start(port: u16) -> Gateway {
        let gateway = Gateway(Arc::new(Mutex::new((Vec::new(), StatusCode::OK))));
        let router = axum::Router::new().route("/send", axum::routing::post(take)).with_state(gateway.clone());
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.expect("a port");
        tokio::spawn(async move { axum::serve(listener, router).await });
        gateway
    }

    fn answers(&self, status: StatusCode) {
        self.0.lock().unwrap().1 = status;
    }

    /// The texts that went to a telephone.
    fn of(&self, phone: &str) -> Vec<String> {
        let held = self.0.lock().unwrap();
        let texts = held.0.iter().filter(|one| one["phone"] == phone);
        texts.map(|one| one["text"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

async fn take(State(gateway): State<Gateway>, Json(message): Json<Value>) -> StatusCode {
    let mut held = gateway.0.lock().unwrap();
    if held.1.is_success() {
        held.0.push(message);
    }
    held.1
}

const QUIET: &[(&str, &str)] = &[("quiet_from", "0"), ("quiet_until", "0"), ("lang", "zh")];

#[tokio::test]
async fn applicants_and_staff_are_told_by_mail_and_telephone() {
    let mut demo = Demo::start(&["--now", "2026-11-27"]).await;
    let folder = tempfile::tempdir().unwrap();
    let mail = MailServer::start(folder.path()).await;
    let port = free_ports(1);
    let gateway = Gateway::start(port).await;
    demo.stop();
    let node = demo.node("jiangsu");
    let path = node.folder.join("tongban.toml");
    let config = fs::read_to_string(&path).unwrap();
    let told = format!(
        "\n[notify.mail]\nserver = \"smtp://127.0.0.1:{}\"\nfrom = \"通办演练 <no-reply@example.invalid>\"\n\
         [notify.sms]\naddress = \"http://127.0.0.1:{port}/send\"\n",
        mail.port
    );
    fs::write(&path, config + &told).unwrap();
    demo.start_again().await;

    // An applicant says how: by mail once the address is confirmed, at any hour.
    let li = Browser::sign_in(&node, "jiangsu-li").await;
    let wishes = "/account/notices";
    let wrong = li.submit(wishes, wishes, &[QUIET, &[("mail", "li@example.com"), ("by_mail", "1")]].concat()).await;
    assert_eq!(wrong.status().as_u16(), 422);
    let address = "li@example.invalid";
    let fields = [QUIET, &[("mail", address), ("by_mail", "1"), ("by_sms", "1")]].concat();
    assert_eq!(li.submit(wishes, wishes, &fields).await.status().as_u16(), 303);
    let first = until("the address is asked", async || mail.of(address).pop()).await;
    let link = first.split_whitespace().find(|word| word.contains("/account/mail/")).expect("a link");
    let link = &link[link.find("/account/mail/").unwrap()..];
    assert!(li.page(wishes).await.contains("打开里面的链接才生效"));
    li.page(link).await;
    assert!(li.page(wishes).await.contains("已确认"));

    let phone = li_phone();
    let caller = demo.sign_in("jiangsu", "jiangsu-li").await;
    let id = caller.open(online_to_hefei()).await;
    let officer = demo.sign_in("anhui", "hefei-gjj").await;
    officer.sees(&id, "handed_over").await;
    let mails = until("the mail says that it was taken in", async || {
        let mails = mail.of(address);
        mails.iter().any(|mail| mail.contains("已收件")).then_some(mails)
    })
    .await;
    assert!(mails.iter().all(|mail| !mail.contains("已受理")));
    until("so does the telephone", async || {
        gateway.of(&phone).iter().any(|text| text.contains("已收件")).then_some(())
    })
    .await;

    // The gateway is away: what is to go out waits, and the page says so; then it goes, once.
    gateway.answers(StatusCode::INTERNAL_SERVER_ERROR);
    let ask = json!({ "wanted": [{ "material": "withdrawal-form", "what": "请换新版" }], "days": 5 });
    officer.act(&id, "correction", ask).await;
    caller.sees(&id, "correction_asked").await;
    until("the mail names the last day", async || {
        mail.of(address).iter().any(|mail| mail.contains("需要补正材料，最迟 2026-12-04")).then_some(())
    })
    .await;
    until("the page says that it is tried again", async || {
        li.page(&format!("/my/{id}")).await.contains("没发出去，正在重试").then_some(())
    })
    .await;

    // On the pages it is new until it was looked at.
    let id2 = caller.open(with(online_to_hefei(), json!({}))).await;
    until("it is new", async || li.page("/my").await.contains("新通知").then_some(())).await;
    li.page(&format!("/my/{id2}")).await;
    assert!(!li.page("/my").await.contains("新通知"));
    assert!(li.page("/my/notices").await.contains("需要补正材料"));

    // At a window nobody has an account: the number on the form is told, until it is not wanted any more.
    gateway.answers(StatusCode::OK);
    let clerk = demo.sign_in("jiangsu", "suzhou-clerk").await;
    let window = clerk.open(suzhou_to_hefei(851)).await;
    let number = person(851)["phone"].as_str().unwrap().to_owned();
    let hour = tongban::clock::Clock::default().now().hour();
    let quiet = !(8..22).contains(&hour);
    if !quiet {
        until("the telephone is told", async || gateway.of(&number).first().cloned()).await;
    }
    let desk = Browser::sign_in(&node, "suzhou-clerk").await;
    let sheet = format!("/window/cases/{window}");
    until("the clerk sees what was told", async || desk.page(&sheet).await.contains("已发出的通知").then_some(()))
        .await;

    // A number that the gateway refuses is somebody's to ring up.
    gateway.answers(StatusCode::BAD_REQUEST);
    officer.sees(&window, "handed_over").await;
    officer.act(&window, "accept", json!({})).await;
    if !quiet {
        until("the clerk is to ring up", async || desk.page(&sheet).await.contains("请打电话告诉申请人").then_some(()))
            .await;
    }
}

fn li_phone() -> String {
    li()["phone"].as_str().expect("a telephone").to_owned()
}

#[tokio::test]
async fn a_desk_has_a_lead_stand_ins_and_a_next_shift() {
    let demo = Demo::shared().await;
    let node = demo.node("jiangsu");
    let clerk = Browser::sign_in(&node, "suzhou-clerk").await;
    // What one shift leaves the next one reads.
    let left = clerk.submit("/window", "/account/shift", &[("text", "下午三点有人来取结果")]).await;
    assert_eq!(left.status().as_u16(), 303);
    assert!(clerk.page("/window").await.contains("下午三点有人来取结果"));
    // Who is away names a day that is one.
    let wishes = "/account/notices";
    let fields = [("lang", "zh"), ("away_from", "2026-13-01"), ("away_until", "")];
    assert_eq!(clerk.submit(wishes, wishes, &fields).await.status().as_u16(), 422);
    let fields = [("lang", "zh"), ("away_from", "2026-12-03"), ("away_until", "2026-12-01")];
    assert_eq!(clerk.submit(wishes, wishes, &fields).await.status().as_u16(), 422);
    // The lead is named by who keeps the accounts.
    let admin = Browser::sign_in(&node, "jiangsu-admin").await;
    let page = admin.page("/admin/accounts").await;
    let at = page.find("设为组长 suzhou-clerk").expect("a button");
    let form = &page[page[..at].rfind("action=\"").unwrap() + 8..];
    let action = &form[..form.find('"').unwrap()];
    let made = admin.submit("/admin/accounts", action, &[]).await;
    assert_eq!(made.headers()["location"], "/admin/accounts?done=leads");
    assert!(admin.page("/admin/accounts").await.contains("组长"));
}
