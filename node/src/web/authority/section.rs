//! What an officer may do now, each step in a form of its own, the likely one first.

use std::collections::BTreeSet;

use maud::{Markup, html};
use tongban_core::case::{
    Act, Barrier, Case, Channel, Courier, DeliveryWay, EXTENSION_DAYS_MAX, JOINT_EXTENSION_DAYS_MAX, Leg, Office,
    Outcome, Party, Phase, Procedure, REASONS, Verdict, Wanted,
};
use tongban_core::directory::{Duty, Organisation};
use tongban_core::ident::Uscc;
use tongban_core::rule::{Asks, WhyNot};
use tongban_core::time::Limit;

use super::Move;
use super::case::Desk;
use crate::web::case_page::{key, material_name, need_name, party_name};
use crate::web::fault::why;
use crate::web::part::{self, Choice, Field, check, choices, textarea};

/// Days that an applicant gets for a correction unless the officer says otherwise.
const CORRECTION_DAYS: &str = "10";

/// What the officer may do now, the likely first.
pub fn possible(desk: &Desk<'_>) -> Vec<Move> {
    let all = [
        Move::PreCheck,
        Move::Resume,
        Move::Post,
        Move::Accept,
        Move::Grant,
        Move::Deliver,
        Move::Refuse,
        Move::Correction,
        Move::Pause,
        Move::Extend,
        Move::Return,
        Move::Forward,
        Move::NotAccept,
        Move::Paid,
        Move::Fee,
        Move::CorrectDecision,
        Move::Revoke,
        Move::End,
        Move::Receive,
    ];
    all.into_iter().filter(|step| asked(desk, *step).is_ok()).collect()
}

fn asked(desk: &Desk<'_>, step: Move) -> Result<(), WhyNot> {
    may(desk, &sample(&desk.view.case, step))
}

/// All forms that can be sent now, and why the others cannot.
pub fn moves(desk: &Desk<'_>, possible: &[Move]) -> Markup {
    let first = possible.first().copied().filter(|step| !step.is_rare());
    html! {
        @if first.is_none() { (nothing(desk)) }
        @for step in possible { (form(desk, *step, Some(*step) == first)) }
        (impossible(desk))
    }
}

/// Whether an act is allowed now. Acting on a case that was handed over receives it first, as the service does.
fn may(desk: &Desk<'_>, act: &Act) -> Result<(), WhyNot> {
    let app = desk.app;
    let mut case = desk.view.case.clone();
    if case.phase == Phase::HandedOver && !matches!(act, Act::Received | Act::Returned { .. }) {
        case.phase = if case.accepted.is_some() { Phase::Accepted } else { Phase::Received };
        case.received = case.handed_over;
    }
    let pen = case.pen_for(act);
    let asks = Asks { by: &desk.by, node: &app.config.node, pen: pen.as_ref(), at: app.clock.now() };
    case.may(act, &asks, app.calendar)
}

/// An act of this kind with content that no rule objects to: what is left is whether it may be said now.
fn sample(case: &Case, step: Move) -> Act {
    let reason = REASONS.first().map_or_else(String::new, |reason| reason.code.to_owned());
    let words = || "—".to_owned();
    let decided = |outcome| Act::Decided {
        outcome,
        reason: reason.clone(),
        note: words(),
        number: words(),
        document: None,
        way: DeliveryWay::Online,
    };
    match step {
        Move::PreCheck => Act::PreChecked {
            verdict: Verdict::Ready,
            wanted: Vec::new(),
            note: String::new(),
            contact: String::new(),
            phone: String::new(),
        },
        Move::Extend => Act::Extended { days: 1, reason: words() },
        Move::Pause => Act::Paused { procedure: Procedure::Hearing, limit: None, note: String::new() },
        Move::Resume => Act::Resumed { note: String::new() },
        Move::Post => Act::ResultPosted { courier: Courier { company: words(), number: words() } },
        Move::Receive => Act::Received,
        Move::Accept => Act::Accepted,
        Move::Correction => {
            let rules = case.drafted.item.materials.iter().take(1);
            let wanted = rules.map(|rule| Wanted { material: rule.key.clone(), what: words() }).collect();
            Act::CorrectionAsked { wanted, limit: Limit::working(10) }
        }
        Move::Return => Act::Returned { reason, note: String::new() },
        Move::Forward => {
            let to = Office { org: case.drafted.receiving.org, ..case.drafted.handling.clone() };
            Act::Forwarded { to: Box::new(to), note: words() }
        }
        Move::NotAccept => Act::NotAccepted { reason, note: words() },
        Move::Grant => decided(Outcome::Granted),
        Move::Refuse => decided(Outcome::Refused),
        Move::Deliver => Act::Delivered { way: delivered_by(case) },
        Move::Rating => Act::CalledBack { leg: Leg::Handling, note: words() },
        Move::Fee => Act::FeeAsked { number: words(), cents: 1, payee: words() },
        Move::Paid => {
            let open = case.fees.iter().find(|fee| fee.paid.is_none());
            Act::FeePaid { number: open.map_or_else(String::new, |fee| fee.number.clone()) }
        }
        Move::CorrectDecision => Act::DecisionCorrected { number: words(), document: None, note: words() },
        Move::Revoke => Act::DecisionRevoked { reason, note: words() },
        Move::End => Act::Ended { reason, note: words() },
    }
}

