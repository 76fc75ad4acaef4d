//! Alarms: what somebody has to do something about. One function says which there are; pages, figures, log and
//! `tongban doctor` show what it says.

use tongban_core::dossier::Moment;

use super::seen::{OwnKey, Seen};
use crate::limits;
use crate::store::{Schema, Waiting};
use crate::text::Lang;

/// Every code, so that a figure stands at 0 when there is no alarm. `alarm-CODE` and `alarm-CODE-todo` are its texts.
pub const CODES: [&str; 14] = [
    "equivocation",
    "slips-unanswered",
    "peer-behind",
    "peer-unreachable",
    "stream-unread",
    "recovering",
    "blob-missing",
    "trust-missing",
    "trust-outdated",
    "key-unlisted",
    "key-ends",
    "certificate-ends",
    "disk-nearly-full",
    "database-unusable",
];

/// Something that somebody has to do something about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// One of [`CODES`].
    pub code: &'static str,
    /// The node that it is about, if it is another.
    pub node: Option<String>,
    /// Since when, as far as is known.
    pub since: Moment,
    values: Vec<(&'static str, String)>,
}

impl Alarm {
    fn new(code: &'static str, since: Moment) -> Alarm {
        Alarm { code, node: None, since, values: Vec::new() }
    }

    fn about(mut self, node: impl ToString) -> Alarm {
        self.node = Some(node.to_string());
        self.with("node", node)
    }

    fn with(mut self, name: &'static str, value: impl ToString) -> Alarm {
        self.values.push((name, value.to_string()));
        self
    }

    /// What makes it the same alarm from look to look.
    pub fn name(&self) -> (&'static str, Option<String>) {
        (self.code, self.node.clone())
    }

    /// What is wrong.
    pub fn what(&self, lang: Lang) -> String {
        self.text(lang, "")
    }

    /// What to do.
    pub fn todo(&self, lang: Lang) -> String {
        self.text(lang, "-todo")
    }

    fn text(&self, lang: Lang, part: &str) -> String {
        let values: Vec<(&str, &str)> = self.values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        lang.tf(&format!("alarm-{}{part}", self.code), &values).into_owned()
    }
}

/// Every alarm that follows from one look, the gravest first.
pub fn alarms(seen: &Seen) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    if let Some((count, since)) = seen.stored.faults {
        alarms.push(Alarm::new("equivocation", since).with("count", count));
    }
    node(seen, &mut alarms);
    for Waiting { node, count, since } in &seen.stored.slips {
        if let Some(since) = since.filter(|since| seen.at.0 - since.0 >= limits::ALARM_SLIP_MS) {
            let alarm = Alarm::new("slips-unanswered", since).about(node).with("count", count);
            alarms.push(alarm.with("minutes", minutes(seen.at, since)));
        }
    }
    peers(seen, &mut alarms);
    alarms
}

fn minutes(now: Moment, since: Moment) -> i64 {
    (now.0 - since.0) / 60_000
}

