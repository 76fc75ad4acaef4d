//! Hand-over lists (交接清单): what a window gave to each authority on one day, and what came back from each.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use tongban_core::case::{Act, Case, Courier, DeliveryWay, Hands, Office};
use tongban_core::directory::Organisation;
use tongban_core::dossier::{DossierId, Hash, Moment, Role, Written};
use tongban_core::ident::Uscc;

use super::{Actor, ServiceError};
use crate::app::App;
use crate::limits;

/// Which way a list goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the window to an authority.
    Out,
    /// From an authority to the window.
    Back,
}

impl Way {
    /// The word used in texts and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Way::Out => "out",
            Way::Back => "back",
        }
    }

    /// Reads [`Way::name`] back.
    pub fn from_name(name: &str) -> Option<Way> {
        [Way::Out, Way::Back].into_iter().find(|way| way.name() == name)
    }
}

/// What goes from hand to hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// The case was handed over.
    Case,
    /// The case was sent back.
    SentBack,
    /// The result is to be handed out at the window.
    Result,
}

impl What {
    /// The word used in texts.
    pub fn name(self) -> &'static str {
        match self {
            What::Case => "case",
            What::SentBack => "sent-back",
            What::Result => "result",
        }
    }
}

/// One case of a list.
#[derive(Clone, Debug)]
pub struct Handed {
    /// The dossier.
    pub dossier: DossierId,
    /// Receipt number.
    pub number: String,
    /// The item's name.
    pub item: String,
    /// Its English name.
    pub item_en: String,
    /// The blob with the particulars.
    pub applicant: Hash,
    /// What happened to it on the day, besides originals that were sent.
    pub what: BTreeSet<What>,
    /// Originals that were sent on the day: what, and how many of it.
    pub originals: Vec<(String, u16)>,
    /// By whom they were sent.
    pub couriers: Vec<Courier>,
    /// How many scans the case has.
    pub scans: usize,
}

/// The list with one authority.
#[derive(Clone, Debug)]
pub struct DayList {
    /// The authority.
    pub office: Office,
    /// Its cases, by receipt number.
    pub rows: Vec<Handed>,
    /// Whether there are more than one list takes.
    pub is_cut: bool,
}

/// All lists of one window, day and way.
#[derive(Clone, Debug)]
pub struct Day {
    /// By authority.
    pub lists: Vec<DayList>,
    /// Whether there were more cases than are looked through.
    pub is_cut: bool,
}

/// What went from a window to authorities on a day, or came back. Only the states of cases are looked at here; whoever shows a
/// list records that it was read.
pub async fn of_day(app: &App, actor: &Actor, window: &Organisation, day: Date, way: Way) -> Result<Day, ServiceError> {
    let from = Moment::start_of(day);
    let to = Moment::start_of(day.tomorrow().unwrap_or(day));
    let most = limits::LIST_LOOKED_MAX;
    let mut found = app.store.taken_in_about(&window.uscc.to_string(), from, to, most + 1).await?;
    let is_cut = found.len() as i64 > most;
    found.truncate(most as usize);
    let mut lists: BTreeMap<Uscc, DayList> = BTreeMap::new();
    for id in found {
        let Some((held, rows)) = app.store.dossier(id, app.calendar).await? else { continue };
        let Some(case) = held.case_with_pending(app.calendar) else { continue };
        if !actor.may_see(app, &case).await? {
            continue;
        }
        let marked = |seq: u32| case.marks.iter().any(|mark| mark.seq == seq);
        let said = rows.iter().filter(|row| !marked(row.stamp.seq)).map(|row| &row.written);
        for (office, row) in moved(&case, said.chain(&held.pending), day, way) {
            let list = lists.entry(office.org).or_insert_with(|| DayList { office, rows: Vec::new(), is_cut: false });
            list.rows.push(row);
        }
    }
    let lists = lists.into_values().map(|mut list| {
        list.rows.sort_by(|one, other| one.number.cmp(&other.number));
        list.is_cut = list.rows.len() > limits::LIST_CASES_MAX;
        list.rows.truncate(limits::LIST_CASES_MAX);
        list
    });
    Ok(Day { lists: lists.collect(), is_cut })
}

/// What one case has on a day's lists: as a rule one row, several if it was passed on to another authority on the same day.
fn moved<'a>(case: &Case, said: impl Iterator<Item = &'a Written>, day: Date, way: Way) -> Vec<(Office, Handed)> {
    let Some(number) = &case.number else { return Vec::new() };
    let drafted = &case.drafted;
    // Who is to decide at that time, and not now.
    let mut handling = drafted.handling.clone();
    let mut found: Vec<(Office, Handed)> = Vec::new();
    for written in said {
        let entry = written.entry();
        let Some(act) = Act::of(written).filter(|_| entry.refuses.is_none()) else { continue };
        match &act {
            Act::Drafted(drafted) => handling = drafted.handling.clone(),
            Act::Forwarded { to, .. } | Act::Moved { to, .. } => handling = (**to).clone(),
            _ => {}
        }
        if entry.at.date() != day {
            continue;
        }
        let by_authority = entry.by.role == Role::Officer;
        let mut what = None;
        let mut sent = None;
        match (way, &act) {
            // Of a joint handling each authority gets its part; the whole goes to nobody.
            (Way::Out, Act::HandedOver) if !case.is_joint() => what = Some(What::Case),
            (Way::Out, Act::PapersSent { papers, to: Hands::Handling, courier }) if !by_authority => {
                sent = Some((papers, courier));
            }
            (Way::Back, Act::Returned { .. }) => what = Some(What::SentBack),
            (Way::Back, Act::Decided { way: DeliveryWay::Window, .. }) if by_authority => what = Some(What::Result),
            (Way::Back, Act::PapersSent { papers, to: Hands::Receiving, courier }) if by_authority => {
                sent = Some((papers, courier));
            }
            _ => {}
        }
        if what.is_none() && sent.is_none() {
            continue;
        }
        let place = found.iter().position(|(office, _)| office.org == handling.org).unwrap_or_else(|| {
            let row = Handed {
                dossier: case.dossier,
                number: number.clone(),
                item: drafted.item.name.clone(),
                item_en: drafted.item.name_en.clone(),
                applicant: drafted.applicant.hash,
                what: BTreeSet::new(),
                originals: Vec::new(),
                couriers: Vec::new(),
                scans: case.materials.len(),
            };
            found.push((handling.clone(), row));
            found.len() - 1
        });
        let row = &mut found[place].1;
        row.what.extend(what);
        if let Some((papers, courier)) = sent {
            let kept = case.papers.iter().filter(|kept| papers.contains(&kept.paper.key));
            row.originals.extend(kept.map(|kept| (kept.paper.what.clone(), kept.paper.count)));
            if !row.couriers.contains(courier) {
                row.couriers.push(courier.clone());
            }
        }
    }
    found
}
