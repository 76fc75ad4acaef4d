//! A person at a browser. Counts what the work costs them, and looks at every page they come to.
//!
//! A keystroke is one key or one character; a file is two clicks (the button, the file), an entry of a list is two.
//! A screen is a page that comes after an action.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use super::check;
use super::demo::{House, PASSWORD};
use super::driver::Browser;

/// How long something may take to appear.
const PATIENCE: Duration = Duration::from_secs(20);

/// Kinds of pages that axe-core has seen.
static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// A person at a browser.
pub struct Hand {
    house: &'static House,
    browser: Browser,
    who: &'static str,
    clicks: u32,
    keystrokes: u32,
    screens: u32,
    width: u32,
    faults: Vec<String>,
}

/// What a piece of work cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    pub clicks: u32,
    pub keystrokes: u32,
    pub screens: u32,
}

impl Hand {
    /// Sits down.
    pub async fn new(house: &'static House, who: &'static str) -> Hand {
        let browser = Browser::start(house).await;
        let mut hand =
            Hand { house, browser, who, clicks: 0, keystrokes: 0, screens: 0, width: 1280, faults: Vec::new() };
        hand.resize(1280).await;
        hand
    }

    /// The browser, for what no person does.
    pub fn browser(&self) -> &Browser {
        &self.browser
    }

    /// 1280 is a desk, 390 a telephone.
    pub async fn resize(&mut self, width: u32) {
        self.width = width;
        let (height, mobile) = if width < 600 { (844, true) } else { (900, false) };
        self.browser.resize(width, height, mobile).await;
    }

    /// What it cost so far.
    pub fn cost(&self) -> Cost {
        Cost { clicks: self.clicks, keystrokes: self.keystrokes, screens: self.screens }
    }

    /// Begins to count anew.
    pub fn count_anew(&mut self) {
        (self.clicks, self.keystrokes, self.screens) = (0, 0, 0);
    }

    /// Says what a piece of work cost, even when the test passes and its output is kept back.
    pub fn tell(&self, work: &str) {
        let Cost { clicks, keystrokes, screens } = self.cost();
        let line = format!("{}, {work}: clicks {clicks} keystrokes {keystrokes} screens {screens}\n", self.who);
        let _ = std::io::stderr().write_all(line.as_bytes());
    }

    /// Goes to an address, as by a bookmark.
    pub async fn open(&mut self, address: &str) {
        self.browser.driver().goto(address).await.unwrap();
        self.arrived(None).await;
    }

    /// Signs in on a node and lands where the account begins its day.
    pub async fn sign_in(&mut self, node: &str, login: &str) {
        let address = self.house.at(node, "/login");
        self.open(&address).await;
        self.give_password(login).await;
    }

    /// Fills in the page for signing in.
    pub async fn give_password(&mut self, login: &str) {
        self.write("#login", login).await;
        self.write("#password", PASSWORD).await;
        self.press("main form button.primary").await;
        if !self.is_there("header form[action='/logout']").await {
            self.lost(&format!("{login} is not signed in")).await;
        }
    }

