//! How people are told: their own wishes, what they were told, and what one shift leaves to the next.

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use serde::Deserialize;
use tongban_core::dossier::suite::hex;
use tongban_core::dossier::{DossierId, Moment, Suite};

use super::case_page;
use super::fault::Fault;
use super::form::Form;
use super::part::{self, Choice, Field, check, page, select};
use super::visitor::{Visitor, home_of};
use crate::app::App;
use crate::limits;
use crate::service::told::{Matter, sentence};
use crate::store::{Account, AccountRole, Notice, NoticeWay, Reach, ShiftNote, StoreError, day_number};
use crate::text::Lang;
use crate::work::{Post, Stuck, office_hours_before};

const PAGE: &str = "/account/notices";
const SHIFT: &str = "/account/shift";

/// Routes.
pub fn router() -> Router<App> {
    Router::new()
        .route(PAGE, get(show).post(change))
        .route("/account/mail/{token}", get(confirm))
        .route(SHIFT, post(leave_note))
        .route("/my/notices", get(list))
}

#[derive(Default, Deserialize)]
struct After {
    #[serde(default)]
    done: String,
}

fn signed_in(visitor: &Visitor) -> Result<&Account, Fault> {
    visitor.account.as_ref().ok_or_else(|| visitor.sign_in(PAGE))
}

fn is_staff(account: &Account) -> bool {
    account.org.is_some()
}

async fn show(State(app): State<App>, visitor: Visitor, Query(after): Query<After>) -> Result<Markup, Fault> {
    let account = signed_in(&visitor)?;
    let reach = app.store.reach(account.id).await?;
    wishes(&app, &visitor, account, &reach, &[], &after.done).await
}

/// What is wrong with a field.
type Wrong = (&'static str, &'static str);

async fn wishes(
    app: &App,
    visitor: &Visitor,
    account: &Account,
    reach: &Reach,
    wrong: &[Wrong],
    done: &str,
) -> Result<Markup, Fault> {
    let t = |key: &str| visitor.t(key);
    let error = |field: &str| wrong.iter().find(|(known, _)| *known == field).map(|(_, key)| t(key));
    let lines: Vec<(Option<&str>, String)> =
        wrong.iter().map(|(field, key)| (Some(*field), t(key).into_owned())).collect();
    let done = ["saved", "confirmed", "sent", "unsent"].into_iter().find(|word| *word == done);
    let (mail, phone) = (&app.config.notify.mail, &app.config.notify.sms);
    let langs = [Choice { value: "zh", label: "中文".to_owned() }, Choice { value: "en", label: "English".to_owned() }];
    let hour = |name: &'static str, label: &str, chosen: u8| {
        let words: Vec<String> = (0..24).map(|hour: u8| hour.to_string()).collect();
        let options: Vec<Choice<'_>> =
            words.iter().map(|word| Choice { value: word, label: format!("{word}:00") }).collect();
        select(name, &t(label), &options, &chosen.to_string())
    };
    let labels = ["wish-mail", "wish-phone", "wish-away-from", "wish-away-until"].map(t);
    let (mail_hint, phone_hint) =
        (t(if reach.checked { "wish-mail-checked" } else { "wish-mail-hint" }), t("wish-phone-hint"));
    let body = html! {
        h1 { (t("wish-title")) }
        (part::error_summary(visitor, &lines))
        @if let Some(done) = done { (part::done(&t(&format!("wish-done-{done}")))) }
        p class="lead" { (t(if is_staff(account) { "wish-lead-staff" } else { "wish-lead" })) }
        form method="post" action=(PAGE) class="narrow" novalidate {
            (part::hidden(visitor, PAGE))
            @if mail.is_some() {
                (Field::new("mail", &labels[0]).kind("email").autocomplete("email").hint(&mail_hint).value(&reach.mail).error(error("mail").as_deref()).render(visitor))
                (check("by_mail", "1", &t("wish-by-mail"), reach.by_mail))
            } @else { (part::note(&t("wish-no-mail"))) }
            @if phone.is_some() {
                @if is_staff(account) {
                    (Field::new("phone", &labels[1]).kind("tel").inputmode("tel").hint(&phone_hint).value(&reach.phone).error(error("phone").as_deref()).render(visitor))
                }
                (check("by_sms", "1", &t("wish-by-sms"), reach.by_sms))
            } @else { (part::note(&t("wish-no-sms"))) }
            @if !is_staff(account) {
                (hour("quiet_from", "wish-quiet-from", reach.quiet_from))
                (hour("quiet_until", "wish-quiet-until", reach.quiet_until))
            }
            (select("lang", &t("wish-lang"), &langs, &reach.lang))
            @if is_staff(account) {
                h2 { (t("wish-away")) }
                p class="hint" { (t("wish-away-hint")) }
                (Field::new("away_from", &labels[2]).kind("date").value(&date(reach.away_from)).error(error("away_from").as_deref()).render(visitor))
                (Field::new("away_until", &labels[3]).kind("date").value(&date(reach.away_until)).error(error("away_until").as_deref()).render(visitor))
                (stand_ins(app, visitor, account, reach, error("stand_in").as_deref()).await?)
            }
            (part::primary(&t("wish-save")))
        }
        p { a href="/account/second" { (t("second-title")) } " · " a href=(home_of(account.role)) { (t("wish-back")) } }
    };
    Ok(page(visitor, &t("wish-title"), body))
}

