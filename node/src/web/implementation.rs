//! What an implementation says beside conditions, materials and limits, wherever it is read: what paying takes, where to go
//! and whom to call, under which code it runs. Only what is there is shown.

use std::borrow::Cow;

use maud::{Markup, html};
use tongban_core::catalogue::{Implementation, ItemCode, MaterialRule};

use super::visitor::Visitor;
use crate::catalogue::numbers;

/// Where a material comes from, and which electronic certificate there is of it.
pub(super) fn of_material(visitor: &Visitor, rule: &MaterialRule) -> Markup {
    html! {
        @if !rule.source.is_empty() {
            p class="hint" { (visitor.tf("implementation-material-source", &[("source", &rule.source)])) }
        }
        @if !rule.certificate.is_empty() {
            p class="hint" { (visitor.tf("implementation-material-certificate", &[("certificate", &rule.certificate)])) }
        }
    }
}

/// One thing that it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    /// 收费依据.
    FeeBasis,
    /// 网上支付.
    PaysOnline,
    /// 到办事现场次数, and why.
    Visits,
    /// 办理地点.
    Place,
    /// 办理时间.
    Hours,
    /// 咨询电话.
    Phone,
    /// 监督投诉电话.
    Complaints,
    /// 实施编码. Where there is none, this is said.
    Code,
    /// 地方实施编码.
    LocalCode,
    /// 失效日期.
    Until,
}

impl Fact {
    /// What people want to know before they go.
    pub(super) const PRACTICAL: [Fact; 7] =
        [Fact::FeeBasis, Fact::PaysOnline, Fact::Visits, Fact::Place, Fact::Hours, Fact::Phone, Fact::Complaints];

    /// Of what it is a version.
    pub(super) const FORMAL: [Fact; 3] = [Fact::Code, Fact::LocalCode, Fact::Until];

    /// All of them.
    pub(super) fn all() -> impl Iterator<Item = Fact> {
        Fact::PRACTICAL.into_iter().chain(Fact::FORMAL)
    }

    /// How it is called.
    pub(super) fn name(self, visitor: &Visitor) -> Cow<'static, str> {
        match self {
            Fact::FeeBasis => visitor.t("implementation-fee-basis"),
            Fact::PaysOnline => visitor.t("implementation-pays-online"),
            Fact::Visits => visitor.t("implementation-visits"),
            Fact::Place => visitor.t("implementation-place"),
            Fact::Hours => visitor.t("implementation-hours"),
            Fact::Phone => visitor.t("implementation-phone"),
            Fact::Complaints => visitor.t("implementation-complaints"),
            Fact::Code => visitor.t("implementation-code"),
            Fact::LocalCode => visitor.t("implementation-local-code"),
            Fact::Until => visitor.t("implementation-until"),
        }
    }

    /// What is said of it; none if nothing is.
    pub(super) fn value(self, visitor: &Visitor, one: &Implementation) -> Option<Markup> {
        let text = |text: &str| (!text.is_empty()).then(|| html! { (text) });
        match self {
            Fact::FeeBasis => text(&one.fee_basis),
            Fact::PaysOnline => one.pays_online.map(|pays| html! { (visitor.t(if pays { "yes" } else { "no" })) }),
            Fact::Visits => one.visits.map(|count| visits(visitor, count, &one.visits_reason)),
            Fact::Place => text(&one.place),
            Fact::Hours => text(&one.hours),
            Fact::Phone => phones(&one.phone),
            Fact::Complaints => phones(&one.complaint_phone),
            Fact::Code => Some(match &one.code {
                Some(code) => grouped(code),
                None => html! { (visitor.t("code-unverified")) },
            }),
            Fact::LocalCode => text(&one.local_code),
            Fact::Until => one.until.map(|until| html! { (until.to_string()) }),
        }
    }
}

/// Rows for a list of facts.
pub(super) fn facts(visitor: &Visitor, one: &Implementation, which: &[Fact]) -> Markup {
    html! {
        @for fact in which {
            @if let Some(value) = fact.value(visitor, one) { dt { (fact.name(visitor)) } dd { (value) } }
        }
    }
}

/// Rows for a table of two places: what either says.
pub(super) fn beside(visitor: &Visitor, here: &Implementation, there: &Implementation) -> Vec<Vec<Markup>> {
    let row = |fact: Fact| {
        let (here, there) = (fact.value(visitor, here), fact.value(visitor, there));
        (here.is_some() || there.is_some())
            .then(|| vec![html! { (fact.name(visitor)) }, or_nothing(here), or_nothing(there)])
    };
    Fact::all().filter_map(row).collect()
}

/// What stands in a cell.
pub(super) fn or_nothing(value: Option<Markup>) -> Markup {
    value.unwrap_or_else(|| html! { "—" })
}

fn visits(visitor: &Visitor, count: u8, reason: &str) -> Markup {
    if count == 0 {
        return html! { (visitor.t("implementation-visits-none")) };
    }
    html! {
        (visitor.tf("implementation-visits-count", &[("count", &count.to_string())]))
        @if !reason.is_empty() { " · " (reason) }
    }
}

/// Each number can be called by itself.
fn phones(cell: &str) -> Option<Markup> {
    let all: Vec<&str> = numbers(cell).collect();
    (!all.is_empty()).then(|| {
        html! {
            @for (at, number) in all.iter().enumerate() {
                @if at > 0 { " · " }
                a class="num" href=(format!("tel:{}", number.replace(' ', ""))) { (number) }
            }
        }
    })
}

/// A code in groups that can be read out; whoever copies it gets it without gaps.
fn grouped(code: &ItemCode) -> Markup {
    html! { span class="groups" { @for group in code.groups() { span { (group) } } } }
}