/// How this desk delivers: on the applicant's page, or what a courier brought.
pub fn delivered_by(case: &Case) -> DeliveryWay {
    match case.decision.as_ref().map(|made| made.way) {
        Some(way @ DeliveryWay::Courier) => way,
        Some(way @ DeliveryWay::Window) if case.drafted.is_delegated() => way,
        _ => DeliveryWay::Online,
    }
}

/// Whose turn it is, if not the officer's.
fn nothing(desk: &Desk<'_>) -> Markup {
    let (visitor, next) = (desk.visitor, &desk.view.next);
    if next.party == Party::Nobody || desk.view.case.phase.is_over() {
        return part::note(&visitor.t("authority-over"));
    }
    let party = party_name(visitor.lang, &desk.view.case, next.party);
    let step = visitor.t(&key("step", next.step.name()));
    part::note(&visitor.tf("authority-not-now", &[("party", &party), ("step", &step)]))
}

/// What people look for and cannot do now, with the reason.
fn impossible(desk: &Desk<'_>) -> Markup {
    let (visitor, case) = (desk.visitor, &desk.view.case);
    let not_begun = matches!(case.phase, Phase::Draft | Phase::Joint);
    if case.phase.is_over() || case.phase == Phase::Decided || not_begun {
        return html! {};
    }
    let mut lines = Vec::new();
    for step in [Move::Correction, Move::Return, Move::Forward, Move::NotAccept] {
        if let Err(reason) = asked(desk, step) {
            let text = match reason.code {
                "not-now" => visitor.t("authority-why-not-now").into_owned(),
                _ => why(visitor.lang, &reason),
            };
            lines.push((visitor.t(&format!("authority-{}", step.name())), text));
        }
    }
    if case.accepted.is_none() {
        lines.push((visitor.t("authority-decide"), visitor.t("authority-why-accept-first").into_owned()));
    }
    html! {
        @if !lines.is_empty() {
            details {
                summary { (visitor.t("authority-impossible")) }
                dl class="facts" { @for (name, text) in lines { dt { (name) } dd { (text) } } }
            }
        }
    }
}

fn form(desk: &Desk<'_>, step: Move, first: bool) -> Markup {
    let (visitor, id) = (desk.visitor, desk.view.case.dossier);
    let name = step.name();
    let title = visitor.t(&format!("authority-{name}"));
    let with_files = matches!(step, Move::Grant | Move::Refuse | Move::CorrectDecision);
    let body = html! {
        form method="post" action=(format!("/authority/cases/{id}/{name}"))
            enctype=[with_files.then_some("multipart/form-data")] novalidate {
            (part::hidden(visitor, &format!("/authority/cases/{id}?form={name}")))
            (fields(desk, step))
            div class="actions" {
                @let label = visitor.t(&format!("authority-do-{name}"));
                @if first { (part::primary(&label)) } @else { (part::secondary(&label)) }
            }
        }
    };
    html! {
        @if first {
            div class="card" id=(name) { h3 { (title) } (body) }
        } @else {
            details class="card" id=(name) open[desk.filled.step == Some(step)] { summary { (title) } (body) }
        }
    }
}