/// What is wrong with this node alone.
fn node(seen: &Seen, alarms: &mut Vec<Alarm>) {
    let (now, lasts) = (seen.at, |since: Moment, for_ms: i64| seen.at.0 - since.0 >= for_ms);
    if let Some((since, error)) = &seen.unwritable {
        alarms.push(Alarm::new("database-unusable", *since).with("error", error));
    } else if seen.schema != Schema::Current {
        let error = "schema";
        alarms.push(Alarm::new("database-unusable", now).with("error", error));
    }
    if let Some(disk) = seen.disk.filter(|disk| disk.free < limits::DISK_FREE_BYTES_MIN) {
        alarms.push(Alarm::new("disk-nearly-full", now).with("mib", disk.free / (1024 * 1024)));
    }
    match seen.key {
        OwnKey::NoList => alarms.push(Alarm::new("trust-missing", now)),
        OwnKey::Unlisted | OwnKey::Over(_) => alarms.push(Alarm::new("key-unlisted", now)),
        OwnKey::Valid(Some(end)) if end.0 - now.0 < limits::ALARM_ENDS_MS => {
            alarms.push(Alarm::new("key-ends", now).with("end", end));
        }
        OwnKey::Valid(_) => {}
    }
    match &seen.certificate {
        Some(Ok(end)) if end.0 - now.0 < limits::ALARM_ENDS_MS => {
            alarms.push(Alarm::new("certificate-ends", now).with("end", end));
        }
        Some(Err(error)) => alarms.push(Alarm::new("certificate-ends", now).with("end", error)),
        _ => {}
    }
    if let Some(since) = seen.recovering.filter(|since| lasts(*since, limits::ALARM_RECOVERY_MS)) {
        alarms.push(Alarm::new("recovering", since).with("minutes", minutes(now, since)));
    }
    let confirmed = seen.trust.as_ref().and_then(|trust| trust.confirmed);
    if let Some(since) = confirmed.filter(|since| lasts(*since, limits::ALARM_TRUST_MS)) {
        alarms.push(Alarm::new("trust-outdated", since).with("minutes", minutes(now, since)));
    }
}

