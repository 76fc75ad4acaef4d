//! What the elements of an implementation have to be to each other. The rules are those of this platform, of the law where
//! the row cites it, and of an audit of real lists (一致性规则), as far as there are elements for them.
//!
//! Of a material it is checked whether any applicant is asked for it. Who issues it is not: the national tables have a
//! source (来源渠道) for each, and the codes that it may have were not seen.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tongban_core::catalogue::situation::{faults, unneeded};
use tongban_core::catalogue::{Availability, Implementation, Mode};
use tongban_core::ident::Uscc;
use tongban_core::item::{Clause, Item, Reply};
use tongban_core::law::{Standing, standing};
use tongban_core::time::{Limit, Unit};

use super::cell::numbers;
use super::change::{Change, Changes};
use super::column::Element as E;
use super::fault::{Fault, Place};
use super::read::{Draft, Read};
use super::{Known, each};
use crate::directory::implementation_fault;

/// Checks all that was read, each by itself and against the others.
pub fn check(read: &Read, known: &Known<'_>, faults: &mut Vec<Fault>, tick: &dyn Fn(u64)) {
    let mut ids: HashMap<&str, Vec<&Draft>> = HashMap::new();
    let mut codes: HashMap<String, u32> = HashMap::new();
    let alone = each(&read.drafts, tick, |_, draft| {
        let mut faults = Vec::new();
        let mut rules = Rules { read, draft, one: &draft.one, known, faults: &mut faults };
        rules.belongs();
        rules.code();
        rules.limits();
        rules.bases();
        rules.money();
        rules.contact();
        rules.materials();
        rules.parts();
        rules.situations();
        faults
    });
    faults.extend(alone.into_iter().flatten());
    for draft in &read.drafts {
        let same = ids.entry(&draft.one.id).or_default();
        if let Some(first) = same.first() {
            let place = read.place(draft, E::Id);
            faults.push(Fault::error("id-twice", place).with("row", read.place(first, E::Id).row.to_string()));
            if same.iter().any(|other| overlap(&other.one, &draft.one)) {
                faults.push(Fault::error("valid-twice", read.place(draft, E::From)));
            }
        }
        same.push(draft);
        if let Some(code) = draft.one.code {
            let place = read.place(draft, E::Code);
            match codes.get(&code.to_string()) {
                Some(row) => faults.push(Fault::error("code-twice", place).with("row", row.to_string())),
                None => drop(codes.insert(code.to_string(), place.row)),
            }
        }
    }
}

/// Versions that are replaced or no longer offered while cases that began under them are open: these go on as they began.
pub fn in_use(read: &Read, changes: &Changes, known: &Known<'_>, faults: &mut Vec<Fault>) {
    if known.open.is_empty() {
        return;
    }
    let drafts: HashMap<&str, &Draft> = read.drafts.iter().map(|draft| (draft.one.id.as_str(), draft)).collect();
    for change in &changes.all {
        let (Change::Changed(id, _) | Change::Removed(id)) = change else { continue };
        let Some(last) = known.published.get(id) else { continue };
        let Some(begun) = known.open.get(&(last.item.clone(), last.authority.to_string())) else { continue };
        let cases: u64 = begun.iter().filter(|(day, _)| *day >= last.from).map(|(_, cases)| cases).sum();
        if cases > 0 {
            let place = drafts.get(id.as_str()).map_or_else(Place::default, |draft| read.place(draft, E::Id));
            let fault = Fault::warning("version-in-use", place).with("id", id);
            faults.push(fault.with("version", last.version.to_string()).with("count", cases.to_string()));
        }
    }
}

/// Limits that the places agreed on for an item, statutory and promised: those of the last common text that was adopted and
/// that this authority did not decline.
fn agreed(item: &Item, authority: Uscc) -> [Option<Limit>; 2] {
    let mut limits = [None, None];
    for proposed in item.proposals.iter().filter(|one| one.is_adopted()) {
        if matches!(proposed.replies.get(&authority), Some(Reply::Declined { .. })) {
            continue;
        }
        for clause in &proposed.proposal.clauses {
            match clause {
                Clause::Statutory { limit } => limits[0] = Some(*limit),
                Clause::Promised { limit } => limits[1] = Some(*limit),
                _ => {}
            }
        }
    }
    limits
}