fn fields(desk: &Desk<'_>, step: Move) -> Markup {
    let visitor = desk.visitor;
    let hint = |key: &str| html! { p class="hint" { (visitor.t(key)) } };
    match step {
        Move::PreCheck => pre_check(desk),
        Move::Extend => extend(desk),
        Move::Pause => pause(desk),
        Move::Resume => html! {
            (hint("authority-resume-hint"))
            (note(desk, step, "resume_note", "authority-resume-note", None))
        },
        Move::Receive => hint("authority-receive-hint"),
        Move::Accept => accept(desk),
        Move::Correction => correction(desk),
        Move::Return => html! {
            (hint("authority-return-hint"))
            (reason(desk, step, "return_reason"))
            (note(desk, step, "return_note", "authority-return-note", Some("authority-return-note-hint")))
        },
        Move::Forward => html! {
            (hint("authority-forward-hint"))
            (authorities(desk))
            (note(desk, step, "forward_note", "authority-forward-note", Some("authority-forward-note-hint")))
        },
        Move::NotAccept => html! {
            (hint("authority-not-accept-hint"))
            (reason(desk, step, "not_accept_reason"))
            (note(desk, step, "not_accept_note", "authority-grounds", Some("authority-grounds-hint")))
            (remedies(desk))
        },
        Move::Grant => html! {
            (number(desk, step, "grant_number"))
            (note(desk, step, "grant_note", "authority-remark", None))
            (document(desk, step, "grant"))
            (way(desk, step, "grant_way"))
        },
        Move::Refuse => html! {
            (hint("authority-refuse-hint"))
            (reason(desk, step, "refuse_reason"))
            (note(desk, step, "refuse_note", "authority-grounds", Some("authority-grounds-hint")))
            (remedies(desk))
            (number(desk, step, "refuse_number"))
            (document(desk, step, "refuse"))
            (way(desk, step, "refuse_way"))
        },
        Move::Post => post(desk),
        // It has a card of its own.
        Move::Rating => html! {},
        Move::Fee => fee(desk),
        Move::Paid => {
            let open = desk.view.case.fees.iter().filter(|fee| fee.paid.is_none());
            let options: Vec<Choice<'_>> = open
                .map(|fee| Choice { value: &fee.number, label: crate::web::case_page::fee_line(visitor, fee) })
                .collect();
            let first = options.first().map_or("", |option| option.value);
            choices("fee_number", &visitor.t("authority-paid-which"), &options, first)
        }
        Move::CorrectDecision => html! {
            (hint("authority-correct-decision-hint"))
            (number(desk, step, "correct_number"))
            (note(desk, step, "correct_note", "authority-correct-decision-note", None))
            (document(desk, step, "correct"))
        },
        Move::Revoke => html! {
            (hint("authority-revoke-hint"))
            (reason(desk, step, "revoke_reason"))
            (note(desk, step, "revoke_note", "authority-grounds", Some("authority-grounds-hint")))
            (remedies(desk))
        },
        Move::End => html! {
            (hint("authority-end-hint"))
            (reason(desk, step, "end_reason"))
            (note(desk, step, "end_note", "authority-grounds", Some("authority-grounds-hint")))
            (remedies(desk))
        },
        Move::Deliver => hint(match delivered_by(&desk.view.case) {
            DeliveryWay::Courier => "authority-deliver-courier-hint",
            DeliveryWay::Window => "window-deliver-how",
            DeliveryWay::Online => "authority-deliver-hint",
        }),
    }
}

/// May it be taken in? One word, what is lacking, and whom to call.
fn pre_check(desk: &Desk<'_>) -> Markup {
    let (visitor, case, filled) = (desk.visitor, &desk.view.case, desk.filled);
    let t = |key: &str| visitor.t(key).into_owned();
    let options = [Verdict::Ready, Verdict::Lacks, Verdict::NotOurs]
        .map(|verdict| (verdict.name(), t(&key("pre-check", verdict.name()))))
        .map(|(value, label)| Choice { value, label });
    let chosen = filled.value(Move::PreCheck, "verdict", "");
    let office = &case.drafted.handling;
    let (contact, number) = (t("authority-pre-check-contact"), t("authority-pre-check-phone"));
    html! {
        p class="hint" { (visitor.t("authority-pre-check-hint")) }
        @if let Some(error) = filled.error("verdict") { p class="error" { (error) } }
        (choices("verdict", &t("authority-pre-check-verdict"), &options, chosen))
        fieldset {
            legend { (visitor.t("authority-pre-check-lacks")) }
            @for rule in &case.drafted.item.materials {
                @let name = material_name(visitor.lang, case, &rule.key);
                @let field = format!("lacks-{}", rule.key);
                (textarea(&field, &visitor.tf("authority-correction-what", &[("material", name)]), None,
                    filled.value(Move::PreCheck, &field, ""), filled.error(&field)))
            }
        }
        (note(desk, Move::PreCheck, "pre_check_note", "authority-pre-check-note", None))
        (Field::new("contact", &contact).value(filled.value(Move::PreCheck, "contact", "")).render(visitor))
        (Field::new("phone", &number).inputmode("tel").value(filled.value(Move::PreCheck, "phone", &office.phone)).render(visitor))
    }
}

