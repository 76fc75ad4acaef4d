//! People at both places who do their work through the public API, as real clients do: each act has a key of its own and is
//! sent again under it until it is answered. Every answer is written down; what is written down is acknowledged.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::house::{CLERK, House, OFFICER};
use crate::support::{PASSWORD, granted, material, material_of, suzhou_to_hefei, with};

/// How long a client waits for an answer before it asks again.
const IMPATIENCE: Duration = Duration::from_secs(4);
/// How often someone looks whether a case has come on.
const LOOK: Duration = Duration::from_millis(80);
/// How long all have to finish what is in their hands, once everything is mended.
const REST: Duration = Duration::from_secs(90);
/// What one opening says: all of it or nothing.
const OPENING: [&str; 4] = ["drafted", "materials_added", "taken_in", "handed_over"];

/// An act that was acknowledged.
#[derive(Clone, Debug)]
pub struct Told {
    /// The case.
    pub case: String,
    /// The act, by its word in the log.
    pub act: &'static str,
    /// The receipt number, if the answer gave one.
    pub number: Option<String>,
    /// When it was first said.
    pub at: Instant,
    /// How long until it was acknowledged.
    pub took: Duration,
}

/// What everyone wrote down.
#[derive(Default)]
pub struct Book {
    told: Mutex<Vec<Told>>,
    /// Requests that got no answer, or half of one.
    unanswered: AtomicU64,
    /// Requests that were answered with a fault of the node, by status and code.
    faults: Mutex<BTreeMap<String, u64>>,
    /// Acts that a rule forbade, by act and code.
    forbidden: Mutex<BTreeMap<String, u64>>,
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Book {
    /// Everything that was acknowledged.
    pub fn told(&self) -> Vec<Told> {
        locked(&self.told).clone()
    }

    /// How many acts were acknowledged.
    pub fn count(&self) -> usize {
        locked(&self.told).len()
    }

    /// Requests without a whole answer.
    pub fn unanswered(&self) -> u64 {
        self.unanswered.load(Ordering::Relaxed)
    }

    /// Answers that said that the node could not, by status and code.
    pub fn faults(&self) -> BTreeMap<String, u64> {
        locked(&self.faults).clone()
    }

    /// Acts that a rule forbade.
    pub fn forbidden(&self) -> BTreeMap<String, u64> {
        locked(&self.forbidden).clone()
    }
}

/// Someone at one place.
#[derive(Clone)]
pub struct Person {
    http: reqwest::Client,
    address: String,
    login: &'static str,
    token: Arc<Mutex<String>>,
    signing_in: Arc<tokio::sync::Mutex<()>>,
    book: Arc<Book>,
}

impl Person {
    fn new(address: String, login: &'static str, book: &Arc<Book>) -> Person {
        let http = reqwest::Client::builder().no_proxy().timeout(IMPATIENCE).build().expect("a client");
        Person { http, address, login, token: Arc::default(), signing_in: Arc::default(), book: book.clone() }
    }

    /// Signs in, unless another of the same login just did. One at a time and with patience: tries are counted, and a password
    /// takes its time.
    async fn sign_in(&self, refused: &str) {
        let _turn = self.signing_in.lock().await;
        if *locked(&self.token) != refused {
            return;
        }
        let body = json!({ "login": self.login, "password": PASSWORD });
        let request = self.http.post(format!("{}/api/v1/sessions", self.address)).json(&body).timeout(REST);
        if let Ok(answer) = request.send().await
            && let Ok(answer) = answer.json::<Value>().await
            && let Some(token) = answer["token"].as_str()
        {
            *locked(&self.token) = token.to_owned();
        }
    }

    /// Status and body of an answer, if a whole one came.
    async fn send(&self, request: reqwest::RequestBuilder) -> Option<(u16, Value)> {
        let token = locked(&self.token).clone();
        let answer = request.bearer_auth(&token).send().await.ok()?;
        let status = answer.status().as_u16();
        let bytes = answer.bytes().await.ok()?;
        if status == 401 {
            self.sign_in(&token).await;
        }
        Some((status, serde_json::from_slice(&bytes).unwrap_or_default()))
    }

    /// Reads; whatever comes.
    pub async fn ask(&self, path: &str) -> Option<(u16, Value)> {
        self.send(self.http.get(format!("{}{path}", self.address))).await
    }

