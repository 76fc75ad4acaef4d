//! A network as it stands in files: actors, and ties between them, in layers and in time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use tongban_core::network::graph::{Graph, LeftOut};

/// A network in memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Net {
    /// In the order of their lists; without one, of their ties.
    pub actors: Vec<Actor>,
    /// Names of layers: kinds of relations.
    pub layers: Vec<String>,
    /// Each from one actor to another; one without direction stands here twice, once each way.
    pub ties: Vec<Tie>,
}

/// Someone who has ties.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actor {
    /// By which ties name it.
    pub id: String,
    /// What people read; empty: the identifier.
    pub label: String,
    /// What kind of organisation it is; empty: not said.
    pub kind: String,
    /// On which level it stands; empty: not said.
    pub level: String,
    /// Everything else, by name.
    pub attributes: BTreeMap<String, String>,
}

/// A tie from one actor to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tie {
    /// Number of the actor it goes out from.
    pub from: u32,
    /// Number of the actor it goes to.
    pub to: u32,
    /// Number of its layer.
    pub layer: u32,
    /// How strong it is, zero or more.
    pub weight: f64,
    /// 1, or -1 for a tie against each other.
    pub sign: i8,
    /// The first day on which it holds; none: from ever.
    pub from_day: Option<Date>,
    /// The last day; none: until further notice.
    pub to_day: Option<Date>,
}

impl Tie {
    /// Its weight with its sign: the one number that matrices, Pajek and UCINET have for a tie.
    pub fn value(&self) -> f64 {
        self.weight * f64::from(self.sign)
    }
}

impl Actor {
    /// What people read.
    pub fn name(&self) -> &str {
        if self.label.is_empty() { &self.id } else { &self.label }
    }

    /// What stands in a column; none if there is no such column for it.
    pub fn get(&self, column: Column<'_>) -> Option<&str> {
        let text = match column {
            Column::Id => &self.id,
            Column::Label => &self.label,
            Column::Kind => &self.kind,
            Column::Level => &self.level,
            Column::Other(name) => self.attributes.get(name)?,
        };
        Some(text.as_str()).filter(|text| !text.is_empty())
    }

    /// Puts something into a column.
    pub fn set(&mut self, column: Column<'_>, text: &str) {
        let into = match column {
            Column::Id => &mut self.id,
            Column::Label => &mut self.label,
            Column::Kind => &mut self.kind,
            Column::Level => &mut self.level,
            // What is empty is not said.
            Column::Other(_) if text.is_empty() => return,
            Column::Other(name) => self.attributes.entry(name.to_owned()).or_default(),
        };
        text.clone_into(into);
    }
}

/// A column of a list of actors, or an attribute of one in another format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column<'a> {
    /// The identifier.
    Id,
    /// What people read.
    Label,
    /// The kind.
    Kind,
    /// The level.
    Level,
    /// An attribute by its own name.
    Other(&'a str),
}

impl<'a> Column<'a> {
    /// By what a heading calls it.
    pub fn of(heading: &'a str) -> Column<'a> {
        match heading.to_lowercase().as_str() {
            "id" | "actor" | "node" | "vertex" | "编号" | "代码" | "标识" | "行动者" | "统一社会信用代码" => {
                Column::Id
            }
            "label" | "name" | "名称" | "名字" | "标签" | "机关" | "单位" | "单位名称" => Column::Label,
            "kind" | "type" | "类型" | "类别" => Column::Kind,
            "level" | "层级" | "级别" => Column::Level,
            _ => Column::Other(heading),
        }
    }
}

/// What a tie says beside its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// The actor it goes out from.
    From,
    /// The actor it goes to.
    To,
    /// The relation.
    Layer,
    /// How strong it is.
    Weight,
    /// For or against.
    Sign,
    /// The first day.
    FromDay,
    /// The last day.
    ToDay,
    /// Whether it has a direction.
    Direction,
}

impl Feature {
    /// By what a heading calls it.
    pub fn of(heading: &str) -> Option<Feature> {
        Some(match heading.to_lowercase().as_str() {
            "from" | "source" | "from_id" | "起点" | "来源" | "发出" | "发出方" | "源" => Feature::From,
            "to" | "target" | "to_id" | "终点" | "去向" | "接收" | "接收方" | "目标" => Feature::To,
            "layer" | "relation" | "kind" | "层" | "图层" | "关系" | "关系类型" => Feature::Layer,
            "weight" | "value" | "strength" | "权重" | "强度" | "次数" | "件数" => Feature::Weight,
            "sign" | "符号" | "正负" => Feature::Sign,
            "from_day" | "start" | "起始日期" | "开始日期" | "起始日" => Feature::FromDay,
            "to_day" | "end" | "截止日期" | "结束日期" | "截止日" => Feature::ToDay,
            "directed" | "direction" | "type" | "方向" => Feature::Direction,
            _ => return None,
        })
    }
}

