//! 好差评: two legs, five levels, a few words if one likes.

use std::collections::BTreeMap;

use maud::{Markup, html};
use tongban_core::case::{Act, Case, Leg, Phase, Rating};

use super::case::Aside;
use super::{Problem, problem_at};
use crate::app::App;
use crate::store::{NewBlob, StoreError};
use crate::web::case_page;
use crate::web::form::Form;
use crate::web::part::{self, Choice};
use crate::web::visitor::Visitor;

const LEGS: [Leg; 2] = [Leg::Receiving, Leg::Handling];
/// The most characters of a comment.
const COMMENT_CHARS_MAX: usize = 1000;

fn word(leg: Leg) -> &'static str {
    match leg {
        Leg::Receiving => "receiving",
        Leg::Handling => "handling",
    }
}

/// What people wrote with their ratings.
pub async fn comments(app: &App, case: &Case) -> Result<BTreeMap<Leg, String>, StoreError> {
    let mut comments = BTreeMap::new();
    for (leg, rating) in &case.ratings {
        let Some(reference) = &rating.comment else { continue };
        if let Some(blob) = app.store.blob(&reference.hash).await? {
            comments.insert(*leg, String::from_utf8_lossy(&blob.bytes).into_owned());
        }
    }
    Ok(comments)
}

/// Ratings that were given, and the form for those that were not.
pub fn section(visitor: &Visitor, case: &Case, comments: &BTreeMap<Leg, String>, aside: &Aside) -> Markup {
    let again = |rating: &Rating| rating.call_back.is_some() && rating.before.is_none();
    let open: Vec<Leg> = LEGS.into_iter().filter(|leg| case.ratings.get(leg).is_none_or(again)).collect();
    let may = matches!(case.phase, Phase::Delivered | Phase::NotAccepted) && !open.is_empty();
    if !may && case.ratings.is_empty() {
        return html! {};
    }
    let path = format!("/my/{}", case.dossier);
    html! {
        section class="card" {
            h2 { (visitor.t("portal-rate")) }
            @for (leg, rating) in &case.ratings {
                p {
                    (visitor.tf("line-rated", &[("leg", &visitor.t(&format!("leg-{}", word(*leg)))), ("level", &visitor.t(&format!("level-{}", rating.level)))]))
                    @if let Some(comment) = comments.get(leg) { br; (comment) }
                }
                (case_page::replies(visitor, rating))
            }
            @if may {
                p { (visitor.t("portal-rate-lead")) }
                form method="post" action=(path) {
                    (part::hidden(visitor, &path))
                    @for leg in &open { (fields(visitor, case, *leg, aside)) }
                    div class="actions" { button class="primary" type="submit" name="do" value="rate" { (visitor.t("portal-rate-do")) } }
                }
            }
        }
    }
}

fn fields(visitor: &Visitor, case: &Case, leg: Leg, aside: &Aside) -> Markup {
    let (level, comment) = (format!("level-{}", word(leg)), format!("comment-{}", word(leg)));
    let office = if leg == Leg::Receiving { &case.drafted.receiving } else { &case.drafted.handling };
    let label =
        format!("{} · {}", visitor.t(&format!("leg-{}", word(leg))), visitor.lang.pick(&office.name, &office.name_en));
    let options: Vec<Choice<'_>> = ["1", "2", "3", "4", "5"]
        .into_iter()
        .map(|value| Choice { value, label: visitor.t(&format!("level-{value}")).into_owned() })
        .collect();
    html! {
        (part::choices(&level, &label, &options, aside.form.text(&level)))
        (part::textarea(&comment, &visitor.t("portal-rate-comment"), Some(&visitor.t("portal-rate-hint")), aside.form.text(&comment), problem_at(&aside.problems, &comment)))
    }
}

/// Reads the form: a leg without a level is not rated.
pub fn read(app: &App, visitor: &Visitor, form: &Form) -> Result<(Vec<Act>, Vec<NewBlob>), Vec<Problem>> {
    let (mut acts, mut blobs, mut problems) = (Vec::new(), Vec::new(), Vec::new());
    for leg in LEGS {
        let (level, comment) = (format!("level-{}", word(leg)), format!("comment-{}", word(leg)));
        let text = form.text(&comment).trim();
        if text.chars().count() > COMMENT_CHARS_MAX {
            let limit = COMMENT_CHARS_MAX.to_string();
            let text = visitor.tf("why-too-long", &[("limit", &limit)]).into_owned();
            problems.push(Problem { field: Some(comment), text, code: "too-long".to_owned() });
            continue;
        }
        let Ok(chosen) = form.text(&level).parse::<u8>() else {
            if !text.is_empty() {
                problems.push(unchosen(visitor, level));
            }
            continue;
        };
        let blob = (!text.is_empty()).then(|| {
            NewBlob::new(app.signer.public_key().suite(), rand::random(), "text/plain", text.as_bytes().to_vec())
        });
        let comment = blob.as_ref().map(|blob| blob.reference.clone());
        acts.push(Act::Rated { leg, level: chosen, comment });
        blobs.extend(blob);
    }
    if acts.is_empty() && problems.is_empty() {
        problems.push(unchosen(visitor, format!("level-{}", word(Leg::Receiving))));
    }
    if problems.is_empty() { Ok((acts, blobs)) } else { Err(problems) }
}

fn unchosen(visitor: &Visitor, field: String) -> Problem {
    Problem { field: Some(field), text: visitor.t("why-level-range").into_owned(), code: "level-range".to_owned() }
}
