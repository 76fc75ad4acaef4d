//! A whole demo for a test: real processes, real HTTP, real databases in a temporary folder, and callers of its API.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::fs::File;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use tongban_core::dossier::{Hash, Verified, verify};
use tongban_core::ident::drill_person_id;

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_tongban");
/// The password of every trial account.
pub const PASSWORD: &str = tongban::demo::DRILL_PASSWORD;
/// How long anything may take that takes moments: a loaded machine is slow, a broken program never gets there.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked at.
const POLL: Duration = Duration::from_millis(30);
/// The demo's nodes, in the order of their ports.
pub const NODES: [&str; 5] = ["registrar", "shanghai", "jiangsu", "zhejiang", "anhui"];

/// Waits until something is there.
pub async fn until<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    until_within(PATIENCE, what, look).await
}

/// The same with another patience.
pub async fn until_within<T>(patience: Duration, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + patience;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < end, "{what}: not within {patience:?}");
        tokio::time::sleep(POLL).await;
    }
}

/// The same for what needs no waiting of other tasks.
fn until_now<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(POLL);
    }
}

/// The first of so many free ports in a row. They lie below those that the system gives to outgoing connections, so that
/// a node which is stopped for a while finds its port again.
pub fn free_ports(count: u16) -> u16 {
    const FIRST: u64 = 10_000;
    const LAST: u64 = 32_000;
    until_now("free ports", || {
        let random = u64::from_le_bytes(tongban_random());
        let first = (FIRST + random % (LAST - FIRST)) as u16;
        let all: Result<Vec<_>, _> =
            (first..first + count).map(|port| TcpListener::bind(("127.0.0.1", port))).collect();
        all.ok().map(|_| first)
    })
}

/// Eight bytes that differ from test to test, also between processes.
pub fn tongban_random() -> [u8; 8] {
    use std::hash::{BuildHasher as _, Hasher as _};
    std::hash::RandomState::new().build_hasher().finish().to_le_bytes()
}

/// What a command said.
#[derive(Debug)]
pub struct Ran {
    /// Its exit status; -1 if a signal ended it.
    pub code: i32,
    /// Standard output.
    pub out: Vec<u8>,
    /// Standard error.
    pub err: String,
}

impl Ran {
    /// Standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    /// It did its work.
    #[track_caller]
    pub fn fine(self) -> Ran {
        assert_eq!(self.code, 0, "{}\n{}", self.text(), self.err);
        self
    }

    /// It refused with this code, and in words.
    #[track_caller]
    pub fn refused(self, code: &str) -> Ran {
        assert_ne!(self.code, 0, "not refused: {}", self.text());
        let start = format!("tongban: [{code}] ");
        let words = self.err.lines().find_map(|line| line.strip_prefix(&start));
        assert!(words.is_some_and(|words| words.len() > 10), "expected {code}: {} {}", self.text(), self.err);
        self
    }
}

/// The sample department system of `examples/`, built with the tests.
pub fn sample_department() -> PathBuf {
    let tests = std::env::current_exe().expect("a test runs from a file");
    let built = tests.parent().and_then(Path::parent).expect("target/PROFILE/deps").join("examples/department");
    assert!(built.exists(), "{} is built by `cargo test`", built.display());
    built
}

/// The address of a PostgreSQL server, to which the name of a database is added.
pub fn postgres() -> String {
    std::env::var("TONGBAN_POSTGRES")
        .expect("TONGBAN_POSTGRES names no PostgreSQL server: run the tests with `cargo xtask test`")
}

/// Whether demos stand over PostgreSQL in this run, where a test does not say otherwise.
fn over_postgres() -> bool {
    std::env::var_os("TONGBAN_TEST_OVER").is_some_and(|over| over == "postgres")
}

/// Runs the program to its end.
pub fn run(arguments: &[&str]) -> Ran {
    run_with(Command::new(PROGRAM).args(arguments), "")
}

/// Runs a command to its end, with something on its standard input.
pub fn run_with(command: &mut Command, input: &str) -> Ran {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command starts");
    // A command that refuses before it reads has closed its end.
    let _ = child.stdin.take().expect("piped above").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("the command ends");
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: output.stdout,
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Sends a process a signal.
pub fn signal(pid: u32, name: &str) {
    let _ = Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()).stderr(Stdio::null()).status();
}