/// Key of the Administrative Licensing Law in the register of laws.
const LICENSING: &str = "administrative-licensing";

/// Whether two are in force on one day.
fn overlap(one: &Implementation, other: &Implementation) -> bool {
    let before = |first: &Implementation, second: &Implementation| first.until.is_some_and(|end| end <= second.from);
    !before(one, other) && !before(other, one)
}

/// One implementation under its rules.
struct Rules<'a> {
    read: &'a Read,
    draft: &'a Draft,
    one: &'a Implementation,
    known: &'a Known<'a>,
    faults: &'a mut Vec<Fault>,
}

impl Rules<'_> {
    fn error(&mut self, code: &'static str, element: E) {
        self.faults.push(Fault::error(code, self.read.place(self.draft, element)));
    }

    fn warn(&mut self, code: &'static str, element: E) {
        self.faults.push(Fault::warning(code, self.read.place(self.draft, element)));
    }

    /// Item, authority and region are known, and this node's to publish.
    fn belongs(&mut self) {
        let one = self.one;
        match self.known.snapshot.item(&one.item) {
            None => self.error("item-unknown", E::Item),
            Some(item) => {
                if matches!(item.availability, Availability::Closed { .. }) {
                    self.warn("item-closed", E::Item);
                }
                let stated = &self.draft.stated.item_name;
                if !stated.is_empty() && *stated != item.name {
                    self.warn("item-other-name", E::ItemName);
                }
            }
        }
        let authority = self.known.snapshot.organisations.get(&one.authority);
        let stated = &self.draft.stated.authority_name;
        if authority.is_some_and(|org| !stated.is_empty() && *stated != org.name) {
            self.warn("authority-other-name", E::AuthorityName);
        }
        let fault = match self.known.snapshot.current() {
            Some(list) => implementation_fault(list, authority, self.known.node, one),
            None => Some("authority-not-own"),
        };
        match fault {
            Some("authority-not-own") => self.error("authority-not-own", E::Authority),
            Some("region-not-own") => self.error("region-not-own", E::Region),
            Some(_) => self.error("id-not-its-own", E::Id),
            None => {}
        }
        if one.until.is_some_and(|until| until <= one.from) {
            self.error("until-before-from", E::Until);
        }
        // Versions follow each other by their first day: an earlier one would be in force beside what is published.
        if let Some(published) = self.known.published.get(&one.id).filter(|published| one.from < published.from) {
            let place = self.read.place(self.draft, E::From);
            self.faults.push(Fault::error("from-before-published", place).with("from", published.from.to_string()));
        }
    }

    /// The code is this authority's, of this place, and of this item.
    fn code(&mut self) {
        let Some(code) = self.one.code else { return };
        if let Some(other) = code.disagrees_with(self.one.authority, self.one.region) {
            self.error(other.code(), E::Code);
        }
        if self.draft.stated.basic_code.is_some_and(|basic| basic != code.basic()) {
            self.error("code-basic-other", E::BasicCode);
        }
    }

    /// 承诺 within 法定, both within the law that is cited.
    fn limits(&mut self) {
        let one = self.one;
        if calendar_days(one.promised) > calendar_days(one.statutory) {
            self.error("limit-over-statutory", E::Promised);
        }
        if self.draft.stated.at_once.is_some_and(|at_once| at_once != one.promised.is_at_once()) {
            self.error("kind-other", E::Kind);
        }
        // Another law may give another limit (art. 42), so this only asks for a look.
        if one.legal_basis.contains("行政许可法") || one.bases.iter().any(|basis| basis.law == LICENSING) {
            let most = if one.parts.is_empty() { Limit::DECISION } else { Limit::JOINT_DECISION };
            if calendar_days(one.statutory) > calendar_days(most) {
                let place = self.read.place(self.draft, E::Statutory);
                self.faults.push(Fault::warning("law-limit", place).with("most", most.days.to_string()));
            }
            if one.statutory.unit == Unit::Calendar {
                self.warn("law-unit", E::Statutory);
            }
        }
        let Some(item) = self.known.snapshot.item_dossiers.get(&one.item) else { return };
        let [statutory, promised] = agreed(&item.public.room, one.authority);
        for (own, most, element) in [(one.statutory, statutory, E::Statutory), (one.promised, promised, E::Promised)] {
            if let Some(most) = most.filter(|most| calendar_days(own) > calendar_days(*most)) {
                let place = self.read.place(self.draft, element);
                self.faults.push(Fault::warning("limit-over-agreed", place).with("most", most.days.to_string()));
            }
        }
    }

    /// What it rests on is known, and in force when it begins or now, whichever is later.
    fn bases(&mut self) {
        let day = self.one.from.max(self.known.snapshot.day);
        for basis in &self.one.bases {
            let law = self.known.snapshot.laws.get(&basis.law).map(|law| &law.public.room.instrument);
            let code = match standing(basis, law, day) {
                Standing::InForce => continue,
                Standing::Ended { .. } => "basis-ended",
                Standing::NotYet { .. } => "basis-not-yet",
                Standing::Unknown => "basis-unknown",
            };
            let place = self.read.place(self.draft, E::Bases);
            let named = format!("{} {}", basis.law, basis.article);
            self.faults.push(Fault::warning(code, place).with("value", named.trim_end()));
        }
    }

    /// A fee has a basis, and only a fee is paid; who has to come is told why.
    fn money(&mut self) {
        let one = self.one;
        let is_charged = !one.fee.is_empty();
        if self.draft.stated.is_charged.is_some_and(|stated| stated != is_charged) {
            self.error("fee-charged-other", E::Charged);
        }
        if is_charged && one.fee_basis.is_empty() {
            self.error("fee-basis-missing", E::FeeBasis);
        }
        if !is_charged && !one.fee_basis.is_empty() {
            self.error("fee-basis-without-fee", E::FeeBasis);
        }
        if is_charged && one.pays_online.is_none() {
            self.warn("fee-pay-unknown", E::PaysOnline);
        }
        if !is_charged && one.pays_online == Some(true) {
            self.error("fee-pay-without-fee", E::PaysOnline);
        }
        if one.visits.is_some_and(|visits| visits > 0) && one.visits_reason.is_empty() {
            self.error("visits-reason-missing", E::VisitsReason);
        }
    }

    /// Telephones can be rung from another province, and a complaint goes to somebody else.
    fn contact(&mut self) {
        let one = self.one;
        for (number, element) in [(&one.phone, E::Phone), (&one.complaint_phone, E::ComplaintPhone)] {
            for number in numbers(number) {
                match phone(number) {
                    Phone::Whole => {}
                    Phone::WithoutArea => self.warn("phone-area", element),
                    Phone::None => self.error("phone-format", element),
                }
            }
        }
        if !one.phone.is_empty() && one.phone == one.complaint_phone {
            self.warn("phone-same", E::ComplaintPhone);
        }
    }

    fn materials(&mut self) {
        if self.one.materials.is_empty() {
            self.warn("materials-none", E::Materials);
        }
        let mut keys = BTreeSet::new();
        for (material, place) in self.one.materials.iter().zip(&self.draft.materials_at) {
            if !keys.insert(&material.key) {
                self.faults.push(Fault::error("material-key-twice", place.clone()).with("key", &material.key));
            }
            if material.name.is_empty() {
                self.faults.push(Fault::error("material-nameless", place.clone()).with("value", &material.key));
            }
        }
    }

    /// Parts have keys of their own, need what is there, and wait for each other in no circle.
    fn parts(&mut self) {
        let one = self.one;
        let materials: BTreeSet<&str> = one.materials.iter().map(|material| material.key.as_str()).collect();
        let keys: BTreeSet<&str> = one.parts.iter().map(|part| part.key.as_str()).collect();
        let mut seen = BTreeSet::new();
        for (part, place) in one.parts.iter().zip(&self.draft.parts_at) {
            let fault = |code, key: &str| Fault::error(code, place.clone()).with("key", key);
            if !seen.insert(&part.key) {
                self.faults.push(fault("part-key-twice", &part.key));
            }
            let lacking = part.materials.iter().filter(|key| !materials.contains(key.as_str()));
            self.faults.extend(lacking.map(|key| fault("part-material-unknown", key)));
            let lacking = part.after.iter().filter(|key| !keys.contains(key.as_str()));
            self.faults.extend(lacking.map(|key| fault("part-after-unknown", key)));
        }
        if let Some(place) = circular(one).and_then(|at| self.draft.parts_at.get(at)) {
            self.faults.push(Fault::error("part-circular", place.clone()));
        }
    }

    /// Questions lead from the first to an end, by answers that name what is there; every material is asked of somebody.
    fn situations(&mut self) {
        let (one, draft) = (self.one, self.draft);
        let whole = self.read.place(draft, E::Situations);
        let at = |question: usize, answer: Option<usize>| {
            let rows = draft.situations_at.get(question);
            rows.and_then(|rows| rows.get(answer.unwrap_or_default())).unwrap_or(&whole).clone()
        };
        for fault in faults(&one.situations, &one.materials) {
            let place = at(fault.question, fault.answer);
            self.faults.push(Fault::error(fault.wrong.code(), place).with("key", fault.key));
        }
        let modes: &[Mode] = match self.known.snapshot.item(&one.item).map(|item| &item.availability) {
            Some(Availability::Open { modes }) => modes.as_slice(),
            _ => &[],
        };
        for (number, question) in one.situations.iter().enumerate() {
            for (place, answer) in question.answers.iter().enumerate() {
                if answer.promised.is_some_and(|days| calendar_days(days) > calendar_days(one.statutory)) {
                    self.faults.push(Fault::error("limit-over-statutory", at(number, Some(place))));
                }
                let is_other = !answer.modes.is_empty() && !answer.modes.iter().any(|mode| modes.contains(mode));
                if is_other && !modes.is_empty() {
                    self.faults.push(Fault::warning("situation-mode-other", at(number, Some(place))));
                }
            }
        }
        for material in unneeded(&one.situations, &one.materials) {
            let place = draft.materials_at.get(material).unwrap_or(&whole).clone();
            let fault = Fault::warning("material-unneeded", place).with("key", &one.materials[material].key);
            self.faults.push(fault);
        }
    }
}