    /// Says an act until it is answered. A refusal by a rule is an answer too: its code comes back.
    async fn say(&self, path: &str, body: &Value, act: &'static str) -> Result<Value, String> {
        let key = format!("{:016x}", rand::random::<u64>());
        let begun = Instant::now();
        loop {
            let request = self.http.post(format!("{}{path}", self.address)).header("idempotency-key", &key).json(body);
            match self.send(request).await {
                Some((200..300, answer)) => {
                    let case = answer["id"].as_str().expect("an acknowledgement names the case").to_owned();
                    let number = answer["number"].as_str().map(str::to_owned);
                    let (at, took) = (begun, begun.elapsed());
                    let acts: &[&'static str] = if act == "opened" { &OPENING } else { &[act] };
                    locked(&self.book.told).extend(acts.iter().map(|act| Told {
                        case: case.clone(),
                        act,
                        number: number.clone(),
                        at,
                        took,
                    }));
                    return Ok(answer);
                }
                Some((401, _)) => {}
                Some((status @ (408 | 429 | 500..), answer)) => {
                    let fault = format!("{status} {}", answer["code"].as_str().unwrap_or("-"));
                    *locked(&self.book.faults).entry(fault).or_default() += 1;
                }
                Some((_, answer)) => {
                    let code = answer["code"].as_str().unwrap_or("-").to_owned();
                    *locked(&self.book.forbidden).entry(format!("{act}: {code}")).or_default() += 1;
                    return Err(code);
                }
                None => drop(self.book.unanswered.fetch_add(1, Ordering::Relaxed)),
            }
            tokio::time::sleep(Duration::from_millis(50 + u64::from(rand::random::<u8>()))).await;
        }
    }

    async fn act(&self, id: &str, path: &str, body: Value, act: &'static str) -> Result<Value, String> {
        self.say(&format!("/api/v1/cases/{id}/{path}"), &body, act).await
    }

    /// Takes in a case for Hefei and hands it over; its name.
    pub async fn open(&self, number: u32) -> String {
        self.open_as(suzhou_to_hefei(number % 100_000)).await
    }

    /// The same with a larger paper.
    pub async fn open_with(&self, paper: &[u8]) -> String {
        let materials = [material("id-card", "seen_original"), material_of("settlement-form", "copy_taken", paper)];
        self.open_as(with(suzhou_to_hefei(1), json!({ "materials": materials }))).await
    }

    async fn open_as(&self, request: Value) -> String {
        loop {
            match self.say("/api/v1/cases", &request, "opened").await {
                Ok(opened) => return opened["id"].as_str().expect("a name").to_owned(),
                // A node whose disk lost the other's guides has them again in a moment.
                Err(code) if code == "item-unknown" => tokio::time::sleep(LOOK).await,
                Err(code) => panic!("a case is not taken in: {code}"),
            }
        }
    }
}

/// People at work.
pub struct People {
    /// The clerk in Suzhou.
    pub clerk: Person,
    /// The officer in Hefei.
    pub officer: Person,
    /// What they wrote down.
    pub book: Arc<Book>,
    rest: watch::Sender<bool>,
    working: JoinSet<()>,
}

/// What one of them does with one case after the other.
#[derive(Clone)]
struct Work {
    clerk: Person,
    officer: Person,
    rest: watch::Receiver<bool>,
}

/// They were told to rest: the case is left where it is.
struct Resting;

impl People {
    /// Nobody works yet.
    pub fn new(house: &House) -> People {
        let book = Arc::new(Book::default());
        let clerk = Person::new(house.jiangsu.from_people.address(), CLERK, &book);
        let officer = Person::new(house.anhui.from_people.address(), OFFICER, &book);
        People { clerk, officer, book, rest: watch::channel(false).0, working: JoinSet::new() }
    }

    /// So many begin, each with whole cases one after the other, at both places.
    pub fn work(house: &House, count: u32) -> People {
        let mut people = People::new(house);
        let work = people.hands();
        for number in 0..count {
            let work = work.clone();
            people.working.spawn(async move {
                for round in 0.. {
                    let number = number + round * count;
                    if *work.rest.borrow() || matches!(work.whole_case(number).await, Err(Resting)) {
                        return;
                    }
                }
            });
        }
        people
    }

    fn hands(&self) -> Work {
        Work { clerk: self.clerk.clone(), officer: self.officer.clone(), rest: self.rest.subscribe() }
    }

    /// So many cases a second are taken in and handed over from now on, whether answers come or not.
    pub fn take_in(&mut self, per_second: u32, time: Duration) {
        let clerk = self.clerk.clone();
        self.working.spawn(async move {
            let mut opening = JoinSet::new();
            let mut ticks = tokio::time::interval(Duration::from_secs(1) / per_second);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
            for number in 0..(time.as_secs_f64() * f64::from(per_second)) as u32 {
                ticks.tick().await;
                let clerk = clerk.clone();
                opening.spawn(async move { clerk.open(number).await });
                while opening.try_join_next().is_some() {}
            }
            opening.join_all().await;
        });
    }