async fn stand_ins(
    app: &App,
    visitor: &Visitor,
    account: &Account,
    reach: &Reach,
    error: Option<&str>,
) -> Result<Markup, StoreError> {
    let all = colleagues(app, account).await?;
    Ok(html! {
        div class=(if error.is_some() { "field wrong" } else { "field" }) {
            label for="stand_in" { (visitor.t("wish-stand-in")) }
            @if let Some(error) = error { p class="error" { (error) } }
            select id="stand_in" name="stand_in" {
                option value="" { (visitor.t("wish-stand-in-none")) }
                @for other in &all {
                    option value=(other.id) selected[reach.stand_in == Some(other.id)] {
                        (visitor.lang.pick(&other.name, &other.name_en)) " · " (other.staff.as_deref().unwrap_or_default())
                    }
                }
            }
        }
    })
}

/// Who works in the same organisation, in the same role: only they can do what this one does.
async fn colleagues(app: &App, account: &Account) -> Result<Vec<Account>, StoreError> {
    let mut all = app.store.accounts().await?;
    all.retain(|other| {
        other.org == account.org && other.role == account.role && other.id != account.id && !other.disabled
    });
    Ok(all)
}

fn date(day: Option<i64>) -> String {
    let text = |day: i64| format!("{:04}-{:02}-{:02}", day / 10_000, day / 100 % 100, day % 100);
    day.map_or_else(String::new, text)
}

/// `Err` if it is no date.
fn day(text: &str) -> Result<Option<i64>, ()> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse::<jiff::civil::Date>().map(|date| Some(day_number(date))).map_err(|_| ())
}

