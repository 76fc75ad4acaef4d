//! What every page about a case shows in the same way: where it is, the timeline, dates with their explanation, materials.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::Date;
use maud::{Markup, html};
use tongban_core::case::{Act, Case, Check, Due, Fee, IdKind, Leg, Office, Outcome, Party, Rating};
use tongban_core::catalogue::{Mode, Need};
use tongban_core::dossier::{Hash, Moment, NodeId, Role};
use tongban_core::ident::Uscc;
use tongban_core::mechanism::{Basis, Permit};
use tongban_core::time::{Deadline, Limit, StepKind, Unit};

use super::implementation;
use super::part::{Choice, attention, badge, icon, select};
use super::visitor::Visitor;
use crate::app::App;
use crate::service::{CaseView, Line};
use crate::store::CaseRow;
use crate::text::Lang;

/// A code word as a key of the texts.
pub fn key(prefix: &str, word: &str) -> String {
    format!("{prefix}-{}", word.replace('_', "-"))
}

/// The next move in words. An applicant takes nothing in: they send off.
pub fn step(visitor: &Visitor, is_applicant: bool, word: &str) -> Cow<'static, str> {
    if is_applicant && word == "take_in" { visitor.t("step-take-in-online") } else { visitor.t(&key("step", word)) }
}

/// Where a case is, in words. A refusal is said with it: “delivered” alone sounds as if it had been granted.
pub fn phase(visitor: &Visitor, case: &Case) -> Cow<'static, str> {
    let refused = case.decision.as_ref().is_some_and(|decision| decision.outcome == Outcome::Refused);
    phase_words(visitor, case.phase.name(), refused, case.drafted.part_of.is_some())
}

/// The same of a row of a list.
pub fn row_phase(visitor: &Visitor, row: &CaseRow) -> Cow<'static, str> {
    phase_words(visitor, &row.phase, row.refused, row.part_of.is_some())
}

fn phase_words(visitor: &Visitor, phase: &str, refused: bool, is_part: bool) -> Cow<'static, str> {
    match phase {
        // What came of a part goes to the whole: nothing was delivered to anybody yet.
        "delivered" if is_part => visitor.t(if refused { "part-refused" } else { "phase-part-done" }),
        "decided" | "delivered" if refused => visitor.t(&format!("phase-{phase}-refused")),
        phase => visitor.t(&key("phase", phase)),
    }
}

/// What to do about a reason, said to whoever reads it: the applicant, or the staff that handle the case.
pub fn reason_todo(visitor: &Visitor, code: &str) -> Cow<'static, str> {
    visitor.t(&format!("reason-{code}-{}", if visitor.is_applicant() { "you" } else { "todo" }))
}

/// A limit in words.
pub fn limit(lang: Lang, limit: Limit) -> String {
    let days = limit.days.to_string();
    match limit.unit {
        _ if limit.days == 0 => lang.t("days-at-once").into_owned(),
        Unit::Working => lang.tf("days-working", &[("days", &days)]).into_owned(),
        Unit::Calendar => lang.tf("days-calendar", &[("days", &days)]).into_owned(),
    }
}

/// Which document of a person the number is of: nearly always the identity card.
pub fn id_kinds(visitor: &Visitor, chosen: &str) -> Markup {
    let kinds = IdKind::OF_PERSON;
    let options =
        kinds.map(|kind| Choice { value: kind.name(), label: visitor.t(&key("id", kind.name())).into_owned() });
    select("id_kind", &visitor.t("fact-id-kind"), &options, if chosen.is_empty() { kinds[0].name() } else { chosen })
}

/// A mode in words.
pub fn mode(lang: Lang, mode: Mode) -> String {
    let name = match mode {
        Mode::FullyOnline => "mode-fully-online",
        Mode::CollectHere => "mode-collect-here",
        Mode::Joint => "mode-joint",
        Mode::Delegated => "mode-delegated",
    };
    lang.t(name).into_owned()
}

/// By what right, in words.
pub fn permit(lang: Lang, permit: &Permit) -> String {
    let basis = match permit.basis {
        Basis::WithinProvince => return lang.t("basis-within-province").into_owned(),
        Basis::National => "basis-national",
        Basis::Multilateral => "basis-multilateral",
        Basis::Bilateral => "basis-bilateral",
    };
    format!("{} · {}", lang.t(basis), lang.pick(&permit.name, &permit.name_en))
}

/// The name of the party that has the next move.
pub fn party_name(lang: Lang, case: &Case, party: Party) -> String {
    let drafted = &case.drafted;
    match party {
        Party::Receiving => lang.pick(&drafted.receiving.name, &drafted.receiving.name_en).to_owned(),
        Party::Handling => lang.pick(&drafted.handling.name, &drafted.handling.name_en).to_owned(),
        Party::Applicant => lang.t("party-applicant").into_owned(),
        Party::Departments => lang.t("party-departments").into_owned(),
        Party::Nobody => lang.t("party-nobody").into_owned(),
    }
}