/// Once, with notice to the applicant.
fn extend(desk: &Desk<'_>) -> Markup {
    let (visitor, filled) = (desk.visitor, desk.filled);
    let part = desk.view.case.drafted.part_of.is_some();
    let most = if part { JOINT_EXTENSION_DAYS_MAX } else { EXTENSION_DAYS_MAX }.to_string();
    let label = visitor.tf("authority-extend-days", &[("most", &most)]);
    html! {
        p class="hint" { (visitor.t("authority-extend-hint")) }
        (Field::new("extend_days", &label).inputmode("numeric").required().value(filled.value(Move::Extend, "extend_days", ""))
            .error(filled.error("extend_days")).render(visitor))
        (note(desk, Move::Extend, "extend_reason", "authority-extend-reason", Some("authority-extend-reason-hint")))
    }
}

/// A procedure whose time does not count.
fn pause(desk: &Desk<'_>) -> Markup {
    let (visitor, filled) = (desk.visitor, desk.filled);
    let chosen = filled.value(Move::Pause, "procedure", "");
    let label = visitor.t("authority-pause-days");
    let procedures = html! {
        @for procedure in Procedure::ALL {
            option value=(procedure.name()) selected[procedure.name() == chosen] { (visitor.t(&key("procedure", procedure.name()))) }
        }
    };
    html! {
        p class="hint" { (visitor.t("authority-pause-hint")) }
        (select(desk, "procedure", "authority-pause-procedure", "authority-pause-choose", procedures))
        (Field::new("pause_days", &label).inputmode("numeric").value(filled.value(Move::Pause, "pause_days", ""))
            .error(filled.error("pause_days")).render(visitor))
        (note(desk, Move::Pause, "pause_note", "authority-pause-note", None))
    }
}

/// How much is to be paid, to whom, under which number.
fn fee(desk: &Desk<'_>) -> Markup {
    let (visitor, filled) = (desk.visitor, desk.filled);
    let [number, amount, payee] = ["fee-number", "fee-amount", "fee-payee"].map(|key| visitor.t(key));
    let authority = visitor.lang.pick(&desk.view.case.drafted.handling.name, &desk.view.case.drafted.handling.name_en);
    html! {
        p class="hint" { (visitor.t("authority-fee-hint")) }
        (Field::new("fee_number", &number).required().value(filled.value(Move::Fee, "fee_number", "")).error(filled.error("fee_number")).render(visitor))
        (Field::new("fee_amount", &amount).required().inputmode("decimal").value(filled.value(Move::Fee, "fee_amount", "")).error(filled.error("fee_amount")).render(visitor))
        (Field::new("fee_payee", &payee).required().value(filled.value(Move::Fee, "fee_payee", authority)).error(filled.error("fee_payee")).render(visitor))
    }
}

/// The result goes by courier: to where, by whom, under which number.
fn post(desk: &Desk<'_>) -> Markup {
    let (visitor, filled) = (desk.visitor, desk.filled);
    let (company, number) = (visitor.t("paper-company"), visitor.t("paper-number"));
    let address = desk.view.applicant.as_ref().map(|applicant| applicant.address.as_str()).filter(|to| !to.is_empty());
    html! {
        p { (visitor.t("authority-post-to")) " " strong { (address.unwrap_or("—")) } }
        (Field::new("company", &company).required().value(filled.value(Move::Post, "company", "")).error(filled.error("company")).render(visitor))
        (Field::new("parcel", &number).required().value(filled.value(Move::Post, "parcel", "")).error(filled.error("parcel")).render(visitor))
    }
}

