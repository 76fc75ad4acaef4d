//! What people are told, in words: the same on pages, by mail and on a telephone. Nothing personal stands in it but which
//! matter it is about.

use tongban_core::case::About;
use tongban_core::dossier::{DossierId, Moment};

use crate::app::App;
use crate::store::Reach;
use crate::text::Lang;

/// What one message is about.
#[derive(Clone, Copy, Debug)]
pub struct Matter<'a> {
    /// What.
    pub about: About,
    /// Name of the item, in the language of the message.
    pub item: &'a str,
    /// Receipt number.
    pub number: &'a str,
    /// Until when something has to be done, as yyyymmdd.
    pub due: Option<i64>,
}

/// One sentence or two.
pub fn sentence(lang: Lang, matter: &Matter<'_>) -> String {
    let due = matter.due.map_or_else(String::new, date);
    let values = [("item", matter.item), ("number", matter.number), ("due", &*due)];
    lang.tf(&format!("told-{}", matter.about.name()), &values).into_owned()
}

/// Who speaks; a drill says that it is one.
pub fn sign(app: &App, lang: Lang) -> String {
    let drill = app.config.realm == tongban_core::ident::Realm::Drill;
    lang.t(if drill { "told-sign-drill" } else { "told-sign" }).into_owned()
}

fn date(day: i64) -> String {
    format!("{:04}-{:02}-{:02}", day / 10_000, day / 100 % 100, day % 100)
}

/// Where more stands: the own page of who has an account, or else the page that asks for the code on the receipt.
pub fn link(app: &App, account: i64, dossier: DossierId, number: &str) -> String {
    let base = app.config.address.trim_end_matches('/');
    if account == 0 { format!("{base}/track?number={number}") } else { format!("{base}/my/{dossier}") }
}

/// When something may go out: now, or when the quiet hours are over.
pub fn after(now: Moment, reach: &Reach) -> Moment {
    const HOUR_MS: i64 = 60 * 60 * 1000;
    let (from, until, hour) = (reach.quiet_from, reach.quiet_until, now.hour());
    let is_quiet = if from <= until { (from..until).contains(&hour) } else { hour >= from || hour < until };
    if !is_quiet {
        return now;
    }
    let today = Moment(Moment::start_of(now.date()).0 + i64::from(until) * HOUR_MS);
    if today > now { today } else { Moment(today.0 + 24 * HOUR_MS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_goes_out_in_quiet_hours() {
        let at = |day: i8, hour: i64| Moment(Moment::start_of(jiff::civil::date(2026, 11, day)).0 + hour * 3_600_000);
        let usual = Reach::default();
        assert_eq!(after(at(27, 12), &usual), at(27, 12));
        assert_eq!(after(at(27, 22), &usual), at(28, 8));
        assert_eq!(after(at(27, 3), &usual), at(27, 8));
        let noon = Reach { quiet_from: 12, quiet_until: 14, ..Reach::default() };
        assert_eq!(after(at(27, 13), &noon), at(27, 14));
        let never = Reach { quiet_from: 0, quiet_until: 0, ..Reach::default() };
        assert_eq!(after(at(27, 3), &never), at(27, 3));
    }
}
