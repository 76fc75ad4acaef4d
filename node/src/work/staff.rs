//! Staff are told what waits at their desk, in office hours and not for every case: what came, what is due, what is late. Who is
//! away has a stand-in; what nobody opens climbs to who leads the desk.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tongban_core::dossier::Moment;
use tongban_core::ident::Uscc;
use tongban_core::time::{Calendar, Limit, deadline};

use super::post::{Post, Stuck};
use crate::app::App;
use crate::service::told::sign;
use crate::store::{Account, AccountRole, Reach, StoreError, day_number};
use crate::text::Lang;
use crate::{beside, limits};

const HOUR_MS: i64 = 60 * 60 * 1000;

/// Looks every minute.
pub(super) async fn follow(app: &App, post: &Post) {
    loop {
        tokio::time::sleep(Duration::from_secs(limits::STAFF_LOOKED_S)).await;
        let can = post.has_mail() || post.has_sms();
        let is_mine = can && (!app.store.is_shared() || beside::is_mine(app, "staff").await);
        if is_mine
            && is_open(app.clock.now(), app.calendar)
            && let Err(error) = tell(app, post).await
        {
            tracing::warn!(%error, "not looked at what waits for staff");
        }
    }
}

/// Whether it is office hours.
fn is_open(now: Moment, calendar: &Calendar) -> bool {
    calendar.is_working(now.date()) && (limits::OFFICE_FROM..limits::OFFICE_UNTIL).contains(&now.hour())
}

/// So many office hours ago.
pub fn office_hours_before(now: Moment, hours: u8, calendar: &Calendar) -> Moment {
    let mut rest = i64::from(hours) * HOUR_MS;
    let mut day = now.date();
    loop {
        if calendar.is_working(day) {
            let at = |hour: u8| Moment::start_of(day).0 + i64::from(hour) * HOUR_MS;
            let (from, until) = (at(limits::OFFICE_FROM), at(limits::OFFICE_UNTIL).min(now.0));
            if until - from >= rest {
                return Moment(until - rest);
            }
            rest -= (until - from).max(0);
        }
        let Ok(before) = day.yesterday() else { return Moment(0) };
        day = before;
    }
}

/// One who is told, and what for.
struct Reader<'a> {
    account: &'a Account,
    reach: Reach,
    /// Of which organisations, and whether as the lead of the desk.
    orgs: BTreeSet<(Uscc, bool)>,
    /// Stands in for somebody: is told although they do not want it otherwise.
    stands_in: bool,
}

async fn tell(app: &App, post: &Post) -> Result<(), StoreError> {
    let now = app.clock.now();
    let today = day_number(now.date());
    let soon = day_number(deadline(now.date(), Limit::working(1), app.calendar).due);
    let unread = office_hours_before(now, limits::UNREAD_HOURS, app.calendar);
    let accounts = app.store.accounts().await?;
    for mut reader in readers(app, &accounts, today).await? {
        if now.0 - reader.reach.told.0 < limits::STAFF_TOLD_MS {
            continue;
        }
        let mut lines = Vec::new();
        let lang = Lang::from_name(&reader.reach.lang).unwrap_or_default();
        for (org, leads) in &reader.orgs {
            let [came, due, late, unopened] =
                app.store.waiting_for(org.as_str(), reader.reach.told, today, soon, unread).await?;
            let first = reader.reach.told.date() < now.date();
            let climbs =
                *leads && unopened > 0 && now.0 - reader.reach.told.0 >= i64::from(limits::UNREAD_HOURS) * HOUR_MS;
            if came > 0 && !leads || first && due + late > 0 && !leads || climbs {
                lines.push(line(app, lang, *org, [came, due, late, if *leads { unopened } else { 0 }]));
            }
        }
        if !lines.is_empty() && send(app, post, &reader, lang, &lines).await {
            reader.reach.told = now;
            app.store.set_reach(reader.account.id, &reader.reach).await?;
        }
    }
    Ok(())
}

fn line(app: &App, lang: Lang, org: Uscc, [came, due, late, unopened]: [i64; 4]) -> String {
    let snapshot = app.directory.now();
    let name =
        snapshot.organisations.get(&org).map_or(org.as_str(), |org| lang.pick(&org.name, &org.name_en)).to_owned();
    let numbers = [came, due, late, unopened].map(|number| number.to_string());
    let values = [
        ("org", &*name),
        ("came", &*numbers[0]),
        ("due", &*numbers[1]),
        ("late", &*numbers[2]),
        ("unopened", &*numbers[3]),
    ];
    lang.tf(if unopened > 0 { "staff-unopened" } else { "staff-waiting" }, &values).into_owned()
}