    /// The first that can be seen of what a selector means.
    pub async fn find(&self, selector: &str) -> WebElement {
        let until = Instant::now() + PATIENCE;
        loop {
            for one in self.browser.driver().find_all(By::Css(selector)).await.unwrap_or_default() {
                if one.is_displayed().await.unwrap_or(false) {
                    return one;
                }
            }
            if Instant::now() > until {
                self.lost(&format!("nothing to see of `{selector}`")).await;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Whether there is anything of what a selector means.
    pub async fn is_there(&self, selector: &str) -> bool {
        self.browser.driver().find(By::Css(selector)).await.is_ok()
    }

    /// Presses something that leaves the page as it is.
    pub async fn click(&mut self, selector: &str) {
        let target = self.find(selector).await;
        self.click_on(&target).await;
    }

    async fn click_on(&mut self, target: &WebElement) {
        let into_view = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        let _ = self.browser.run(into_view, vec![target.to_json().unwrap()]).await;
        if let Err(error) = target.click().await {
            self.lost(&format!("cannot be pressed: {error}")).await;
        }
        self.clicks += 1;
    }

    /// Presses a button or link that leads to another page.
    pub async fn press(&mut self, selector: &str) {
        let before = self.mark().await;
        self.click(selector).await;
        self.arrived(before).await;
    }

    /// Presses a key that leads to another page.
    pub async fn key_on(&mut self, key: Key) {
        let before = self.mark().await;
        self.key(key).await;
        self.arrived(before).await;
    }

    /// Presses a key.
    pub async fn key(&mut self, key: Key) {
        self.browser.driver().active_element().await.unwrap().send_keys(key.value().to_string()).await.unwrap();
        self.keystrokes += 1;
    }

    /// Writes into a field, in place of what stands in it.
    pub async fn write(&mut self, selector: &str, text: &str) {
        let field = self.find(selector).await;
        let is_active =
            self.browser.run("return document.activeElement === arguments[0]", vec![field.to_json().unwrap()]);
        if is_active.await.unwrap() != Value::Bool(true) {
            self.click_on(&field).await;
        }
        if field.prop("value").await.unwrap().is_some_and(|value| !value.is_empty()) {
            field.clear().await.unwrap();
            self.keystrokes += 2;
        }
        field.send_keys(text).await.unwrap();
        self.keystrokes += text.chars().count() as u32;
    }

    /// Chooses a file.
    pub async fn choose_file(&mut self, selector: &str, file: &Path) {
        self.find(selector).await.send_keys(file.to_string_lossy().into_owned()).await.unwrap();
        self.clicks += 2;
    }

    /// Chooses an entry of a drop-down list.
    pub async fn choose(&mut self, selector: &str, value: &str) {
        self.find(selector).await;
        let option = self.browser.driver().find(By::Css(format!("{selector} option[value='{value}']"))).await;
        match option {
            Ok(option) => option.click().await.unwrap(),
            Err(_) => self.lost(&format!("no entry `{value}` in `{selector}`")).await,
        }
        self.clicks += 2;
    }

    /// What stands in a field.
    pub async fn value(&self, selector: &str) -> String {
        self.find(selector).await.prop("value").await.unwrap().unwrap_or_default()
    }

    /// The words of something.
    pub async fn text(&self, selector: &str) -> String {
        self.find(selector).await.text().await.unwrap()
    }

    /// An attribute of something.
    pub async fn attribute(&self, selector: &str, name: &str) -> String {
        self.find(selector).await.attr(name).await.unwrap().unwrap_or_default()
    }

    /// The path of the page, without its query.
    pub async fn path(&self) -> String {
        self.browser.driver().current_url().await.unwrap().path().to_owned()
    }

    /// The page must say this.
    pub async fn expect(&self, words: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.text("body").await.contains(words) {
            if Instant::now() > until {
                self.lost(&format!("the page does not say “{words}”")).await;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Loads the page again until something is there: the other side has to hear of it first.
    pub async fn wait_for(&mut self, selector: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.is_there(selector).await {
            if Instant::now() > until {
                self.lost(&format!("the other side's `{selector}` did not come")).await;
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
            self.browser.driver().refresh().await.unwrap();
        }
    }

    /// The page itself says that there is news; takes it.
    pub async fn take_news(&mut self) {
        self.press("[data-news] a").await;
    }

    /// The cookies, as a request carries them.
    pub async fn cookies(&self) -> String {
        let cookies = self.browser.driver().get_all_cookies().await.unwrap();
        cookies.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect::<Vec<_>>().join("; ")
    }

    /// Looks at a page as somebody who cannot see it would; each kind of page once.
    pub async fn look(&mut self, kind: &str) {
        if SEEN.lock().unwrap().insert(kind.to_owned()) {
            let found = check::axe(&self.browser).await;
            self.blame(found).await;
        }
    }

    /// A fault that is told at the end: one run tells all of them.
    pub async fn blame(&mut self, found: Vec<String>) {
        if found.is_empty() {
            return;
        }
        let path = self.path().await;
        self.faults.extend(found.into_iter().map(|fault| format!("{} at {path}: {fault}", self.who)));
    }

    /// Keeps a picture of the whole page.
    pub async fn picture(&self, name: &str) -> PathBuf {
        let folder = std::env::var_os("TONGBAN_SHOTS").map(PathBuf::from);
        let folder = folder.unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("../screenshots"));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{name}-{}.png", self.width));
        std::fs::write(&file, self.browser.picture().await).unwrap();
        file
    }

    /// The page as it is printed, and how many sheets that takes.
    pub async fn print(&self) -> (Vec<u8>, usize) {
        let paper = self.browser.file("Page.printToPDF", json!({ "preferCSSPageSize": true })).await;
        let sheets = String::from_utf8_lossy(&paper).matches("/Type /Page\n").count();
        (paper, sheets)
    }

    /// Gets up. Fails if anything was wrong on the way.
    pub async fn leave(self) {
        let Hand { browser, faults, .. } = self;
        browser.quit().await;
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    }

    /// Marks the page, to know when another has come.
    async fn mark(&self) -> Option<String> {
        let mark = format!("{:?}", Instant::now());
        let script = "document.documentElement.dataset.mark = arguments[0]";
        self.browser.run(script, vec![mark.clone().into()]).await.ok().map(|_| mark)
    }

    /// Waits until a page other than the marked one is there, counts it and checks it.
    async fn arrived(&mut self, before: Option<String>) {
        let until = Instant::now() + PATIENCE;
        let script = "return [document.readyState, document.documentElement.dataset.mark || '']";
        loop {
            let now = self.browser.run(script, Vec::new()).await.unwrap_or_default();
            if now[0] == "complete" && before.as_deref().is_none_or(|mark| now[1] != mark) {
                break;
            }
            if Instant::now() > until {
                self.lost("no other page came").await;
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        self.screens += 1;
        let mut found = check::console(&self.browser).await;
        found.extend(check::sideways(&self.browser, self.width).await);
        self.blame(found).await;
    }

    /// Fails with what can be seen.
    async fn lost(&self, why: &str) -> ! {
        let address = self.browser.driver().current_url().await.map(|url| url.to_string()).unwrap_or_default();
        let page = self.browser.run("return document.body.innerText", Vec::new()).await.unwrap_or_default();
        let picture = self.picture(&format!("lost-{}", self.who.replace(' ', "-"))).await;
        let faults = self.faults.join("\n");
        let page = page.as_str().unwrap_or_default();
        panic!("{}: {why}\nat {address}\npicture {}\n{faults}\n--- page ---\n{page}", self.who, picture.display());
    }
}
