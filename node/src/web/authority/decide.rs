//! What happens when an officer sends one of the forms.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use tongban_core::case::{
    Act, CORRECTION_DAYS_MAX, Courier, DeliveryWay, EXTENSION_DAYS_MAX, JOINT_EXTENSION_DAYS_MAX, Leg, Outcome,
    PROCEDURE_DAYS_MAX, Procedure, Verdict as Answer, Wanted,
};
use tongban_core::time::Limit;

use super::case::{Filled, again};
use super::paper::{Paper, Verdict};
use super::section::delivered_by;
use super::{Move, case_id, decider, may_decide};
use crate::app::App;
use crate::service::{CaseView, OnceKey, ServiceError, act, authority, check_upload};
use crate::store::NewBlob;
use crate::text::Lang;
use crate::web::fault::{Fault, sentences};
use crate::web::form::Form;
use crate::web::visitor::Visitor;

/// The most characters of a document's number.
const NUMBER_CHARS_MAX: usize = 60;

/// What is wrong with a form, before the service is asked: field, text, code.
struct Wrong {
    errors: Vec<(Option<String>, String)>,
    code: String,
}

impl Wrong {
    fn field(visitor: &Visitor, field: &str, key: &str) -> Wrong {
        let code = key.trim_start_matches("authority-wrong-").to_owned();
        Wrong { errors: vec![(Some(field.to_owned()), visitor.t(key).into_owned())], code }
    }

    fn add(&mut self, other: Wrong) {
        if self.code.is_empty() {
            self.code = other.code;
        }
        self.errors.extend(other.errors);
    }
}

/// What a form says.
struct Saying {
    acts: Vec<Act>,
    blobs: Vec<NewBlob>,
}

impl From<Act> for Saying {
    fn from(act: Act) -> Saying {
        Saying { acts: vec![act], blobs: Vec::new() }
    }
}

/// `POST /authority/cases/{id}/{step}`.
pub async fn take_step(
    State(app): State<App>,
    visitor: Visitor,
    Path((id, step)): Path<(String, String)>,
    mut form: Form,
) -> Result<Response, Fault> {
    let account = decider(&visitor)?;
    let id = case_id(&id)?;
    let step = Move::from_name(&step).ok_or(Fault::NotFound)?;
    let actor = visitor.must_act()?;
    let view = CaseView::read(&app, &actor, id, "case").await?;
    may_decide(account, &view.case)?;
    let wrong = match saying(&app, &visitor, &view, step, &mut form) {
        Ok(saying) => match act(&app, &actor, id, saying.acts, saying.blobs, form.once().map(OnceKey::from)).await {
            // What was passed on is another authority's to see.
            Ok(_) if step == Move::Forward => return Ok(Redirect::to("/authority?done=forward").into_response()),
            Ok(_) => return Ok(Redirect::to(&format!("/authority/cases/{id}?done={}", step.name())).into_response()),
            Err(error @ (ServiceError::NotFound | ServiceError::Forbidden)) => return Err(error.into()),
            Err(error) => {
                let code = error.code();
                let place = |field: Option<String>| field.or_else(|| Some(step.name().to_owned()));
                let errors = sentences(visitor.lang, &error).into_iter().map(|(field, text)| (place(field), text));
                Wrong { errors: errors.collect(), code }
            }
        },
        Err(wrong) => wrong,
    };
    // What happened meanwhile is shown too: somebody else may have been faster.
    let view = CaseView::read(&app, &actor, id, "case").await?;
    let filled = Filled { step: Some(step), form, errors: wrong.errors, code: wrong.code, kept: false };
    again(&app, &visitor, &actor, &view, &filled)
}

