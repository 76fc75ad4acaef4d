//! “我在 …” and “要在 … 办”.

use jiff::civil::Date;
use maud::Markup;
use serde::Deserialize;
use tongban_core::directory::{Duty, Organisation};
use tongban_core::ident::{Level, Region};

use crate::app::App;
use crate::directory::Snapshot;
use crate::web::part::{self, Choice};
use crate::web::visitor::Visitor;

/// What the addresses of the portal carry. Everything is text: a hand-made address gets a page, not an error.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    /// What is looked for.
    #[serde(default)]
    pub q: String,
    /// Code of the region where the applicant is.
    #[serde(default)]
    pub here: String,
    /// Code of the region where it is to be decided; empty means all.
    #[serde(default)]
    pub there: String,
    /// 1 if a form that was kept is to be shown again.
    #[serde(default)]
    pub kept: String,
}

/// Where the applicant is.
#[derive(Clone, Copy, Debug)]
pub struct Here {
    /// The region that counts; `None` on a node that serves none.
    pub region: Option<Region>,
    /// Another region was asked for, which this node does not serve.
    pub unserved: bool,
}

/// Reads “我在 …”; without an answer it is the whole province.
pub fn here(app: &App, text: &str) -> Here {
    let first = app.config.regions.first().copied();
    if text.is_empty() {
        return Here { region: first, unserved: false };
    }
    let asked = Region::parse(text).ok();
    let serves = |region: &Region| app.config.regions.iter().any(|served| served == region || served.contains(*region));
    match asked.filter(serves) {
        Some(region) => Here { region: Some(region), unserved: false },
        None => Here { region: first, unserved: true },
    }
}

/// Reads “要在 … 办”.
pub fn there(text: &str) -> Option<Region> {
    Region::parse(text).ok()
}

/// The regions that this node serves: the whole first, then where it has windows, then the other cities.
fn served(app: &App, snapshot: &Snapshot) -> Vec<Region> {
    let mut places = Vec::new();
    for served in &app.config.regions {
        places.push(*served);
        let windows = windows_of_node(app, snapshot).map(|window| window.region);
        let mut inside: Vec<Region> = windows.filter(|region| served.contains(*region) && region != served).collect();
        inside.sort_unstable();
        let below = |level: Level| {
            Region::all_current()
                .filter(move |region| region.level() == level && region != served && served.contains(*region))
        };
        let cities: Vec<Region> = below(Level::City).collect();
        // A municipality has districts and no cities.
        inside.extend(if cities.is_empty() { below(Level::County).collect() } else { cities });
        for region in inside {
            if !places.contains(&region) {
                places.push(region);
            }
        }
    }
    places
}

fn windows_of_node<'a>(app: &'a App, snapshot: &'a Snapshot) -> impl Iterator<Item = &'a Organisation> {
    snapshot.organisations.values().filter(|org| org.duty == Duty::Window && org.node == app.config.node)
}

/// The windows that someone at `here` can go to: the own city's, or all if it has none.
pub fn windows<'a>(app: &'a App, snapshot: &'a Snapshot, here: Option<Region>) -> Vec<&'a Organisation> {
    let near = |org: &&Organisation| {
        here.is_some_and(|here| here == org.region || here.contains(org.region) || org.region.contains(here))
    };
    let mut windows: Vec<&Organisation> = windows_of_node(app, snapshot).filter(near).collect();
    if windows.is_empty() {
        windows = windows_of_node(app, snapshot).collect();
    }
    windows.sort_by_key(|org| org.region);
    windows
}

/// Every region whose authorities have published an implementation that is in force, of one item or of any.
pub fn offered(snapshot: &Snapshot, item: Option<&str>, today: Date) -> Vec<Region> {
    let Some(item) = item else { return snapshot.index().regions_on(today).collect() };
    // Those of an item lie by region, each once.
    snapshot.implementations_of(item).filter(|one| one.in_force(today)).map(|one| one.region).collect()
}

/// The drop-down list “我在 …”.
pub fn here_select(app: &App, visitor: &Visitor, snapshot: &Snapshot, here: Here) -> Markup {
    let places = served(app, snapshot);
    if places.is_empty() {
        // The coordination office's own node takes nothing in.
        return maud::html! {};
    }
    let codes: Vec<String> = places.iter().map(Region::to_string).collect();
    let options: Vec<Choice<'_>> = places
        .iter()
        .zip(&codes)
        .map(|(region, code)| {
            let whole = app.config.regions.contains(region) && region.level() == Level::Province;
            let label = if whole {
                visitor.tf("portal-whole", &[("region", region.name())]).into_owned()
            } else {
                region.name().to_owned()
            };
            Choice { value: code, label }
        })
        .collect();
    let selected = here.region.map(|region| region.to_string()).unwrap_or_default();
    part::select("here", &visitor.t("portal-here"), &options, &selected)
}

/// The drop-down list “要在 … 办”.
pub fn there_select(visitor: &Visitor, regions: &[Region], there: Option<Region>, with_all: bool) -> Markup {
    let codes: Vec<String> = regions.iter().map(Region::to_string).collect();
    let mut options = Vec::with_capacity(regions.len() + 1);
    let first = if with_all { "portal-there-all" } else { "portal-there-choose" };
    if with_all || there.is_none_or(|there| !regions.contains(&there)) {
        options.push(Choice { value: "", label: visitor.t(first).into_owned() });
    }
    options.extend(
        regions.iter().zip(&codes).map(|(region, code)| Choice { value: code.as_str(), label: region.full_name() }),
    );
    let selected = there.map(|region| region.to_string()).unwrap_or_default();
    part::select("there", &visitor.t("portal-there"), &options, &selected)
}