/// Which ties of a network are looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Only this layer, by number; none: all, and weights of ties in several layers are added.
    pub layer: Option<u32>,
    /// Only ties that hold on this day; none: ties of all times, and weights of several are added.
    pub day: Option<Date>,
    /// Every arc weighs one.
    pub unweighted: bool,
    /// Without directions.
    pub undirected: bool,
}

/// Actors in groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// Their names, in the order of the alphabet.
    pub names: Vec<String>,
    /// Of each actor the number of its group.
    pub of_actor: Vec<u32>,
}

impl Net {
    /// The number of a layer.
    pub fn layer(&self, name: &str) -> Option<u32> {
        self.layers.iter().position(|layer| layer == name).map(|at| at as u32)
    }

    /// Names of all attributes that any actor has.
    pub fn attributes(&self) -> BTreeSet<&str> {
        self.actors.iter().flat_map(|actor| actor.attributes.keys()).map(String::as_str).collect()
    }

    /// The layers that a choice reads: one, or all.
    pub fn layers_of(&self, choice: &Choice) -> Vec<u32> {
        choice.layer.map_or_else(|| (0..self.layers.len() as u32).collect(), |layer| vec![layer])
    }

    /// Whether some tie is against each other.
    pub fn is_signed(&self) -> bool {
        self.ties.iter().any(|tie| tie.sign < 0)
    }

    /// The network that measures read. `value` says what a tie weighs.
    fn graph_of(&self, choice: &Choice, value: impl Fn(&Tie) -> f64) -> (Graph, LeftOut) {
        let holds = |tie: &&Tie| {
            choice.layer.is_none_or(|layer| tie.layer == layer)
                && choice.day.is_none_or(|day| {
                    tie.from_day.is_none_or(|first| first <= day) && tie.to_day.is_none_or(|last| day <= last)
                })
        };
        let arcs = self.ties.iter().filter(holds).map(|tie| (tie.from, tie.to, value(tie)));
        let (graph, left_out) = Graph::of(self.actors.len(), arcs);
        (if choice.undirected { graph.undirected() } else { graph }, left_out)
    }

    /// The chosen ties by their weights, whatever their signs.
    pub fn graph(&self, choice: &Choice) -> (Graph, LeftOut) {
        let (graph, left_out) = self.graph_of(choice, |tie| tie.weight);
        (if choice.unweighted { graph.binary() } else { graph }, left_out)
    }

    /// The chosen ties by weights with signs.
    pub fn signed_graph(&self, choice: &Choice) -> Graph {
        self.graph_of(choice, Tie::value).0
    }

    /// A column by its heading. Where there is an attribute of just this name it is meant.
    fn column<'c>(&self, heading: &'c str) -> Column<'c> {
        if self.attributes().contains(heading) { Column::Other(heading) } else { Column::of(heading) }
    }

    /// The ties that begin by a day, as far as they go until then; all actors and layers stay.
    pub fn until(&self, day: Date) -> Net {
        let begun = self.ties.iter().filter(|tie| tie.from_day.is_none_or(|from| from <= day));
        let ties = begun.map(|tie| Tie { to_day: tie.to_day.map(|to| to.min(day)), ..*tie }).collect();
        Net { actors: self.actors.clone(), layers: self.layers.clone(), ties }
    }

    /// The actors of whom a column says this, with the ties between them; all layers stay.
    pub fn among(&self, column: &str, text: &str) -> Net {
        let column = self.column(column);
        let is_one = |actor: &&Actor| actor.get(column) == Some(text);
        let mut numbers = HashMap::new();
        for (number, _) in self.actors.iter().enumerate().filter(|(_, actor)| is_one(actor)) {
            numbers.insert(number as u32, numbers.len() as u32);
        }
        let between = |tie: &Tie| Some(Tie { from: *numbers.get(&tie.from)?, to: *numbers.get(&tie.to)?, ..*tie });
        Net {
            actors: self.actors.iter().filter(is_one).cloned().collect(),
            layers: self.layers.clone(),
            ties: self.ties.iter().filter_map(between).collect(),
        }
    }

    /// Actors by what a column says. An error: so many actors say nothing there.
    pub fn groups(&self, column: &str) -> Result<Groups, usize> {
        let column = self.column(column);
        let said: Vec<Option<&str>> = self.actors.iter().map(|actor| actor.get(column)).collect();
        let silent = said.iter().filter(|said| said.is_none()).count();
        if silent > 0 {
            return Err(silent);
        }
        let names: BTreeSet<&str> = said.iter().flatten().copied().collect();
        let numbers: HashMap<&str, u32> = names.iter().zip(0..).map(|(name, at)| (*name, at)).collect();
        let of_actor = said.iter().flatten().map(|name| numbers[name]).collect();
        Ok(Groups { names: names.into_iter().map(str::to_owned).collect(), of_actor })
    }
}