/// Where it is, who has the next move, until when. `own` is the party that is looking.
pub fn state(app: &App, visitor: &Visitor, view: &CaseView, own: Option<Party>) -> Markup {
    let (case, next) = (&view.case, &view.next);
    let lang = visitor.lang;
    let today = app.clock.today();
    let late = next.due.as_ref().is_some_and(|due| due.deadline.is_late(today));
    let yours = own == Some(next.party);
    html! {
        div class="state" {
            div {
                span class="what" { (visitor.t("state-where")) }
                strong { (phase(visitor, case)) }
                @if let Some(number) = &case.number { span { (unbroken(&visitor.tf("state-number", &[("number", number)]), number)) } }
            }
            div class=(if yours { "yours" } else { "" }) {
                span class="what" { (visitor.t("state-who")) }
                strong { @if yours { (visitor.t("state-you")) } @else { (party_name(lang, case, next.party)) } }
                @if next.party != Party::Nobody { span { (step(visitor, next.party == Party::Applicant, next.step.name())) } }
            }
            // When nobody has the next move there is no date to speak of.
            @if next.party != Party::Nobody { div class=(if late { "late" } else { "" }) {
                span class="what" { (visitor.t("state-until")) }
                @match &next.due {
                    Some(due) => {
                        strong { (date(visitor, &due.deadline)) }
                        span { (left(app, visitor, &due.deadline)) }
                    }
                    None => { strong { "—" } span { (visitor.t("state-no-date")) } }
                }
            } }
        }
        @if let Some(waiting) = &view.waiting {
            @let name = lang.pick(&waiting.name, &waiting.name_en);
            (attention(&visitor.tf("waiting-for-peer", &[("peer", name)])))
        }
        @if let Some(due) = &next.due { (explanation(visitor, due)) }
        @if let Some(pause) = case.pause() {
            (attention(&visitor.tf("paused-now", &[("procedure", &visitor.t(&key("procedure", pause.procedure.name()))), ("from", &pause.from.date().to_string())])))
        }
        @if case.deemed { p class="note" { (visitor.t("deemed-accepted")) } }
        (delays(visitor, view))
        (after_decision(visitor, case))
        (fees(visitor, case))
    }
}

/// A due date; provisional ones say so.
pub fn date(visitor: &Visitor, deadline: &Deadline) -> Markup {
    html! {
        time datetime=(deadline.due.to_string()) { (deadline.due) }
        @if deadline.is_provisional() { " " (badge("plain", &visitor.t("date-provisional"))) }
    }
}

/// How many working days are left, or how many it is late.
pub fn left(app: &App, visitor: &Visitor, deadline: &Deadline) -> String {
    let days = deadline.left(app.clock.today(), app.calendar);
    let count = days.unsigned_abs().to_string();
    let words = match days {
        0 => "left-today",
        1.. => "left-days",
        _ => "left-late",
    };
    visitor.tf(words, &[("days", &count)]).into_owned()
}

/// A day that lists keep as yyyymmdd.
fn day(number: i64) -> Option<Date> {
    let part = |number: i64| i8::try_from(number).ok();
    Date::new(i16::try_from(number / 10_000).ok()?, part(number / 100 % 100)?, part(number % 100)?).ok()
}

/// Until when, in a list: the date, and how many working days are left. A dash where nobody has to do anything any more.
pub fn due_cell(app: &App, visitor: &Visitor, row: &CaseRow) -> Markup {
    let Some(due) = row.due.and_then(day) else {
        let is_finished = matches!(row.step.as_str(), "rate" | "nothing");
        return html! { @if is_finished { span class="muted" { "—" } } @else { (visitor.t("state-no-date")) } };
    };
    due_mark(app, visitor, due, row.provisional)
}

/// A date in a list, and how many working days are left until then.
pub fn due_mark(app: &App, visitor: &Visitor, due: Date, provisional: bool) -> Markup {
    let deadline = Deadline { start: due, due, limit: Limit::working(0), awaited: None, steps: Vec::new() };
    let (today, left) = (app.clock.today(), left(app, visitor, &deadline));
    html! {
        time datetime=(due.to_string()) { (due) }
        @if provisional { " " (badge("plain", &visitor.t("date-provisional"))) }
        br;
        @if deadline.is_late(today) { (badge("late", &left)) }
        @else if due == today { (badge("move", &left)) }
        @else { small { (left) } }
    }
}

/// Whom a row of a list is about: masked, as the store gives it, or a dash while the particulars are on their way.
pub fn applicant_cell(names: &BTreeMap<Hash, String>, row: &CaseRow) -> Markup {
    let name = names.get(&row.applicant).filter(|name| !name.is_empty());
    html! { @match name { Some(name) => span class="num" { (name) }, None => span class="muted" { "—" } } }
}

