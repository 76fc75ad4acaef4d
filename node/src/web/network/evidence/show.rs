//! What is recorded, as tables.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::ops::Range;

use axum::extract::{Query, State};
use maud::{Markup, html};
use tongban_core::dossier::NodeId;
use tongban_core::evidence::{Evidence, Reply, Withdrawn};
use tongban_core::network::facts::{Effect, Event, Statement};
use tongban_core::network::tie::Actor;

use super::keep::{Filled, Forms, Step, Target, recorded};
use super::{Ask, FACTS, LIST, PAGE, STATEMENTS, actor_name, beside, concept_name};
use crate::app::App;
use crate::directory::{Dossier, Snapshot};
use crate::limits;
use crate::network::evidence::{Stood, diagnoses, dossiers};
use crate::service::evidence::{keeps, own, speaks_for};
use crate::text::Lang;
use crate::web::fault::{Fault, form_encode};
use crate::web::part::{self, badge, button_link, note, page, table};
use crate::web::visitor::Visitor;

/// Everything that the parts of the page need.
struct Sheet<'a> {
    visitor: &'a Visitor,
    snapshot: &'a Snapshot,
    /// The node whose evidence the visitor keeps, if any.
    kept: Option<&'a NodeId>,
    /// The organisation for which the visitor replies, if any.
    party: Option<Actor>,
}

/// A statement with the number of its stamp, and its own in that.
type Numbered<'a> = (u32, u32, &'a Statement);

/// Who is for a concept, and who against it.
#[derive(Default)]
struct Sides<'a> {
    agree: BTreeSet<&'a Actor>,
    disagree: BTreeSet<&'a Actor>,
}

fn sheet<'a>(app: &'a App, visitor: &'a Visitor, snapshot: &'a Snapshot) -> Sheet<'a> {
    let account = visitor.account.as_ref();
    let kept = account.filter(|account| keeps(app, account)).map(|_| &app.config.node);
    let party = account.and_then(|account| speaks_for(app, snapshot, account));
    Sheet { visitor, snapshot, kept, party }
}

/// Which of a list stand on the page after so many; on the first, if there are not so many.
fn page_of(after: usize, all: usize) -> Range<usize> {
    let start = if after < all { after } else { 0 };
    start..(start.saturating_add(limits::EVIDENCE_ROWS_SHOWN)).min(all)
}

/// The page, with what was typed into a form.
pub(super) fn draw(app: &App, visitor: &Visitor, ask: &Ask, filled: &Filled) -> Markup {
    let snapshot = app.directory.now();
    let sheet = sheet(app, visitor, &snapshot);
    let held = own(app);
    let room = held.as_ref().map(|held| &held.public.room);
    let forms = Forms { visitor, snapshot: &snapshot, room, filled };
    let wrong: Vec<(Option<&str>, String)> =
        filled.wrong.iter().map(|(field, text)| (field.as_deref(), text.clone())).collect();
    let t = |key: &str| visitor.t(key);
    let body = html! {
        h1 { (t("evidence-title")) }
        (part::error_summary(visitor, &wrong))
        @if !wrong.is_empty() { p class="code" { (visitor.tf("refused-code", &[("code", &filled.code)])) } }
        @if filled.kept { (note(&t("kept-restored"))) }
        @if let Some(done) = said(visitor, ask) { (part::done(&done)) }
        p class="lead" { (t("evidence-lead")) }
        (about(app, visitor, ask, &sheet, &forms))
        section id="events" { h2 { (t("evidence-events")) } (sheet.events(ask.events)) }
        section id="codebook" { h2 { (t("evidence-codebook")) } (sheet.codebook()) }
        section id="diagnoses" { h2 { (t("evidence-diagnoses")) } (sheet.diagnoses(ask.diagnoses)) }
        (sheet.withdrawn())
        @if sheet.kept.is_some() { (forms.all()) }
        section class="no-print" {
            h2 { (t("evidence-files")) }
            p { (t("evidence-files-hint")) }
            p class="buttons" {
                (button_link(LIST, &t("evidence-save-list")))
                (button_link(FACTS, &t("evidence-save-facts")))
            }
        }
    };
    page(visitor, &t("evidence-title"), body)
}

