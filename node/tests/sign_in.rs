//! Signing in by a provider of OpenID Connect: a real one, the package oidc-provider, and a browser that is told every step.

mod support;

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Weak};

use reqwest::Url;
use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection as _, Row as _};
use support::*;
use tongban_core::ident::drill_person_id;

/// A variable that every test has, and what it says: the secret of the client.
const SECRET: (&str, &str) = ("CARGO_PKG_NAME", env!("CARGO_PKG_NAME"));

/// The provider's process; it ends with this value.
struct Provider(Child);

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A demo whose node in Jiangsu knows the provider.
struct House {
    demo: Demo,
    issuer: String,
    _provider: Provider,
}

static HOUSE: tokio::sync::Mutex<Weak<House>> = tokio::sync::Mutex::const_new(Weak::new());

impl House {
    /// The one house of this binary. It ends with its last user.
    async fn shared() -> Arc<House> {
        let mut shared = HOUSE.lock().await;
        if let Some(house) = shared.upgrade() {
            return house;
        }
        let house = Arc::new(House::build().await);
        *shared = Arc::downgrade(&house);
        house
    }

    async fn build() -> House {
        let mut demo = Demo::start(&[]).await;
        let node = demo.node("jiangsu");
        let port = free_ports(2);
        let issuer = format!("http://127.0.0.1:{port}");
        let provider = provider(port, &node.address);
        demo.stop();
        let mut config = OpenOptions::new().append(true).open(node.folder.join("tongban.toml")).unwrap();
        let (secret, away) = (SECRET.0, port + 1);
        let staff = format!("for = \"staff\"\nclient_id = \"staff\"\nsecret_env = \"{secret}\"\n");
        let applicant = "for = \"applicant\"\nclient_id = \"applicant\"\n";
        let (nobody, alias) = (format!("http://127.0.0.1:{away}"), format!("http://localhost:{port}"));
        let providers = [
            ("staff", issuer.as_str(), staff.as_str()),
            ("people", issuer.as_str(), applicant),
            // Nobody listens there.
            ("away", nobody.as_str(), staff.as_str()),
            // It says of itself that it is another one.
            ("other", alias.as_str(), staff.as_str()),
        ];
        for (key, issuer, rest) in providers {
            let text = format!(
                "\n[[sign_in]]\nkey = \"{key}\"\nname = \"试验{key}认证\"\nname_en = \"Practice {key}\"\nissuer = \"{issuer}\"\n{rest}"
            );
            config.write_all(text.as_bytes()).unwrap();
        }
        drop(config);
        demo.start_again().await;
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        until("the provider answers", async || {
            http.get(format!("{issuer}/.well-known/openid-configuration")).send().await.ok()
        })
        .await;
        House { demo, issuer, _provider: provider }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.demo.node("jiangsu").address)
    }

    /// Says anew who someone is at the provider.
    async fn set(&self, people: &Value) {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        http.post(format!("{}/people", self.issuer)).json(people).send().await.unwrap().error_for_status().unwrap();
    }

    async fn database(&self) -> AnyConnection {
        sqlx::any::install_default_drivers();
        AnyConnection::connect(&self.demo.node("jiangsu").database()).await.unwrap()
    }
}