/// Why that date: step by step, one click away.
pub fn explanation(visitor: &Visitor, due: &Due) -> Markup {
    html! {
        details class="why-date" {
            summary { (visitor.t("why-this-date")) }
            div class="explain" {
                p { (visitor.t(&format!("rule-{}", due.rule))) }
                (steps(visitor, &due.deadline))
                @if let Some(statutory) = &due.statutory {
                    h3 { (visitor.t("statutory-behind")) " " (date(visitor, statutory)) }
                    (steps(visitor, statutory))
                }
                // The law leaves open from which of two days its clock runs: both are shown.
                @if let Some(other) = &due.from_intake {
                    h3 { (visitor.t("from-intake")) " " (date(visitor, other)) }
                    p class="hint" { (visitor.t("from-intake-why")) }
                    (steps(visitor, other))
                }
            }
        }
    }
}

fn steps(visitor: &Visitor, deadline: &Deadline) -> Markup {
    let span = |from: jiff::civil::Date, to: jiff::civil::Date| {
        if from == to { from.to_string() } else { format!("{from} – {to}") }
    };
    html! {
        p { (visitor.tf("deadline-sum", &[("start", &deadline.start.to_string()), ("limit", &limit(visitor.lang, deadline.limit)), ("due", &deadline.due.to_string())])) }
        table {
            caption { (visitor.t("deadline-steps")) }
            thead { tr { th scope="col" { (visitor.t("deadline-days")) } th scope="col" { (visitor.t("deadline-count")) } } }
            tbody {
                @for step in &deadline.steps {
                    tr {
                        td data-head=(visitor.t("deadline-days")) { (span(step.from, step.to)) }
                        td data-head=(visitor.t("deadline-count")) {
                            @match &step.what {
                                StepKind::Start => (visitor.t("step-start")),
                                StepKind::Counted { first, last, worked_weekend, presumed } => {
                                    @if first == last { (visitor.tf("step-counted-one", &[("day", &first.to_string())])) }
                                    @else { (visitor.tf("step-counted", &[("first", &first.to_string()), ("last", &last.to_string())])) }
                                    @if let Some(name) = worked_weekend { " · " (visitor.tf("step-worked-weekend", &[("name", name)])) }
                                    @if *presumed { " · " (visitor.t("step-presumed")) }
                                }
                                StepKind::Weekend => (visitor.t("step-weekend")),
                                StepKind::Holiday { name, number } => (visitor.tf("step-holiday", &[("name", name), ("number", number)])),
                                StepKind::MovedTo => (visitor.t("step-moved")),
                                StepKind::Paused => (visitor.t("step-paused")),
                            }
                        }
                    }
                }
            }
        }
        @if let Some(year) = deadline.awaited {
            p class="note" { (visitor.tf("deadline-awaited", &[("year", &year.to_string())])) }
        }
    }
}

/// The timeline, newest first.
pub fn timeline(visitor: &Visitor, view: &CaseView) -> Markup {
    let offices = Offices::of(view);
    html! {
        ol class="timeline" {
            @for (number, line) in view.lines.iter().enumerate().rev() {
                li class=(if line.seq.is_none() { "waiting" } else if line.refuses.is_some() || line.mark.is_some() { "refused" } else { "" }) {
                    p { strong { (what(visitor, offices.handling(number), view.case.is_joint(), line)) } }
                    @for detail in details(visitor, &view.case, line) { p { (unbroken(&detail, number_in(line))) } }
                    p { time { (line.at) } " · " span class="by" { (who(visitor, &offices, number, line)) } }
                    @if line.seq.is_none() { p class="hint" { (visitor.t("line-pending")) } }
                    @if let Some(mark) = &line.mark { p class="error" { (visitor.tf("line-mark", &[("code", mark)])) } }
                }
            }
        }
    }
}

/// Who was to decide, line by line: a case that was passed on had others before.
struct Offices<'a> {
    receiving: &'a Office,
    /// From which line on.
    handling: Vec<(usize, &'a Office)>,
}

impl<'a> Offices<'a> {
    fn of(view: &'a CaseView) -> Offices<'a> {
        let mut handling = Vec::new();
        for (number, line) in view.lines.iter().enumerate() {
            match &line.act {
                Some(Act::Drafted(drafted)) => handling.push((0, &drafted.handling)),
                Some(Act::Forwarded { to, .. } | Act::Moved { to, .. }) if line.mark.is_none() => {
                    handling.push((number + 1, &**to))
                }
                _ => {}
            }
        }
        if handling.is_empty() {
            handling.push((0, &view.case.drafted.handling));
        }
        Offices { receiving: &view.case.drafted.receiving, handling }
    }

    fn handling(&self, line: usize) -> &'a Office {
        let upto = self.handling.iter().rev().find(|(from, _)| *from <= line);
        upto.map_or(self.receiving, |(_, office)| office)
    }

