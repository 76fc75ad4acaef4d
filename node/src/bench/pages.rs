//! Every page and list that clerks, officers, applicants and operators use, one request after the other over a kept
//! connection: the time of the answer is the server's, with nothing else under way.

use std::time::{Duration, Instant};

use serde::Serialize;
use tongban_core::dossier::DossierId;

use super::failed;
use super::pair::{APPLICANT, CLERK, OFFICER, OPERATOR};
use super::process::{Process, http, page_session, sign_in};
use super::stats::Latency;
use crate::error::Failure;
use crate::store::Place;

/// Requests for each page; the first ones warm caches and do not count.
const GETS: usize = 200;
const WARM_UP: usize = 20;

/// What there is to be looked at.
pub(super) struct Held {
    /// Where the last pages begin: what the window and the authority have to do, and all; none if it is all on one page.
    pub(super) ends: [Option<Place>; 3],
    /// Played out.
    pub(super) ended: Vec<DossierId>,
    /// Before the authority.
    pub(super) open: Vec<DossierId>,
    /// The applicant's own.
    pub(super) own: Vec<DossierId>,
}

/// How long a page took.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Timed {
    pub(super) page: &'static str,
    pub(super) answer: Latency,
    pub(super) bytes: usize,
}

enum Who {
    Nobody,
    Visitor(&'static str),
    Program(&'static str),
}

fn pages(held: &Held) -> Vec<(&'static str, Who, Vec<String>)> {
    use Who::{Nobody, Program, Visitor};
    let one = |path: &str| vec![path.to_owned()];
    let each = |before: &str, ids: &[DossierId]| ids.iter().map(|id| format!("{before}/{id}")).collect::<Vec<_>>();
    let [window, authority, all] =
        held.ends.each_ref().map(|end| end.as_ref().map(Place::to_string).unwrap_or_default());
    vec![
        ("home", Nobody, one("/")),
        ("search of items", Nobody, ["公积金", "身份证", "营业执照"].map(|word| format!("/search?q={word}")).to_vec()),
        ("window: today", Visitor(CLERK), one("/window")),
        ("window: last page of what is to be done", Visitor(CLERK), vec![format!("/window?todo={window}")]),
        ("window: last page of what was taken in", Visitor(CLERK), vec![format!("/window?mine={all}")]),
        ("window: a case", Visitor(CLERK), each("/window/cases", &held.ended)),
        ("authority: inbox", Visitor(OFFICER), one("/authority")),
        ("authority: last page of what is to be done", Visitor(OFFICER), vec![format!("/authority?todo={authority}")]),
        ("authority: last page of all", Visitor(OFFICER), vec![format!("/authority?all={all}")]),
        ("authority: a case", Visitor(OFFICER), each("/authority/cases", &held.open)),
        ("applicant: own cases", Visitor(APPLICANT), one("/my")),
        ("applicant: a case", Visitor(APPLICANT), each("/my", &held.own)),
        ("operator", Visitor(OPERATOR), one("/operator")),
        ("API: to do", Program(OFFICER), one("/api/v1/cases?list=to-do")),
        ("API: all", Program(OFFICER), one("/api/v1/cases?list=all")),
        ("API: a case", Program(OFFICER), each("/api/v1/cases", &held.ended)),
    ]
}

/// Asks a served node for each of them.
pub(super) async fn measure(process: &Process, held: &Held) -> Result<Vec<Timed>, Failure> {
    let http = http()?;
    let mut timed = Vec::new();
    for (page, who, paths) in pages(held) {
        let (name, value) = match who {
            Who::Nobody => ("accept", "text/html".to_owned()),
            Who::Visitor(login) => ("cookie", page_session(&http, &process.address, login).await?),
            Who::Program(login) => {
                ("authorization", format!("Bearer {}", sign_in(&http, &process.address, login).await?))
            }
        };
        let (mut times, mut bytes) = (Vec::with_capacity(GETS), 0);
        for (number, path) in paths.iter().cycle().take(WARM_UP + GETS).enumerate() {
            let request = http.get(format!("{}{path}", process.address)).header(name, &value);
            let begun = Instant::now();
            let answer = request.send().await.map_err(failed)?;
            let status = answer.status();
            let body = answer.bytes().await.map_err(failed)?;
            let took: Duration = begun.elapsed();
            if !status.is_success() {
                return Err(failed(format!("{path}: {status} {}", String::from_utf8_lossy(&body))));
            }
            if number >= WARM_UP {
                times.push(took);
                bytes = bytes.max(body.len());
            }
        }
        timed.push(Timed { page, answer: Latency::of(times), bytes });
    }
    Ok(timed)
}