/// What is wrong between this node and each peer.
fn peers(seen: &Seen, alarms: &mut Vec<Alarm>) {
    let now = seen.at;
    let late = |since: Option<Moment>, for_ms: i64| since.filter(|since| now.0 - since.0 >= for_ms);
    for peer in &seen.peers {
        let about = |code, since| Alarm::new(code, since).about(&peer.node).with("minutes", minutes(now, since));
        let trouble = peer.state.trouble.as_ref();
        if let Some(since) = late(trouble.map(|trouble| trouble.since), limits::ALARM_STREAM_MS) {
            let code = trouble.map_or("", |trouble| trouble.code);
            alarms.push(about("peer-unreachable", since).with("code", code));
        } else if let Some(since) = late(peer.unread_since, limits::ALARM_STREAM_MS) {
            alarms.push(about("stream-unread", since).with("count", peer.unread().unwrap_or(0)));
        }
        if let Some(since) = late(peer.owed_since, limits::ALARM_STREAM_MS) {
            alarms.push(about("peer-behind", since).with("count", peer.owed().unwrap_or(0)));
        }
        let oldest = peer.state.lacking.values().min().copied();
        if let Some(since) = late(oldest, limits::ALARM_BLOB_MS) {
            let count = peer.state.lacking.values().filter(|asked| now.0 - asked.0 >= limits::ALARM_BLOB_MS).count();
            alarms.push(about("blob-missing", since).with("count", count));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Disk;
    use super::super::seen::{PeerSeen, TrustSeen};
    use super::*;
    use crate::app::{PeerState, Trouble};
    use crate::store::{Beside, Figures};

    const NOW: i64 = 1_800_000_000_000;

    fn ago(ms: i64) -> Moment {
        Moment(NOW - ms)
    }

    fn well() -> Seen {
        let peer = PeerSeen {
            node: "anhui".parse().unwrap(),
            state: PeerState::default(),
            end: 9,
            read: 4,
            owed_since: None,
            unread_since: None,
        };
        Seen {
            at: Moment(NOW),
            stored: Figures::default(),
            schema: Schema::Current,
            peers: vec![peer],
            trust: Some(TrustSeen { version: 3, issued: ago(1_000_000_000), confirmed: Some(ago(20_000)) }),
            key: OwnKey::Valid(None),
            recovering: None,
            unwritable: None,
            disk: Some(Disk { free: u64::MAX, total: u64::MAX }),
            blobs: None,
            certificate: None,
        }
    }

    /// The one alarm that follows, in words.
    #[track_caller]
    fn one(change: impl FnOnce(&mut Seen)) -> (&'static str, Option<String>, i64) {
        let mut seen = well();
        change(&mut seen);
        let found = alarms(&seen);
        assert_eq!(found.len(), 1, "{found:?}");
        let alarm = &found[0];
        assert!(CODES.contains(&alarm.code));
        for lang in [Lang::Zh, Lang::En] {
            for text in [alarm.what(lang), alarm.todo(lang)] {
                assert!(text.chars().count() > 6 && !text.contains("alarm-") && !text.contains("{ $"), "{text}");
            }
        }
        (alarm.code, alarm.node.clone(), NOW - alarm.since.0)
    }

    #[test]
    fn a_node_that_is_well_has_no_alarm_and_neither_has_one_that_waits_a_little() {
        assert_eq!(alarms(&well()), []);
        let mut seen = well();
        seen.recovering = Some(ago(60_000));
        seen.stored.slips = vec![Waiting { node: "anhui".into(), count: 5, since: Some(ago(60_000)) }];
        seen.stored.beside = vec![Beside { code: "superseded".into(), count: 7 }];
        seen.peers[0].owed_since = Some(ago(60_000));
        seen.peers[0].state.trouble = Some(Trouble { since: ago(60_000), code: "peer-timeout", text: String::new() });
        assert_eq!(alarms(&seen), []);
    }

    #[test]
    fn every_alarm_comes_from_what_was_seen_and_has_its_words() {
        let old = 100 * 60_000;
        let peer = |change: fn(&mut PeerSeen)| one(|seen| change(&mut seen.peers[0]));
        let about = Some("anhui".to_owned());
        let mut found = vec![
            one(|seen| seen.stored.faults = Some((2, ago(5)))).0,
            one(|seen| seen.key = OwnKey::NoList).0,
            one(|seen| seen.key = OwnKey::Unlisted).0,
            one(|seen| seen.key = OwnKey::Valid(Some(Moment(NOW + 86_400_000)))).0,
            one(|seen| seen.certificate = Some(Ok(Moment(NOW + 86_400_000)))).0,
            one(|seen| seen.disk = Some(Disk { free: 1 << 30, total: 1 << 40 })).0,
            one(|seen| seen.unwritable = Some((ago(5), "disk I/O error".into()))).0,
        ];
        assert_eq!(one(|seen| seen.recovering = Some(ago(old))), ("recovering", None, old));
        let slips = |seen: &mut Seen| {
            seen.stored.slips = vec![Waiting { node: "anhui".into(), count: 1, since: Some(ago(100 * 60_000)) }];
        };
        assert_eq!(one(slips), ("slips-unanswered", about.clone(), old));
        assert_eq!(peer(|peer| peer.owed_since = Some(ago(6_000_000))), ("peer-behind", about.clone(), old));
        assert_eq!(peer(|peer| peer.unread_since = Some(ago(6_000_000))), ("stream-unread", about.clone(), old));
        let unreachable = peer(|peer| {
            peer.state.trouble = Some(Trouble { since: ago(6_000_000), code: "peer-unreachable", text: String::new() });
            peer.unread_since = Some(ago(6_000_000));
        });
        assert_eq!(unreachable, ("peer-unreachable", about.clone(), old));
        let blob = tongban_core::dossier::Suite::Sm2.hash(&[b"a blob"]);
        let missing = one(|seen| seen.peers[0].state.lacks(ago(old), [blob]));
        assert_eq!(missing, ("blob-missing", about, old));
        let trust = one(|seen| seen.trust.as_mut().unwrap().confirmed = Some(ago(old)));
        assert_eq!(trust, ("trust-outdated", None, old));
        found.extend([
            "recovering",
            "slips-unanswered",
            "peer-behind",
            "stream-unread",
            "peer-unreachable",
            "blob-missing",
            "trust-outdated",
        ]);
        found.sort_unstable();
        let mut all = CODES.to_vec();
        all.sort_unstable();
        assert_eq!(found, all);
    }
}