fn provider(port: u16, node: &str) -> Provider {
    let folder = std::env::var_os("TONGBAN_OIDC_PROVIDER")
        .expect("TONGBAN_OIDC_PROVIDER names no folder with oidc-provider: run the tests with `cargo xtask test`");
    let addresses = |key: &str| json!([format!("{node}/login/with/{key}/back")]);
    let config = json!({
        "port": port,
        "clients": [
            { "client_id": "staff", "client_secret": SECRET.1, "redirect_uris": addresses("staff"),
              "post_logout_redirect_uris": [format!("{node}/")] },
            { "client_id": "applicant", "token_endpoint_auth_method": "none", "redirect_uris": addresses("people"),
              "post_logout_redirect_uris": [format!("{node}/")] },
        ],
        "people": {
            "w-1": staff("suzhou-clerk"),
            "w-2": staff("suzhou-clerk"),
            "w-3": staff("nobody-here"),
            "w-4": staff("jiangsu-li"),
            "w-5": staff("nanjing-clerk"),
            "w-6": { "claims": { "preferred_username": "jiangsu-admin" }, "forged": true },
            "w-7": staff("jiangsu-admin"),
            "c-1": citizen("试验甲", 1),
            "c-2": { "claims": { "name": "试验乙", "phone_number": "+8610070700902" } },
            "c-3": { "claims": { "name": "试验丙", "phone_number": "12", "id_number": drill_person_id(700_903).as_str() } },
        },
    });
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/provider.mjs");
    let mut command = Command::new("node");
    command.arg(script).arg(folder).arg(config.to_string());
    Provider(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("node starts"))
}

fn staff(login: &str) -> Value {
    json!({ "claims": { "preferred_username": login } })
}

fn citizen(name: &str, number: u32) -> Value {
    let id = drill_person_id(700_900 + number);
    json!({ "claims": { "name": name, "phone_number": format!("+8610070700{:03}", 900 + number), "id_number": id.as_str() } })
}

/// What a browser holds: cookies, by host and name.
#[derive(Clone, Default)]
struct Browser {
    cookies: BTreeMap<(String, String), String>,
}

/// Where it came to.
#[derive(Debug)]
struct Page {
    url: Url,
    status: u16,
    text: String,
}

impl Page {
    /// It is the page that says why nobody was signed in.
    #[track_caller]
    fn refused(self, status: u16, code: &str) -> Page {
        let is_told = self.text.contains(&format!("代码：{code}<"));
        assert!(
            self.status == status && is_told,
            "expected {status} {code}: {} {} {}",
            self.url,
            self.status,
            self.text
        );
        self
    }

    /// It is this page, and this person is signed in.
    #[track_caller]
    fn is(self, path: &str, name: &str) -> Page {
        assert_eq!((self.url.path(), self.status), (path, 200), "{}", self.text);
        assert!(self.text.contains("action=\"/logout\"") && self.text.contains(name), "no {name}: {}", self.text);
        self
    }
}

fn authority(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap(), url.port().unwrap())
}

impl Browser {
    /// Sends one request; the address that it is sent on to, if it is.
    async fn send(&mut self, request: reqwest::RequestBuilder, url: &Url) -> (Page, Option<Url>) {
        let here = authority(url);
        let own = self.cookies.iter().filter(|((host, _), _)| *host == here);
        let all: Vec<String> = own.map(|((_, name), value)| format!("{name}={value}")).collect();
        let answer = request.header("cookie", all.join("; ")).send().await.unwrap();
        for line in answer.headers().get_all("set-cookie") {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let key = (here.clone(), name.to_owned());
            if value.is_empty() {
                self.cookies.remove(&key)
            } else {
                self.cookies.insert(key, value.to_owned())
            };
        }
        let to = answer.headers().get("location").map(|to| url.join(to.to_str().unwrap()).unwrap());
        let status = answer.status().as_u16();
        (Page { url: url.clone(), status, text: answer.text().await.unwrap() }, to)
    }

    /// Goes to an address and on to wherever it leads, but not to one whose path ends so.
    async fn go_before(&mut self, address: &str, end: &str) -> Page {
        let mut url = Url::parse(address).unwrap();
        for _ in 0..20 {
            if url.path().ends_with(end) {
                return Page { url, status: 0, text: String::new() };
            }
            let (page, to) = self.send(http().get(url.clone()), &url).await;
            match to {
                Some(to) => url = to,
                None => return page,
            }
        }
        panic!("{address} leads round and round");
    }

    async fn go(&mut self, address: &str) -> Page {
        self.go_before(address, "never").await
    }