    /// The one of this code, on the node where it spoke.
    fn find(&self, org: Option<Uscc>, node: &NodeId) -> Option<&'a Office> {
        let mut all = std::iter::once(self.receiving).chain(self.handling.iter().map(|(_, office)| *office));
        all.find(|office| Some(office.org) == org && office.node == *node)
    }
}

fn what(visitor: &Visitor, handling: &Office, is_joint: bool, line: &Line) -> String {
    if let Some(code) = &line.refuses {
        let reason = tongban_core::rule::WhyNot::known(code)
            .map_or_else(|| code.clone(), |why| super::fault::why(visitor.lang, &why));
        return visitor.tf("line-refused", &[("reason", &reason)]).into_owned();
    }
    let Some(act) = &line.act else { return visitor.t("line-unknown").into_owned() };
    let handling = visitor.lang.pick(&handling.name, &handling.name_en);
    match act {
        Act::Decided { outcome: Outcome::Granted, .. } => visitor.t("line-granted").into_owned(),
        Act::Decided { outcome: Outcome::Refused, .. } => visitor.t("line-decided-refused").into_owned(),
        Act::HandedOver if is_joint => visitor.t("line-joint").into_owned(),
        Act::HandedOver => visitor.tf("line-handed-over", &[("authority", handling)]).into_owned(),
        Act::PreChecked { verdict, .. } => visitor.t(&key("line-pre-checked", verdict.name())).into_owned(),
        Act::PartEnded { result, .. } if result.outcome == Outcome::Refused => {
            visitor.t("line-part-refused").into_owned()
        }
        Act::Rated { leg, level, .. } => {
            let leg = visitor.t(if *leg == Leg::Receiving { "leg-receiving" } else { "leg-handling" });
            visitor.tf("line-rated", &[("leg", &leg), ("level", &visitor.t(&format!("level-{level}")))]).into_owned()
        }
        act => visitor.t(&key("act", act.name())).into_owned(),
    }
}

/// A sentence, with the number in it in one piece.
fn unbroken(sentence: &str, number: &str) -> Markup {
    match sentence.split_once(number) {
        Some((before, after)) if !number.is_empty() => html! { (before) span class="num" { (number) } (after) },
        _ => html! { (sentence) },
    }
}

/// The number that a line of the timeline gives, if any.
fn number_in(line: &Line) -> &str {
    match &line.act {
        Some(Act::TakenIn { number } | Act::Decided { number, .. }) => number,
        _ => "",
    }
}