fn saying(app: &App, visitor: &Visitor, view: &CaseView, step: Move, form: &mut Form) -> Result<Saying, Wrong> {
    match step {
        Move::PreCheck => pre_check(visitor, view, form).map(Saying::from),
        Move::Extend => extend(visitor, view, form).map(Saying::from),
        Move::Pause => pause(visitor, form).map(Saying::from),
        Move::Resume => Ok(Act::Resumed { note: form.text("resume_note").trim().to_owned() }.into()),
        Move::Receive => Ok(Act::Received.into()),
        Move::Accept => Ok(Act::Accepted.into()),
        Move::Deliver => Ok(Act::Delivered { way: delivered_by(&view.case) }.into()),
        Move::Post => post(visitor, form).map(Saying::from),
        Move::Fee => fee(visitor, form).map(Saying::from),
        Move::Paid => Ok(Act::FeePaid { number: form.text("fee_number").to_owned() }.into()),
        Move::Revoke => {
            let (reason, note) = grounds(visitor, form, "revoke_reason", "revoke_note", true)?;
            Ok(Act::DecisionRevoked { reason, note }.into())
        }
        Move::End => {
            let (reason, note) = grounds(visitor, form, "end_reason", "end_note", true)?;
            Ok(Act::Ended { reason, note }.into())
        }
        Move::CorrectDecision => correct_decision(app, visitor, view, form),
        Move::Rating => {
            let note = form.text("rating_note").trim().to_owned();
            if note.is_empty() {
                return Err(Wrong::field(visitor, "rating_note", "authority-wrong-rating"));
            }
            let leg = Leg::Handling;
            let disputes = form.text("do") == "dispute";
            Ok(if disputes { Act::RatingDisputed { leg, note } } else { Act::CalledBack { leg, note } }.into())
        }
        Move::Correction => correction(visitor, view, form).map(Saying::from),
        Move::Return => {
            let (reason, note) = grounds(visitor, form, "return_reason", "return_note", false)?;
            Ok(Act::Returned { reason, note }.into())
        }
        Move::Forward => forward(app, visitor, form).map(Saying::from),
        Move::NotAccept => {
            let (reason, note) = grounds(visitor, form, "not_accept_reason", "not_accept_note", true)?;
            Ok(Act::NotAccepted { reason, note }.into())
        }
        Move::Grant => {
            let note = form.text("grant_note").trim().to_owned();
            decision(app, visitor, view, form, "grant", Outcome::Granted, Ok((String::new(), note)))
        }
        Move::Refuse => {
            let grounds = grounds(visitor, form, "refuse_reason", "refuse_note", true);
            decision(app, visitor, view, form, "refuse", Outcome::Refused, grounds)
        }
    }
}

/// The answer to a pre-check: what is lacking is named with it.
fn pre_check(visitor: &Visitor, view: &CaseView, form: &Form) -> Result<Act, Wrong> {
    let mut wrong = Wrong { errors: Vec::new(), code: String::new() };
    let all = [Answer::Ready, Answer::Lacks, Answer::NotOurs];
    let verdict = all.into_iter().find(|verdict| verdict.name() == form.text("verdict"));
    let wanted: Vec<Wanted> = view
        .case
        .drafted
        .item
        .materials
        .iter()
        .map(|rule| Wanted {
            material: rule.key.clone(),
            what: form.text(&format!("lacks-{}", rule.key)).trim().to_owned(),
        })
        .filter(|one| !one.what.is_empty())
        .collect();
    let text = |field: &str| form.text(field).trim().to_owned();
    let note = text("pre_check_note");
    match verdict {
        None => wrong.add(Wrong::field(visitor, "verdict", "authority-wrong-verdict")),
        Some(Answer::Lacks) if wanted.is_empty() => {
            wrong.add(Wrong::field(visitor, "verdict", "authority-wrong-lacks-nothing"));
        }
        Some(Answer::NotOurs) if note.is_empty() => {
            wrong.add(Wrong::field(visitor, "pre_check_note", "authority-wrong-not-ours"));
        }
        _ => {}
    }
    match verdict {
        Some(verdict) if wrong.errors.is_empty() => {
            Ok(Act::PreChecked { verdict, wanted, note, contact: text("contact"), phone: text("phone") })
        }
        _ => Err(wrong),
    }
}