    /// Goes to the provider, says there who it is, and stops before it comes back.
    async fn answer(&mut self, address: &str, answer: &str) -> Page {
        let asked = self.go_before(address, "/back").await;
        if !asked.url.path().starts_with("/interaction/") {
            return asked;
        }
        self.go_before(&format!("{}?{answer}", asked.url), "/back").await
    }

    /// The whole way.
    async fn sign_in(&mut self, address: &str, subject: &str) -> Page {
        let back = self.answer(address, &format!("subject={subject}")).await;
        assert!(back.url.path().ends_with("/back"), "{back:?}");
        self.go(back.url.as_str()).await
    }
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

#[tokio::test]
async fn staff_come_in_and_are_known_again_by_their_subject() {
    let house = House::shared().await;
    let mut browser = Browser::default();
    let login = browser.go(&house.at("/login?back=/window/new")).await;
    assert!(login.text.contains("用“试验staff认证”登录") && login.text.contains("name=\"password\""), "{}", login.text);
    let staff = house.at("/login/with/staff");
    let account = browser.sign_in(&format!("{staff}?back=/window/new"), "w-1").await.is("/window/new", "");
    let name = |page: &Page| {
        let at = page.text.find("class=\"who\"").unwrap();
        let rest = &page.text[at..];
        rest[rest.find('>').unwrap() + 1..rest.find("</a>").unwrap()].to_owned()
    };
    let name_first = name(&account);

    // Another browser, and another name at the provider.
    house.set(&json!({ "w-1": { "claims": { "preferred_username": "renamed" } } })).await;
    let mut other = Browser::default();
    let again = other.sign_in(&staff, "w-1").await.is("/window", &name_first);
    // Whose name is another's now does not come in under it.
    Browser::default().sign_in(&staff, "w-2").await.refused(403, "sign-in-other-person");
    Browser::default().sign_in(&staff, "w-3").await.refused(403, "sign-in-no-account");
    // An account of an applicant is none of staff.
    Browser::default().sign_in(&staff, "w-4").await.refused(403, "sign-in-no-account");

    // Out here, and shown the way out there.
    let at = again.text.find("name=\"csrf\" value=\"").unwrap() + 19;
    let csrf = again.text[at..].split('"').next().unwrap();
    let url = Url::parse(&house.at("/logout")).unwrap();
    let form = format!("csrf={csrf}&page=%2F");
    let request = http().post(url.clone()).header("content-type", "application/x-www-form-urlencoded").body(form);
    let (_, to) = other.send(request, &url).await;
    let out = other.go(to.unwrap().as_str()).await;
    assert_eq!((out.url.path(), out.status), ("/login/with/staff/out", 200), "{}", out.text);
    let link = format!("{}/session/end?client_id=staff&amp;post_logout_redirect_uri=", house.issuer);
    assert!(out.text.contains(&link), "{}", out.text);
    assert_eq!(other.go(&house.at("/window")).await.url.path(), "/login");
}

#[tokio::test]
async fn an_account_that_was_turned_off_stays_so() {
    let house = House::shared().await;
    let staff = house.at("/login/with/staff");
    Browser::default().sign_in(&staff, "w-5").await.is("/window", "");
    let mut database = house.database().await;
    sqlx::query("UPDATE account SET disabled = 1 WHERE login = 'nanjing-clerk'").execute(&mut database).await.unwrap();
    Browser::default().sign_in(&staff, "w-5").await.refused(403, "sign-in-disabled");
}

#[tokio::test]
async fn an_applicant_gets_an_account_and_has_it_again() {
    let house = House::shared().await;
    let people = house.at("/login/with/people");
    let mut browser = Browser::default();
    browser.sign_in(&people, "c-1").await.is("/my", "试验甲");
    // Not the pages of staff.
    assert_eq!(browser.go(&house.at("/window")).await.status, 403);
    Browser::default().sign_in(&people, "c-1").await.is("/my", "试验甲");
    let mut database = house.database().await;
    let of = "SELECT a.login, a.id_number, a.phone FROM account a, identity i \
              WHERE a.id = i.account AND i.subject = 'c-1' AND i.whom = 'applicant'";
    let rows = sqlx::query(of).fetch_all(&mut database).await.unwrap();
    let texts: Vec<String> = rows.iter().flat_map(|row| [1, 2].map(|at| row.get::<String, _>(at))).collect();
    assert_eq!(texts, [drill_person_id(700_901).as_str(), "10070700901"]);
    // No password opens it.
    let login: String = rows[0].get(0);
    let nobody = house.demo.node("jiangsu").nobody();
    for password in ["", "!", PASSWORD] {
        let body = json!({ "login": login, "password": password });
        nobody.tell("/api/v1/sessions", &body).await.refused(401, "login-wrong");
    }

    let page = Browser::default().sign_in(&people, "c-2").await.refused(422, "sign-in-claims");
    assert!(page.text.contains("<code>id_number</code> 没有给出"), "{}", page.text);
    let page = Browser::default().sign_in(&people, "c-3").await.refused(422, "sign-in-claims");
    assert!(page.text.contains("<code>phone_number</code> 电话号码不对"), "{}", page.text);
}

#[tokio::test]
async fn what_was_not_begun_here_or_was_used_does_not_count() {
    let house = House::shared().await;
    let staff = house.at("/login/with/staff");
    let mut browser = Browser::default();
    let back = browser.answer(&staff, "subject=w-7").await;
    // A link that was begun elsewhere signs nobody in, and takes nothing from whoever began it.
    Browser::default().go(back.url.as_str()).await.refused(400, "sign-in-state");
    let mut before = browser.clone();
    browser.go(back.url.as_str()).await.is("/admin/accounts", "");
    before.go(back.url.as_str()).await.refused(400, "sign-in-state");
    // By the door of another provider neither.
    let mut browser = Browser::default();
    let back = browser.answer(&staff, "subject=w-7").await;
    let elsewhere = back.url.as_str().replace("/with/staff/", "/with/people/");
    browser.go(&elsewhere).await.refused(400, "sign-in-state");
    Browser::default().go(&house.at("/login/with/staff/back")).await.refused(400, "sign-in-state");
    assert_eq!(Browser::default().go(&house.at("/login/with/unknown")).await.status, 404);
}

#[tokio::test]
async fn a_token_counts_only_if_it_is_the_providers_and_of_this_sign_in() {
    let house = House::shared().await;
    let staff = house.at("/login/with/staff");
    Browser::default().sign_in(&staff, "w-6").await.refused(502, "sign-in-token");

    let mut browser = Browser::default();
    let back = browser.answer(&format!("{staff}?back=/nonce"), "subject=w-7").await;
    let mut database = house.database().await;
    let change = "UPDATE pending_sign_in SET nonce = 'another' WHERE back = '/nonce'";
    sqlx::query(change).execute(&mut database).await.unwrap();
    browser.go(back.url.as_str()).await.refused(502, "sign-in-token");

    // The code is the provider's to refuse.
    let mut browser = Browser::default();
    let mut back = browser.answer(&staff, "subject=w-7").await.url;
    let kept: Vec<(String, String)> = back.query_pairs().into_owned().filter(|(name, _)| name != "code").collect();
    back.query_pairs_mut().clear().extend_pairs(kept).append_pair("code", "made-up");
    browser.go(back.as_str()).await.refused(502, "sign-in-refused");
}

#[tokio::test]
async fn a_provider_that_is_away_or_says_no_is_told_in_words() {
    let house = House::shared().await;
    let mut browser = Browser::default();
    browser.go(&house.at("/login/with/away")).await.refused(502, "sign-in-provider");
    browser.go(&house.at("/login/with/other")).await.refused(502, "sign-in-provider");
    let back = browser.answer(&house.at("/login/with/staff"), "cancel=1").await;
    browser.go(back.url.as_str()).await.refused(403, "sign-in-cancelled");
}