fn details(visitor: &Visitor, case: &Case, line: &Line) -> Vec<String> {
    let reason_text = |code: &str| visitor.t(&format!("reason-{code}")).into_owned();
    let material = |key: &str| material_name(visitor.lang, case, key).to_owned();
    let filled = |text: &str| if text.is_empty() { None } else { Some(text.to_owned()) };
    match &line.act {
        Some(Act::MaterialsAdded { materials } | Act::CorrectionAnswered { materials }) => {
            let names: Vec<String> = materials.iter().map(|attached| material(&attached.material)).collect();
            filled(&visitor.lang.joined(&names)).into_iter().collect()
        }
        Some(Act::MaterialWaived { material: key, because }) => vec![visitor.lang.labelled(&material(key), because)],
        Some(Act::TakenIn { number }) => vec![visitor.tf("state-number", &[("number", number)]).into_owned()],
        Some(Act::Returned { reason, note } | Act::NotAccepted { reason, note }) => {
            let todo = reason_todo(visitor, reason).into_owned();
            [Some(reason_text(reason)), Some(todo), filled(note)].into_iter().flatten().collect()
        }
        Some(Act::Forwarded { to, note }) => {
            vec![visitor.lang.labelled(visitor.lang.pick(&to.name, &to.name_en), note)]
        }
        Some(Act::CorrectionAsked { wanted, limit: given }) => {
            let mut lines: Vec<String> =
                wanted.iter().map(|one| visitor.lang.labelled(&material(&one.material), &one.what)).collect();
            lines.push(visitor.tf("line-correction-limit", &[("limit", &limit(visitor.lang, *given))]).into_owned());
            lines
        }
        Some(Act::PreCheckAsked { note } | Act::Resumed { note }) => filled(note).into_iter().collect(),
        Some(Act::PreChecked { wanted, note, contact, phone, .. }) => {
            let mut lines: Vec<String> =
                wanted.iter().map(|one| visitor.lang.labelled(&material(&one.material), &one.what)).collect();
            lines.extend(filled(note));
            let whom = [contact.as_str(), phone.as_str()].join(" ");
            lines.extend(filled(whom.trim()).map(|whom| visitor.lang.labelled(&visitor.t("pre-check-contact"), &whom)));
            lines
        }
        Some(Act::CalledBack { note, .. } | Act::RatingDisputed { note, .. }) => vec![note.clone()],
        Some(Act::DecisionCorrected { number, note, .. }) => {
            vec![visitor.tf("line-decision-number", &[("number", number)]).into_owned(), note.clone()]
        }
        Some(Act::DecisionRevoked { reason, note } | Act::Ended { reason, note }) => {
            vec![reason_text(reason), note.clone()]
        }
        Some(Act::ApplicantChanged { change, note, .. }) => {
            vec![visitor.t(&key("change", change.name())).into_owned(), note.clone()]
        }
        Some(Act::Moved { to, reform }) if !reform.is_empty() => {
            let name = visitor.lang.pick(&to.name, &to.name_en);
            vec![visitor.tf("line-reform", &[("authority", name), ("document", reform)]).into_owned()]
        }
        Some(Act::FeeAsked { number, cents, payee }) => {
            let fee = Fee { number: number.clone(), cents: *cents, payee: payee.clone(), asked: line.at, paid: None };
            vec![fee_line(visitor, &fee)]
        }
        Some(Act::FeePaid { number }) => vec![visitor.lang.labelled(&visitor.t("fee-number"), number)],
        Some(Act::ResultPosted { courier }) => vec![visitor.lang.labelled(&courier.company, &courier.number)],
        Some(Act::PapersTaken { papers }) => papers
            .iter()
            .map(|paper| {
                visitor.tf("line-paper", &[("what", &paper.what), ("count", &paper.count.to_string())]).into_owned()
            })
            .collect(),
        Some(Act::PapersSent { papers, courier, .. }) => {
            vec![paper_names(visitor.lang, case, papers), visitor.lang.labelled(&courier.company, &courier.number)]
        }
        Some(Act::PapersArrived { papers } | Act::PapersGiven { papers }) => {
            vec![paper_names(visitor.lang, case, papers)]
        }
        Some(Act::PapersLost { papers, note }) => vec![paper_names(visitor.lang, case, papers), note.clone()],
        Some(Act::PartBegun { part, .. }) => vec![part_name(visitor.lang, case, part)],
        Some(Act::PartEnded { part, result }) => {
            let reason = filled(&result.reason).map(|code| reason_text(&code));
            [Some(part_name(visitor.lang, case, part)), reason, filled(&result.note)].into_iter().flatten().collect()
        }
        Some(Act::Extended { days, reason }) => {
            let days = limit(visitor.lang, Limit::working(*days));
            vec![visitor.tf("line-extended", &[("days", &days)]).into_owned(), reason.clone()]
        }
        Some(Act::Paused { procedure, limit: given, note }) => {
            let name = visitor.t(&key("procedure", procedure.name())).into_owned();
            let given =
                given.map(|given| visitor.tf("line-paused", &[("limit", &limit(visitor.lang, given))]).into_owned());
            [Some(name), given, filled(note)].into_iter().flatten().collect()
        }
        Some(Act::Decided { reason, note, number, .. }) => {
            let number = visitor.tf("line-decision-number", &[("number", number)]).into_owned();
            let reason = filled(reason).map(|code| reason_text(&code));
            [Some(number), reason, filled(note)].into_iter().flatten().collect()
        }
        _ => Vec::new(),
    }
}

fn who(visitor: &Visitor, offices: &Offices<'_>, number: usize, line: &Line) -> String {
    let lang = visitor.lang;
    let name = |office: &Office| lang.pick(&office.name, &office.name_en).to_owned();
    let staff = line.by.staff.as_deref().map_or(String::new(), |staff| format!(" · {staff}"));
    match line.by.role {
        Role::Applicant => lang.t("party-applicant").into_owned(),
        Role::System if line.node == offices.receiving.node => name(offices.receiving),
        Role::System => name(offices.handling(number)),
        Role::Clerk | Role::Officer => match offices.find(line.by.org, &line.node) {
            // Who has no node of its own said it here.
            Some(office) if office.guest => {
                format!("{}{staff} · {}", name(office), visitor.tf("guest-desk", &[("node", office.node.as_str())]))
            }
            Some(office) => format!("{}{staff}", name(office)),
            None => match &line.act {
                Some(Act::HandedOut { window }) => format!("{}{staff}", name(window)),
                _ => line.node.to_string(),
            },
        },
    }
}

fn paper_names(lang: Lang, case: &Case, keys: &[String]) -> String {
    let named = case.papers.iter().filter(|kept| keys.contains(&kept.paper.key));
    lang.joined(&named.map(|kept| kept.paper.what.clone()).collect::<Vec<_>>())
}

/// The name of a part of a joint handling, with who does it.
fn part_name(lang: Lang, case: &Case, key: &str) -> String {
    let part = case.drafted.parts.iter().find(|part| part.key == key);
    part.map_or_else(
        || key.to_owned(),
        |part| lang.labelled(lang.pick(&part.name, &part.name_en), lang.pick(&part.office.name, &part.office.name_en)),
    )
}