/// The place of a part that waits, over others, for itself.
fn circular(one: &Implementation) -> Option<usize> {
    // What waits for nothing that is left is taken away, until nothing more can be.
    let mut left: BTreeMap<&str, usize> =
        one.parts.iter().enumerate().map(|(at, part)| (part.key.as_str(), at)).collect();
    loop {
        let before = left.len();
        let waits = |at: usize, left: &BTreeMap<&str, usize>| {
            one.parts[at].after.iter().any(|key| left.contains_key(key.as_str()))
        };
        let now = left.clone();
        left.retain(|_, at| waits(*at, &now));
        if left.len() == before {
            return left.values().min().copied();
        }
    }
}

/// A limit in calendar days, to compare two: five working days are a week.
fn calendar_days(limit: Limit) -> u32 {
    let days = u32::from(limit.days);
    match limit.unit {
        Unit::Calendar => days,
        Unit::Working => (days * 7).div_ceil(5),
    }
}

/// How a telephone number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phone {
    /// It can be rung from anywhere.
    Whole,
    /// Seven or eight digits, or a hotline: from elsewhere it leads nowhere, or to another place's.
    WithoutArea,
    /// No number.
    None,
}

fn phone(text: &str) -> Phone {
    let text = text.replace(['－', '—', ' ', '(', ')', '（', '）'], "-");
    let mut rest = text.split('-').filter(|part| !part.is_empty());
    let parts: [&str; 3] = std::array::from_fn(|_| rest.next().unwrap_or_default());
    let is_longer = rest.next().is_some();
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !parts.iter().all(|part| digits(part)) || is_longer {
        return Phone::None;
    }
    let is_area = |part: &str| part.starts_with('0') && (3..=4).contains(&part.len());
    let is_line = |part: &str| (7..=8).contains(&part.len()) && !part.starts_with('0');
    let is_hotline = |part: &str| part.len() == 5 && part.starts_with(['1', '9']);
    match parts {
        [area, line, _] if is_area(area) && (is_line(line) || is_hotline(line)) => Phone::Whole,
        [one, "", ""] if one.len() == 11 && one.starts_with('1') => Phone::Whole,
        [one, "", ""] if one.starts_with("400") && one.len() == 10 => Phone::Whole,
        [one, "", ""] if one.starts_with('0') && (10..=12).contains(&one.len()) => Phone::Whole,
        [line, _, ""] if is_line(line) || is_hotline(line) => Phone::WithoutArea,
        _ => Phone::None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use tongban_core::case::Office;
    use tongban_core::catalogue::{BasicItem, Mark};
    use tongban_core::dossier::Moment;
    use tongban_core::ident::{Region, drill_uscc};
    use tongban_core::item::{Proposal, Proposed, Settled};

    use super::*;

    fn proposed(clauses: Vec<Clause>, adopted: Option<bool>, declined: &[Uscc]) -> Proposed {
        let office = |org: &Uscc| Office {
            node: "anhui".parse().unwrap(),
            org: *org,
            name: String::new(),
            name_en: String::new(),
            region: Region::parse("340100").unwrap(),
            phone: String::new(),
            guest: false,
        };
        let decline =
            |org: &Uscc| Reply::Declined { office: office(org), reason: "做不到".to_owned(), at: Moment(2) };
        Proposed {
            proposal: Proposal { clauses, reason: String::new(), asked: Vec::new(), until: date(2026, 1, 1) },
            at: Moment(0),
            positions: BTreeMap::new(),
            settled: adopted.map(|adopted| Settled {
                adopted,
                reason: String::new(),
                by: date(2026, 2, 1),
                at: Moment(1),
            }),
            replies: declined.iter().map(|org| (*org, decline(org))).collect(),
        }
    }

    #[test]
    fn what_was_adopted_last_holds_for_who_did_not_decline_it() {
        let basic = BasicItem {
            key: "2020-35-25".to_owned(),
            row: 25,
            name: String::new(),
            name_en: String::new(),
            scenario: String::new(),
            lead: String::new(),
            cooperating: String::new(),
            document: String::new(),
            source: String::new(),
            mark: Mark::Recalled,
            subjects: Vec::new(),
            availability: Availability::ModeUnverified,
            note: String::new(),
            invented: true,
            bases: Vec::new(),
        };
        let (one, other) = (drill_uscc(1), drill_uscc(2));
        let statutory = |days| Clause::Statutory { limit: Limit::working(days) };
        let promised = |days| Clause::Promised { limit: Limit::working(days) };
        let proposals = vec![
            proposed(vec![statutory(20), promised(10)], Some(true), &[]),
            proposed(vec![promised(3)], Some(true), &[other]),
            proposed(vec![promised(1)], Some(false), &[]),
            proposed(vec![promised(2)], None, &[]),
        ];
        let item = Item { basic, since: Moment(0), lead: None, proposals };
        assert_eq!(agreed(&item, one), [Some(Limit::working(20)), Some(Limit::working(3))]);
        assert_eq!(agreed(&item, other), [Some(Limit::working(20)), Some(Limit::working(10))]);
    }

    #[test]
    fn telephones_are_told_apart() {
        let whole =
            ["0551-62345678", "（0551）62345678", "021-12345678-801", "055162345678", "0551-12345", "13800000000"];
        whole.iter().for_each(|text| assert_eq!(phone(text), Phone::Whole, "{text}"));
        ["62345678", "12345", "6234567-801"]
            .iter()
            .for_each(|text| assert_eq!(phone(text), Phone::WithoutArea, "{text}"));
        ["", "电话", "123", "0551-123", "1-2-3-4"]
            .iter()
            .for_each(|text| assert_eq!(phone(text), Phone::None, "{text}"));
    }

    #[test]
    fn limits_of_different_days_are_compared() {
        assert!(calendar_days(Limit::working(20)) > calendar_days(Limit { days: 20, unit: Unit::Calendar }));
        assert_eq!(calendar_days(Limit::working(5)), 7);
        assert_eq!(calendar_days(Limit::AT_ONCE), 0);
    }
}
