//! The decision on paper: the same words for the page to print and for the generated file.

use axum::extract::{Path, State};
use maud::{Markup, html};
use tongban_core::case::{Applicant, Case, Outcome};
use tongban_core::dossier::Moment;
use tongban_core::ident::Realm;

use super::decision_pdf::{Paragraph, pdf};
use super::{case_id, decider, may_decide};
use crate::app::App;
use crate::service::CaseView;
use crate::text::Lang;
use crate::web::fault::Fault;
use crate::web::part;
use crate::web::visitor::Visitor;

/// What a decision says.
#[derive(Clone, Copy, Debug)]
pub struct Verdict<'a> {
    /// Granted or refused; `None` for 不予受理.
    pub outcome: Option<Outcome>,
    /// Number of the document; empty if it has none.
    pub number: &'a str,
    /// Code of the reason; empty for a grant.
    pub reason: &'a str,
    /// Grounds or remark.
    pub note: &'a str,
    /// When.
    pub at: Moment,
}

impl<'a> Verdict<'a> {
    /// What was decided in a case, or that it was not accepted.
    pub fn of(case: &'a Case) -> Option<Verdict<'a>> {
        if let Some(made) = &case.decision {
            let (number, reason, note) = (made.number.as_str(), made.reason.as_str(), made.note.as_str());
            return Some(Verdict { outcome: Some(made.outcome), number, reason, note, at: made.at });
        }
        let made = case.not_accepted.as_ref()?;
        Some(Verdict { outcome: None, number: "", reason: &made.reason, note: &made.note, at: made.at })
    }
}

/// A decision in words.
#[derive(Clone, Debug)]
pub struct Paper {
    title: String,
    mark: Option<String>,
    rows: Vec<(String, String)>,
    paragraphs: Vec<String>,
    authority: String,
    date: String,
}

impl Paper {
    /// Words a decision in one language.
    pub fn new(app: &App, lang: Lang, case: &Case, applicant: &Applicant, verdict: Verdict<'_>) -> Paper {
        let drafted = &case.drafted;
        let receiving = lang.pick(&drafted.receiving.name, &drafted.receiving.name_en);
        let authority = lang.pick(&drafted.handling.name, &drafted.handling.name_en).to_owned();
        let item = lang.pick(&drafted.item.name, &drafted.item.name_en);
        let t = |key: &str| lang.t(key).into_owned();
        let title = t(match verdict.outcome {
            Some(Outcome::Granted) => "authority-paper-granted",
            Some(Outcome::Refused) => "authority-paper-refused",
            None => "authority-paper-not-accepted",
        });
        let mut rows = vec![
            (t("authority-paper-number"), verdict.number.to_owned()),
            (t("authority-paper-case"), case.number.clone().unwrap_or_default()),
            (t("authority-paper-applicant"), applicant.name.clone()),
            (t("authority-paper-id"), applicant.masked_number()),
            (t("fact-item"), item.to_owned()),
            (t("fact-receiving"), receiving.to_owned()),
        ];
        rows.retain(|(_, value)| !value.is_empty());
        let date = |at: Option<Moment>| at.map_or_else(|| "—".to_owned(), |at| at.date().to_string());
        let values = [
            ("taken", date(case.taken_in)),
            ("accepted", date(case.accepted)),
            ("receiving", receiving.to_owned()),
            ("item", item.to_owned()),
        ];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let body = match verdict.outcome {
            Some(Outcome::Granted) => "authority-paper-body-granted",
            Some(Outcome::Refused) => "authority-paper-body-refused",
            None => "authority-paper-body-not-accepted",
        };
        let mut paragraphs = vec![lang.tf(body, &values).into_owned()];
        if !verdict.reason.is_empty() {
            let reason = lang.t(&format!("reason-{}", verdict.reason));
            paragraphs.push(lang.tf("authority-paper-reason", &[("reason", &reason)]).into_owned());
        }
        if !verdict.note.is_empty() {
            let key = match verdict.outcome {
                Some(Outcome::Granted) => "authority-paper-remark",
                _ => "authority-paper-grounds",
            };
            paragraphs.push(lang.tf(key, &[("note", verdict.note)]).into_owned());
        }
        if verdict.outcome != Some(Outcome::Granted) {
            paragraphs.push(t("authority-remedies"));
        }
        let mark = (app.config.realm == Realm::Drill).then(|| t("authority-paper-mark"));
        Paper { title, mark, rows, paragraphs, authority, date: verdict.at.date().to_string() }
    }

    /// As a file.
    pub fn pdf(&self) -> Vec<u8> {
        let mut all = vec![Paragraph::title(&self.title), Paragraph::text("")];
        all.extend(self.rows.iter().map(|(label, value)| Paragraph::text(format!("{label}：{value}"))));
        all.push(Paragraph::text(""));
        all.extend(self.paragraphs.iter().map(|text| Paragraph::text(format!("　　{text}"))));
        all.push(Paragraph::text(""));
        all.push(Paragraph::signature(&self.authority));
        all.push(Paragraph::signature(&self.date));
        pdf(&self.title, self.mark.as_deref(), &all)
    }

    fn markup(&self) -> Markup {
        html! {
            article class="card paper" {
                @if let Some(mark) = &self.mark { p { strong { (mark) } } }
                h1 { (self.title) }
                dl class="facts" { @for (label, value) in &self.rows { dt { (label) } dd { (value) } } }
                @for text in &self.paragraphs { p { (text) } }
                p class="sign" { strong { (self.authority) } br; (self.date) }
            }
        }
    }
}

/// The page to print.
pub async fn print(State(app): State<App>, visitor: Visitor, Path(id): Path<String>) -> Result<Markup, Fault> {
    let account = decider(&visitor)?;
    let id = case_id(&id)?;
    let view = CaseView::read(&app, &visitor.must_act()?, id, "decision").await?;
    may_decide(account, &view.case)?;
    let verdict = Verdict::of(&view.case).ok_or(Fault::NotFound)?;
    let back = format!("/authority/cases/{id}");
    let title = visitor.t("authority-decision-page");
    let body = html! {
        @match &view.applicant {
            Some(applicant) => (Paper::new(&app, visitor.lang, &view.case, applicant, verdict).markup()),
            None => { h1 { (title) } p { (visitor.t("particulars-on-their-way")) } }
        }
        div class="actions" {
            button class="primary" type="button" data-print hidden { (visitor.t("print")) }
            (part::button_link(&back, &visitor.t("authority-back-to-case")))
        }
        noscript { p class="hint no-print" { (visitor.t("authority-decision-hint")) } }
    };
    Ok(part::page(&visitor, &title, body))
}