/// The parts of a joint handling: what is done, by whom, where it is, until when. `base` is where their own pages stand.
pub fn parts(visitor: &Visitor, view: &CaseView, base: &str, own: Party) -> Markup {
    if view.parts.is_empty() {
        return html! {};
    }
    let lang = visitor.lang;
    let rows: Vec<Vec<Markup>> = view
        .parts
        .iter()
        .map(|line| {
            let name = lang.pick(&line.part.name, &line.part.name_en);
            let where_it_is = match (line.outcome, &line.state) {
                (Some(Outcome::Granted), _) => html! { (icon("tick")) (visitor.t("part-granted")) },
                (Some(Outcome::Refused), _) => html! { (badge("late", &visitor.t("part-refused"))) },
                (None, Some((phase, _))) => html! { (visitor.t(&key("phase", phase.name()))) },
                (None, None) if view.case.parts.contains_key(&line.part.key) => html! { (visitor.t("part-begun")) },
                (None, None) => html! { span class="muted" { (visitor.t("part-waits")) } },
            };
            let due = line.state.as_ref().and_then(|(_, next)| next.due.as_ref());
            vec![
                html! {
                    @match line.dossier {
                        Some(id) => a href=(format!("{base}/{id}")) { (name) },
                        None => (name),
                    }
                    @if line.waits_for() == Some(own) { " " (badge("move", &visitor.t("state-you"))) }
                },
                html! { (lang.pick(&line.part.office.name, &line.part.office.name_en)) },
                where_it_is,
                html! { @match due { Some(due) => (date(visitor, &due.deadline)), None => (limit(lang, line.part.limit)) } },
            ]
        })
        .collect();
    let heads = ["part-what", "part-who", "part-where", "part-until"].map(|head| visitor.t(head));
    let heads: Vec<&str> = heads.iter().map(|head| head.as_ref()).collect();
    let waits: Vec<_> = view.parts.iter().filter(|line| line.waits_for() == Some(own)).collect();
    html! {
        section {
            h2 { (visitor.t("joint-parts")) }
            @for line in waits {
                (attention(&visitor.tf("part-wants-you", &[("part", lang.pick(&line.part.name, &line.part.name_en))])))
            }
            (super::part::table(&visitor.t("joint-parts-caption"), &heads, &rows))
        }
    }
}

/// Of which whole a case is one part.
pub fn part_of(visitor: &Visitor, case: &Case) -> Markup {
    let Some(whole) = &case.drafted.part_of else { return html! {} };
    super::part::note(&visitor.tf("part-of", &[("number", &whole.number)]))
}

/// The question before taking in, and the answer.
pub fn pre_check(visitor: &Visitor, case: &Case, own: Party) -> Markup {
    let Some(check) = &case.pre_check else { return html! {} };
    let lang = visitor.lang;
    html! {
        div class="card" id="pre-check" {
            h2 { (visitor.t("pre-check-title")) }
            @if !check.note.is_empty() { p { (visitor.tf("pre-check-question", &[("note", &check.note)])) } }
            @match &check.answer {
                None => p class="note" { (visitor.t(if own == Party::Handling { "pre-check-asks-you" } else { "pre-check-waits" })) },
                Some(answer) => {
                    p { strong { (visitor.t(&key("line-pre-checked", answer.verdict.name()))) } }
                    @if !answer.wanted.is_empty() {
                        ul class="checklist" {
                            @for one in &answer.wanted { li { (lang.labelled(material_name(lang, case, &one.material), &one.what)) } }
                        }
                    }
                    @if !answer.note.is_empty() { p { (answer.note) } }
                    @if !answer.phone.is_empty() || !answer.contact.is_empty() {
                        p { (visitor.t("pre-check-contact")) " " (answer.contact) " " @if !answer.phone.is_empty() { (phone(visitor, &answer.phone)) } }
                    }
                    p class="hint" { (visitor.t("pre-check-binds-not")) }
                }
            }
        }
    }
}

/// A fee in words: number, amount, to whom.
pub fn fee_line(visitor: &Visitor, fee: &Fee) -> String {
    let amount = format!("{}.{:02}", fee.cents / 100, fee.cents % 100);
    visitor.tf("fee-line", &[("number", &fee.number), ("amount", &amount), ("payee", &fee.payee)]).into_owned()
}

/// What is to be paid and what was. The window takes no money for another place.
pub fn fees(visitor: &Visitor, case: &Case) -> Markup {
    if case.fees.is_empty() {
        return html! {};
    }
    html! {
        section class="card" {
            h2 { (visitor.t("fees-title")) }
            ul class="checklist" {
                @for fee in &case.fees {
                    li { (fee_line(visitor, fee)) " " @if fee.paid.is_some() { (badge("good", &visitor.t("fee-paid"))) } @else { (badge("move", &visitor.t("fee-open"))) } }
                }
            }
            p class="hint" { (visitor.t("fees-hint")) }
        }
    }
}