/// What was just done.
fn said(visitor: &Visitor, ask: &Ask) -> Option<String> {
    let key = match ask.done.as_str() {
        "statement" if ask.left > 0 => "evidence-left-statement".to_owned(),
        "sent" | "publish" => format!("evidence-done-{}", ask.done),
        word => format!("evidence-done-{}", Step::from_name(word)?.name()),
    };
    let (count, left) = (ask.count.to_string(), ask.left.to_string());
    Some(visitor.tf(&key, &[("count", &count), ("left", &left)]).into_owned())
}

/// The form about something that was recorded, if one is asked for or was just sent.
fn about(app: &App, visitor: &Visitor, ask: &Ask, sheet: &Sheet<'_>, forms: &Forms<'_>) -> Markup {
    let sent = forms.filled.step.map(|step| (step, Target::of(&forms.filled.form)));
    let asked = || Step::from_name(&ask.on).map(|step| (step, Target::asked(ask)));
    let Some((step, target)) = sent.or_else(asked) else { return html! {} };
    let what = match step {
        Step::Withdraw | Step::Paper if sheet.kept.is_some() => recorded(app, visitor, &target),
        Step::Reply if sheet.party.is_some() => {
            let all = diagnoses(sheet.snapshot);
            let meant =
                all.iter().find(|one| one.seq == target.seq && one.dossier.public.room.node.as_str() == target.node);
            meant.map(|one| visitor.lang.pick(&one.diagnosis.what.says, &one.diagnosis.what.says_en).to_owned())
        }
        _ => None,
    };
    html! { @if let Some(what) = what { (forms.about(step, &target, &what)) } }
}