/// Asks a process to end, and waits for it.
fn end(child: &mut Child) {
    if matches!(child.try_wait(), Ok(Some(_))) {
        return;
    }
    signal(child.id(), "TERM");
    let limit = Instant::now() + PATIENCE;
    while !matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
        if Instant::now() > limit {
            let _ = child.kill();
            let _ = child.wait();
            return;
        }
        std::thread::sleep(POLL);
    }
}

/// A node's process that the test started by itself; it ends with this value.
pub struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

/// A node: its data folder and its address.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its data folder.
    pub folder: PathBuf,
    /// Its address.
    pub address: String,
}

impl Node {
    /// The data folder as an argument.
    pub fn data(&self) -> &str {
        self.folder.to_str().expect("a readable path")
    }

    /// Its configuration.
    pub fn config(&self) -> tongban::config::Config {
        tongban::config::Config::read(&self.folder).expect("a configuration")
    }

    /// The address of its database.
    pub fn database(&self) -> String {
        let config = self.config();
        let in_folder = || format!("sqlite://{}", self.folder.join(tongban::store::FILE).display());
        config.database.unwrap_or_else(in_folder)
    }

    /// Starts its process, and waits until it is ready.
    pub async fn serve(&self, more: &[&str]) -> Serving {
        // Its port may be free only a moment after its last process ended.
        until(&format!("{} serves", self.name), async || {
            let log = File::options().create(true).append(true).open(self.folder.join("serve.log")).expect("a log");
            let mut command = Command::new(PROGRAM);
            command.args(["serve", "--data", self.data()]).args(more);
            let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("it starts");
            let mut serving = Serving(child);
            let end = Instant::now() + PATIENCE;
            while matches!(serving.0.try_wait(), Ok(None)) && Instant::now() < end {
                if self.health().await.is_some() {
                    return Some(serving);
                }
                tokio::time::sleep(POLL).await;
            }
            None
        })
        .await
    }

    /// What it says of itself, if it is ready.
    pub async fn health(&self) -> Option<Value> {
        let request = http().get(format!("{}/healthz", self.address)).timeout(Duration::from_secs(5));
        let answer = request.send().await.ok()?;
        let health: Value = answer.json().await.ok()?;
        (health["ready"] == true).then_some(health)
    }

    /// The process that serves its data folder.
    pub fn process(&self) -> Option<u32> {
        std::fs::read_dir("/proc").expect("processes").flatten().find_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let line = std::fs::read(entry.path().join("cmdline")).ok()?;
            let words: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
            let serves = words.contains(&b"serve".as_slice()) && words.contains(&self.data().as_bytes());
            serves.then_some(pid)
        })
    }

    /// Ends its process with a signal, and waits until it is gone.
    pub fn stop(&self, name: &str) {
        let pid = self.process().expect("a process serves this node");
        signal(pid, name);
        until_now(&format!("{} stops", self.name), || (self.process() != Some(pid)).then_some(()));
    }

    /// Signs a trial account in.
    pub async fn sign_in(&self, login: &str) -> Caller {
        self.sign_in_with(login, PASSWORD).await
    }

    /// Signs an account in.
    pub async fn sign_in_with(&self, login: &str, password: &str) -> Caller {
        let nobody = self.nobody();
        let answer = nobody.post("/api/v1/sessions", json!({ "login": login, "password": password })).await;
        Caller { token: answer["token"].as_str().expect("a token").to_owned(), ..nobody }
    }

    /// A caller without a token.
    pub fn nobody(&self) -> Caller {
        Caller { http: http(), address: self.address.clone(), token: String::new() }
    }

    /// A dossier as the program writes it.
    pub fn export(&self, id: &str) -> Vec<u8> {
        run(&["export", "--data", self.data(), id]).fine().out
    }

    /// A checkpoint as the program writes it.
    pub fn checkpoint(&self, id: &str) -> Vec<u8> {
        run(&["checkpoint", "--data", self.data(), id]).fine().out
    }
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

/// Someone who calls the API of one node.
#[derive(Clone)]
pub struct Caller {
    http: reqwest::Client,
    address: String,
    /// What goes into the `Authorization` header; nothing if empty.
    pub token: String,
}

/// Status and body of an answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body; null if it is no JSON.
    pub body: Value,
}

impl Answer {
    /// It is a refusal with this status and code, and says in both languages what is wrong.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Answer {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{}", self.body);
        for language in ["message", "message_en"] {
            let text = self.body[language].as_str().unwrap_or_default();
            assert!(text.chars().count() > 4 && text != code, "{language}: {}", self.body);
        }
        self
    }

    /// Moreover it names this field.
    #[track_caller]
    pub fn field(self, field: &str) -> Answer {
        let names: Vec<_> = self.body["fields"].as_array().into_iter().flatten().map(|one| &one["field"]).collect();
        assert!(names.contains(&&json!(field)), "{}", self.body);
        self
    }
}

