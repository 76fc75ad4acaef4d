//! Cases as the API shows them.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::service::{CaseView, tracking_code};
use crate::store::{CaseRow, Said};

/// What became of an act.
#[derive(Serialize, ToSchema)]
pub(super) struct Done {
    /// The case.
    id: String,
    /// Receipt number, once taken in.
    number: Option<String>,
    /// True if the other side still has to record it.
    pending: bool,
    /// True if the same request had been carried out before.
    repeated: bool,
}

impl From<Said> for Done {
    fn from(said: Said) -> Done {
        Done { id: said.dossier.to_string(), number: said.number, pending: said.slip, repeated: said.again }
    }
}

/// A row of a list.
#[derive(Serialize, ToSchema)]
pub(super) struct Row {
    id: String,
    number: Option<String>,
    item: String,
    item_name: String,
    /// Masked: the first and the last character. Absent while it is on its way, or erased.
    applicant: Option<String>,
    phase: String,
    /// receiving, handling, applicant, departments or nobody.
    party: String,
    step: String,
    /// yyyymmdd.
    due: Option<i64>,
    provisional: bool,
    receiving: String,
    handling: String,
    channel: String,
    begun: i64,
    changed: i64,
}

impl Row {
    /// A row, with the masked name of its applicant.
    pub(super) fn new(row: CaseRow, applicant: Option<String>) -> Row {
        Row {
            id: row.dossier.to_string(),
            number: row.number,
            item: row.item,
            item_name: row.item_name,
            applicant,
            phase: row.phase,
            party: row.party,
            step: row.step,
            due: row.due,
            provisional: row.provisional,
            receiving: row.receiving_name,
            handling: row.handling_name,
            channel: row.channel,
            begun: row.begun,
            changed: row.changed,
        }
    }
}

/// A case.
#[derive(Serialize, ToSchema)]
pub(super) struct Whole {
    id: String,
    number: Option<String>,
    /// For the applicant's page, with the number; only the applicant and the taking-in window see it.
    tracking_code: Option<String>,
    /// draft, taken_in, handed_over, received, returned, correction_asked, corrected, joint, accepted, not_accepted, decided, delivered, withdrawn, revoked.
    phase: String,
    /// Who has the next move, what, until when, and why that date.
    #[schema(value_type = Object)]
    next: Value,
    /// The state as it follows from the log.
    #[schema(value_type = Object)]
    case: Value,
    /// Name, number and telephone; absent if erased or still on the way.
    #[schema(value_type = Object)]
    applicant: Value,
    /// What was said, by whom, when.
    timeline: Vec<TimelineLine>,
    /// The node that it waits for, if that node does not answer.
    waiting_for: Option<String>,
    /// Of a joint handling: its parts, in order.
    parts: Vec<PartRow>,
    /// Steps that were late: party, organisation, step, deadline with its explanation, when it was done, working days late.
    #[schema(value_type = Object)]
    delays: Value,
}

/// A part of a joint handling.
#[derive(Serialize, ToSchema)]
pub(super) struct PartRow {
    part: String,
    name: String,
    authority: String,
    /// Its dossier, where it may be read.
    id: Option<String>,
    /// Where it is, where that is known.
    phase: Option<String>,
    /// granted or refused, once it has ended.
    #[schema(value_type = Object)]
    outcome: Value,
}

/// A line of the timeline.
#[derive(Serialize, ToSchema)]
pub(super) struct TimelineLine {
    /// Number of the stamp; absent while the other side has not recorded it.
    seq: Option<u32>,
    at: i64,
    node: String,
    role: String,
    org: Option<String>,
    staff: Option<String>,
    /// The act, as in the log.
    #[schema(value_type = Object)]
    act: Value,
    /// Code of the refusal of an earlier entry.
    refuses: Option<String>,
    /// Code of the rule that it breaks: kept, without effect.
    mark: Option<String>,
}

impl Whole {
    pub(super) fn new(app: &App, view: CaseView, tracks: bool) -> Whole {
        let timeline = view
            .lines
            .iter()
            .map(|line| TimelineLine {
                seq: line.seq,
                at: line.at.0,
                node: line.node.to_string(),
                role: value(&line.by.role).as_str().unwrap_or_default().to_owned(),
                org: line.by.org.map(|org| org.to_string()),
                staff: line.by.staff.clone(),
                act: value(&line.act),
                refuses: line.refuses.clone(),
                mark: line.mark.clone(),
            })
            .collect();
        Whole {
            id: view.case.dossier.to_string(),
            number: view.case.number.clone(),
            tracking_code: tracks.then(|| tracking_code(app, view.case.dossier)),
            phase: view.case.phase.name().to_owned(),
            next: value(&view.next),
            applicant: value(&view.applicant),
            case: value(&view.case),
            timeline,
            waiting_for: view.waiting.map(|waiting| waiting.peer.to_string()),
            delays: value(&view.delays),
            parts: view
                .parts
                .into_iter()
                .map(|line| PartRow {
                    part: line.part.key,
                    name: line.part.name,
                    authority: line.part.office.name,
                    id: line.dossier.map(|id| id.to_string()),
                    phase: line.state.map(|(phase, _)| phase.name().to_owned()),
                    outcome: value(&line.outcome),
                })
                .collect(),
        }
    }
}

fn value(of: &impl Serialize) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}