impl Sheet<'_> {
    fn t(&self, key: &str) -> String {
        self.visitor.t(key).into_owned()
    }

    fn heads(&self, keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| self.t(key)).collect()
    }

    fn table(&self, caption: &str, heads: &[&str], rows: &[Vec<Markup>]) -> Markup {
        let heads = self.heads(heads);
        let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
        table(&self.t(caption), &heads, rows)
    }

    /// Who recorded it.
    fn office(&self, dossier: &Dossier<Evidence>) -> String {
        let office = Actor::Org(dossier.public.room.office);
        actor_name(self.visitor, self.snapshot, &office)
    }

    /// Who recorded it and under which number, with the way to withdraw it.
    fn record(&self, dossier: &Dossier<Evidence>, seq: u32, line: Option<u32>, of: &str) -> Markup {
        let node = &dossier.public.room.node;
        let number = line.map_or_else(|| seq.to_string(), |line| format!("{seq}.{line}"));
        let address =
            format!("{PAGE}?on={}&node={node}&seq={seq}&line={}#about", Step::Withdraw.name(), line.unwrap_or(0));
        let label = self.visitor.tf("evidence-withdraw-what", &[("what", of)]);
        html! {
            (self.office(dossier)) " " small class="num" { (self.visitor.tf("evidence-number", &[("number", &number)])) }
            @if self.kept == Some(node) {
                " " a class="no-print" href=(address) aria-label=(label) { (self.t("evidence-do-withdraw")) }
            }
        }
    }

    fn item(&self, key: &str) -> Markup {
        html! {
            @match self.snapshot.item(key) {
                Some(item) => a href=(format!("/items/{key}")) { (self.visitor.lang.pick(&item.name, &item.name_en)) },
                None => { (key) }
            }
        }
    }

    /// Which of a list are shown if it is long, and the way to the others.
    fn pages(&self, shown: &Range<usize>, all: usize, address: impl Fn(usize) -> String) -> Markup {
        html! {
            @if shown.len() < all {
                (self.shown(shown, all))
                nav class="pages" aria-label=(self.t("list-pages")) {
                    @if shown.start > 0 { (button_link(&address(0), &self.t("page-first"))) }
                    @if shown.end < all { (button_link(&address(shown.end), &self.t("page-next"))) }
                }
            }
        }
    }

    fn shown(&self, shown: &Range<usize>, all: usize) -> Markup {
        let [from, until, all] = [shown.start + 1, shown.end, all].map(|number| number.to_string());
        html! { p class="hint" { (self.visitor.tf("evidence-shown", &[("from", &from), ("until", &until), ("count", &all)])) } }
    }

    /// Events, the latest first, without as many as stand on the pages before.
    fn events(&self, after: usize) -> Markup {
        let mut all: Vec<(&Dossier<Evidence>, u32, &Event)> = Vec::new();
        for dossier in dossiers(self.snapshot) {
            all.extend(dossier.public.room.events().map(|(seq, one)| (dossier, seq, &one.what)));
        }
        all.sort_by_key(|(_, _, event)| std::cmp::Reverse(event.from));
        if all.is_empty() {
            return note(&self.t("evidence-events-none"));
        }
        let row = |(dossier, seq, event): &(&Dossier<Evidence>, u32, &Event)| {
            let name = self.visitor.lang.pick(&event.name, &event.name_en);
            let (tone, effect) = match event.effect {
                Effect::Advances => ("good", "report-effect-advances"),
                Effect::Suspends => ("late", "report-effect-suspends"),
            };
            let regions: Vec<String> = event.regions.iter().map(|region| region.full_name()).collect();
            let days = match event.until {
                Some(until) => format!("{} – {until}", event.from),
                None => event.from.to_string(),
            };
            vec![
                html! { span class="num" { (days) } },
                html! { strong { (name) } br; small { (event.key) } },
                badge(tone, &self.t(effect)),
                html! {
                    @for (at, item) in event.items.iter().enumerate() { @if at > 0 { br; } (self.item(item)) }
                    @if event.items.is_empty() { (self.t("evidence-items-all")) }
                    br;
                    @if regions.is_empty() { (self.t("evidence-regions-all")) } @else { (self.visitor.lang.joined(&regions)) }
                },
                html! { (event.source) },
                self.record(dossier, *seq, None, name),
            ]
        };
        let shown = page_of(after, all.len());
        let rows: Vec<Vec<Markup>> = all[shown.clone()].iter().map(row).collect();
        let heads = [
            "evidence-when",
            "evidence-name",
            "evidence-effect",
            "evidence-about",
            "evidence-source",
            "evidence-recorded",
        ];
        html! {
            (self.table("evidence-events-caption", &heads, &rows))
            (self.pages(&shown, all.len(), |after| format!("{PAGE}?events={after}#events")))
        }
    }

    /// Of each concept who is for it and who against.
    fn sides(&self) -> BTreeMap<&str, Sides<'_>> {
        let mut all: BTreeMap<&str, Sides<'_>> = BTreeMap::new();
        for dossier in dossiers(self.snapshot) {
            for (_, _, one) in dossier.public.room.statements() {
                let sides = all.entry(&one.concept).or_default();
                let side = if one.agree { &mut sides.agree } else { &mut sides.disagree };
                side.insert(&one.actor);
            }
        }
        all
    }

    fn names(&self, actors: &BTreeSet<&Actor>) -> Markup {
        let mut names: Vec<String> = actors
            .iter()
            .take(limits::EVIDENCE_NAMES_SHOWN)
            .map(|actor| actor_name(self.visitor, self.snapshot, actor))
            .collect();
        let more = actors.len() - names.len();
        if more > 0 {
            names.push(self.visitor.tf("evidence-more", &[("count", &more.to_string())]).into_owned());
        }
        html! { (self.visitor.lang.joined(&names)) }
    }

    fn codebook(&self) -> Markup {
        let sides = self.sides();
        let none = Sides::default();
        let mut rows: Vec<Vec<Markup>> = Vec::new();
        for dossier in dossiers(self.snapshot) {
            for (seq, one) in dossier.public.room.codebook() {
                let concept = &one.what;
                let sides = sides.get(concept.key.as_str()).unwrap_or(&none);
                let address = format!("{STATEMENTS}?concept={}", form_encode(&concept.key));
                let name = concept_name(self.visitor, concept);
                let has_any = !sides.agree.is_empty() || !sides.disagree.is_empty();
                rows.push(vec![
                    html! { @if has_any { a href=(address) { (name) } } @else { (name) } },
                    html! { (concept.rule) },
                    self.names(&sides.agree),
                    self.names(&sides.disagree),
                    self.record(dossier, seq, None, &name),
                ]);
            }
        }
        if rows.is_empty() {
            return note(&self.t("evidence-codebook-none"));
        }
        let heads = ["evidence-concept", "evidence-rule", "evidence-for", "evidence-against", "evidence-recorded"];
        html! {
            (self.table("evidence-codebook-caption", &heads, &rows))
            p { a href=(STATEMENTS) { (self.t("evidence-statements-all")) } }
        }
    }

    /// The same of published diagnoses.
    fn diagnoses(&self, after: usize) -> Markup {
        let all = diagnoses(self.snapshot);
        if all.is_empty() {
            return note(&self.t("evidence-diagnoses-none"));
        }
        let shown = page_of(after, all.len());
        html! {
            @for one in &all[shown.clone()] { (self.diagnosis(one)) }
            (self.pages(&shown, all.len(), |after| format!("{PAGE}?diagnoses={after}#diagnoses")))
        }
    }

    fn diagnosis(&self, stood: &Stood<'_>) -> Markup {
        let (visitor, one) = (self.visitor, &stood.diagnosis.what);
        let node = &stood.dossier.public.room.node;
        let says = visitor.lang.pick(&one.says, &one.says_en);
        let can_reply = self.party.as_ref().is_some_and(|party| one.actors.contains(party));
        let figures = if visitor.lang == Lang::En { &one.figures_en } else { &one.figures };
        let on = |step: Step| format!("{PAGE}?on={}&node={node}&seq={}#about", step.name(), stood.seq);
        html! {
            div class="card" id=(format!("{node}-{}", stood.seq)) {
                h3 { (says) }
                p { (visitor.tf("evidence-diagnosis-days", &[("from", &one.from.to_string()), ("until", &one.until.to_string())])) }
                ul { @for figure in figures { li { (figure) } } }
                p { (self.record(stood.dossier, stood.seq, None, says)) }
                (replies(visitor, self.snapshot, stood))
                p class="no-print buttons" {
                    @if can_reply { (button_link(&on(Step::Reply), &self.t("evidence-do-reply"))) }
                    @if self.kept == Some(node) && !one.actors.is_empty() {
                        (button_link(&on(Step::Paper), &self.t("evidence-do-paper")))
                    }
                }
            }
        }
    }

    /// What counts no more, with its reason.
    fn withdrawn(&self) -> Markup {
        let mut all = 0;
        let mut rows: Vec<Vec<Markup>> = Vec::new();
        let mut tell =
            |dossier: &Dossier<Evidence>, number: &dyn Display, what: &dyn Fn() -> String, why: &Withdrawn| {
                all += 1;
                if rows.len() == limits::EVIDENCE_ROWS_SHOWN {
                    return;
                }
                let number = number.to_string();
                let number = self.visitor.tf("evidence-number", &[("number", &number)]).into_owned();
                rows.push(vec![
                    html! { (what()) },
                    html! { (why.reason) },
                    html! { span class="num" { (why.at.date().to_string()) } },
                    html! { (self.office(dossier)) " " small class="num" { (number) } },
                ]);
            };
        let lang = self.visitor.lang;
        for dossier in dossiers(self.snapshot) {
            let room = &dossier.public.room;
            for (seq, one) in &room.events {
                let name = || lang.pick(&one.what.name, &one.what.name_en).to_owned();
                one.withdrawn.iter().for_each(|why| tell(dossier, seq, &name, why));
            }
            for (seq, one) in &room.concepts {
                let name = || concept_name(self.visitor, &one.what);
                one.withdrawn.iter().for_each(|why| tell(dossier, seq, &name, why));
            }
            for (seq, one) in &room.diagnoses {
                let says = || lang.pick(&one.what.says, &one.what.says_en).to_owned();
                one.withdrawn.iter().for_each(|why| tell(dossier, seq, &says, why));
            }
            for (seq, batch) in &room.batches {
                for (line, why) in &batch.withdrawn {
                    let Some(one) = batch.statements.get(*line as usize - 1) else { continue };
                    let says = || lang.labelled(&actor_name(self.visitor, self.snapshot, &one.actor), &one.concept);
                    tell(dossier, &format_args!("{seq}.{line}"), &says, why);
                }
            }
        }
        let heads = ["evidence-what", "evidence-reason", "evidence-when", "evidence-recorded"];
        html! {
            @if all > 0 {
                details {
                    summary { (self.visitor.tf("evidence-withdrawn", &[("count", &all.to_string())])) }
                    (self.table("evidence-withdrawn-caption", &heads, &rows))
                    @if rows.len() < all { (self.shown(&(0..rows.len()), all)) }
                }
            }
        }
    }

    /// The way to withdraw all statements of one entry, if there are several.
    fn whole(&self, dossier: &Dossier<Evidence>, seq: u32) -> Markup {
        let room = &dossier.public.room;
        let count = room.batches.get(&seq).map_or(0, |batch| batch.standing().count());
        let address = format!("{PAGE}?on={}&node={}&seq={seq}#about", Step::Withdraw.name(), room.node);
        html! {
            @if self.kept == Some(&room.node) && count > 1 {
                " " a class="no-print" href=(address) { (self.visitor.tf("evidence-withdraw-batch", &[("count", &count.to_string())])) }
            }
        }
    }

    fn statement(&self, dossier: &Dossier<Evidence>, (seq, line, one): Numbered<'_>) -> Vec<Markup> {
        let who = actor_name(self.visitor, self.snapshot, &one.actor);
        let (tone, stance) = if one.agree { ("good", "evidence-for") } else { ("late", "evidence-against") };
        vec![
            html! { span class="num" { (one.day.to_string()) } },
            html! { (who) },
            badge(tone, &self.t(stance)),
            html! { (one.concept) },
            html! { (one.quote) },
            html! {
                (self.t(&format!("evidence-kind-{}", one.kind.name()))) br; (one.source)
                @if !one.coder.is_empty() { br; small { (self.visitor.tf("evidence-coded-by", &[("coder", &one.coder)])) } }
            },
            html! { (self.record(dossier, seq, Some(line), &who)) (self.whole(dossier, seq)) },
        ]
    }
}

