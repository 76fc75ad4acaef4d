//! Notices on paper (文书): consent, acceptance, correction, extension, procedures. One sheet of A4 each, with a QR code by
//! which anyone can check that this node has the case say so.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use maud::{Markup, html};
use tongban_core::case::{Case, Office, Party};
use tongban_core::dossier::{DossierId, Moment};
use tongban_core::time::deadline;

use super::case_page;
use super::fault::Fault;
use super::part::{self, badge, page};
use super::visitor::Visitor;
use crate::app::App;
use crate::service::CaseView;
use crate::text::Lang;

/// Routes.
pub fn router() -> Router<App> {
    Router::new().route("/cases/{id}/notices/{kind}", get(show)).route("/check/{id}/{kind}", get(verify))
}

/// Which notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// 服务同意书: the applicant signs it at the window.
    Consent,
    /// 受理通知书.
    Accepted,
    /// 不予受理决定书.
    NotAccepted,
    /// 补正告知书.
    Correction,
    /// 延长办理期限告知书.
    Extended,
    /// 不计入办理期限的程序告知书.
    Paused,
}

impl Kind {
    const ALL: [Kind; 6] =
        [Kind::Consent, Kind::Accepted, Kind::NotAccepted, Kind::Correction, Kind::Extended, Kind::Paused];

    fn name(self) -> &'static str {
        match self {
            Kind::Consent => "consent",
            Kind::Accepted => "accepted",
            Kind::NotAccepted => "not-accepted",
            Kind::Correction => "correction",
            Kind::Extended => "extended",
            Kind::Paused => "paused",
        }
    }

    /// When it was given, if it was.
    fn given(self, case: &Case) -> Option<Moment> {
        match self {
            Kind::Consent => Some(case.begun),
            Kind::Accepted => case.accepted,
            Kind::NotAccepted => case.not_accepted.as_ref().map(|made| made.at),
            Kind::Correction => case.correction.as_ref().map(|made| made.asked),
            Kind::Extended => case.extended.as_ref().map(|made| made.at),
            Kind::Paused => case.pauses.last().map(|made| made.from),
        }
    }

    fn issuer(self, case: &Case) -> &Office {
        let by_window = self == Kind::Consent || case.drafted.is_delegated();
        if by_window { &case.drafted.receiving } else { &case.drafted.handling }
    }
}

/// Links to all notices that there are; nothing if there are none.
pub fn links(visitor: &Visitor, case: &Case) -> Markup {
    html! {
        section class="no-print" {
            h3 { (visitor.t("notices-title")) }
            ul class="checklist" {
                @for kind in Kind::ALL.into_iter().filter(|kind| kind.given(case).is_some()) {
                    li { a href=(format!("/cases/{}/notices/{}", case.dossier, kind.name())) { (visitor.t(&format!("notice-{}", kind.name()))) } }
                }
            }
        }
    }
}

/// What a notice says, a paragraph each.
fn paragraphs(app: &App, lang: Lang, case: &Case, kind: Kind) -> Vec<String> {
    let drafted = &case.drafted;
    let item = lang.pick(&drafted.item.name, &drafted.item.name_en);
    let receiving = lang.pick(&drafted.receiving.name, &drafted.receiving.name_en);
    let handling = lang.pick(&drafted.handling.name, &drafted.handling.name_en);
    let say = |key: &str, values: &[(&str, &str)]| lang.tf(key, values).into_owned();
    let names = [("item", item), ("receiving", receiving), ("handling", handling)];
    match kind {
        Kind::Consent => ["notice-consent-what", "notice-consent-who", "notice-consent-term", "notice-consent-right"]
            .iter()
            .map(|key| say(key, &names))
            .collect(),
        Kind::Accepted => {
            let until = |limit| case.accepted.map(|at| deadline(at.date(), limit, app.calendar).due.to_string());
            let promised = until(drafted.item.promised).unwrap_or_default();
            let statutory = until(drafted.item.statutory).unwrap_or_default();
            vec![
                say("notice-accepted-body", &names),
                say("notice-accepted-until", &[("promised", &promised), ("statutory", &statutory)]),
            ]
        }
        Kind::NotAccepted => {
            let mut lines = vec![say("notice-not-accepted-body", &names)];
            if let Some(made) = &case.not_accepted {
                let reason = lang.t(&format!("reason-{}", made.reason));
                lines.push(say("authority-paper-reason", &[("reason", &reason)]));
                lines.push(say("authority-paper-grounds", &[("note", &made.note)]));
                lines.push(lang.t("authority-remedies").into_owned());
            }
            lines
        }
        Kind::Correction => {
            let mut lines = vec![say("notice-correction-body", &names)];
            if let Some(made) = &case.correction {
                let wanted = made.wanted.iter().enumerate().map(|(place, one)| {
                    let name = case_page::material_name(lang, case, &one.material);
                    format!("{}. {}", place + 1, lang.labelled(name, &one.what))
                });
                lines.extend(wanted);
                let until = deadline(made.asked.date(), made.limit, app.calendar).due.to_string();
                lines.push(say("notice-correction-until", &[("until", &until)]));
            }
            lines
        }
        Kind::Extended => {
            let mut lines = vec![say("notice-extended-body", &names)];
            if let Some(made) = &case.extended {
                lines.push(say("notice-extended-by", &[("days", &made.days.to_string()), ("reason", &made.reason)]));
            }
            lines
        }
        Kind::Paused => {
            let mut lines = vec![say("notice-paused-body", &names)];
            if let Some(made) = case.pauses.last() {
                let name = lang.t(&case_page::key("procedure", made.procedure.name()));
                lines
                    .push(say("notice-paused-which", &[("procedure", &name), ("from", &made.from.date().to_string())]));
                lines.extend(made.limit.map(|limit| say("line-paused", &[("limit", &case_page::limit(lang, limit))])));
                lines.extend(Some(made.note.clone()).filter(|note| !note.is_empty()));
            }
            lines
        }
    }
}