/// Before 受理: what stands against it at first sight, and from when the clock runs.
fn accept(desk: &Desk<'_>) -> Markup {
    let (visitor, case) = (desk.visitor, &desk.view.case);
    let missing: Vec<&str> = case.missing().map(|rule| visitor.lang.pick(&rule.name, &rule.name_en)).collect();
    let promised = crate::web::case_page::limit(visitor.lang, case.drafted.item.promised);
    html! {
        @if missing.is_empty() { p { (part::icon("tick")) (visitor.t("authority-complete")) } }
        @else { (part::attention(&visitor.tf("authority-missing", &[("materials", &visitor.lang.joined(&missing))]))) }
        p class="hint" { (visitor.tf("authority-accept-hint", &[("limit", &promised)])) }
    }
}

/// Everything at once: a box and a line for each material.
fn correction(desk: &Desk<'_>) -> Markup {
    let (visitor, case, filled) = (desk.visitor, &desk.view.case, desk.filled);
    let typed = filled.step == Some(Move::Correction);
    let days = visitor.t("authority-correction-days");
    let days_hint = visitor.t("authority-correction-days-hint");
    html! {
        (part::attention(&visitor.t("authority-correction-once")))
        fieldset id="correction_wanted" {
            legend { (visitor.t("authority-correction-which")) }
            @for rule in &case.drafted.item.materials {
                @let name = material_name(visitor.lang, case, &rule.key);
                @let held = case.materials.iter().filter(|attached| attached.material == rule.key).count();
                @let waived = case.waived.iter().any(|(material, _)| *material == rule.key);
                @let ticked = typed && filled.form.all("wanted").any(|wanted| wanted == rule.key);
                @let field = format!("what-{}", rule.key);
                (check("wanted", &rule.key, name, ticked))
                p class="hint" {
                    (need_name(visitor.lang, rule.need)) " · "
                    @if held > 0 { (visitor.tf("authority-held", &[("count", &held.to_string())])) }
                    @else if waived { (visitor.t("authority-waived")) }
                    @else { (visitor.t("material-none")) }
                }
                (textarea(&field, &visitor.tf("authority-correction-what", &[("material", name)]), None,
                    filled.value(Move::Correction, &field, ""), filled.error(&field)))
            }
        }
        (Field::new("correction_days", &days).hint(&days_hint).inputmode("numeric").required()
            .value(filled.value(Move::Correction, "correction_days", CORRECTION_DAYS))
            .error(filled.error("correction_days")).render(visitor))
    }
}

/// To whom it can be passed on: those who decide the same item elsewhere, then the other authorities of the place.
fn authorities(desk: &Desk<'_>) -> Markup {
    let (visitor, handling) = (desk.visitor, &desk.view.case.drafted.handling);
    let snapshot = desk.app.directory.now();
    let item = &desk.view.case.drafted.item.key;
    // Those of one item lie together: of a large catalogue the rest is not looked at.
    let deciding: BTreeSet<Uscc> = snapshot.implementations_of(item).map(|one| one.authority).collect();
    let others =
        || snapshot.organisations.values().filter(|org| org.duty == Duty::Authority && org.uscc != handling.org);
    let decides = |org: &Organisation| deciding.contains(&org.uscc);
    let same: Vec<&Organisation> = others().filter(|org| decides(org)).collect();
    let near: Vec<&Organisation> = others().filter(|org| org.region == handling.region && !decides(org)).collect();
    let chosen = desk.filled.value(Move::Forward, "forward_to", "");
    let groups = [("authority-forward-same", same), ("authority-forward-near", near)];
    select(
        desk,
        "forward_to",
        "authority-forward-to",
        "authority-forward-choose",
        html! {
            @for (title, offices) in groups.iter().filter(|(_, offices)| !offices.is_empty()) {
                optgroup label=(visitor.t(title)) {
                    @for org in offices {
                        option value=(org.uscc) selected[org.uscc.to_string() == chosen] {
                            (visitor.lang.pick(&org.name, &org.name_en))
                        }
                    }
                }
            }
        },
    )
}

/// One of many, with what is wrong above it.
fn select(desk: &Desk<'_>, name: &str, label: &str, choose: &str, options: Markup) -> Markup {
    let (visitor, error) = (desk.visitor, desk.filled.error(name));
    let error_id = format!("{name}-error");
    html! {
        div class=(if error.is_some() { "field wrong" } else { "field" }) {
            label for=(name) { (visitor.t(label)) }
            @if let Some(error) = error { p class="error" id=(error_id) { (error) } }
            select id=(name) name=(name) required aria-describedby=[error.map(|_| &error_id)] aria-invalid=[error.map(|_| "true")] {
                option value="" { (visitor.t(choose)) }
                (options)
            }
        }
    }
}

