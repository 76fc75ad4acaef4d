//! The case on one screen: the other place's list, the applicant and the materials, what is still missing.

use maud::{Markup, html};
use tongban_core::case::{Case, Check, DeliveryWay, Leg, Outcome, Party, Phase};
use tongban_core::catalogue::MaterialRule;

use super::desk::{is_editable, must_say_check, path_of};
use super::{Clerk, Problem, check_list, do_button, key_cap, key_link, keys, marks, problem_of, problems};
use crate::app::App;
use crate::service::CaseView;
use crate::web::case_page;
use crate::web::fault::why;
use crate::web::form::Form;
use crate::web::held;
use crate::web::implementation::{Fact, facts};
use crate::web::law::beside;
use crate::web::part::{self, Choice, page};
use crate::web::visitor::Visitor;
use crate::web::{notice, papers, person};

/// All that the page shows.
pub(super) struct Sheet<'a> {
    pub(super) app: &'a App,
    pub(super) visitor: &'a Visitor,
    pub(super) clerk: &'a Clerk,
    pub(super) view: &'a CaseView,
    /// Fields as they were typed.
    pub(super) form: &'a Form,
    pub(super) problems: &'a [Problem],
    /// What the applicant was told by mail or telephone.
    pub(super) told: &'a Markup,
}