/// `GET /cases/{id}/notices/{kind}`: for everyone who sees the case. A notice is an official paper: its words stand in Chinese,
/// in the other language for who reads that.
async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path((id, kind)): Path<(String, String)>,
) -> Result<Markup, Fault> {
    let id: DossierId = id.parse().map_err(|_| Fault::NotFound)?;
    let kind = Kind::ALL.into_iter().find(|one| one.name() == kind).ok_or(Fault::NotFound)?;
    let view = CaseView::read(&app, &visitor.must_act()?, id, "print").await?;
    let case = &view.case;
    let given = kind.given(case).ok_or(Fault::NotFound)?;
    let lang = visitor.lang;
    let issuer = kind.issuer(case);
    let title = visitor.t(&format!("notice-{}", kind.name()));
    let check = format!("{}/check/{id}/{}", app.config.address.trim_end_matches('/'), kind.name());
    let body = html! {
        article class="card paper" {
            @if visitor.drill { p { strong { (visitor.t("authority-paper-mark")) } } }
            h1 { (title) }
            dl class="facts" {
                @if let Some(number) = &case.number { dt { (visitor.t("authority-paper-case")) } dd { (number) } }
                @if let Some(applicant) = &view.applicant { dt { (visitor.t("authority-paper-applicant")) } dd { (applicant.name) } }
                dt { (visitor.t("fact-item")) } dd { (lang.pick(&case.drafted.item.name, &case.drafted.item.name_en)) }
                dt { (visitor.t("fact-receiving")) } dd { (case_page::office(&visitor, &case.drafted.receiving)) }
                dt { (visitor.t("fact-handling")) } dd { (case_page::party_name(lang, case, Party::Handling)) }
            }
            @for text in paragraphs(&app, lang, case, kind) { p { (text) } }
            @if kind == Kind::Consent { p { (visitor.t("notice-consent-sign")) } }
            @else { p class="sign" { strong { (lang.pick(&issuer.name, &issuer.name_en)) } br; (given.date()) } }
            (part::qr(&check, &visitor.t("notice-check-qr")))
            p class="hint" { (visitor.t("notice-check-hint")) }
        }
        div class="actions no-print" { button class="primary" type="button" data-print hidden { (visitor.t("print")) } }
        noscript { p class="hint no-print" { (visitor.t("window-print-hint")) } }
    };
    Ok(page(&visitor, &title, body))
}

/// `GET /check/{id}/{kind}`: anyone with the paper in hand checks it. It says that this node has the case say so, and when; not
/// whom it is about, nor what.
async fn verify(
    State(app): State<App>,
    visitor: Visitor,
    Path((id, kind)): Path<(String, String)>,
) -> Result<Markup, Fault> {
    let id: DossierId = id.parse().map_err(|_| Fault::NotFound)?;
    let kind = Kind::ALL.into_iter().find(|one| one.name() == kind).ok_or(Fault::NotFound)?;
    let held = app.store.dossier(id, app.calendar).await?.and_then(|(held, _)| held.into_case());
    let found = held.as_ref().and_then(|case| Some((case, kind.given(case)?)));
    let title = visitor.t("check-title");
    let body = html! {
        h1 { (title) @if visitor.drill { " " (badge("plain", &visitor.t("drill-data"))) } }
        @match found {
            Some((case, given)) => {
                @let issuer = kind.issuer(case);
                (part::done(&visitor.t("check-true")))
                dl class="facts" {
                    dt { (visitor.t("check-what")) } dd { (visitor.t(&format!("notice-{}", kind.name()))) }
                    @if let Some(number) = &case.number { dt { (visitor.t("authority-paper-case")) } dd { (number) } }
                    dt { (visitor.t("check-who")) } dd { (visitor.lang.pick(&issuer.name, &issuer.name_en)) }
                    dt { (visitor.t("check-when")) } dd { (given.date()) }
                }
                p class="hint" { (visitor.t("check-hint")) }
            }
            None => {
                (part::attention(&visitor.t("check-false")))
            }
        }
    };
    Ok(page(&visitor, &title, body))
}