async fn change(State(app): State<App>, visitor: Visitor, form: Form) -> Result<Response, Fault> {
    let account = signed_in(&visitor)?;
    let held = app.store.reach(account.id).await?;
    let mut wrong: Vec<Wrong> = Vec::new();
    let realm = app.config.realm;
    let mut reach = held.clone();
    let hour = |name: &str, held: u8| form.text(name).parse().ok().filter(|hour| *hour < 24).unwrap_or(held);
    reach.lang = Lang::from_name(form.text("lang")).unwrap_or_default().name().to_owned();
    (reach.quiet_from, reach.quiet_until) =
        (hour("quiet_from", held.quiet_from), hour("quiet_until", held.quiet_until));
    if app.config.notify.mail.is_some() {
        reach.mail = form.text("mail").trim().to_owned();
        reach.by_mail = form.text("by_mail") == "1";
        reach.checked = held.checked && reach.mail == held.mail;
        if !reach.mail.is_empty() && realm.admit_mail(&reach.mail).is_err() {
            wrong.push(("mail", if visitor.drill { "wish-wrong-mail-drill" } else { "wish-wrong-mail" }));
        }
    }
    if app.config.notify.sms.is_some() {
        reach.by_sms = form.text("by_sms") == "1";
    }
    if is_staff(account) {
        reach.phone = form.text("phone").split_whitespace().collect();
        if !reach.phone.is_empty() && realm.admit_phone(&reach.phone).is_err() {
            wrong.push(("phone", if visitor.drill { "wish-wrong-phone-drill" } else { "wish-wrong-phone" }));
        }
        match (day(form.text("away_from")), day(form.text("away_until"))) {
            (Ok(from), Ok(until)) if until.is_none() || from.is_some() && from <= until => {
                (reach.away_from, reach.away_until) = (from, until);
            }
            (Err(()), _) => wrong.push(("away_from", "wish-wrong-date")),
            _ => wrong.push(("away_until", "wish-wrong-until")),
        }
        let colleagues = colleagues(&app, account).await?;
        let chosen = form.text("stand_in").parse::<i64>().ok();
        reach.stand_in = chosen.filter(|chosen| colleagues.iter().any(|other| other.id == *chosen));
        if reach.away_from.is_some() && reach.stand_in.is_none() && !colleagues.is_empty() {
            wrong.push(("stand_in", "wish-wrong-stand-in"));
        }
    }
    if !wrong.is_empty() {
        let page = wishes(&app, &visitor, account, &reach, &wrong, "").await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    app.store.set_reach(account.id, &reach).await?;
    let asks = !reach.mail.is_empty() && !reach.checked;
    let done = match asks {
        false => "saved",
        true if ask_to_confirm(&app, account.id, &reach).await => "sent",
        true => "unsent",
    };
    Ok(Redirect::to(&format!("{PAGE}?done={done}")).into_response())
}

/// What only who reads the mail at this address can know.
fn token(app: &App, account: i64, mail: &str) -> String {
    let hash = Suite::Ed25519.hash(&[b"tongban mail v1\0", &app.secret, &account.to_be_bytes(), mail.as_bytes()]);
    hex(&hash.bytes()[..16])
}

/// Before anything else goes to an address, whoever reads there says that it is theirs.
async fn ask_to_confirm(app: &App, account: i64, reach: &Reach) -> bool {
    let lang = Lang::from_name(&reach.lang).unwrap_or_default();
    let base = app.config.address.trim_end_matches('/');
    let link = format!("{base}/account/mail/{}", token(app, account, &reach.mail));
    let node = lang.pick(&app.config.name, &app.config.name_en);
    let text = lang.tf("told-confirm", &[("link", &link), ("node", node)]);
    let Ok(post) = Post::new(&app.config.notify) else { return false };
    match post.mail(&reach.mail, &lang.t("told-confirm-subject"), &text).await {
        Ok(()) => true,
        Err(Stuck::Later(why) | Stuck::Never(why)) => {
            tracing::warn!(account, why, "a mail address could not be asked to be confirmed");
            false
        }
    }
}

async fn confirm(State(app): State<App>, visitor: Visitor, Path(given): Path<String>) -> Result<Response, Fault> {
    let account = visitor.account.as_ref().ok_or_else(|| visitor.sign_in(&visitor.path))?;
    let mut reach = app.store.reach(account.id).await?;
    if reach.mail.is_empty() || token(&app, account.id, &reach.mail) != given {
        return Err(Fault::NotFound);
    }
    reach.checked = true;
    app.store.set_reach(account.id, &reach).await?;
    Ok(Redirect::to(&format!("{PAGE}?done=confirmed")).into_response())
}

/// `GET /my/notices`: all that an applicant was told.
async fn list(State(app): State<App>, visitor: Visitor) -> Result<Markup, Fault> {
    let account = visitor.must_be(&[AccountRole::Applicant, AccountRole::Firm])?;
    let notices = app.store.notices(account.id, limits::PAGE_ROWS).await?;
    let body = html! {
        h1 { (visitor.t("told-title")) }
        @if notices.is_empty() { p { (visitor.t("told-none")) } } @else { (lines(&app, &visitor, &notices).await?) }
        p { a class="button" href="/my" { (visitor.t("nav-my")) } " " a class="button" href=(PAGE) { (visitor.t("wish-title")) } }
    };
    Ok(page(&visitor, &visitor.t("told-title"), body))
}

async fn lines(app: &App, visitor: &Visitor, notices: &[Notice]) -> Result<Markup, Fault> {
    let mut rows = Vec::with_capacity(notices.len());
    for notice in notices {
        let Some(case) = app.store.case_row(notice.dossier).await? else { continue };
        let item = visitor.lang.pick(&case.item_name, &case.item_name_en).to_owned();
        let number = case.number.unwrap_or_default();
        let matter = Matter { about: notice.about, item: &item, number: &number, due: notice.due };
        rows.push((notice, sentence(visitor.lang, &matter)));
    }
    Ok(html! {
        ul class="checklist" {
            @for (notice, text) in &rows {
                li {
                    @if notice.done.is_none() { (part::badge("move", &visitor.t("told-new"))) " " }
                    a href=(format!("/my/{}", notice.dossier)) { (text) }
                    br; span class="muted" { (case_page::moment(notice.at)) }
                }
            }
        }
    })
}

/// On the list of own cases: what is new, before everything else.
pub async fn unseen(app: &App, visitor: &Visitor, account: &Account) -> Result<Markup, Fault> {
    /// As many as one takes in at a glance.
    const SHOWN: usize = 5;
    let count = app.store.count_unseen(account.id).await?;
    let mut fresh = app.store.notices(account.id, limits::PAGE_ROWS).await?;
    fresh.retain(|notice| notice.done.is_none());
    fresh.truncate(SHOWN);
    Ok(html! {
        @if !fresh.is_empty() {
            section class="card" id="news" {
                h2 { (visitor.tf("told-unseen", &[("count", &count.to_string())])) }
                (lines(app, visitor, &fresh).await?)
            }
        }
        p { a href="/my/notices" { (visitor.t("told-all")) } " · " a href=(PAGE) { (visitor.t("wish-title")) } }
    })
}

/// What went out about a case, and what did not: who reads it may have to ring somebody up.
pub async fn sent(app: &App, visitor: &Visitor, id: DossierId) -> Result<Markup, Fault> {
    let all = app.store.notices_about(id).await?;
    let out: Vec<&Notice> = all.iter().filter(|notice| notice.way != NoticeWay::App).collect();
    if out.is_empty() {
        return Ok(html! {});
    }
    let state = |notice: &Notice| match (notice.done, notice.trouble.as_str()) {
        (Some(at), "") => visitor.tf("told-sent", &[("at", &at.to_string())]).into_owned(),
        (Some(_), "unwanted") => visitor.t("told-unwanted").into_owned(),
        (Some(_), _) => visitor.t("told-failed").into_owned(),
        (None, "") => visitor.tf("told-waits", &[("at", &notice.after.to_string())]).into_owned(),
        (None, _) => visitor.t("told-again").into_owned(),
    };
    let failed = out.iter().any(|notice| notice.done.is_some() && !matches!(&*notice.trouble, "" | "unwanted"));
    Ok(html! {
        section class="card" {
            h2 { (visitor.t("told-out")) }
            @if failed && !visitor.is_applicant() { (part::attention(&visitor.t("told-ring"))) }
            ul class="checklist" {
                @for notice in &out {
                    li {
                        (visitor.t(&format!("told-word-{}", notice.about.name()))) " · "
                        (visitor.t(&format!("told-way-{}", notice.way.name()))) " · " (state(notice))
                    }
                }
            }
        }
    })
}

/// Whether messages about a case are wanted: a switch for who has no account.
pub async fn switch(app: &App, visitor: &Visitor, id: DossierId) -> Result<Markup, Fault> {
    if app.config.notify.sms.is_none() || visitor.account.is_some() {
        return Ok(html! {});
    }
    let silent = app.store.is_silenced(id).await?;
    let path = format!("/my/{id}");
    let (does, label, text) =
        if silent { ("unsilence", "told-on", "told-is-off") } else { ("silence", "told-off", "told-is-on") };
    Ok(html! {
        section class="card" {
            h2 { (visitor.t("told-sms")) }
            p { (visitor.t(text)) }
            form method="post" action=(path) {
                (part::hidden(visitor, &path))
                button type="submit" name="do" value=(does) { (visitor.t(label)) }
            }
        }
    })
}

/// At the head of a desk: what the last shift left, a form to leave something, and for who leads it what nobody opened.
pub async fn desk(app: &App, visitor: &Visitor, account: &Account, base: &str) -> Result<Markup, Fault> {
    let Some(org) = account.org else { return Ok(html! {}) };
    let (org, now) = (org.to_string(), app.clock.now());
    let notes = app.store.shift_notes(&org, Moment(now.0 - limits::SHIFT_NOTE_MS)).await?;
    let accounts = if notes.is_empty() { Vec::new() } else { app.store.accounts().await? };
    let who = |id: i64| {
        let account = accounts.iter().find(|account| account.id == id);
        account.map_or_else(String::new, |account| visitor.lang.pick(&account.name, &account.name_en).to_owned())
    };
    let leads = app.store.leads().await?.contains(&account.id);
    let unread = office_hours_before(now, limits::UNREAD_HOURS, app.calendar);
    let unread = if leads { app.store.unread(&org, unread).await? } else { Vec::new() };
    Ok(html! {
        @if !unread.is_empty() {
            section class="card" id="unread" {
                h2 { (visitor.tf("staff-unread", &[("count", &unread.len().to_string())])) }
                p class="hint" { (visitor.tf("staff-unread-hint", &[("hours", &limits::UNREAD_HOURS.to_string())])) }
                ul class="checklist" {
                    @for row in &unread {
                        li {
                            a href=(format!("{base}/cases/{}", row.dossier)) { (visitor.lang.pick(&row.item_name, &row.item_name_en)) " " span class="num" { (row.number.as_deref().unwrap_or("—")) } }
                            " · " (case_page::moment(Moment(row.changed)))
                        }
                    }
                }
            }
        }
        section class="shift" id="shift" {
            @for note in &notes {
                p class="note" { strong { (visitor.tf("shift-from", &[("name", &who(note.account)), ("at", &note.at.to_string())])) } br; (note.text) }
            }
            details {
                summary { (visitor.t("shift-leave")) }
                form method="post" action=(SHIFT) class="narrow" {
                    (part::hidden(visitor, base))
                    div class="field" {
                        label for="text" { (visitor.t("shift-text")) }
                        p class="hint" id="text-hint" { (visitor.t("shift-hint")) }
                        textarea id="text" name="text" rows="3" maxlength=(limits::SHIFT_NOTE_CHARS_MAX) aria-describedby="text-hint" {}
                    }
                    p { button type="submit" { (visitor.t("shift-do")) } }
                }
            }
        }
    })
}

async fn leave_note(State(app): State<App>, visitor: Visitor, form: Form) -> Result<Response, Fault> {
    let account = visitor.must_be(&[AccountRole::Clerk, AccountRole::Officer])?;
    let org = account.org.ok_or(Fault::Forbidden)?;
    let text = form.text("text").trim().to_owned();
    // The page takes no more; nothing is cut off.
    if text.chars().count() > limits::SHIFT_NOTE_CHARS_MAX {
        return Err(Fault::FormMalformed);
    }
    if !text.is_empty() {
        let note = ShiftNote { at: app.clock.now(), account: account.id, text };
        app.store.add_shift_note(org.as_str(), &note).await?;
    }
    Ok(Redirect::to(home_of(account.role)).into_response())
}