/// That the decision was put right, or has no effect any more.
pub fn after_decision(visitor: &Visitor, case: &Case) -> Markup {
    html! {
        @for (at, note) in &case.corrected { (super::part::note(&visitor.tf("decision-corrected", &[("date", &at.date().to_string()), ("note", note)]))) }
        @if let Some(made) = &case.revoked {
            (attention(&visitor.tf("decision-revoked", &[("date", &made.at.date().to_string())])))
            p { strong { (visitor.t(&format!("reason-{}", made.reason))) } " " (made.note) }
            p class="note" { (visitor.t("authority-remedies")) }
        }
    }
}

/// What was said of a rating: the call-back, and the answer of who was rated.
pub fn replies(visitor: &Visitor, rating: &Rating) -> Markup {
    html! {
        @if let Some((at, note)) = &rating.call_back { p class="note" { (visitor.tf("rating-called-back", &[("date", &at.date().to_string())])) " " (note) } }
        @if let Some((at, note)) = &rating.dispute { p class="note" { (visitor.tf("rating-disputed", &[("date", &at.date().to_string())])) " " (note) } }
    }
}

/// Bad ratings of one's own leg, and the form to answer them; `path` is where it is sent, with `do` for the buttons.
pub fn bad_ratings(visitor: &Visitor, case: &Case, leg: Leg, path: &str) -> Markup {
    let Some(rating) = case.ratings.get(&leg).filter(|rating| rating.is_bad() || rating.call_back.is_some()) else {
        return html! {};
    };
    html! {
        section class="card" id="rating" {
            h2 { (visitor.t("rating-bad")) }
            p { (visitor.t(&format!("level-{}", rating.before.unwrap_or(rating.level)))) @if rating.before.is_some() { " → " (visitor.t(&format!("level-{}", rating.level))) } }
            (replies(visitor, rating))
            @if rating.is_bad() && (rating.call_back.is_none() || rating.dispute.is_none()) {
                form method="post" action=(path) {
                    (super::part::hidden(visitor, path))
                    (super::part::textarea("rating_note", &visitor.t("rating-note"), Some(&visitor.t("rating-note-hint")), "", None))
                    div class="actions" {
                        @if rating.call_back.is_none() { button class="primary" type="submit" name="do" value="call-back" { (visitor.t("rating-call-back")) } }
                        @if rating.dispute.is_none() { button type="submit" name="do" value="dispute" { (visitor.t("rating-dispute")) } }
                    }
                }
            }
        }
    }
}

/// Who was late, with what: open to everyone who sees the case.
pub fn delays(visitor: &Visitor, view: &CaseView) -> Markup {
    if view.delays.is_empty() {
        return html! {};
    }
    html! {
        details class="delays" {
            summary { (visitor.tf("delays-title", &[("count", &view.delays.len().to_string())])) }
            ul class="checklist" {
                @for delay in &view.delays {
                    li {
                        (visitor.tf("delay-line", &[
                            ("party", &party_name(visitor.lang, &view.case, delay.party)),
                            ("step", &visitor.t(&key("step", delay.step.name()))),
                            ("due", &delay.deadline.due.to_string()),
                            ("done", &delay.done.date().to_string()),
                            ("days", &delay.days.to_string()),
                        ]))
                    }
                }
            }
        }
    }
}

/// The name of a material in the case's own list.
pub fn material_name<'a>(lang: Lang, case: &'a Case, key: &'a str) -> &'a str {
    let rule = case.drafted.item.materials.iter().find(|rule| rule.key == key);
    rule.map_or(key, |rule| lang.pick(&rule.name, &rule.name_en))
}

/// How a material was checked, in words.
pub fn check_name(lang: Lang, check: Check) -> String {
    let name = match check {
        Check::SeenOriginal => "check-seen-original",
        Check::CopyTaken => "check-copy-taken",
        Check::Uploaded => "check-uploaded",
    };
    lang.t(name).into_owned()
}

/// Whether a material must be there, in words.
pub fn need_name(lang: Lang, need: Need) -> String {
    lang.t(if need == Need::Necessary { "need-necessary" } else { "need-may-follow" }).into_owned()
}

