//! A common text: what it says, who thinks what of it, what became of it; and the forms of those who are asked. Everyone may
//! read it.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::ToSpan as _;
use jiff::civil::Date;
use maud::{Markup, html};
use tongban_core::case::Office;
use tongban_core::ident::Uscc;
use tongban_core::item::{Position, Proposed, Reply, Settled, Stance};

use super::{After, Problem, address, figure, kept, problem_at, problems, status, summary, waiting, words};
use crate::app::App;
use crate::directory::Snapshot;
use crate::limits;
use crate::service::common_text::{self, Authority, State as Stands};
use crate::web::case_page::{key as key_of, moment};
use crate::web::fault::{Fault, form_encode};
use crate::web::form::Form;
use crate::web::part::{self, Choice, Field, attention, badge, choices, done, note, page, table, textarea};
use crate::web::visitor::Visitor;

/// What can be done with a proposal; also the last part of the address that does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Position,
    Settle,
    TakeOver,
    Decline,
}

impl Step {
    const ALL: [Step; 4] = [Step::Position, Step::Settle, Step::TakeOver, Step::Decline];

    fn name(self) -> &'static str {
        match self {
            Step::Position => "position",
            Step::Settle => "settle",
            Step::TakeOver => "take-over",
            Step::Decline => "decline",
        }
    }

    /// The field that a refusal is about.
    fn field_of(self, code: &str) -> Option<&'static str> {
        match (self, code) {
            (Step::Position, "stance-missing") => Some("stance"),
            (Step::Position, "empty" | "too-long") => Some("reason"),
            (Step::Settle, "outcome-missing") => Some("outcome"),
            (Step::Settle, "empty" | "too-long") => Some("grounds"),
            (Step::Settle, "day-format" | "proposal-term") => Some("by"),
            (Step::TakeOver, "day-format" | "day-past" | "day-far" | "list-version") => Some("from"),
            (Step::Decline, "empty" | "too-long") => Some("obstacle"),
            _ => None,
        }
    }
}

fn numbered(text: &str) -> Result<u32, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

/// GET `/catalogue/{item}/proposal/{number}`.
pub(super) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path((item, number)): Path<(String, String)>,
    Query(after): Query<After>,
) -> Result<Markup, Fault> {
    let number = numbered(&number)?;
    let form = kept(&app, &visitor, &after, &address(&item, number)).await?;
    let said = match after.done.as_str() {
        "proposed" => Some("proposal-done-proposed"),
        "position" => Some("proposal-done-position"),
        "settle" => Some("proposal-done-settle"),
        "take-over" => Some("proposal-done-take-over"),
        "decline" => Some("proposal-done-decline"),
        "sent" => Some("proposal-done-sent"),
        _ => None,
    };
    let said = said.or(form.is_some().then_some("kept-restored"));
    render(&app, &visitor, &item, number, &Given { form: &form.unwrap_or_default(), wrong: &[], said }).await
}

/// GET `/catalogue/{item}/proposal/{number}/{step}`: a refusal that is loaded again leads back to the page.
pub(super) async fn back(Path((item, number, _)): Path<(String, String, String)>) -> Result<Redirect, Fault> {
    Ok(Redirect::to(&address(&form_encode(&item), numbered(&number)?)))
}

