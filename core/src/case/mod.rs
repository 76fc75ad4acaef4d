//! The case (办件): one application, from intake to result and rating.
//!
//! [`Act`] is what can be said in it, [`Case`] the state that follows from what was said, [`Case::may`] the rule: who may
//! say what now, and if not, why not. [`Case::next`] says in three parts where it is: who has the next move, what it is,
//! until when.
//!
//! Architecture invariant: the fold never fails. What breaks a rule is refused before it is stamped; what arrives stamped
//! but breaks a rule is kept, marked, and changes nothing.

mod applicant;
mod entry;
mod joint;
mod paper;
mod reason;
mod rule;
mod state;
mod tell;
mod ties;

pub use applicant::{Applicant, FieldFault, IdKind};
pub use entry::{
    Act, Attached, Change, Channel, Check, DeliveryWay, Drafted, ItemOf, KIND, Leg, Office, Outcome, Part, PartOf,
    PartResult, Procedure, Verdict, Wanted,
};
pub use joint::JointStep;
pub use paper::{Courier, Hands, Kept, PAPERS_MAX, Paper, Whereabouts};
pub use reason::{Barrier, REASONS, Reason, reason};
pub use rule::{CORRECTION_DAYS_MAX, EXTENSION_DAYS_MAX, JOINT_EXTENSION_DAYS_MAX, PROCEDURE_DAYS_MAX, first_draft};
pub use state::{
    Case, Clock, Correction, Decision, Delay, Due, Extension, Fee, Next, PartState, Party, Past, Pause, Phase,
    PreCheck, PreChecked, Rating, Returned, Step,
};
pub use tell::About;