    /// Waits until so many acts more were acknowledged.
    pub async fn told_more(&self, count: usize) {
        let until = self.book.count() + count;
        crate::support::until_within(REST, "acts are acknowledged", async || {
            (self.book.count() >= until).then_some(())
        })
        .await;
    }

    /// Waits until all have done what they were asked for.
    pub async fn done(&mut self) {
        while let Some(ended) = self.working.join_next().await {
            ended.expect("nobody breaks off");
        }
    }

    /// Everyone finishes the act in hand, however often it has to be sent, and leaves the case.
    pub async fn rest(&mut self) {
        self.rest.send_replace(true);
        let all = tokio::time::timeout(REST, self.done()).await;
        assert!(all.is_ok(), "some act was not answered within {REST:?}: {:?}", self.book.faults());
    }
}

impl Work {
    /// One case; what happens in it depends on its number.
    async fn whole_case(&self, number: u32) -> Result<(), Resting> {
        let Work { clerk, officer, .. } = self;
        let id = clerk.open(number).await;
        match number % 4 {
            // Decided; the delivery is a slip.
            0 => {
                self.sees(officer, &id, "handed_over").await?;
                self.says(officer, &id, "receive", json!({}), "received").await;
                self.says(officer, &id, "accept", json!({}), "accepted").await;
                self.says(officer, &id, "decide", granted("window"), "decided").await;
                self.sees(clerk, &id, "decided").await?;
                self.says(clerk, &id, "deliver", json!({ "way": "window" }), "delivered").await;
            }
            // The pen goes, comes back, and goes again.
            1 => {
                self.sees(officer, &id, "handed_over").await?;
                let reason = json!({ "reason": "material-unclear", "note": "看不清" });
                self.says(officer, &id, "return", reason, "returned").await;
                self.sees(clerk, &id, "returned").await?;
                self.says(clerk, &id, "hand-over", json!({}), "handed_over").await;
                self.sees(officer, &id, "handed_over").await?;
                self.says(officer, &id, "accept", json!({}), "accepted").await;
            }
            // A correction is asked for; its answer is a slip.
            2 => {
                self.sees(officer, &id, "handed_over").await?;
                let wanted = json!([{ "material": "settlement-form", "what": "请重新扫描" }]);
                let asked = json!({ "wanted": wanted, "days": 10 });
                self.says(officer, &id, "correction", asked, "correction_asked").await;
                self.sees(clerk, &id, "correction_asked").await?;
                let answer = json!({ "materials": [material("settlement-form", "copy_taken")] });
                self.says(clerk, &id, "correction-answer", answer, "correction_answered").await;
                self.sees(officer, &id, "corrected").await?;
                self.says(officer, &id, "accept", json!({}), "accepted").await;
            }
            // Wanted back while the officer may be receiving it: whoever the log says was first.
            _ => {
                let back = self.says(clerk, &id, "take-back", json!({}), "take_back");
                let received = async {
                    self.sees_any(officer, &id, &["handed_over", "returned"]).await?;
                    self.says(officer, &id, "receive", json!({}), "received").await;
                    Ok(())
                };
                tokio::join!(back, received).1?;
            }
        }
        Ok(())
    }

    /// Says an act. That a rule forbids it, because the case is elsewhere by now, is in the book.
    async fn says(&self, who: &Person, id: &str, path: &str, body: Value, act: &'static str) {
        drop(who.act(id, path, body, act).await);
    }

    async fn sees(&self, who: &Person, id: &str, phase: &str) -> Result<(), Resting> {
        self.sees_any(who, id, &[phase]).await
    }

    /// Waits until someone sees a case in one of some phases. Taken back means: seen returned at the other side.
    async fn sees_any(&self, who: &Person, id: &str, phases: &[&str]) -> Result<(), Resting> {
        let path = format!("/api/v1/cases/{id}");
        while !*self.rest.borrow() {
            if let Some((200, case)) = who.ask(&path).await
                && phases.iter().any(|phase| case["phase"] == *phase)
            {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(Resting)
    }
}

/// The slowest of 99 of 100.
pub fn p99(told: &[&Told]) -> Duration {
    let mut times: Vec<Duration> = told.iter().map(|told| told.took).collect();
    times.sort_unstable();
    times.get((times.len() * 99).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default()
}
