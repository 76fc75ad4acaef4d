//! What an applicant does with a case: one address, one word for what is done.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use tongban_core::case::{Act, Case};
use tongban_core::dossier::DossierId;

use super::case::{Aside, render};
use super::{Problem, dossier, draft, own_actor, rating};
use crate::app::App;
use crate::service::{self, Actor, CaseView, OnceKey};
use crate::store::NewBlob;
use crate::web::fault::Fault;
use crate::web::form::Form;
use crate::web::held;
use crate::web::person;
use crate::web::visitor::Visitor;

/// What came of it: the word for what was done, or what stands in the way.
type Outcome = Result<&'static str, Vec<Problem>>;

/// Who does it, to which case.
struct Doing<'a> {
    app: &'a App,
    visitor: &'a Visitor,
    actor: &'a Actor,
    id: DossierId,
    case: Case,
    once: Option<String>,
}

/// POST `/my/{id}`.
pub async fn send(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Response, Fault> {
    let actor = own_actor(&visitor)?;
    let id = dossier(&id)?;
    let case = CaseView::read(&app, &actor, id, "case").await?.case;
    let held_before = case.materials.len();
    let doing = Doing { app: &app, visitor: &visitor, actor: &actor, id, case, once: form.once() };
    let outcome = match form.text("do") {
        _ if !form.text("remove").is_empty() => doing.remove(&mut form).await?,
        "save" => doing.save(&mut form).await?,
        "send" => doing.send_off(&mut form).await?,
        "correct" => doing.correct(&mut form).await?,
        "withdraw" => doing.say("withdrawn", vec![Act::Withdrawn], Vec::new(), "").await?,
        silence @ ("silence" | "unsilence") => {
            app.store.silence(id, silence == "silence", app.clock.now()).await?;
            Ok("changed")
        }
        "rate" => doing.rate(&form).await?,
        person::DO => doing.moved(&form).await?,
        _ => return Err(Fault::FormMalformed),
    };
    match outcome {
        Ok(done) => Ok(Redirect::to(&format!("/my/{id}?done={done}")).into_response()),
        Err(problems) => {
            let files = CaseView::read(&app, &actor, id, "case").await?.case.materials.len();
            let aside = Aside { problems, form, kept_files: files > held_before, ..Aside::default() };
            Ok(render(&app, &visitor, &actor, id, &aside).await?.into_response())
        }
    }
}

impl Doing<'_> {
    /// Says acts; `part` tells apart what one form says in several steps.
    async fn say(&self, done: &'static str, acts: Vec<Act>, blobs: Vec<NewBlob>, part: &str) -> Result<Outcome, Fault> {
        let once = self.once.as_ref().map(|once| format!("{once}{part}"));
        match service::act(self.app, self.actor, self.id, acts, blobs, once.map(OnceKey::from)).await {
            Ok(_) => Ok(Ok(done)),
            Err(error) => Ok(Err(Problem::of(self.visitor, error)?)),
        }
    }

    /// Keeps the files that can be taken, whatever is wrong with the others.
    async fn save(&self, form: &mut Form) -> Result<Outcome, Fault> {
        let draft::Taken { attached, blobs, mut problems } = draft::take(self.app, self.visitor, &self.case, form);
        if !attached.is_empty() {
            let act = Act::MaterialsAdded { materials: attached };
            if let Err(more) = self.say("saved", vec![act], blobs, ":save").await? {
                problems.extend(more);
            }
        }
        Ok(if problems.is_empty() { Ok("saved") } else { Err(problems) })
    }

    /// Keeps the files, then takes in and hands over: if that is refused the files are kept all the same.
    async fn send_off(&self, form: &mut Form) -> Result<Outcome, Fault> {
        if let Err(problems) = self.save(form).await? {
            return Ok(Err(problems));
        }
        let mut acts = Vec::new();
        if self.case.number.is_none() {
            acts.push(Act::TakenIn { number: String::new() });
        }
        acts.push(Act::HandedOver);
        let said = self.say("sent", acts, Vec::new(), ":send").await?;
        match &said {
            Err(problems) if problems.iter().any(|problem| problem.code == "materials-missing") => {
                Ok(Err(self.missing().await?))
            }
            _ => Ok(said),
        }
    }

    /// What is missing, each at its own field.
    async fn missing(&self) -> Result<Vec<Problem>, Fault> {
        let case = CaseView::read(self.app, self.actor, self.id, "case").await?.case;
        let missing = case.missing().map(|rule| {
            let name = self.visitor.lang.pick(&rule.name, &rule.name_en);
            let text = self.visitor.tf("portal-send-missing", &[("name", name)]).into_owned();
            Problem { field: Some(rule.key.clone()), text, code: "materials-missing".to_owned() }
        });
        Ok(missing.collect())
    }

    /// Takes a file out. Others that were chosen in the same form are kept.
    async fn remove(&self, form: &mut Form) -> Result<Outcome, Fault> {
        let saved = self.save(form).await?;
        let Ok(blob) = form.text("remove").parse() else { return Err(Fault::FormMalformed) };
        let removed = self.say("removed", vec![Act::MaterialRemoved { blob }], Vec::new(), ":remove").await?;
        Ok(match (saved, removed) {
            (Err(mut problems), Err(more)) => {
                problems.extend(more);
                Err(problems)
            }
            (Err(problems), Ok(_)) => Err(problems),
            (Ok(_), removed) => removed,
        })
    }

    async fn correct(&self, form: &mut Form) -> Result<Outcome, Fault> {
        let draft::Taken { attached, blobs, problems } = draft::take(self.app, self.visitor, &self.case, form);
        // A correction is answered whole or not at all: files that came with a bad one are kept until all are good.
        let materials = held::with_new(self.app, self.id, form, attached);
        let found = if problems.is_empty() {
            let act = Act::CorrectionAnswered { materials: materials.clone() };
            match self.say("corrected", vec![act], blobs.clone(), "").await? {
                Ok(done) => return Ok(Ok(done)),
                Err(found) => found,
            }
        } else {
            problems
        };
        held::keep(self.app, self.id, form, &materials, blobs).await?;
        Ok(Err(found))
    }

    /// Another telephone or address.
    async fn moved(&self, form: &Form) -> Result<Outcome, Fault> {
        let view = CaseView::read(self.app, self.actor, self.id, "case").await?;
        let changed = person::changed(self.visitor, form, &view);
        let once = self.once.clone().map(OnceKey::from);
        match service::change_applicant(self.app, self.actor, self.id, changed, once).await {
            Ok(_) => Ok(Ok("changed")),
            Err(error) => Ok(Err(Problem::of(self.visitor, error)?)),
        }
    }

    async fn rate(&self, form: &Form) -> Result<Outcome, Fault> {
        match rating::read(self.app, self.visitor, form) {
            Ok((acts, blobs)) => self.say("rated", acts, blobs, "").await,
            Err(problems) => Ok(Err(problems)),
        }
    }
}