/// POST `/catalogue/{item}/proposal/{number}/{step}`.
pub(super) async fn take_step(
    State(app): State<App>,
    visitor: Visitor,
    Path((item, number, step)): Path<(String, String, String)>,
    form: Form,
) -> Result<Response, Fault> {
    let number = numbered(&number)?;
    let step = Step::ALL.into_iter().find(|one| one.name() == step).ok_or(Fault::NotFound)?;
    let actor = visitor.must_act()?;
    let text = |name: &str| form.text(name);
    let missing = |key: &str, code: &str| Problem {
        field: step.field_of(code),
        text: visitor.t(key).into_owned(),
        code: code.to_owned(),
    };
    let tried = match step {
        Step::Position => match Stance::ALL.into_iter().find(|stance| stance.name() == text("stance")) {
            Some(stance) => Ok(common_text::position(&app, &actor, &item, number, stance, text("reason")).await),
            None => Err(missing("proposal-stance-missing", "stance-missing")),
        },
        Step::Settle => match text("outcome") {
            outcome @ ("adopt" | "let-go") => {
                let adopted = outcome == "adopt";
                Ok(common_text::settle(&app, &actor, &item, number, adopted, text("grounds"), text("by")).await)
            }
            _ => Err(missing("proposal-outcome-missing", "outcome-missing")),
        },
        Step::TakeOver => Ok(common_text::take_over(&app, &actor, &item, number, text("from")).await),
        Step::Decline => Ok(common_text::decline(&app, &actor, &item, number, text("obstacle")).await),
    };
    let (code, wrong) = match tried {
        Ok(Ok(said)) => {
            // What goes to another node is on its way; what was published here stands already.
            let word = if said.slip && step != Step::TakeOver { "sent" } else { step.name() };
            return Ok(Redirect::to(&format!("{}?done={word}", address(&item, number))).into_response());
        }
        Ok(Err(error)) => (status(&error), problems(&visitor, error, |code| step.field_of(code))?),
        Err(problem) => (axum::http::StatusCode::UNPROCESSABLE_ENTITY, vec![problem]),
    };
    let given = Given { form: &form, wrong: &wrong, said: None };
    Ok((code, render(&app, &visitor, &item, number, &given).await?).into_response())
}

/// What was typed, what is wrong with it, and what was just done.
struct Given<'a> {
    form: &'a Form,
    wrong: &'a [Problem],
    /// As a key of the texts.
    said: Option<&'a str>,
}

/// Everything that the page is about.
struct View<'a> {
    visitor: &'a Visitor,
    snapshot: &'a Snapshot,
    key: &'a str,
    number: u32,
    proposed: &'a Proposed,
    today: Date,
    given: &'a Given<'a>,
}

async fn render(app: &App, visitor: &Visitor, key: &str, number: u32, given: &Given<'_>) -> Result<Markup, Fault> {
    let (snapshot, today) = (app.directory.now(), app.clock.today());
    let held = snapshot.item_dossiers.get(key).ok_or(Fault::NotFound)?;
    let proposed = held.public.room.proposal(number).ok_or(Fault::NotFound)?;
    let clauses = &proposed.proposal.clauses;
    let (before, after) = common_text::effect(&snapshot, key, clauses, today).await;
    let actor = visitor.actor();
    let authority = actor.as_ref().and_then(|actor| common_text::authority(app, &snapshot, actor, key).ok());
    let authority = authority.filter(|one| common_text::asks(&snapshot, key, proposed, one.office.org));
    let leads = actor.as_ref().is_some_and(|actor| common_text::leads(app, &snapshot, actor));
    let view = View { visitor, snapshot: &snapshot, key, number, proposed, today, given };
    let title = waiting::name(visitor, &snapshot, key, number);
    let t = |key: &str| visitor.t(key);
    let body = html! {
        h1 { (title) " " (waiting::state(visitor, Stands::of(proposed, today))) }
        @if let Some(said) = given.said { (done(&t(said))) }
        (summary(visitor, given.wrong))
        p class="lead" { (t("proposal-lead")) }
        section id="text" {
            (view.clauses())
            dl class="facts" {
                dt { (t("proposal-reason")) } dd { (proposed.proposal.reason) }
                dt { (t("proposal-at")) } dd { (moment(proposed.at)) }
                dt { (t("proposal-until")) } dd { time { (proposed.proposal.until) } }
                dt { (t("proposal-conformity")) } dd { (figure(visitor, before)) }
                dt { (t("proposal-conformity-after")) } dd { (figure(visitor, after)) }
            }
            p class="hint" { (t("proposal-conformity-meaning")) }
        }
        @if let Some(settled) = &proposed.settled { (view.settled(settled)) }
        // What is answered is read first.
        @if let Some(authority) = &authority { (view.for_authority(authority)) }
        @if leads { (view.for_lead()) }
        (view.positions())
        div class="actions" {
            (part::button_link(&format!("/catalogue/{key}"), &t("catalogue-pair-all")))
            (part::button_link("/catalogue", &t("catalogue-to-list")))
        }
    };
    Ok(page(visitor, &title, body))
}

