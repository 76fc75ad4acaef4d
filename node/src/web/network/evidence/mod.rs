//! Evidence (证据): critical events, the codebook, statements, published diagnoses and what parties reply. Everyone may read
//! it; staff of the coordination office record it, those whom a diagnosis names reply.

mod keep;
mod show;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use maud::Markup;
use serde::Deserialize;
use tongban_core::dossier::NodeId;
use tongban_core::network::diagnosis::REPLY;
use tongban_core::network::facts::{Concept, Statement};
use tongban_core::network::tie::Actor;

use self::keep::{Filled, Step, Target, read};
pub(in crate::web) use self::show::named;
pub(super) use self::show::replies;
use super::{STAFF, beside, file};
use crate::app::App;
use crate::directory::Snapshot;
use crate::network::evidence::alone;
use crate::network::known::profile;
use crate::network::statement::{Form as ListForm, write};
use crate::service::evidence::{keeps, record, reply};
use crate::service::{OnceKey, ServiceError};
use crate::web::fault::{Fault, sentences};
use crate::web::form::Form;
use crate::web::visitor::Visitor;

pub(super) const PAGE: &str = "/network/evidence";
const STATEMENTS: &str = "/network/evidence/statements";
const LIST: &str = "/network/evidence/statements.csv";
const FACTS: &str = "/network/evidence/evidence.json";

/// Routes.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route(PAGE, get(open).post(send))
        .route(STATEMENTS, get(show::statements))
        .route(LIST, get(list))
        .route(FACTS, get(facts))
}

/// The parts of the address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    /// What was just done.
    done: String,
    /// How many statements a file added.
    count: usize,
    /// How many of them stood already.
    left: usize,
    kept: u8,
    /// What is to be done with something that was recorded.
    on: String,
    node: String,
    seq: u32,
    line: u32,
    /// Statements about one concept.
    concept: String,
    /// How many stand on the pages before.
    after: usize,
    /// The same of events.
    events: usize,
    /// The same of diagnoses.
    diagnoses: usize,
}

/// GET `/network/evidence`.
async fn open(State(app): State<App>, visitor: Visitor, Query(ask): Query<Ask>) -> Result<Markup, Fault> {
    let mut filled = Filled::default();
    if let Some(account) = visitor.account.as_ref().filter(|_| ask.kept == 1) {
        let now = app.clock.now().0;
        if let Some((_, fields)) = app.store.kept_form(account.id, now).await?.filter(|(path, _)| path == PAGE) {
            filled.form = Form::from_kept(&fields);
            filled.step = Step::from_name(filled.form.text("step"));
            filled.kept = true;
            app.store.drop_kept_form(account.id, now).await?;
        }
    }
    Ok(beside(move || show::draw(&app, &visitor, &ask, &filled)).await)
}

/// POST `/network/evidence`: what staff record, withdraw, reply.
async fn send(State(app): State<App>, visitor: Visitor, mut form: Form) -> Result<Response, Fault> {
    let account = visitor.must_be(&STAFF)?.clone();
    let step = Step::from_name(form.text("step")).ok_or(Fault::FormMalformed)?;
    let once = form.once().map(OnceKey::from);
    let mut counts = String::new();
    let said = if step == Step::Reply {
        let target = Target::of(&form);
        let node: NodeId = target.node.parse().map_err(|_| Fault::NotFound)?;
        Ok(reply(&app, &account, (&node, target.seq), form.text("reply-words"), once).await)
    } else if keeps(&app, &account) {
        match read(&app, &visitor, &account, step, &mut form) {
            Err(unread) => Err(unread),
            Ok(read) => {
                counts = format!("&count={}&left={}", read.statements, read.left_out);
                // Of a list that stands already there is nothing to say.
                if read.acts.is_empty() {
                    return Ok(done(step, &counts));
                }
                Ok(record(&app, &account, read.acts, once).await)
            }
        }
    } else {
        return Err(Fault::Forbidden);
    };
    let (wrong, code) = match said {
        Ok(Ok(said)) if said.slip => return Ok(Redirect::to(&format!("{PAGE}?done=sent")).into_response()),
        Ok(Ok(_)) => return Ok(done(step, &counts)),
        Ok(Err(error @ (ServiceError::NotFound | ServiceError::Forbidden))) => return Err(error.into()),
        Ok(Err(error)) => (sentences(visitor.lang, &error), error.code()),
        Err(unread) => unread,
    };
    let filled = Filled { step: Some(step), form, wrong, code, kept: false };
    let page = beside(move || show::draw(&app, &visitor, &Ask::default(), &filled)).await;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn done(step: Step, counts: &str) -> Response {
    Redirect::to(&format!("{PAGE}?done={}{counts}", step.name())).into_response()
}

/// GET `/network/evidence/statements.csv`: all statements, as `tongban network statements` reads them.
async fn list(State(app): State<App>) -> Result<Response, Fault> {
    let snapshot = app.directory.now();
    // What is said to a diagnosis is said of the diagnosis, not of the policy.
    let is_statement = |one: &Statement| !one.concept.starts_with(REPLY);
    let writing = move || {
        let statements: Vec<Statement> = alone(&snapshot).statements.into_iter().filter(is_statement).collect();
        write(&statements, ListForm::Own, false)
    };
    let (bytes, _) = beside(writing).await.map_err(|error| {
        tracing::error!(error, "statements cannot be written");
        Fault::NotFound
    })?;
    Ok(file("text/csv; charset=utf-8", "statements.csv", bytes))
}

/// GET `/network/evidence/evidence.json`: events, codebook and statements, as facts of a network.
async fn facts(State(app): State<App>) -> Response {
    let writing = move || serde_json::to_vec(&alone(&app.directory.now())).unwrap_or_default();
    file("application/json", "evidence.json", beside(writing).await)
}

/// What a concept is called, with its key.
fn concept_name(visitor: &Visitor, concept: &Concept) -> String {
    let name = visitor.lang.pick(&concept.name, &concept.name_en);
    if name == concept.key { name.to_owned() } else { format!("{name} ({})", concept.key) }
}

/// What an actor is called.
fn actor_name(visitor: &Visitor, snapshot: &Snapshot, actor: &Actor) -> String {
    super::name(visitor, &profile(snapshot, actor)).to_owned()
}