impl Caller {
    /// The same caller with another token.
    pub fn with_token(&self, token: &str) -> Caller {
        Caller { token: token.to_owned(), ..self.clone() }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let request = if self.token.is_empty() { request } else { request.bearer_auth(&self.token) };
        let answer = request.send().await.unwrap_or_else(|error| panic!("{}: {error}", self.address));
        Answer { status: answer.status().as_u16(), body: answer.json().await.unwrap_or_default() }
    }

    /// Reads; whatever comes.
    pub async fn ask(&self, path: &str) -> Answer {
        self.send(self.http.get(format!("{}{path}", self.address))).await
    }

    /// Sends; whatever comes.
    pub async fn tell(&self, path: &str, body: &Value) -> Answer {
        self.send(self.http.post(format!("{}{path}", self.address)).json(body)).await
    }

    /// Sends under a key of the client's own; whatever comes.
    pub async fn tell_once(&self, path: &str, body: &Value, key: &str) -> Answer {
        let request = self.http.post(format!("{}{path}", self.address)).header("idempotency-key", key);
        self.send(request.json(body)).await
    }

    /// The same to a node that may not answer at all.
    pub async fn try_tell_once(&self, path: &str, body: &Value, key: &str) -> Option<Answer> {
        let request = self.http.post(format!("{}{path}", self.address)).header("idempotency-key", key);
        let answer = request.bearer_auth(&self.token).json(body).timeout(PATIENCE / 3).send().await.ok()?;
        let status = answer.status().as_u16();
        Some(Answer { status, body: answer.json().await.ok()? })
    }

    /// Sends bytes as they are; whatever comes.
    pub async fn tell_bytes(&self, path: &str, body: Vec<u8>) -> Answer {
        let request = self.http.post(format!("{}{path}", self.address)).header("content-type", "application/json");
        self.send(request.body(body)).await
    }

    /// Reads what can be read.
    pub async fn get(&self, path: &str) -> Value {
        let answer = self.ask(path).await;
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.body);
        answer.body
    }

    /// Sends what is taken.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.tell(path, &body).await;
        assert!((200..300).contains(&answer.status), "POST {path}: {} {}", answer.status, answer.body);
        answer.body
    }

    /// Begins a case, which is taken; its name.
    pub async fn open(&self, request: Value) -> String {
        self.post("/api/v1/cases", request).await["id"].as_str().expect("a name").to_owned()
    }

    /// Acts on a case; the act is taken.
    pub async fn act(&self, id: &str, act: &str, body: Value) -> Value {
        self.post(&format!("/api/v1/cases/{id}/{act}"), body).await
    }

    /// Acts on a case; whatever comes.
    pub async fn try_act(&self, id: &str, act: &str, body: Value) -> Answer {
        self.tell(&format!("/api/v1/cases/{id}/{act}"), &body).await
    }

    /// Reads a case.
    pub async fn case(&self, id: &str) -> Value {
        self.get(&format!("/api/v1/cases/{id}")).await
    }

    /// Waits until this side sees a case in a phase, and all of it stamped.
    pub async fn sees(&self, id: &str, phase: &str) -> Value {
        until(&format!("{} sees {id} {phase}", self.address), async || {
            let answer = self.ask(&format!("/api/v1/cases/{id}")).await;
            let stamped = |case: &Value| {
                case["timeline"].as_array().is_some_and(|all| all.iter().all(|line| line["seq"].is_u64()))
            };
            (answer.status == 200 && answer.body["phase"] == phase && stamped(&answer.body)).then_some(answer.body)
        })
        .await
    }

    /// The names of the cases in a list.
    pub async fn list(&self, list: &str) -> Vec<String> {
        let rows = self.get(&format!("/api/v1/cases?list={list}")).await;
        rows.as_array().expect("rows").iter().map(|row| row["id"].as_str().expect("a name").to_owned()).collect()
    }
}

/// A browser without a face: one session at one node.
pub struct Browser {
    http: reqwest::Client,
    address: String,
    cookie: String,
}