/// Who is told today: everybody at a desk who is there, the stand-in of who is not, and the leads.
async fn readers<'a>(app: &App, accounts: &'a [Account], today: i64) -> Result<Vec<Reader<'a>>, StoreError> {
    let works = |account: &&Account| {
        let role = matches!(account.role, AccountRole::Clerk | AccountRole::Officer);
        role && !account.disabled && account.org.is_some()
    };
    let leads = app.store.leads().await?;
    let mut reaches = BTreeMap::new();
    for account in accounts.iter().filter(|account| !account.disabled) {
        reaches.insert(account.id, app.store.reach(account.id).await?);
    }
    let mut told: BTreeMap<i64, (BTreeSet<(Uscc, bool)>, bool)> = BTreeMap::new();
    let mut orgs: BTreeMap<Uscc, bool> = BTreeMap::new();
    for account in accounts.iter().filter(works) {
        let (Some(org), Some(reach)) = (account.org, reaches.get(&account.id)) else { continue };
        let led = leads.contains(&account.id);
        *orgs.entry(org).or_default() |= led;
        let away = reach.is_away(today);
        let Some(who) = (if away { reach.stand_in } else { Some(account.id) }) else { continue };
        let entry = told.entry(who).or_default();
        entry.0.insert((org, false));
        if led {
            entry.0.insert((org, true));
        }
        entry.1 |= away;
    }
    // A desk that nobody leads climbs to who manages the accounts.
    let unled: Vec<Uscc> = orgs.iter().filter(|(_, led)| !**led).map(|(org, _)| *org).collect();
    for admin in accounts.iter().filter(|account| account.role == AccountRole::Admin && !account.disabled) {
        told.entry(admin.id).or_default().0.extend(unled.iter().map(|org| (*org, true)));
    }
    let account = |id: i64| accounts.iter().find(|account| account.id == id && !account.disabled);
    let readers = told.into_iter().filter_map(|(id, (orgs, stands_in))| {
        Some(Reader { account: account(id)?, reach: reaches.get(&id)?.clone(), orgs, stands_in })
    });
    Ok(readers.collect())
}

/// By every way that is open; whether one of them went.
async fn send(app: &App, post: &Post, reader: &Reader<'_>, lang: Lang, lines: &[String]) -> bool {
    let reach = &reader.reach;
    let link = format!("{}/login", app.config.address.trim_end_matches('/'));
    let values = [("sign", &*sign(app, lang)), ("lines", &*lines.join("\n")), ("link", &*link)];
    let text = lang.tf("staff-message", &values).into_owned();
    let mut gone = false;
    let mut note = |sent: Result<(), Stuck>| match sent {
        Ok(()) => gone = true,
        Err(Stuck::Later(why) | Stuck::Never(why)) => {
            tracing::warn!(account = reader.account.id, why, "staff not told what waits");
        }
    };
    if post.has_mail() && reach.checked && (reach.by_mail || reader.stands_in) {
        note(post.mail(&reach.mail, &lang.t("staff-subject"), &text).await);
    }
    if post.has_sms() && !reach.phone.is_empty() && (reach.by_sms || reader.stands_in) {
        let id = format!("staff-{}-{}", reader.account.id, app.clock.now().0);
        note(post.sms(&id, &reach.phone, &text).await);
    }
    gone
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i8, hour: i64) -> Moment {
        Moment(Moment::start_of(jiff::civil::date(2026, 11, day)).0 + hour * HOUR_MS)
    }

    #[test]
    fn office_hours_are_counted_back_over_nights_and_weekends() {
        let calendar = Calendar::national();
        // Friday the 27th, and the Monday after it.
        assert_eq!(office_hours_before(at(27, 15), 4, calendar), at(27, 11));
        assert_eq!(office_hours_before(at(27, 11), 4, calendar), at(26, 15));
        assert_eq!(office_hours_before(at(30, 10), 4, calendar), at(27, 14));
        assert_eq!(office_hours_before(at(29, 10), 4, calendar), at(27, 13));
        assert!(is_open(at(27, 9), calendar) && !is_open(at(27, 17), calendar) && !is_open(at(28, 10), calendar));
    }
}