impl View<'_> {
    fn t(&self, key: &str) -> std::borrow::Cow<'static, str> {
        self.visitor.t(key)
    }

    fn wrong(&self, field: &str) -> Option<&str> {
        problem_at(self.given.wrong, field)
    }

    fn action(&self, step: Step) -> String {
        format!("{}/{}", address(self.key, self.number), step.name())
    }

    fn hidden(&self) -> Markup {
        part::hidden(self.visitor, &address(self.key, self.number))
    }

    /// What was typed, or what stood there before.
    fn typed<'b>(&'b self, field: &str, before: &'b str) -> &'b str {
        let is_typed = self.given.form.fields().iter().any(|(name, _)| name == field);
        if is_typed { self.given.form.text(field) } else { before }
    }

    fn clauses(&self) -> Markup {
        let lang = self.visitor.lang;
        let rows: Vec<Vec<Markup>> = self
            .proposed
            .proposal
            .clauses
            .iter()
            .map(|clause| {
                let others = words::other_names(lang, clause);
                vec![
                    html! {
                        strong { (words::about(lang, clause)) }
                        @if !others.is_empty() { br; small { (others) } }
                    },
                    html! { (words::wanted(lang, clause)) },
                ]
            })
            .collect();
        table(&self.t("proposal-says"), &[&self.t("catalogue-element"), &self.t("proposal-everywhere")], &rows)
    }

    fn org(&self, org: Uscc) -> String {
        let org = self.snapshot.organisations.get(&org).ok_or(org);
        org.map_or_else(|code| code.to_string(), |org| self.visitor.lang.pick(&org.name, &org.name_en).to_owned())
    }

    fn office(&self, office: &Office) -> String {
        self.visitor.lang.pick(&office.name, &office.name_en).to_owned()
    }

    fn stance(&self, stance: Stance) -> Markup {
        let tone = match stance {
            Stance::Agree => "good",
            Stance::AgreeIfChanged => "move",
            Stance::Disagree => "late",
        };
        badge(tone, &self.t(&key_of("proposal-stance", stance.name())))
    }

    /// Who thinks what, and who has not said it.
    fn positions(&self) -> Markup {
        let said = self.proposed.positions.values().map(|position: &Position| {
            vec![
                html! { (self.office(&position.office)) },
                self.stance(position.stance),
                html! { (position.reason) },
                moment(position.at),
            ]
        });
        let silent = self.proposed.waits_for().into_iter().map(|org| {
            let nothing = self.t("proposal-nothing-said");
            vec![html! { (self.org(org)) }, badge("plain", &nothing), html! {}, html! {}]
        });
        let rows: Vec<Vec<Markup>> = said.chain(silent).collect();
        let [agree, changed, disagree] = Stance::ALL.map(|stance| self.proposed.count(stance).to_string());
        let waits = self.proposed.waits_for().len().to_string();
        let values = [
            ("agree", agree.as_str()),
            ("changed", changed.as_str()),
            ("disagree", disagree.as_str()),
            ("waits", waits.as_str()),
        ];
        let heads = ["proposal-authority", "proposal-stance", "proposal-why", "proposal-when"].map(|key| self.t(key));
        let heads: Vec<&str> = heads.iter().map(AsRef::as_ref).collect();
        html! {
            section id="positions" {
                h2 { (self.t("proposal-positions")) }
                p { (self.visitor.tf("proposal-counts", &values)) }
                @if self.proposed.proposal.asked.is_empty() { (note(&self.t("proposal-everyone"))) }
                @if !rows.is_empty() { (table(&self.t("proposal-positions"), &heads, &rows)) }
            }
        }
    }

    /// What became of it: adopted or not, and what each authority did with it.
    fn settled(&self, settled: &Settled) -> Markup {
        html! {
            section id="settled" {
                h2 { (self.t(if settled.adopted { "proposal-adopted" } else { "proposal-let-go" })) }
                dl class="facts" {
                    dt { (self.t("proposal-why")) } dd { (settled.reason) }
                    dt { (self.t("proposal-when")) } dd { (moment(settled.at)) }
                    @if settled.adopted { dt { (self.t("proposal-by")) } dd { time { (settled.by) } } }
                }
                @if settled.adopted { (self.replies(settled)) }
            }
        }
    }

    fn replies(&self, settled: &Settled) -> Markup {
        let replied = self.proposed.replies.values().map(|reply| match reply {
            Reply::TakenOver { office, version, from, at, .. } => {
                let (version, from) = (version.to_string(), from.to_string());
                let said = self.visitor.tf("proposal-taken-over", &[("version", &version), ("from", &from)]);
                vec![html! { (self.office(office)) }, badge("good", &said), html! {}, moment(*at)]
            }
            Reply::Declined { office, reason, at } => {
                let said = self.t("proposal-declined");
                vec![html! { (self.office(office)) }, badge("plain", &said), html! { (reason) }, moment(*at)]
            }
        });
        let asked = self.proposed.proposal.asked.iter();
        let silent = asked.filter(|org| !self.proposed.replies.contains_key(org)).map(|org| {
            let (tone, word) = if self.today > settled.by {
                ("late", "proposal-reply-late")
            } else {
                ("plain", "proposal-reply-none")
            };
            vec![html! { (self.org(*org)) }, badge(tone, &self.t(word)), html! {}, html! {}]
        });
        let rows: Vec<Vec<Markup>> = replied.chain(silent).collect();
        let heads = ["proposal-authority", "proposal-reply", "proposal-why", "proposal-when"].map(|key| self.t(key));
        let heads: Vec<&str> = heads.iter().map(AsRef::as_ref).collect();
        html! { @if !rows.is_empty() { (table(&self.t("proposal-replies"), &heads, &rows)) } }
    }

    fn for_authority(&self, authority: &Authority) -> Markup {
        let org = authority.office.org;
        html! {
            @if self.proposed.is_open(self.today) { (self.position_form(self.proposed.positions.get(&org))) }
            @if self.proposed.is_adopted() { (self.reply_forms(authority)) }
        }
    }

    fn position_form(&self, own: Option<&Position>) -> Markup {
        let stances = Stance::ALL.map(|stance| Choice {
            value: stance.name(),
            label: self.t(&key_of("proposal-stance", stance.name())).into_owned(),
        });
        let (stance, reason) = own.map_or(("", ""), |own| (own.stance.name(), own.reason.as_str()));
        html! {
            section class="card" id="position" {
                h2 { (self.t("proposal-position-title")) }
                @if own.is_some() { (note(&self.t("proposal-position-again"))) }
                form method="post" action=(self.action(Step::Position)) class="narrow" novalidate {
                    (self.hidden())
                    (choices("stance", &self.t("proposal-stance"), &stances, self.typed("stance", stance)))
                    @if let Some(text) = self.wrong("stance") { p class="error" { (text) } }
                    (textarea("reason", &self.t("proposal-why"), Some(&self.t("proposal-position-hint")), self.typed("reason", reason), self.wrong("reason")))
                    (part::primary(&self.t("proposal-position-do")))
                }
            }
        }
    }

    /// Taking over, with exactly what changes; or not, and why.
    fn reply_forms(&self, authority: &Authority) -> Markup {
        let reply = self.proposed.replies.get(&authority.office.org);
        let clauses = &self.proposed.proposal.clauses;
        let versions = common_text::next_versions(&authority.own, clauses, self.today);
        let changes: Vec<Vec<Markup>> = versions
            .iter()
            .flat_map(|(now, next)| clauses.iter().map(move |clause| (clause, now, next)))
            .filter(|(clause, now, _)| !clause.stands_in(now))
            .map(|(clause, now, next)| {
                let lang = self.visitor.lang;
                vec![
                    html! { strong { (words::about(lang, clause)) } br; small { (words::place(lang, self.snapshot, now)) } },
                    html! { (words::stands(lang, clause, now)) },
                    html! { (words::stands(lang, clause, next)) },
                ]
            })
            .collect();
        let is_taken = matches!(reply, Some(Reply::TakenOver { .. })) && changes.is_empty();
        let heads = ["catalogue-element", "proposal-now", "proposal-next"].map(|key| self.t(key));
        let heads: Vec<&str> = heads.iter().map(AsRef::as_ref).collect();
        let (today, label, hint) = (self.today.to_string(), self.t("proposal-from"), self.t("proposal-from-hint"));
        html! {
            section class="card" id="take-over" {
                h2 { (self.t("proposal-take-over-title")) }
                @if authority.own.is_empty() { (note(&self.t("proposal-nothing-own"))) }
                @else if is_taken { (note(&self.t("proposal-taken"))) }
                @else {
                    @if changes.is_empty() { (note(&self.t("proposal-no-change"))) }
                    @else {
                        p { (self.t("proposal-changes-lead")) }
                        (table(&self.t("proposal-changes"), &heads, &changes))
                    }
                    form method="post" action=(self.action(Step::TakeOver)) class="narrow" novalidate {
                        (self.hidden())
                        @if !changes.is_empty() {
                            (Field::new("from", &label).kind("date").hint(&hint).value(self.typed("from", &today)).required().error(self.wrong("from")).render(self.visitor))
                        }
                        (part::primary(&self.t(if changes.is_empty() { "proposal-confirm-do" } else { "proposal-take-over-do" })))
                    }
                    details id="decline" open[self.wrong("obstacle").is_some()] {
                        summary { (self.t("proposal-decline-title")) }
                        form method="post" action=(self.action(Step::Decline)) class="narrow" novalidate {
                            (self.hidden())
                            (textarea("obstacle", &self.t("proposal-why"), Some(&self.t("proposal-decline-hint")), self.typed("obstacle", ""), self.wrong("obstacle")))
                            (part::secondary(&self.t("proposal-decline-do")))
                        }
                    }
                }
            }
        }
    }

    fn for_lead(&self) -> Markup {
        let until = self.proposed.proposal.until.to_string();
        html! {
            @match Stands::of(self.proposed, self.today) {
                Stands::Open => (attention(&self.visitor.tf("proposal-runs-until", &[("until", &until), ("waits", &self.proposed.waits_for().len().to_string())]))),
                Stands::Ripe => (self.settle_form()),
                Stands::Adopted | Stands::LetGo => {}
            }
        }
    }

    fn settle_form(&self) -> Markup {
        let outcomes = [
            Choice { value: "adopt", label: self.t("proposal-adopt").into_owned() },
            Choice { value: "let-go", label: self.t("proposal-let-it-go").into_owned() },
        ];
        let by = self.today.saturating_add(limits::ADOPTED_DAYS.days()).to_string();
        let (label, hint) = (self.t("proposal-by"), self.t("proposal-by-hint"));
        html! {
            section class="card" id="settle" {
                h2 { (self.t("proposal-settle-title")) }
                form method="post" action=(self.action(Step::Settle)) class="narrow" novalidate {
                    (self.hidden())
                    (choices("outcome", &self.t("proposal-outcome"), &outcomes, self.typed("outcome", "")))
                    @if let Some(text) = self.wrong("outcome") { p class="error" { (text) } }
                    (textarea("grounds", &self.t("proposal-why"), Some(&self.t("proposal-settle-hint")), self.typed("grounds", ""), self.wrong("grounds")))
                    (Field::new("by", &label).kind("date").hint(&hint).value(self.typed("by", &by)).required().error(self.wrong("by")).render(self.visitor))
                    (part::primary(&self.t("proposal-settle-do")))
                }
            }
        }
    }
}