impl Browser {
    /// Signs a trial account in.
    pub async fn sign_in(node: &Node, login: &str) -> Browser {
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let mut browser = Browser { http, address: node.address.clone(), cookie: String::new() };
        let answer = browser.send("/login", &[("login", login), ("password", PASSWORD), ("back", "/")]).await;
        assert_eq!(answer.status().as_u16(), 303, "{login} signs in");
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        browser.cookie = cookie.split(';').next().unwrap().to_owned();
        browser
    }

    /// Sends a form as it is; whatever comes.
    pub async fn send(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::Response {
        let mut form = reqwest::Url::parse("http://form/").unwrap();
        form.query_pairs_mut().extend_pairs(fields);
        let body = form.query().unwrap_or_default().to_owned();
        let request = self.http.post(format!("{}{path}", self.address)).header("cookie", &self.cookie);
        request.header("content-type", "application/x-www-form-urlencoded").body(body).send().await.unwrap()
    }

    /// The text of a page.
    pub async fn page(&self, path: &str) -> String {
        let request = self.http.get(format!("{}{path}", self.address)).header("cookie", &self.cookie);
        request.send().await.unwrap().text().await.unwrap()
    }

    /// Sends the form of a page, with what stands hidden in it.
    pub async fn submit(&self, page: &str, path: &str, fields: &[(&str, &str)]) -> reqwest::Response {
        let csrf = self.csrf(page).await;
        let once = format!("{:x}", u64::from_le_bytes(tongban_random()));
        self.send(path, &[&[("csrf", csrf.as_str()), ("once", &once), ("page", page)], fields].concat()).await
    }

    /// Sends the form of a page with a file in its field `file`.
    pub async fn upload(&self, page: &str, path: &str, name: &str, bytes: Vec<u8>) -> reqwest::Response {
        let file = reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned());
        let form = reqwest::multipart::Form::new().text("csrf", self.csrf(page).await).text("page", page.to_owned());
        let request = self.http.post(format!("{}{path}", self.address)).header("cookie", &self.cookie);
        request.multipart(form.part("file", file)).send().await.unwrap()
    }

    /// Sends the form of a page with fields and a file, and says with which status and page, or address, it was answered.
    pub async fn upload_with(
        &self,
        page: &str,
        path: &str,
        fields: &[(&str, &str)],
        file: reqwest::multipart::Part,
    ) -> (u16, String) {
        let mut form =
            reqwest::multipart::Form::new().text("csrf", self.csrf(page).await).text("page", page.to_owned());
        for (name, value) in fields {
            form = form.text((*name).to_owned(), (*value).to_owned());
        }
        let request = self.http.post(format!("{}{path}", self.address)).header("cookie", &self.cookie);
        let answer = request.multipart(form.part("file", file)).send().await.unwrap();
        let status = answer.status().as_u16();
        let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        (status, to.unwrap_or(answer.text().await.unwrap()))
    }

    /// The secret of the session, from a page with a form.
    async fn csrf(&self, page: &str) -> String {
        let text = self.page(page).await;
        let at = text.find("name=\"csrf\" value=\"").unwrap_or_else(|| panic!("no form in {text}")) + 19;
        text[at..at + text[at..].find('"').unwrap()].to_owned()
    }

    /// The bytes of a file.
    pub async fn bytes(&self, path: &str) -> Vec<u8> {
        let request = self.http.get(format!("{}{path}", self.address)).header("cookie", &self.cookie);
        request.send().await.unwrap().bytes().await.unwrap().to_vec()
    }
}

/// Five nodes of one demo. They end with this value.
pub struct Demo {
    folder: TempDir,
    port: u16,
    over_postgres: bool,
    arguments: Vec<String>,
    process: Option<Child>,
    /// Fingerprint of its registrar's root key, as it was printed.
    pub fingerprint: Hash,
}

static SHARED: tokio::sync::Mutex<Weak<Demo>> = tokio::sync::Mutex::const_new(Weak::new());

impl Demo {
    /// Starts a demo on free ports and waits until every node is ready.
    pub async fn start(arguments: &[&str]) -> Demo {
        Demo::start_over(over_postgres(), arguments).await
    }

    /// The same over the database that the test is about.
    pub async fn start_over(over_postgres: bool, arguments: &[&str]) -> Demo {
        let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
        until("a demo starts", async || {
            let folder = tempfile::Builder::new().prefix("tongban-test").tempdir().expect("a folder");
            let port = free_ports(NODES.len() as u16);
            let none = Hash::none(tongban_core::dossier::Suite::Sm2);
            let (arguments, process) = (arguments.clone(), None);
            let mut demo = Demo { folder, port, over_postgres, arguments, process, fingerprint: none };
            demo.begin().await.then_some(demo)
        })
        .await
    }

