//! Nobody watches a page: applicants are told of what was said about their matters, on their pages, by mail, on their telephone.
//!
//! What is to be told was written down with the commit itself. What goes out is tried again until it went, or never will; both
//! stand where the clerk sees them.

use std::collections::BTreeMap;
use std::time::Duration;

use tongban_core::case::{About, Act, Applicant, Case, Step};
use tongban_core::dossier::{DossierId, Hash, Moment};
use tongban_core::exchange::StampRow;
use tongban_core::time::{Limit, deadline};

use super::post::{Post, Stuck};
use crate::app::App;
use crate::service::told::{Matter, after, link, sentence, sign};
use crate::store::{Notice, NoticeWay, Reach, StoreError, ToTell, day_number};
use crate::text::Lang;
use crate::{beside, limits};

/// Tells, sends, and reminds.
pub(super) async fn follow(app: &App, post: &Post) {
    let mut reminded: Option<jiff::civil::Date> = None;
    loop {
        let is_mine = !app.store.is_shared() || beside::is_mine(app, "tell").await;
        if is_mine && !app.writer.is_recovering() {
            let today = app.clock.today();
            let done = async {
                tell(app, post).await?;
                if reminded != Some(today) {
                    remind(app, post).await?;
                    reminded = Some(today);
                }
                send(app, post).await
            };
            if let Err(error) = done.await {
                tracing::warn!(%error, "not looked at who is to be told what");
            }
        }
        tokio::time::sleep(Duration::from_millis(limits::TELL_EVERY_MS)).await;
    }
}

/// From what was said to what is told.
async fn tell(app: &App, post: &Post) -> Result<(), StoreError> {
    loop {
        let waiting = app.store.to_tell(limits::TELL_MAX).await?;
        let entries: Vec<Hash> = waiting.iter().map(|one| one.entry).collect();
        let mut by_case: BTreeMap<DossierId, Vec<ToTell>> = BTreeMap::new();
        // Who has no account is reached by telephone or not at all.
        for one in waiting.into_iter().filter(|one| one.owner.is_some() || post.has_sms()) {
            by_case.entry(one.dossier).or_default().push(one);
        }
        let mut notices = Vec::new();
        for (id, all) in by_case {
            let Some((held, rows)) = app.store.dossier(id, app.calendar).await? else { continue };
            let Some(case) = held.into_case() else { continue };
            let owner = all.first().and_then(|one| one.owner);
            let ways = Ways::of(app, post, id, owner).await?;
            for one in all {
                let Some((about, at)) = about(&case, &rows, &one.entry) else { continue };
                notices.extend(ways.notices(app, &case, (one.entry, about, at)));
            }
        }
        if entries.is_empty() {
            return Ok(());
        }
        app.store.tell(&entries, &notices).await?;
        if (entries.len() as i64) < limits::TELL_MAX {
            return Ok(());
        }
    }
}

/// What an entry tells the applicant, if it stands and tells anything.
fn about(case: &Case, rows: &[StampRow], entry: &Hash) -> Option<(About, Moment)> {
    let place = rows.iter().position(|row| row.written.hash() == entry)?;
    let row = &rows[place];
    if case.marks.iter().any(|mark| mark.seq == row.stamp.seq) {
        return None;
    }
    let act = Act::of(&row.written)?;
    let about = act.about().filter(|about| case.tells(*about))?;
    // Of the parts of a joint handling the last one decides.
    let is_part_end = |row: &StampRow| matches!(Act::of(&row.written), Some(Act::PartEnded { .. }));
    if is_part_end(row) && rows[place + 1..].iter().any(is_part_end) {
        return None;
    }
    Some((about, row.written.entry().at))
}

/// How somebody is reached about a case.
struct Ways {
    account: i64,
    reach: Reach,
    app: bool,
    mail: bool,
    sms: bool,
}

impl Ways {
    async fn of(app: &App, post: &Post, id: DossierId, owner: Option<i64>) -> Result<Ways, StoreError> {
        let reach = match owner {
            Some(account) => app.store.reach(account).await?,
            None => Reach::default(),
        };
        let silenced = app.store.is_silenced(id).await?;
        Ok(Ways {
            account: owner.unwrap_or(0),
            app: owner.is_some(),
            mail: owner.is_some() && post.has_mail() && reach.by_mail && reach.checked,
            sms: post.has_sms() && reach.by_sms && !silenced,
            reach,
        })
    }

    fn notices(&self, app: &App, case: &Case, (entry, about, at): (Hash, About, Moment)) -> Vec<Notice> {
        let now = app.clock.now();
        let fresh = now.0 - at.0 < limits::TELL_LATE_MS;
        let next = case.next(app.calendar);
        let due = next.due.filter(|_| next.step == Step::AnswerCorrection).map(|due| day_number(due.deadline.due));
        let ways = [
            (self.app, NoticeWay::App, now),
            (self.mail && fresh, NoticeWay::Mail, after(now, &self.reach)),
            (self.sms && fresh, NoticeWay::Sms, after(now, &self.reach)),
        ];
        let wanted = ways.into_iter().filter(|(wanted, ..)| *wanted);
        wanted
            .map(|(_, way, after)| Notice {
                entry,
                about,
                way,
                dossier: case.dossier,
                account: self.account,
                at,
                due,
                after,
                tries: 0,
                done: None,
                trouble: String::new(),
            })
            .collect()
    }
}

