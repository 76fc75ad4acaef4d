//! Who is in a picture: names, levels, groups.

use tongban_core::network::facts::{Facts, Level};
use tongban_core::network::tie::Network;

use crate::network::{Groups, Net};
use crate::text::Lang;

/// Those who are drawn, by their number in the network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cast {
    /// Their names.
    pub names: Vec<String>,
    /// Where they stand in the administration.
    pub levels: Vec<Level>,
    /// The groups by which they are drawn; one without a name, if they are not grouped.
    pub groups: Groups,
    /// The sign of each group: the five networks have the same in all pictures.
    pub(super) signs: Vec<usize>,
}

/// By what actors of [`Facts`] are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// The five networks of a policy's implementation.
    Network,
    /// The levels.
    Level,
    /// The provinces; who is in none is a group of its own.
    Province,
    /// The lines of work; who is in none is a group of its own.
    Line,
}

impl Grouping {
    /// All of them.
    pub const ALL: [Grouping; 4] = [Grouping::Network, Grouping::Level, Grouping::Province, Grouping::Line];

    /// The word in commands.
    pub fn name(self) -> &'static str {
        match self {
            Grouping::Network => "network",
            Grouping::Level => "level",
            Grouping::Province => "province",
            Grouping::Line => "line",
        }
    }
}

fn network_word(network: Network, lang: Lang) -> String {
    lang.t(&format!("report-network-{}", network.name())).into_owned()
}

fn level_word(level: Level, lang: Lang) -> String {
    lang.t(&format!("picture-level-{}", level.name())).into_owned()
}

/// One of the five networks, by its word in data or in either language.
fn network_of(word: &str) -> Option<Network> {
    let is = |network: &Network| [Lang::Zh, Lang::En].iter().any(|lang| network_word(*network, *lang) == word);
    Network::from_name(word).or_else(|| Network::ALL.into_iter().find(is))
}

/// A level, by its word in data, by what offices call it, or by its number from the top.
fn level_of(word: &str) -> Option<Level> {
    Some(match word.to_lowercase().as_str() {
        "centre" | "center" | "central" | "national" | "中央" | "国家" | "国家级" | "中央级" | "0" => {
            Level::Centre
        }
        "province" | "provincial" | "省" | "省级" | "1" => Level::Province,
        "city" | "municipal" | "市" | "市级" | "地级" | "地市" | "地市级" | "2" => Level::City,
        "county" | "district" | "县" | "县级" | "区县" | "3" => Level::County,
        _ => return None,
    })
}

/// Groups in the order in which their names first come in `order`, those that are not in it after these.
fn grouped(words: Vec<String>, order: impl Iterator<Item = String>) -> Groups {
    let mut names: Vec<String> = order.filter(|name| words.contains(name)).collect();
    let mut others: Vec<&String> = words.iter().filter(|word| !names.contains(word)).collect();
    others.sort();
    others.dedup();
    let others: Vec<String> = others.into_iter().cloned().collect();
    names.extend(others);
    let number = |word: &String| names.iter().position(|name| name == word).unwrap_or_default() as u32;
    let of_actor = words.iter().map(number).collect();
    Groups { names, of_actor }
}

/// Of the five networks their own signs, of other groups one after the other.
fn signs(groups: &Groups, lang: Lang) -> Vec<usize> {
    let words = Network::ALL.map(|network| network_word(network, lang));
    let own: Option<Vec<usize>> = groups.names.iter().map(|name| words.iter().position(|word| word == name)).collect();
    own.unwrap_or_else(|| (0..groups.names.len()).collect())
}

/// What XML has no place for does not come into a name.
fn clean(name: &str) -> String {
    name.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect()
}

impl Cast {
    /// Those of a network from files, grouped by a column; without one by their kind, if all say one. An error: so many
    /// actors say nothing in the column.
    pub fn of_net(net: &Net, column: Option<&str>, lang: Lang) -> Result<Cast, usize> {
        let groups = match column {
            Some(column) => net.groups(column)?,
            None => net
                .groups("kind")
                .unwrap_or_else(|_| Groups { names: vec![String::new()], of_actor: vec![0; net.actors.len()] }),
        };
        let words: Vec<String> = groups.of_actor.iter().map(|group| clean(&groups.names[*group as usize])).collect();
        let networks: Option<Vec<Network>> = words.iter().map(|word| network_of(word)).collect();
        let groups = match networks {
            Some(networks) => grouped(
                networks.into_iter().map(|network| network_word(network, lang)).collect(),
                Network::ALL.into_iter().map(|network| network_word(network, lang)),
            ),
            None => grouped(words, std::iter::empty()),
        };
        Ok(Cast {
            signs: signs(&groups, lang),
            names: net.actors.iter().map(|actor| clean(actor.name())).collect(),
            levels: net.actors.iter().map(|actor| level_of(&actor.level).unwrap_or(Level::Outside)).collect(),
            groups,
        })
    }

    /// Those of facts.
    pub fn of_facts(facts: &Facts, by: Grouping, lang: Lang) -> Cast {
        let nobody = || lang.t("picture-group-none").into_owned();
        let province = |region: tongban_core::ident::Region| region.province().name().to_owned();
        let words = facts.actors.iter().map(|one| match by {
            Grouping::Network => network_word(one.network, lang),
            Grouping::Level => level_word(one.level, lang),
            Grouping::Province => one.region.map_or_else(nobody, province),
            Grouping::Line if one.line.is_empty() => nobody(),
            Grouping::Line => clean(&one.line),
        });
        let order: Vec<String> = match by {
            Grouping::Network => Network::ALL.into_iter().map(|network| network_word(network, lang)).collect(),
            Grouping::Level => Level::ALL.into_iter().map(|level| level_word(level, lang)).collect(),
            Grouping::Province | Grouping::Line => Vec::new(),
        };
        let groups = grouped(words.collect(), order.into_iter());
        Cast {
            signs: signs(&groups, lang),
            names: facts.actors.iter().map(|one| clean(lang.pick(&one.name, &one.name_en))).collect(),
            levels: facts.actors.iter().map(|one| one.level).collect(),
            groups,
        }
    }

    /// Whether anybody stands on a level.
    pub fn has_levels(&self) -> bool {
        self.levels.iter().any(|level| *level != Level::Outside)
    }

    pub(super) fn group(&self, actor: usize) -> usize {
        self.groups.of_actor[actor] as usize
    }

    pub(super) fn sign(&self, actor: usize) -> usize {
        self.signs[self.group(actor)]
    }

    /// The name with the group, for a title.
    pub(super) fn title(&self, actor: usize, lang: Lang) -> String {
        let group = &self.groups.names[self.group(actor)];
        let name = &self.names[actor];
        match (group.is_empty(), lang) {
            (true, _) => name.clone(),
            (_, Lang::Zh) => format!("{name}（{group}）"),
            (_, Lang::En) => format!("{name} ({group})"),
        }
    }
}

/// A level in words.
pub(super) fn level_name(level: Level, lang: Lang) -> String {
    level_word(level, lang)
}