    /// The demo that tests of one binary share which do not stop anything. It ends with its last user.
    pub async fn shared() -> Arc<Demo> {
        let mut shared = SHARED.lock().await;
        if let Some(demo) = shared.upgrade() {
            return demo;
        }
        let demo = Arc::new(Demo::start(&[]).await);
        *shared = Arc::downgrade(&demo);
        demo
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder with all data folders.
    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// The registrar's port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What the demo printed so far.
    pub fn said(&self) -> String {
        std::fs::read_to_string(self.path("out")).unwrap_or_default()
    }

    /// Starts the processes; `false` if someone took a port meanwhile.
    async fn begin(&mut self) -> bool {
        let file = |name: &str| File::create(self.path(name)).expect("a file");
        let mut command = Command::new(PROGRAM);
        command.arg("demo").arg("--data").arg(self.data()).args(["--port", &self.port.to_string()]);
        if self.over_postgres {
            command.args(["--database", &format!("{}demo_{}", postgres(), self.port)]);
        }
        command.args(&self.arguments).stdin(Stdio::null()).stdout(file("out")).stderr(file("err"));
        self.process = Some(command.spawn().expect("the demo starts"));
        let printed = until_within(PATIENCE * 2, "the demo prints its fingerprint", async || {
            if matches!(self.process.as_mut().map(Child::try_wait), Some(Ok(Some(_)))) {
                return Some(None);
            }
            let said = self.said();
            let mut after = said.lines().skip_while(|line| !line.contains("信任指纹")).skip(1);
            after.find_map(|line| line.trim().parse::<Hash>().ok()).map(Some)
        })
        .await;
        match printed {
            Some(fingerprint) => self.fingerprint = fingerprint,
            None => {
                let error = std::fs::read_to_string(self.path("err")).unwrap_or_default();
                // Someone took a port between the looking and the starting: another try. Anything else is a fault.
                let words = self.last_words();
                let lost_port = error.contains("[port-taken]") || words.contains("[port-taken]");
                assert!(lost_port, "the demo ended: {error}{words}");
                return false;
            }
        }
        for node in self.nodes() {
            until(&format!("{} is ready", node.name), async || node.health().await).await;
        }
        true
    }

    /// What every node wrote down last, for a failure that nobody understands otherwise.
    fn last_words(&self) -> String {
        let mut words = String::new();
        for node in self.nodes() {
            let log = std::fs::read_to_string(node.folder.join("serve.log")).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            words.push_str(&format!("\n{}:\n{}\n", node.name, lines[lines.len().saturating_sub(20)..].join("\n")));
        }
        words
    }

    /// One of its nodes.
    pub fn node(&self, name: &str) -> Node {
        let number = NODES.iter().position(|node| *node == name).expect("a node of the demo") as u16;
        Node {
            name: name.to_owned(),
            folder: self.data().join(name),
            address: format!("http://127.0.0.1:{}", self.port + number),
        }
    }

    /// All nodes.
    pub fn nodes(&self) -> Vec<Node> {
        NODES.iter().map(|name| self.node(name)).collect()
    }

    /// Signs a trial account in at its node.
    pub async fn sign_in(&self, node: &str, login: &str) -> Caller {
        self.node(node).sign_in(login).await
    }

    /// Ends it, as Ctrl-C does; the data stay.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            end(&mut process);
        }
        for node in self.nodes() {
            until_now(&format!("{} is gone", node.name), || node.process().is_none().then_some(()));
        }
    }

    /// Starts it again on the same data.
    pub async fn start_again(&mut self) {
        until("the demo starts again", async || self.begin().await.then_some(())).await;
    }

    /// Verifies a dossier that a node exports.
    pub fn verified(&self, node: &str, id: &str) -> Verified {
        let file = self.node(node).export(id);
        verify(&file, &self.fingerprint, None).unwrap_or_else(|error| panic!("{node}'s export of {id}: {error}"))
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            end(process);
        }
    }
}

/// A small valid PDF.
pub fn paper() -> Vec<u8> {
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
      3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
        .to_vec()
}

/// A PDF of exactly so many bytes.
pub fn paper_of(bytes: usize) -> Vec<u8> {
    let mut paper = paper();
    let end = paper.split_off(paper.len() - b"%%EOF\n".len());
    paper.push(b'%');
    paper.resize(bytes - end.len() - 1, b'x');
    paper.push(b'\n');
    paper.extend(end);
    paper
}