/// The materials of a case: each with its review point, its files and how they were checked.
pub fn materials(visitor: &Visitor, view: &CaseView) -> Markup {
    let case = &view.case;
    let lang = visitor.lang;
    // To the applicant it is a requirement, to the staff something to look at.
    let point = if visitor.is_applicant() { "requirement" } else { "review-point" };
    html! {
        ul class="materials" {
            @for rule in &case.drafted.item.materials {
                li {
                    h3 { (lang.pick(&rule.name, &rule.name_en)) " " span class="badge" { (need_name(lang, rule.need)) } }
                    p class="hint" { (icon("paper")) (visitor.tf(point, &[("point", lang.pick(&rule.review, &rule.review_en))])) }
                    (implementation::of_material(visitor, rule))
                    @for (number, attached) in case.materials.iter().filter(|attached| attached.material == rule.key).enumerate() {
                        p {
                            @if view.missing_bytes.contains(&attached.blob.hash) {
                                (visitor.t("material-on-its-way"))
                            } @else {
                                a href=(format!("/cases/{}/files/{}", case.dossier, attached.blob.hash)) {
                                    (visitor.tf("material-open", &[("name", lang.pick(&rule.name, &rule.name_en)), ("number", &(number + 1).to_string())]))
                                }
                            }
                            " · " (size(attached.blob.size)) " · " (check_name(lang, attached.check))
                        }
                    }
                    @if let Some((_, because)) = case.waived.iter().find(|(material, _)| *material == rule.key) {
                        p { (visitor.tf("material-waived", &[("because", because)])) }
                    }
                    @if !case.materials.iter().any(|attached| attached.material == rule.key) && !case.waived.iter().any(|(material, _)| *material == rule.key) {
                        p class="muted" { (visitor.t("material-none")) }
                    }
                }
            }
        }
    }
}

/// A size in words.
pub fn size(bytes: u32) -> String {
    if bytes < 1024 {
        format!("{bytes} B")
    } else if bytes < 1024 * 1024 {
        format!("{} KB", bytes.div_ceil(1024))
    } else {
        format!("{:.1} MB", f64::from(bytes) / 1_048_576.0)
    }
}

/// A telephone number that says it is one, and that a telephone dials.
pub fn phone(visitor: &Visitor, number: &str) -> Markup {
    html! { a class="num" href=(format!("tel:{number}")) { (visitor.tf("phone", &[("phone", number)])) } }
}

/// An office and how to reach it.
pub fn office(visitor: &Visitor, office: &Office) -> Markup {
    html! { (visitor.lang.pick(&office.name, &office.name_en)) " · " (phone(visitor, &office.phone)) }
}

/// The facts of a case: item, places, mode, permit.
pub fn facts(visitor: &Visitor, case: &Case) -> Markup {
    let lang = visitor.lang;
    let drafted = &case.drafted;
    html! {
        dl class="facts" {
            dt { (visitor.t("fact-item")) } dd { (lang.pick(&drafted.item.name, &drafted.item.name_en)) }
            dt { (visitor.t("fact-receiving")) } dd { (office(visitor, &drafted.receiving)) }
            dt { (visitor.t("fact-handling")) } dd { (office(visitor, &drafted.handling)) }
            (super::situation::fact(visitor, &drafted.situations))
            dt { (visitor.t("fact-mode")) } dd { (mode(lang, drafted.item.mode)) }
            dt { (visitor.t("fact-permit")) } dd { (permit(lang, &drafted.permit)) }
            dt { (visitor.t("fact-limits")) } dd { (visitor.tf("fact-limits-value", &[("promised", &limit(lang, drafted.item.promised)), ("statutory", &limit(lang, drafted.item.statutory))])) }
        }
    }
}

/// The applicant's particulars, for those who handle the case.
pub fn particulars(visitor: &Visitor, view: &CaseView) -> Markup {
    html! {
        @match &view.applicant {
            Some(applicant) => dl class="facts" {
                dt { (visitor.t("fact-name")) } dd { (applicant.name) }
                dt { (visitor.t("fact-id")) } dd { span class="num" { (applicant.id_number) } }
                @if !applicant.contact.is_empty() { dt { (visitor.t("fact-contact")) } dd { (applicant.contact) } }
                dt { (visitor.t("fact-phone")) } dd { a class="num" href=(format!("tel:{}", applicant.phone)) { (applicant.phone) } }
                @if !applicant.address.is_empty() { dt { (visitor.t("fact-address")) } dd { (applicant.address) } }
            },
            None => p class="muted" { (visitor.t("particulars-on-their-way")) },
        }
    }
}

/// A stamp that changes with the case: by it a waiting page asks whether there is news.
pub fn stamp(view: &CaseView) -> String {
    view.lines.len().to_string()
}

/// Says when there is something new; the reader chooses to take it. `page` is the page it stands on.
pub fn news(visitor: &Visitor, view: &CaseView, page: &str) -> Markup {
    html! {
        p class="news" hidden data-news=(format!("/cases/{}/stamp", view.case.dossier)) data-stamp=(stamp(view)) {
            a class="button" href=(page) { (visitor.t("news-there")) }
        }
    }
}

/// A moment, for pages.
pub fn moment(at: Moment) -> Markup {
    html! { time { (at) } }
}