impl Sheet<'_> {
    fn case(&self) -> &Case {
        &self.view.case
    }

    fn authority(&self) -> &str {
        let handling = &self.case().drafted.handling;
        self.visitor.lang.pick(&handling.name, &handling.name_en)
    }

    fn t(&self, key: &str) -> std::borrow::Cow<'static, str> {
        self.visitor.t(key)
    }

    /// The page; `said` is the key of what was just done, `remark` that of a quiet remark.
    pub(super) fn page(&self, said: Option<&str>, remark: Option<&str>) -> Markup {
        let visitor = self.visitor;
        let item = &self.case().drafted.item;
        let name = visitor.lang.pick(&item.name, &item.name_en);
        let authority = [("authority", self.authority())];
        let body = html! {
            h1 { (name) }
            p class="lead" { (visitor.tf("window-handled-by", &authority)) }
            (problems(visitor, self.problems))
            (beside::open(visitor, &self.clerk.snapshot, &item.key))
            @if let Some(said) = said { (part::done(&visitor.tf(said, &authority))) }
            @if let Some(remark) = remark { (part::note(&self.t(remark))) }
            (case_page::state(self.app, visitor, self.view, Some(Party::Receiving)))
            (case_page::part_of(visitor, self.case()))
            (self.turn())
            (case_page::parts(visitor, self.view, "/window/cases", Party::Receiving))
            div class="desk" {
                section { (self.left()) }
                section { (self.middle()) }
                section { (self.right()) }
            }
            // While the others work on it: a quiet offer when there is something new.
            @if !is_editable(self.case()) && !self.case().phase.is_over() { (case_page::news(visitor, self.view, &path_of(self.case().dossier))) }
            (keys(visitor, true))
        };
        page(visitor, name, body)
    }

    /// What came back and wants something, before everything else.
    fn turn(&self) -> Markup {
        let visitor = self.visitor;
        let case = self.case();
        html! {
            @if case.phase == Phase::Returned {
                @if let Some(returned) = case.returns.last() {
                    div class="card" {
                        h2 { (visitor.tf("window-returned", &[("authority", self.authority())])) }
                        p { strong { (visitor.t(&format!("reason-{}", returned.reason))) } }
                        @if !returned.note.is_empty() { p { (returned.note) } }
                        p { (visitor.t(&format!("reason-{}-todo", returned.reason))) }
                    }
                }
            }
            @if let Some(refused) = &case.not_accepted {
                div class="card" {
                    h2 { (self.t("phase-not-accepted")) }
                    p { strong { (visitor.t(&format!("reason-{}", refused.reason))) } }
                    p { (refused.note) }
                }
            }
            (case_page::pre_check(visitor, case, Party::Receiving))
            @if case.drafted.is_delegated() && case.number.is_some() && !case.phase.is_over() {
                div class="card" {
                    h2 { (self.t("window-delegated")) }
                    p { (visitor.tf("window-delegated-how", &[("authority", self.authority())])) }
                    p { a class="button primary" href=(format!("/authority/cases/{}#moves", case.dossier)) { (self.t("window-delegated-do")) } }
                }
            }
            (self.result())
            (case_page::bad_ratings(visitor, case, Leg::Receiving, &path_of(case.dossier)))
        }
    }

    /// The decision with its document, and the button for when it is in the applicant's hands.
    fn result(&self) -> Markup {
        let visitor = self.visitor;
        let case = self.case();
        let Some(decision) = &case.decision else { return html! {} };
        let granted = decision.outcome == Outcome::Granted;
        let at_window = decision.way == DeliveryWay::Window;
        html! {
            div class="card" {
                h2 { (self.t(if granted { "line-granted" } else { "line-decided-refused" })) }
                p { (visitor.tf("line-decision-number", &[("number", &decision.number)])) }
                @if !decision.reason.is_empty() { p { strong { (visitor.t(&format!("reason-{}", decision.reason))) } } }
                @if !decision.note.is_empty() { p { (decision.note) } }
                @if let Some(document) = &decision.document {
                    p { a class="button" href=(format!("/cases/{}/files/{}", case.dossier, document.hash)) { (self.t("window-result-open")) } }
                }
                @if case.phase == Phase::Decided {
                    @if at_window {
                        p { (self.t("window-deliver-how")) }
                        form method="post" action=(path_of(case.dossier)) {
                            (part::hidden(visitor, &path_of(case.dossier)))
                            (do_button("primary", "deliver", Some("F7"), &self.t("window-deliver")))
                        }
                    } @else {
                        p class="hint" { (self.t(if decision.way == DeliveryWay::Courier { "window-deliver-courier" } else { "window-deliver-online" })) }
                    }
                }
            }
        }
    }

    /// The other place's conditions and check-list.
    fn left(&self) -> Markup {
        let drafted = &self.case().drafted;
        let current = self.clerk.snapshot.implementations.get(&drafted.item.implementation);
        // What the case does not keep is shown in the version under which it began, or not at all.
        let current = current.filter(|current| current.version == drafted.item.version);
        let conditions = current.map_or(&[][..], |current| &current.conditions);
        html! {
            h2 { (self.visitor.tf("window-their-list", &[("authority", self.authority())])) }
            (check_list(self.visitor, conditions, &drafted.item.materials))
            @if let Some(current) = current {
                details {
                    summary { (self.t("implementation-title")) }
                    dl class="facts" {
                        (facts(self.visitor, current, &Fact::PRACTICAL))
                        (facts(self.visitor, current, &Fact::FORMAL))
                    }
                }
            }
        }
    }

    fn middle(&self) -> Markup {
        let case = self.case();
        html! {
            h2 { (self.t("window-applicant")) }
            (case_page::particulars(self.visitor, self.view))
            (person::form(self.visitor, self.view, &path_of(case.dossier), self.form, |field| problem_of(self.problems, field)))
            @if case.phase == Phase::CorrectionAsked {
                h2 { (self.t("window-answer-title")) }
                (self.correction())
            }
            h2 { (self.t("window-materials")) }
            @if is_editable(case) { (self.materials_form()) } @else { (case_page::materials(self.visitor, self.view)) }
        }
    }

    fn materials_form(&self) -> Markup {
        let case = self.case();
        let path = path_of(case.dossier);
        html! {
            form method="post" action=(path) enctype="multipart/form-data" id="materials" {
                (part::hidden(self.visitor, &path))
                // The first button is the one that the enter key presses: it must be the harmless one.
                button type="submit" name="do" value="save" hidden tabindex="-1" { (self.t("window-save")) }
                p class="hint" { (self.t("upload-hint")) }
                ul class="materials" { @for rule in &case.drafted.item.materials { (self.material(rule)) } }
                (self.form_actions())
            }
        }
    }

    fn form_actions(&self) -> Markup {
        let case = self.case();
        let may_accept = case.phase == Phase::TakenIn && case.drafted.permit.rights.accept && case.accepted.is_none();
        html! {
            @if may_accept {
                p class="hint" { (self.visitor.tf("window-accept-hint", &[("authority", self.authority()), ("name", self.visitor.lang.pick(&case.drafted.permit.name, &case.drafted.permit.name_en))])) }
                p { (do_button("", "accept", None, &self.t("window-accept"))) }
            }
            div class="actions" {
                (do_button("", "save", Some("F4"), &self.t("window-save")))
                (self.onward("primary side-by-side"))
            }
        }
    }

    /// The step that follows the materials. It stands where they end and, found at once, beside them under what is missing;
    /// where everything stands in one column there is only the latter.
    fn onward(&self, class: &str) -> Markup {
        let over = self.visitor.tf("window-hand-over", &[("authority", self.authority())]);
        let (does, key, label) = match self.case().phase {
            Phase::Draft => ("take-in", "F8", self.t("window-take-in")),
            _ if self.case().is_joint() => ("hand-over", "F9", self.t("window-begin-parts")),
            _ if self.case().drafted.is_delegated() => return html! {},
            _ => ("hand-over", "F9", over),
        };
        html! {
            button class=(class) type="submit" form="materials" name="do" value=(does) data-key=(key) aria-keyshortcuts=(key) {
                (label) " " (key_cap(key))
            }
        }
    }

    /// One material: what is there, a place for more, how it was checked, or why it is not needed.
    fn material(&self, rule: &MaterialRule) -> Markup {
        let visitor = self.visitor;
        let case = self.case();
        let name = visitor.lang.pick(&rule.name, &rule.name_en);
        let waive = format!("waive-{}", rule.key);
        let waived = case.waived.iter().find(|(key, _)| *key == rule.key).map(|(_, because)| because.as_str());
        let typed = Some(self.form.text(&waive)).filter(|text| !text.is_empty()).or(waived).unwrap_or_default();
        let held: Vec<_> = case.materials.iter().filter(|attached| attached.material == rule.key).collect();
        html! {
            li {
                h3 { (name) " " (marks(visitor, rule)) }
                @for (at, attached) in held.iter().enumerate() {
                    @let number = (at + 1).to_string();
                    p {
                        a href=(format!("/cases/{}/files/{}", case.dossier, attached.blob.hash)) {
                            (visitor.tf("material-open", &[("name", name), ("number", &number)]))
                        }
                        " · " (case_page::size(attached.blob.size)) " · " (case_page::check_name(visitor.lang, attached.check)) " "
                        button class="quiet" type="submit" name="do" value=(format!("remove-{}", attached.blob.hash))
                            aria-label=(visitor.tf("window-remove-named", &[("name", name), ("number", &number)])) { (self.t("window-remove")) }
                    }
                }
                @if let (Some(because), true) = (waived, held.is_empty()) { p { (visitor.tf("material-waived", &[("because", because)])) } }
                @if held.is_empty() { (self.file_fields(rule, "window-file")) }
                @else {
                    @let wrong = ["file", "check"].iter().any(|field| problem_of(self.problems, &format!("{field}-{}", rule.key)).is_some());
                    details open[wrong] { summary { (self.t("window-more-open")) } (self.file_fields(rule, "window-file-more")) }
                }
                @if held.is_empty() {
                    details open[problem_of(self.problems, &waive).is_some() || (!typed.is_empty() && waived != Some(typed))] {
                        summary { (self.t("window-waive-open")) }
                        div class=(if problem_of(self.problems, &waive).is_some() { "field wrong" } else { "field" }) {
                            label for=(waive) { (visitor.tf("window-waive", &[("name", name)])) }
                            @if let Some(text) = problem_of(self.problems, &waive) { p class="error" { (text) } }
                            input id=(waive) name=(waive) type="text" value=(typed) autocomplete="off";
                        }
                    }
                }
            }
        }
    }

    /// The scan and how it was checked.
    fn file_fields(&self, rule: &MaterialRule, label: &str) -> Markup {
        let visitor = self.visitor;
        let case = self.case();
        let name = visitor.lang.pick(&rule.name, &rule.name_en);
        let (file, check) = (format!("file-{}", rule.key), format!("check-{}", rule.key));
        let error = problem_of(self.problems, &file);
        let check_error = problem_of(self.problems, &check);
        let (error_id, check_error_id) = (format!("{file}-error"), format!("{check}-error"));
        let must_say = must_say_check(case, rule);
        let held = case.materials.iter().rev().find(|attached| attached.material == rule.key);
        let usual = match held.map(|attached| attached.check) {
            _ if must_say => "",
            Some(Check::SeenOriginal) => "seen-original",
            _ => "copy-taken",
        };
        let chosen = Some(self.form.text(&check)).filter(|text| !text.is_empty()).unwrap_or(usual);
        let mut options = Vec::new();
        if must_say {
            options.push(Choice { value: "", label: self.t("window-check-choose").into_owned() });
        }
        if case.drafted.permit.rights.verify_originals {
            options.push(Choice { value: "seen-original", label: self.t("check-seen-original").into_owned() });
        }
        options.push(Choice { value: "copy-taken", label: self.t("check-copy-taken").into_owned() });
        html! {
            @for kept in held::named(self.app, case.dossier, self.form).iter().filter(|kept| kept.material == rule.key) {
                (held::line(self.app, visitor, case.dossier, kept))
            }
            // The material's name stands above; who hears the page hears it with each field.
            div class="search" {
                div class=(if error.is_some() { "field wrong" } else { "field" }) {
                    label for=(file) { (self.t(label)) }
                    @if let Some(text) = error { p class="error" id=(error_id) { (text) } }
                    input id=(file) name=(file) type="file" multiple accept=".pdf,.jpg,.jpeg,.png" aria-label=(format!("{} · {name}", self.t(label)))
                        aria-describedby=[error.map(|_| error_id.as_str())] aria-invalid=[error.map(|_| "true")];
                }
                div class=(if check_error.is_some() { "field wrong" } else { "field" }) {
                    label for=(check) { (self.t("window-check")) }
                    @if let Some(text) = check_error { p class="error" id=(check_error_id) { (text) } }
                    select id=(check) name=(check) aria-label=(format!("{} · {name}", self.t("window-check")))
                        aria-describedby=[check_error.map(|_| check_error_id.as_str())] aria-invalid=[check_error.map(|_| "true")] {
                        @for option in &options { option value=(option.value) selected[option.value == chosen] { (option.label) } }
                    }
                }
            }
        }
    }

    /// What the correction asks for: all of it is answered at once.
    fn correction(&self) -> Markup {
        let case = self.case();
        let Some(correction) = &case.correction else { return html! {} };
        let path = path_of(case.dossier);
        let wanted = |key: &str| correction.wanted.iter().any(|one| one.material == key);
        html! {
            p { (self.t("window-answer-lead")) }
            form method="post" action=(path) enctype="multipart/form-data" {
                (part::hidden(self.visitor, &path))
                ul class="materials" {
                    @for rule in case.drafted.item.materials.iter().filter(|rule| wanted(&rule.key)) {
                        li {
                            h3 { (self.visitor.lang.pick(&rule.name, &rule.name_en)) " " (marks(self.visitor, rule)) }
                            @for one in correction.wanted.iter().filter(|one| one.material == rule.key) { p { strong { (one.what) } } }
                            (self.file_fields(rule, "window-file-answer"))
                        }
                    }
                }
                div class="actions" { (do_button("primary", "answer", Some("F9"), &self.visitor.tf("window-answer", &[("authority", self.authority())]))) }
            }
        }
    }

    fn right(&self) -> Markup {
        let visitor = self.visitor;
        let case = self.case();
        html! {
            @if is_editable(case) {
                h2 { (self.t("window-missing-title")) }
                @match case.materials_complete() {
                    Ok(()) => (part::done(&self.t("window-complete"))),
                    Err(reason) => {
                        ul class="checklist" {
                            @for rule in case.missing() {
                                li { a href=(format!("#file-{}", rule.key)) { (visitor.lang.pick(&rule.name, &rule.name_en)) } }
                            }
                        }
                        @if case.missing().next().is_none() { p { (why(visitor.lang, &reason)) } }
                        @else { p class="hint" { (self.t("window-missing-hint")) } }
                    }
                }
                div class="actions" { (self.onward("primary")) }
            }
            @if case.number.is_some() {
                p { (key_link("button", &format!("{}/receipt", path_of(case.dossier)), "F8", &self.t("window-receipt-open"))) }
            }
            (papers::section(self.app, visitor, self.view, Party::Receiving))
            (notice::links(visitor, case))
            (self.told)
            h2 { (self.t("window-facts")) }
            (case_page::facts(visitor, case))
            h2 { (self.t("window-timeline")) }
            (case_page::timeline(visitor, self.view))
            @if case.phase == Phase::Draft { (self.asking_before()) }
            @if case.phase == Phase::HandedOver { (self.taking_back()) }
            @if !case.phase.is_over() && case.decision.is_none() { (self.withdrawal()) }
        }
    }

    /// Before taking in, the other side can be asked whether it may: nothing is typed twice.
    fn asking_before(&self) -> Markup {
        let case = self.case();
        if case.drafted.is_delegated() || case.pre_check.as_ref().is_some_and(|check| check.answer.is_none()) {
            return html! {};
        }
        let label = self.visitor.tf("window-pre-check", &[("authority", self.authority())]);
        html! {
            details open[case.pre_check.is_none()] {
                summary { (self.t("window-pre-check-open")) }
                p class="hint" { (self.t("window-pre-check-hint")) }
                label for="pre-check-note" { (self.t("window-pre-check-note")) }
                textarea id="pre-check-note" name="pre-check-note" form="materials" rows="2" { (self.form.text("pre-check-note")) }
                p { button type="submit" form="materials" name="do" value="pre-check" data-key="F6" aria-keyshortcuts="F6" { (label) " " (key_cap("F6")) } }
            }
        }
    }

    /// While the other place has not answered, the window may want the case back.
    fn taking_back(&self) -> Markup {
        let case = self.case();
        let path = path_of(case.dossier);
        html! {
            @if case.take_back.is_some() {
                p class="note" { (self.t("window-take-back-asked")) }
            } @else {
                details {
                    summary { (self.t("window-take-back-open")) }
                    p { (self.t("window-take-back-text")) }
                    form method="post" action=(path) {
                        (part::hidden(self.visitor, &path))
                        (do_button("", "take-back", None, &self.t("window-take-back")))
                    }
                }
            }
        }
    }

    fn withdrawal(&self) -> Markup {
        let case = self.case();
        let path = path_of(case.dossier);
        let draft = case.phase == Phase::Draft;
        let (summary, text, button) = if draft {
            ("window-discard-open", "window-discard-text", "window-discard")
        } else {
            ("window-withdraw-open", "window-withdraw-text", "window-withdraw")
        };
        html! {
            details {
                summary { (self.t(summary)) }
                p { (self.t(text)) }
                form method="post" action=(path) {
                    (part::hidden(self.visitor, &path))
                    (do_button("danger", "withdraw", None, &self.t(button)))
                }
            }
        }
    }
}