/// How much, to whom, under which number.
fn fee(visitor: &Visitor, form: &Form) -> Result<Act, Wrong> {
    let mut wrong = Wrong { errors: Vec::new(), code: String::new() };
    let text = |field: &str| form.text(field).trim().to_owned();
    let (number, payee) = (text("fee_number"), text("fee_payee"));
    let cents = cents(&text("fee_amount"));
    for (field, is_wrong) in
        [("fee_number", number.is_empty()), ("fee_amount", cents.is_none()), ("fee_payee", payee.is_empty())]
    {
        if is_wrong {
            let key = if field == "fee_amount" { "authority-wrong-fee-amount" } else { "authority-wrong-fee" };
            wrong.add(Wrong::field(visitor, field, key));
        }
    }
    match cents {
        Some(cents) if wrong.errors.is_empty() => Ok(Act::FeeAsked { number, cents, payee }),
        _ => Err(wrong),
    }
}

/// An amount in yuan, with at most two decimals, in cents.
fn cents(text: &str) -> Option<u64> {
    let (yuan, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if yuan.is_empty() || rest.len() > 2 || !digits(yuan) || !digits(rest) {
        return None;
    }
    let rest: u64 = format!("{rest:0<2}").parse().ok()?;
    yuan.parse::<u64>().ok()?.checked_mul(100)?.checked_add(rest).filter(|cents| *cents > 0)
}

/// The document put right: a new file, or one made from the words.
fn correct_decision(app: &App, visitor: &Visitor, view: &CaseView, form: &mut Form) -> Result<Saying, Wrong> {
    let mut wrong = Wrong { errors: Vec::new(), code: String::new() };
    let (number, note) = (form.text("correct_number").trim().to_owned(), form.text("correct_note").trim().to_owned());
    if number.is_empty() || number.chars().count() > NUMBER_CHARS_MAX {
        wrong.add(Wrong::field(visitor, "correct_number", "authority-wrong-number"));
    }
    if note.is_empty() {
        wrong.add(Wrong::field(visitor, "correct_note", "authority-wrong-correct-note"));
    }
    let made = view.case.decision.as_ref();
    let verdict = Verdict {
        outcome: made.map(|made| made.outcome),
        number: &number,
        reason: made.map_or("", |made| &made.reason),
        note: &note,
        at: app.clock.now(),
    };
    match document(app, visitor, view, form, "correct", verdict) {
        Ok(blob) if wrong.errors.is_empty() => {
            let document = Some(blob.reference.clone());
            Ok(Saying { acts: vec![Act::DecisionCorrected { number, document, note }], blobs: vec![blob] })
        }
        Ok(_) => Err(wrong),
        Err(fault) => {
            wrong.add(fault);
            Err(wrong)
        }
    }
}

/// By whom the result goes, and under which number.
fn post(visitor: &Visitor, form: &Form) -> Result<Act, Wrong> {
    let mut wrong = Wrong { errors: Vec::new(), code: String::new() };
    let text = |field: &str| form.text(field).trim().to_owned();
    let courier = Courier { company: text("company"), number: text("parcel") };
    for (field, value) in [("company", &courier.company), ("parcel", &courier.number)] {
        if value.is_empty() {
            wrong.add(Wrong::field(visitor, field, "authority-wrong-courier"));
        }
    }
    if wrong.errors.is_empty() { Ok(Act::ResultPosted { courier }) } else { Err(wrong) }
}

/// By how long, and why: the applicant reads it.
fn extend(visitor: &Visitor, view: &CaseView, form: &Form) -> Result<Act, Wrong> {
    let mut wrong = Wrong { errors: Vec::new(), code: String::new() };
    let part = view.case.drafted.part_of.is_some();
    let most = if part { JOINT_EXTENSION_DAYS_MAX } else { EXTENSION_DAYS_MAX };
    let days = form.text("extend_days").trim().parse::<u16>().ok().filter(|days| (1..=most).contains(days));
    let reason = form.text("extend_reason").trim().to_owned();
    if days.is_none() {
        wrong.add(Wrong::field(visitor, "extend_days", "authority-wrong-extend-days"));
    }
    if reason.is_empty() {
        wrong.add(Wrong::field(visitor, "extend_reason", "authority-wrong-extend-reason"));
    }
    match days {
        Some(days) if wrong.errors.is_empty() => Ok(Act::Extended { days, reason }),
        _ => Err(wrong),
    }
}

/// Which procedure, and how long it is to take.
fn pause(visitor: &Visitor, form: &Form) -> Result<Act, Wrong> {
    let mut wrong = Wrong { errors: Vec::new(), code: String::new() };
    let procedure = Procedure::ALL.into_iter().find(|procedure| procedure.name() == form.text("procedure"));
    let typed = form.text("pause_days").trim();
    let days = typed.parse::<u16>().ok().filter(|days| (1..=PROCEDURE_DAYS_MAX).contains(days));
    if procedure.is_none() {
        wrong.add(Wrong::field(visitor, "procedure", "authority-wrong-procedure"));
    }
    if days.is_none() && !typed.is_empty() {
        wrong.add(Wrong::field(visitor, "pause_days", "authority-wrong-pause-days"));
    }
    let note = form.text("pause_note").trim().to_owned();
    match procedure {
        Some(procedure) if wrong.errors.is_empty() => {
            Ok(Act::Paused { procedure, limit: days.map(Limit::working), note })
        }
        _ => Err(wrong),
    }
}

/// To whom, and why.
fn forward(app: &App, visitor: &Visitor, form: &Form) -> Result<Act, Wrong> {
    let mut wrong = Wrong { errors: Vec::new(), code: String::new() };
    let to = authority(app, form.text("forward_to"));
    let note = form.text("forward_note").trim().to_owned();
    if to.is_none() {
        wrong.add(Wrong::field(visitor, "forward_to", "authority-wrong-forward-to"));
    }
    if note.is_empty() {
        wrong.add(Wrong::field(visitor, "forward_note", "authority-wrong-forward-note"));
    }
    match to {
        Some(to) if wrong.errors.is_empty() => Ok(Act::Forwarded { to: Box::new(to), note }),
        _ => Err(wrong),
    }
}

/// One correction with everything that is wanted; all that is wrong with the form is said at once, too.
fn correction(visitor: &Visitor, view: &CaseView, form: &Form) -> Result<Act, Wrong> {
    let mut wrong = Wrong { errors: Vec::new(), code: String::new() };
    let mut wanted = Vec::new();
    for rule in &view.case.drafted.item.materials {
        let field = format!("what-{}", rule.key);
        let what = form.text(&field).trim();
        match (form.all("wanted").any(|key| key == rule.key), what.is_empty()) {
            (true, false) => wanted.push(Wanted { material: rule.key.clone(), what: what.to_owned() }),
            (true, true) => wrong.add(Wrong::field(visitor, &field, "authority-wrong-what-empty")),
            (false, false) => wrong.add(Wrong::field(visitor, &field, "authority-wrong-not-ticked")),
            (false, true) => {}
        }
    }
    if wanted.is_empty() && wrong.errors.is_empty() {
        wrong.add(Wrong::field(visitor, "correction_wanted", "authority-wrong-nothing-wanted"));
    }
    let days = form.text("correction_days").trim().parse::<u16>().ok();
    let days = days.filter(|days| (1..=CORRECTION_DAYS_MAX).contains(days));
    if days.is_none() {
        wrong.add(Wrong::field(visitor, "correction_days", "authority-wrong-days"));
    }
    match days {
        Some(days) if wrong.errors.is_empty() => Ok(Act::CorrectionAsked { wanted, limit: Limit::working(days) }),
        _ => Err(wrong),
    }
}

fn grounds(
    visitor: &Visitor,
    form: &Form,
    reason_field: &str,
    note_field: &str,
    must_explain: bool,
) -> Result<(String, String), Wrong> {
    let reason = form.text(reason_field).to_owned();
    let note = form.text(note_field).trim().to_owned();
    let mut wrong = Wrong { errors: Vec::new(), code: String::new() };
    if reason.is_empty() {
        wrong.add(Wrong::field(visitor, reason_field, "authority-wrong-reason"));
    }
    if must_explain && note.is_empty() {
        wrong.add(Wrong::field(visitor, note_field, "authority-wrong-grounds"));
    }
    if wrong.errors.is_empty() { Ok((reason, note)) } else { Err(wrong) }
}

/// The decision with its document, and the delivery in the same breath if it goes online at once.
fn decision(
    app: &App,
    visitor: &Visitor,
    view: &CaseView,
    form: &mut Form,
    prefix: &str,
    outcome: Outcome,
    grounds: Result<(String, String), Wrong>,
) -> Result<Saying, Wrong> {
    let mut wrong = Wrong { errors: Vec::new(), code: String::new() };
    let (reason, note) = grounds.unwrap_or_else(|fault| {
        wrong.add(fault);
        Default::default()
    });
    let number = form.text(&format!("{prefix}_number")).trim().to_owned();
    if number.is_empty() || number.chars().count() > NUMBER_CHARS_MAX {
        wrong.add(Wrong::field(visitor, &format!("{prefix}_number"), "authority-wrong-number"));
    }
    let verdict =
        Verdict { outcome: Some(outcome), number: &number, reason: &reason, note: &note, at: app.clock.now() };
    let document = document(app, visitor, view, form, prefix, verdict);
    let blob = match document {
        Ok(blob) if wrong.errors.is_empty() => blob,
        Ok(_) => return Err(wrong),
        Err(fault) => {
            wrong.add(fault);
            return Err(wrong);
        }
    };
    let way = form.text(&format!("{prefix}_way"));
    let delivery = match way {
        "window" => DeliveryWay::Window,
        "courier" => DeliveryWay::Courier,
        _ => DeliveryWay::Online,
    };
    // What came of a part goes to the whole at once.
    let at_once = way == "online-now" && view.case.drafted.part_of.is_none();
    let document = Some(blob.reference.clone());
    let mut acts = vec![Act::Decided { outcome, reason, note, number, document, way: delivery }];
    if at_once {
        acts.push(Act::Delivered { way: DeliveryWay::Online });
    }
    Ok(Saying { acts, blobs: vec![blob] })
}

/// The result document: the file that was sent, or one that says what the form says.
fn document(
    app: &App,
    visitor: &Visitor,
    view: &CaseView,
    form: &mut Form,
    prefix: &str,
    verdict: Verdict<'_>,
) -> Result<NewBlob, Wrong> {
    let field = format!("{prefix}_document");
    let generate = form.text(&format!("{prefix}_generate")) == "1";
    if let Some((_, upload)) = form.take_files().into_iter().find(|(name, _)| *name == field) {
        return check_upload(app.signer.as_ref(), upload).map_err(|fault| {
            let error = ServiceError::Upload(fault);
            let errors = sentences(visitor.lang, &error).into_iter().map(|(_, text)| (Some(field.clone()), text));
            Wrong { errors: errors.collect(), code: error.code() }
        });
    }
    if !generate {
        return Err(Wrong::field(visitor, &field, "authority-wrong-no-document"));
    }
    let Some(applicant) = &view.applicant else {
        return Err(Wrong::field(visitor, &field, "authority-wrong-no-particulars"));
    };
    // The file is an official document: Chinese, whatever language the officer reads.
    let file = Paper::new(app, Lang::Zh, &view.case, applicant, verdict).pdf();
    Ok(NewBlob::new(app.signer.public_key().suite(), rand::random(), "application/pdf", file))
}

#[cfg(test)]
mod tests {
    use super::cents;

    #[test]
    fn an_amount_is_read_to_the_cent() {
        for (text, amount) in [("20", 2000), ("0.5", 50), ("12.34", 1234), ("7.", 700)] {
            assert_eq!(cents(text), Some(amount), "{text}");
        }
        for text in ["", "0", "0.00", ".5", "1.234", "-1", "1e3", "一", "99999999999999999999"] {
            assert_eq!(cents(text), None, "{text}");
        }
    }
}