/// The library of reasons, grouped by the barrier that each stands for.
fn reason(desk: &Desk<'_>, step: Move, name: &str) -> Markup {
    let (visitor, chosen) = (desk.visitor, desk.filled.value(step, name, ""));
    let barriers = [Barrier::Material, Barrier::Administrative, Barrier::Household, Barrier::Technical, Barrier::Other];
    select(
        desk,
        name,
        "authority-reason",
        "authority-reason-choose",
        html! {
            @for barrier in barriers {
                optgroup label=(visitor.t(&format!("barrier-{}", barrier.name()))) {
                    @for reason in REASONS.iter().filter(|reason| reason.barrier == barrier) {
                        option value=(reason.code) selected[reason.code == chosen] {
                            (visitor.t(&format!("reason-{}", reason.code)))
                        }
                    }
                }
            }
        },
    )
}

fn note(desk: &Desk<'_>, step: Move, name: &str, label: &str, hint: Option<&str>) -> Markup {
    let hint = hint.map(|key| desk.visitor.t(key));
    let value = desk.filled.value(step, name, "");
    textarea(name, &desk.visitor.t(label), hint.as_deref(), value, desk.filled.error(name))
}

/// What the person can do against it. It is said with every refusal, and nobody has to type it.
fn remedies(desk: &Desk<'_>) -> Markup {
    html! {
        h4 { (desk.visitor.t("authority-remedies-title")) }
        p class="note" { (desk.visitor.t("authority-remedies")) }
        p class="hint" { (desk.visitor.t("authority-remedies-hint")) }
    }
}

fn number(desk: &Desk<'_>, step: Move, name: &str) -> Markup {
    let proposal = desk.view.case.number.as_ref().map_or_else(String::new, |number| format!("{number}-D"));
    let value = desk.filled.value(step, name, &proposal);
    let (label, hint) = (desk.visitor.t("authority-number"), desk.visitor.t("authority-number-hint"));
    Field::new(name, &label).hint(&hint).value(value).error(desk.filled.error(name)).required().render(desk.visitor)
}

/// The result document: a file, or one made from the words above.
fn document(desk: &Desk<'_>, step: Move, prefix: &str) -> Markup {
    let visitor = desk.visitor;
    let (name, generate) = (format!("{prefix}_document"), format!("{prefix}_generate"));
    let ticked = desk.filled.step != Some(step) || desk.filled.form.text(&generate) == "1";
    let label = if visitor.drill { "authority-generate-drill" } else { "authority-generate" };
    let error = desk.filled.error(&name);
    html! {
        @if let Some(error) = error { p class="error" { (error) } }
        (check(&generate, "1", &visitor.t(label), ticked))
        (part::file(&name, &visitor.t("authority-document-file"), &visitor.t("authority-document-hint")))
    }
}

/// How the result reaches the person. At the window only where the window was given the right.
fn way(desk: &Desk<'_>, step: Move, name: &str) -> Markup {
    let (visitor, drafted) = (desk.visitor, &desk.view.case.drafted);
    let delivers = drafted.permit.rights.deliver || drafted.is_delegated();
    let window = visitor.lang.pick(&drafted.receiving.name, &drafted.receiving.name_en);
    let t = |key: &str| visitor.t(key).into_owned();
    let mut options = vec![
        Choice { value: "online-now", label: t("authority-way-online-now") },
        Choice { value: "online-later", label: t("authority-way-online-later") },
    ];
    let mut proposal = "online-now";
    if drafted.part_of.is_some() {
        // With this very stamp it goes to the whole.
        options.truncate(1);
        options[0].label = t("authority-way-online");
    }
    // The applicant chooses it by giving an address.
    let address = desk.view.applicant.as_ref().map(|applicant| applicant.address.as_str()).unwrap_or_default();
    if !address.is_empty() {
        options.push(Choice {
            value: "courier",
            label: visitor.tf("authority-way-courier", &[("address", address)]).into_owned(),
        });
        proposal = "courier";
    }
    if delivers && drafted.channel == Channel::Window {
        let label = visitor.tf("authority-way-window", &[("window", window)]).into_owned();
        options.push(Choice { value: "window", label });
        if address.is_empty() {
            proposal = "window";
        }
    }
    html! {
        (choices(name, &visitor.t("authority-way"), &options, desk.filled.value(step, name, proposal)))
        @if !delivers { p class="hint" { (visitor.t("why-right-missing-deliver")) } }
    }
}