/// Before a correction ends its applicant is told once more.
async fn remind(app: &App, post: &Post) -> Result<(), StoreError> {
    let soon = deadline(app.clock.today(), Limit::working(limits::REMIND_DAYS), app.calendar).due;
    for (id, owner) in app.store.corrections_ending(day_number(soon)).await? {
        if owner.is_none() && !post.has_sms() {
            continue;
        }
        let Some((held, rows)) = app.store.dossier(id, app.calendar).await? else { continue };
        let Some(case) = held.into_case().filter(|case| case.drafted.receiving.node == app.config.node) else {
            continue;
        };
        let asked = |row: &&StampRow| matches!(Act::of(&row.written), Some(Act::CorrectionAsked { .. }));
        let Some(row) = rows.iter().rev().find(asked) else { continue };
        // Who was asked today knows.
        if row.written.entry().at.date() == app.clock.today() {
            continue;
        }
        let ways = Ways::of(app, post, id, owner).await?;
        let notices = ways.notices(app, &case, (*row.written.hash(), About::CorrectionEnds, app.clock.now()));
        app.store.tell(&[], &notices).await?;
    }
    Ok(())
}

/// What is due goes out. If the way itself is closed the rest waits.
async fn send(app: &App, post: &Post) -> Result<(), StoreError> {
    for mut notice in app.store.messages(app.clock.now(), limits::TELL_MAX).await? {
        let sent = match compose(app, &notice).await? {
            Some(message) => message.send(post, &notice).await,
            None => Err(Stuck::Never("unreachable".to_owned())),
        };
        let now = app.clock.now();
        notice.tries += 1;
        let is_closed = matches!(sent, Err(Stuck::Later(_)));
        match sent {
            Ok(()) => (notice.done, notice.trouble) = (Some(now), String::new()),
            Err(Stuck::Never(why)) => (notice.done, notice.trouble) = (Some(now), why),
            Err(Stuck::Later(why)) => {
                let given_up = notice.tries >= limits::MESSAGE_TRIES_MAX;
                notice.done = given_up.then_some(now);
                notice.after = Moment(now.0 + (limits::MESSAGE_RETRY_MS << notice.tries.min(10)));
                notice.trouble = why;
            }
        }
        if !notice.trouble.is_empty() {
            tracing::warn!(dossier = %notice.dossier, way = notice.way.name(), trouble = notice.trouble, "a message did not go out");
        }
        app.store.note_message(&notice).await?;
        if is_closed {
            break;
        }
    }
    Ok(())
}

/// A message with its address.
struct Message {
    to: String,
    subject: String,
    text: String,
}

impl Message {
    async fn send(&self, post: &Post, notice: &Notice) -> Result<(), Stuck> {
        match notice.way {
            NoticeWay::Mail => post.mail(&self.to, &self.subject, &self.text).await,
            NoticeWay::Sms => {
                post.sms(&format!("{}-{}", notice.entry, notice.about.name()), &self.to, &self.text).await
            }
            NoticeWay::App => Ok(()),
        }
    }
}

/// To whom it goes, and what it says; `None` if nobody can be reached. The address is looked up now: it may have changed.
async fn compose(app: &App, notice: &Notice) -> Result<Option<Message>, StoreError> {
    let Some((held, _)) = app.store.dossier(notice.dossier, app.calendar).await? else { return Ok(None) };
    let Some(case) = held.into_case() else { return Ok(None) };
    let (mut lang, mut to) = (Lang::Zh, String::new());
    if notice.account != 0 {
        let reach = app.store.reach(notice.account).await?;
        lang = Lang::from_name(&reach.lang).unwrap_or_default();
        if notice.way == NoticeWay::Mail {
            to = reach.mail;
        }
    }
    if notice.way == NoticeWay::Sms {
        // The number that was given for this matter.
        let blob = app.store.blob(&case.drafted.applicant.hash).await?;
        let applicant: Option<Applicant> = blob.and_then(|blob| serde_json::from_slice(&blob.bytes).ok());
        to = applicant.map_or_else(String::new, |applicant| applicant.phone);
    }
    if to.is_empty() {
        return Ok(None);
    }
    let number = case.number.clone().unwrap_or_default();
    let item = lang.pick(&case.drafted.item.name, &case.drafted.item.name_en);
    let matter = Matter { about: notice.about, item, number: &number, due: notice.due };
    let (said, link) = (sentence(lang, &matter), link(app, notice.account, notice.dossier, &number));
    let frame = if notice.way == NoticeWay::Sms { "told-sms-text" } else { "told-mail" };
    let node = lang.pick(&app.config.name, &app.config.name_en);
    let values = [("sign", &*sign(app, lang)), ("said", &*said), ("link", &*link), ("node", node)];
    let subject = lang.tf("told-subject", &[("item", item)]).into_owned();
    Ok(Some(Message { to, subject, text: lang.tf(frame, &values).into_owned() }))
}