/// What parties reply to a published diagnosis, and who of them has not yet.
pub(in crate::web::network) fn replies(visitor: &Visitor, snapshot: &Snapshot, stood: &Stood<'_>) -> Markup {
    let all: Vec<&Reply> = stood.replies(snapshot).collect();
    let actors = &stood.diagnosis.what.actors;
    let silent: Vec<String> = actors
        .iter()
        .filter(|actor| !all.iter().any(|reply| reply.party == **actor))
        .map(|actor| actor_name(visitor, snapshot, actor))
        .collect();
    html! {
        @if !all.is_empty() {
            ul class="checklist" {
                @for reply in &all {
                    li {
                        strong { (visitor.tf("evidence-replied", &[("who", &actor_name(visitor, snapshot, &reply.party)), ("at", &reply.at.date().to_string())])) }
                        br; (reply.words)
                        @if !reply.source.is_empty() { br; small { (visitor.tf("evidence-on-paper", &[("source", &reply.source)])) } }
                    }
                }
            }
        }
        @if !silent.is_empty() { p class="hint" { (visitor.tf("evidence-silent", &[("who", &visitor.lang.joined(&silent))])) } }
    }
}

/// The published diagnoses that name the visitor's organisation and that it has not replied to, for the first page of its staff;
/// nothing if there is none.
pub(in crate::web) fn named(app: &App, visitor: &Visitor) -> Markup {
    let snapshot = app.directory.now();
    let party = visitor.account.as_ref().and_then(|account| speaks_for(app, &snapshot, account));
    let all = diagnoses(&snapshot);
    let waits = |(_, one): &(usize, &Stood<'_>)| {
        let is_named = party.as_ref().is_some_and(|party| one.diagnosis.what.actors.contains(party));
        is_named && !one.replies(&snapshot).any(|reply| reply.source.is_empty() && Some(&reply.party) == party.as_ref())
    };
    let waiting: Vec<(usize, &Stood<'_>)> = all.iter().enumerate().filter(waits).collect();
    let on_page = |at: usize| at / limits::EVIDENCE_ROWS_SHOWN * limits::EVIDENCE_ROWS_SHOWN;
    html! {
        @if !waiting.is_empty() {
            section id="named" {
                (part::attention(&visitor.tf("evidence-named", &[("count", &waiting.len().to_string())])))
                ul class="checklist" {
                    @for (at, one) in &waiting {
                        @let what = &one.diagnosis.what;
                        @let node = &one.dossier.public.room.node;
                        li { a href=(format!("{PAGE}?diagnoses={}#{node}-{}", on_page(*at), one.seq)) { (visitor.lang.pick(&what.says, &what.says_en)) } }
                    }
                }
            }
        }
    }
}

/// GET `/network/evidence/statements`: those about one concept, or all, the latest first.
pub(super) async fn statements(
    State(app): State<App>,
    visitor: Visitor,
    Query(ask): Query<Ask>,
) -> Result<Markup, Fault> {
    beside(move || draw_statements(&app, &visitor, &ask)).await
}

fn draw_statements(app: &App, visitor: &Visitor, ask: &Ask) -> Result<Markup, Fault> {
    let snapshot = app.directory.now();
    let sheet = sheet(app, visitor, &snapshot);
    let mut all: Vec<(&Dossier<Evidence>, Numbered<'_>)> = Vec::new();
    for dossier in dossiers(&snapshot) {
        let meant = |one: &Statement| ask.concept.is_empty() || one.concept == ask.concept;
        all.extend(dossier.public.room.statements().filter(|(_, _, one)| meant(one)).map(|one| (dossier, one)));
    }
    // A concept that nobody speaks of has no page.
    if all.is_empty() && !ask.concept.is_empty() {
        return Err(Fault::NotFound);
    }
    all.sort_by_key(|(_, (.., one))| std::cmp::Reverse(one.day));
    let t = |key: &str| visitor.t(key).into_owned();
    let concept = dossiers(&snapshot).into_iter().find_map(|one| one.public.room.concept(&ask.concept));
    let title = match concept {
        Some((_, one)) => visitor.lang.labelled(&t("evidence-statements"), &concept_name(visitor, &one.what)),
        None => t("evidence-statements"),
    };
    let shown = page_of(ask.after, all.len());
    let rows: Vec<Vec<Markup>> =
        all[shown.clone()].iter().map(|(dossier, one)| sheet.statement(dossier, *one)).collect();
    let heads = [
        "evidence-day",
        "evidence-actor",
        "evidence-stance",
        "evidence-concept",
        "evidence-quote",
        "evidence-source",
        "evidence-recorded",
    ];
    let address = |after: usize| format!("{STATEMENTS}?concept={}&after={after}", form_encode(&ask.concept));
    let sides = sheet.sides();
    let sides = sides.get(ask.concept.as_str());
    let body = html! {
        h1 { (title) }
        @if let Some((_, one)) = concept { p class="lead" { (one.what.rule) } }
        @if let Some(sides) = sides {
            dl class="facts" {
                dt { (t("evidence-for")) } dd { (sheet.names(&sides.agree)) }
                dt { (t("evidence-against")) } dd { (sheet.names(&sides.disagree)) }
            }
        }
        @if rows.is_empty() { (note(&t("evidence-statements-none"))) } @else {
            (sheet.table("evidence-statements-caption", &heads, &rows))
            (sheet.pages(&shown, all.len(), address))
        }
        p { (button_link(PAGE, &t("evidence-back"))) }
    };
    Ok(page(visitor, &title, body))
}