/// Bytes as they go through the API.
pub fn encode(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// A material with a small paper.
pub fn material(key: &str, check: &str) -> Value {
    material_of(key, check, &paper())
}

/// A material with a given file.
pub fn material_of(key: &str, check: &str, bytes: &[u8]) -> Value {
    json!({ "material": key, "name": format!("{key}.pdf"), "content": encode(bytes), "check": check })
}

/// A person whom the demo's world does not know, each number another one.
pub fn person(number: u32) -> Value {
    let id = drill_person_id(700_000 + number);
    json!({ "name": name_of(number), "id_number": id.as_str(), "phone": format!("1007{number:07}") })
}

/// The name of such a person: no digit stands in a name.
pub fn name_of(number: u32) -> String {
    const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let digits = number.to_string().into_bytes().into_iter().map(|digit| DIGITS[usize::from(digit - b'0')]);
    format!("试验某{}号", digits.collect::<String>())
}

/// Row 25, 开具住房公积金个人住房贷款全部还清证明, of some authority, complete with materials, not taken in yet.
pub fn row_25(there: &str, number: u32) -> Value {
    json!({
        "implementation": format!("2020-35-25@{there}"),
        "subject": "person",
        "applicant": person(number),
        "materials": [material("id-card", "seen_original"), material("settlement-form", "copy_taken")],
    })
}

/// 苏州→合肥, row 25: taken in and handed over at once.
pub fn suzhou_to_hefei(number: u32) -> Value {
    with(row_25("340100", number), json!({ "take_in": true, "hand_over": true }))
}

/// What the account `jiangsu-li` says of itself: online everyone applies for themselves.
pub fn li() -> Value {
    let world: Value = serde_json::from_str(include_str!("../../../data/demo/world.json")).expect("the demo's world");
    let accounts = world["accounts"].as_array().expect("accounts").clone();
    let li = accounts.into_iter().find(|account| account["login"] == "jiangsu-li").expect("jiangsu-li");
    json!({ "name": li["name"], "id_number": li["id_number"], "phone": li["phone"] })
}

/// Row 21, 正常退休提取住房公积金, applied for online by `jiangsu-li` from Suzhou at Hefei, handed over at once.
pub fn online_to_hefei() -> Value {
    let keys = ["id-card-copy", "retirement-certificate", "withdrawal-form"];
    let materials: Vec<Value> = keys.iter().map(|key| material(key, "uploaded")).collect();
    json!({
        "implementation": "2020-35-21@340100",
        "here": "320500",
        "subject": "person",
        "applicant": li(),
        "materials": materials,
        "take_in": true,
    })
}

/// A request with some of its fields replaced.
pub fn with(mut request: Value, fields: Value) -> Value {
    for (name, value) in fields.as_object().expect("fields") {
        request[name] = value.clone();
    }
    request
}

/// A grant with its document.
pub fn granted(way: &str) -> Value {
    json!({ "outcome": "granted", "number": "试验决字第1号", "document": encode(&paper()), "way": way })
}

/// The acts of a timeline, in order.
pub fn acts(case: &Value) -> Vec<&str> {
    let lines = case["timeline"].as_array().expect("a timeline");
    lines.iter().map(|line| line["act"]["act"].as_str().expect("an act")).collect()
}

/// Waits until two sides see a case in a phase with the same timeline, all of it stamped.
pub async fn both_see(one: &Caller, other: &Caller, id: &str, phase: &str) -> Value {
    until(&format!("both sides see {id} {phase}"), async || {
        let (here, there) = (one.sees(id, phase).await, other.sees(id, phase).await);
        (here["timeline"] == there["timeline"] && here["case"] == there["case"]).then_some(here)
    })
    .await
}

/// A signed request of one node to another, with the key from its folder.
pub fn signed(from: &Node, to: &str, path: &str) -> tongban_core::exchange::Ask {
    let key = tongban::key::open(&from.folder.join(tongban::serve::KEY_FILE)).expect("a key");
    let (node, peer) = (from.name.parse().expect("a name"), to.parse().expect("a name"));
    tongban_core::exchange::Ask::sign(
        &key,
        &node,
        &peer,
        tongban::clock::Clock::default().now(),
        tongban_random(),
        path,
    )
}

/// Every file below a folder.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

/// Whether bytes stand somewhere in others.
pub fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}
