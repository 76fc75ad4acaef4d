//! What the address of a page of the network says: from where, from when to when, which ties.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;
use tongban_core::catalogue::Subject;
use tongban_core::network::facts::{Facts, Profile};
use tongban_core::network::tie::{Actor, Relation};
use tongban_core::rule::WhyNot;

use super::beside;
use crate::app::App;
use crate::limits;
use crate::network::known::{self, profile};
use crate::network::live::Select;
use crate::network::sight::{Look, Source, Whole};
use crate::service::ServiceError;
use crate::web::fault::{Fault, form_encode};

/// The parts of the address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    /// `own` or `whole`.
    pub of: String,
    pub from: String,
    pub until: String,
    pub relation: String,
    pub item: String,
    pub subject: String,
    pub by: String,
    pub towards: String,
    pub with: String,
    pub code: String,
    /// How many stand on the pages before.
    pub after: usize,
    /// As what a file is sent.
    pub format: String,
    /// Which picture.
    pub picture: String,
    /// Where actors stand in it.
    pub layout: String,
    /// Which period of it; empty is the whole time.
    pub at: String,
}

/// What was asked, read.
pub(super) struct Asked {
    pub ask: Ask,
    pub select: Select,
    /// What all nodes tell, if that is looked at.
    whole: Option<Whole>,
}

/// A part of the address that says nothing.
pub(super) fn unreadable(name: &'static str) -> Fault {
    Fault::from(ServiceError::from(WhyNot::new("ask-unreadable").with("field", name)))
}

/// A part of the address. Empty is none.
pub(super) fn read<T>(name: &'static str, text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Fault> {
    match text.trim() {
        "" => Ok(None),
        text => parse(text).map(Some).ok_or_else(|| unreadable(name)),
    }
}

impl Ask {
    /// Reads it. Without a first day the last twelve months are meant.
    pub async fn read(self, app: &App) -> Result<Asked, Fault> {
        self.read_back(app, limits::NETWORK_MONTHS).await
    }

    /// Reads it. Without a first day so many months are meant.
    pub async fn read_back(mut self, app: &App, months: i64) -> Result<Asked, Fault> {
        let date = |text: &str| text.parse::<Date>().ok();
        let actor = |text: &str| text.parse::<Actor>().ok();
        let today = app.clock.today();
        if self.from.trim().is_empty() {
            let first = today.saturating_sub(months.months()).first_of_month();
            self.from = first.to_string();
        }
        // The coordination office looks at what all tell, everyone else first at what is their own.
        let is_whole = match self.of.as_str() {
            "own" => false,
            "whole" => true,
            _ => app.directory.now().is_registrar(&app.config.node),
        };
        self.of = if is_whole { "whole" } else { "own" }.to_owned();
        let select = Select {
            from: read("from", &self.from, date)?,
            until: read("until", &self.until, date)?,
            relations: read("relation", &self.relation, Relation::from_name)?.into_iter().collect(),
            items: read("item", &self.item, |text| Some(text.to_owned()))?.into_iter().collect(),
            subject: read("subject", &self.subject, |text| match text {
                "person" => Some(Subject::Person),
                "enterprise" => Some(Subject::Enterprise),
                _ => None,
            })?,
            by: read("by", &self.by, actor)?,
            towards: read("towards", &self.towards, actor)?,
            with: read("with", &self.with, actor)?,
            code: read("code", &self.code, |text| Some(text.to_owned()))?,
            node: None,
        };
        let told = || {
            let app = app.clone();
            beside(move || app.sights.whole(&app.directory.now()))
        };
        let whole = if is_whole { Some(told().await) } else { None };
        Ok(Asked { ask: self, select, whole })
    }

    /// What one number asked for more than the forms do.
    pub fn narrower(&self) -> [(&'static str, &str); 4] {
        [("by", &self.by), ("towards", &self.towards), ("with", &self.with), ("code", &self.code)]
    }

    /// Whether less is looked at than all ties of some days.
    pub fn is_narrowed(&self) -> bool {
        let more = self.narrower().map(|(_, value)| value);
        more.into_iter().chain([&*self.relation, &*self.item, &*self.subject]).any(|value| !value.is_empty())
    }

    /// The same address on another page.
    pub fn address(&self, page: &str) -> String {
        let parts = [
            ("of", &self.of),
            ("from", &self.from),
            ("until", &self.until),
            ("relation", &self.relation),
            ("item", &self.item),
            ("subject", &self.subject),
            ("by", &self.by),
            ("towards", &self.towards),
            ("with", &self.with),
            ("code", &self.code),
            ("format", &self.format),
            ("picture", &self.picture),
            ("layout", &self.layout),
            ("at", &self.at),
        ];
        let mut address = page.to_owned();
        let mut mark = '?';
        for (name, value) in parts.into_iter().filter(|(_, value)| !value.is_empty()) {
            address.push(mark);
            mark = '&';
            address.push_str(name);
            address.push('=');
            address.push_str(&form_encode(value));
        }
        if self.after > 0 {
            address.push_str(&format!("{mark}after={}", self.after));
        }
        address
    }
}

impl Asked {
    /// From where it is known.
    pub fn source<'a>(&'a self, app: &'a App) -> Source<'a> {
        self.digests().map_or(Source::Own(&app.network), Source::Whole)
    }

    /// Whether what all nodes tell is looked at, not the node's own dossiers.
    pub fn is_whole(&self) -> bool {
        self.whole.is_some()
    }

    /// What was counted together by the nodes that tell it, if that is looked at.
    pub fn digests(&self) -> Option<&Facts> {
        self.whole.as_ref().map(|whole| &*whole.facts)
    }

    /// Everything that a network is judged by, of ties that are meant.
    pub fn facts(&self, app: &App, select: &Select, by_month: bool) -> Facts {
        let snapshot = app.directory.now();
        match self.digests() {
            Some(digests) => known::narrowed(digests, &snapshot, select),
            None => known::facts(&app.network, &snapshot, select, by_month),
        }
    }

    /// What is looked at, and in which version.
    pub fn look(&self, app: &App) -> Look {
        let version = self.whole.as_ref().map_or_else(|| app.network.version(), |whole| whole.version);
        (self.is_whole(), self.select.clone(), version)
    }

    /// Who somebody is.
    pub fn who(&self, app: &App, actor: &Actor) -> Profile {
        profile(&app.directory.now(), actor)
    }
}
