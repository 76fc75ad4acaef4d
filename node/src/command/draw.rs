//! Pictures of a network in files, with the table of their figures beside them.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use tongban_core::network::Graph;
use tongban_core::network::facts::Facts;
use tongban_core::network::tie::Relation;

use super::network::{bytes_of, group_missing, layer_unknown, open};
use super::put;
use crate::error::Failure;
use crate::limits;
use crate::network::picture::{self, Cast, Every, Grouping, Layout, Order, Period, Picture, Slider, Stage, Style};
use crate::network::{Net, report};
use crate::text::Lang;

/// What is drawn, and how.
#[derive(Args)]
pub(super) struct Drawing {
    /// Files of one network, or one file of facts (JSON)
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Which picture
    #[arg(long)]
    picture: What,
    /// Where actors stand
    #[arg(long, default_value = "stress")]
    layout: Where,
    /// The column by which actors are grouped; of facts: network, level, province, line
    #[arg(long)]
    group: Option<String>,
    /// The order of a heat map; by group if one is given
    #[arg(long)]
    order: Option<Sequence>,
    /// Only this layer; of facts only this relation
    #[arg(long)]
    layer: Option<String>,
    /// Only what holds on this day
    #[arg(long, conflicts_with_all = ["from", "until"])]
    day: Option<Date>,
    /// Only what holds on this day or later
    #[arg(long)]
    from: Option<Date>,
    /// Only what holds on this day or earlier
    #[arg(long)]
    until: Option<Date>,
    /// How long the periods of a timeline, of multiples, or of a network in .html are
    #[arg(long, default_value = "quarter")]
    every: Length,
    /// The most that is drawn: ties of a network, actors of a heat map, flows, events, periods of multiples
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    top: Option<u32>,
    /// The language of its words
    #[arg(long, default_value = "zh")]
    lang: Tongue,
    /// How wide it is, in pixels
    #[arg(long, default_value_t = limits::PICTURE_WIDTH,
        value_parser = clap::value_parser!(u32).range(i64::from(limits::PICTURE_WIDTH_MIN)..=i64::from(limits::PICTURE_WIDTH_MAX)))]
    width: u32,
    /// Where to; .svg or .png, or .html for a network with a slider through time
    #[arg(long)]
    out: PathBuf,
    /// Where the table of its figures goes, as CSV
    #[arg(long)]
    table: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Actors and ties
    Network,
    /// A matrix of the weights of ties
    Heat,
    /// Between groups
    Flows,
    /// Events over a series, from facts
    Timeline,
    /// A little network for each period
    Multiples,
}

#[derive(Clone, Copy, ValueEnum)]
enum Where {
    /// By level
    Levels,
    /// A sector for each group
    Types,
    /// By ties alone
    Stress,
}

#[derive(Clone, Copy, ValueEnum)]
enum Sequence {
    /// Group by group
    Group,
    /// Communities
    Communities,
    /// Positions
    Concor,
}

#[derive(Clone, Copy, ValueEnum)]
enum Length {
    /// A month
    Month,
    /// Three months
    Quarter,
    /// A year
    Year,
}

#[derive(Clone, Copy, ValueEnum)]
enum Tongue {
    /// 中文
    Zh,
    /// English
    En,
}

/// What was read.
enum Read {
    Net(Net),
    Facts(Box<Facts>),
}

/// Days from one to another; none: no end.
#[derive(Clone, Copy)]
struct Days {
    first: Option<Date>,
    last: Option<Date>,
}

impl Days {
    /// Whether something that holds from one day to another holds on some of these.
    fn meet(self, from: Option<Date>, until: Option<Date>) -> bool {
        let begins = |last: Date| from.is_none_or(|from| from <= last);
        let lasts = |first: Date| until.is_none_or(|until| until >= first);
        self.last.is_none_or(begins) && self.first.is_none_or(lasts)
    }
}

impl Read {
    fn open(files: &[PathBuf]) -> Result<Read, Failure> {
        if let [file] = files
            && let Some(facts) = facts(file)?
        {
            return Ok(Read::Facts(Box::new(facts)));
        }
        open(files).map(|opened| Read::Net(opened.net))
    }

    fn cast(&self, group: Option<&str>, lang: Lang) -> Result<Cast, Failure> {
        match self {
            Read::Net(net) => {
                let column = group.unwrap_or_default();
                Cast::of_net(net, group, lang).map_err(|silent| group_missing(net, column, silent))
            }
            Read::Facts(facts) => {
                let name = group.unwrap_or(Grouping::Network.name());
                let by = Grouping::ALL.into_iter().find(|by| by.name() == name).ok_or_else(|| {
                    let names = Grouping::ALL.map(Grouping::name).join(", ");
                    Failure::new("group-unknown", format!("{name}. Facts are grouped by: {names}."))
                })?;
                Ok(Cast::of_facts(facts, by, lang))
            }
        }
    }

    /// The network of the days that are meant. Ties against each other weigh below zero.
    fn graph(&self, layer: Option<Layer>, days: Days) -> Graph {
        match self {
            Read::Net(net) => {
                let meant = net.ties.iter().filter(|tie| {
                    layer.is_none_or(|layer| layer == Layer::Number(tie.layer)) && days.meet(tie.from_day, tie.to_day)
                });
                Graph::of(net.actors.len(), meant.map(|tie| (tie.from, tie.to, tie.value()))).0
            }
            Read::Facts(facts) => {
                let meant =
                    |layer: Option<Layer>, relation| layer.is_none_or(|layer| layer == Layer::Relation(relation));
                facts.graph(|fact| meant(layer, fact.relation) && days.meet(Some(fact.day), Some(fact.day))).0
            }
        }
    }

    /// The first and the last day that anything names; of a timeline also events do.
    fn days(&self, days: Days, events: bool) -> Option<(Date, Date)> {
        let named: Vec<Date> = match self {
            Read::Net(net) => net.ties.iter().flat_map(|tie| [tie.from_day, tie.to_day]).flatten().collect(),
            Read::Facts(facts) => {
                let events = facts.events.iter().filter(|_| events).flat_map(|event| [Some(event.from), event.until]);
                facts.facts.iter().map(|fact| fact.day).chain(events.flatten()).collect()
            }
        };
        let first = days.first.or_else(|| named.iter().min().copied())?;
        let last = days.last.or_else(|| named.iter().max().copied())?;
        Some((first, last))
    }
}

/// A layer of files, or a relation of facts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layer {
    Number(u32),
    Relation(Relation),
}

/// The facts of a file; none: it is something else.
fn facts(file: &Path) -> Result<Option<Facts>, Failure> {
    let bytes = bytes_of(file)?;
    // Of the two kinds of JSON only facts have facts.
    let is_facts = serde_json::from_slice::<serde_json::Value>(&bytes).is_ok_and(|value| value.get("facts").is_some());
    let read = || report::read_facts(&bytes).map_err(|(code, text)| Failure::new(code, text));
    is_facts.then(read).transpose()
}

impl Drawing {
    pub(super) fn run(self) -> Result<(), Failure> {
        let ending = self.out.extension().and_then(|end| end.to_str()).unwrap_or_default().to_ascii_lowercase();
        let is_page = ending == "html";
        if !is_page && ending != "svg" && ending != "png" {
            let text =
                format!("{} ends in neither .svg, .png nor .html. Give --out one of the three.", self.out.display());
            return Err(Failure::new("picture-format", text));
        }
        if is_page && self.picture != What::Network {
            let text = "only --picture network has a slider, and can be written as .html. Give --out .svg or .png";
            return Err(Failure::new("picture-format", text));
        }
        let (picture, page) = self.made(is_page)?;
        let bytes = match page {
            Some(page) => page.into_bytes(),
            None if ending == "png" => picture::png(&picture.svg, limits::PICTURE_PNG_SCALE)
                .map_err(|fault| Failure::new(fault.code(), format!("{fault}. Nothing was written.")))?,
            None => picture.svg.into_bytes(),
        };
        put(Some(&self.out), &bytes)?;
        println!("{}", picture.caption);
        println!("written: {}", self.out.display());
        if let Some(path) = &self.table {
            let unwritten = |error: &dyn std::fmt::Display| Failure::new("network-not-written", error.to_string());
            // With its mark, so that a spreadsheet reads it as UTF-8.
            let mut table = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
            for row in &picture.table {
                table.write_record(row).map_err(|error| unwritten(&error))?;
            }
            put(Some(path), &table.into_inner().map_err(|error| unwritten(&error))?)?;
            println!("written: {}", path.display());
        }
        Ok(())
    }

    /// The picture; of a network with a slider that of the whole time with the tables of all, and the page.
    fn made(&self, is_page: bool) -> Result<(Picture, Option<String>), Failure> {
        let lang = match self.lang {
            Tongue::Zh => Lang::Zh,
            Tongue::En => Lang::En,
        };
        let style = Style { width: self.width, most: self.top.map(|top| top as usize), ..Style::of(lang) };
        let days = Days { first: self.day.or(self.from), last: self.day.or(self.until) };
        if let (Some(first), Some(last)) = (days.first, days.last)
            && last < first
        {
            return Err(Failure::new(
                "days-reversed",
                format!("{last} is before {first}. Exchange --from and --until."),
            ));
        }
        let read = Read::open(&self.files)?;
        let layer = self.layer.as_deref().map(|name| match &read {
            Read::Net(net) => net.layer(name).map(Layer::Number).ok_or_else(|| layer_unknown(net, name)),
            Read::Facts(_) => Relation::from_name(name).map(Layer::Relation).ok_or_else(|| {
                let names: Vec<&str> = Relation::ALL.iter().map(|relation| relation.name()).collect();
                Failure::new("layer-unknown", format!("{name}. Relations of facts are: {}.", names.join(", ")))
            }),
        });
        let layer = layer.transpose()?;
        let cast = read.cast(self.group.as_deref(), lang)?;
        let layout = match self.layout {
            Where::Types => Layout::Types,
            Where::Stress => Layout::Stress,
            Where::Levels if cast.has_levels() => Layout::Levels,
            Where::Levels => {
                let text = "no actor says on which level it stands. Give actors a column `level` (centre, province, city, \
                            county), or take --layout stress";
                return Err(Failure::new("levels-missing", text));
            }
        };
        let order = match (self.order, &self.group) {
            (Some(Sequence::Group), _) | (None, Some(_)) => Order::Group,
            (Some(Sequence::Concor), _) => Order::Concor,
            (Some(Sequence::Communities) | None, _) => Order::Communities,
        };
        if is_page {
            let graphs = self.graphs(&read, layer, days)?;
            let stage = Stage::of(&cast, &read.graph(layer, days), &graphs, layout, &style);
            let slider = Slider { stage: &stage, at: None, lang };
            return Ok((slider.whole(&style), Some(slider.page(&style))));
        }
        let picture = match self.picture {
            What::Network => picture::network(&cast, &read.graph(layer, days), layout, &style),
            What::Heat => picture::heat(&cast, &read.graph(layer, days), order, &style),
            What::Flows => {
                if cast.groups.names.len() < 2 {
                    let text = "all actors are in one group, so there are no flows between groups. Name a column with \
                                --group by which they differ";
                    return Err(Failure::new("group-one", text));
                }
                picture::flows(&cast, &read.graph(layer, days), &style)
            }
            What::Timeline => {
                let Read::Facts(facts) = &read else {
                    let text = "only a file of facts (JSON) has events; a network of actors and ties has none. Give such a \
                                file, or take --picture multiples";
                    return Err(Failure::new("events-missing", text));
                };
                let series: Vec<(Period, Option<f64>)> = self
                    .periods(&read, days, true)?
                    .into_iter()
                    .map(|period| {
                        let meant = facts.facts.iter().filter(|fact| {
                            period.has(fact.day)
                                && days.meet(Some(fact.day), Some(fact.day))
                                && layer.is_none_or(|layer| layer == Layer::Relation(fact.relation))
                        });
                        (period, Some(meant.map(|fact| f64::from(fact.count)).sum()))
                    })
                    .collect();
                picture::timeline(&facts.events, &series, &lang.t("picture-counted-facts"), &style)
            }
            What::Multiples => picture::multiples(&cast, &self.graphs(&read, layer, days)?, layout, &style),
        };
        Ok((picture, None))
    }

    /// The network of each period, of the days that are meant.
    fn graphs(&self, read: &Read, layer: Option<Layer>, days: Days) -> Result<Vec<(Period, Graph)>, Failure> {
        let graph = |period: Period| {
            let first = days.first.map_or(period.from, |first| first.max(period.from));
            let last = days.last.map_or(period.until, |last| last.min(period.until));
            (period, read.graph(layer, Days { first: Some(first), last: Some(last) }))
        };
        Ok(self.periods(read, days, false)?.into_iter().map(graph).collect())
    }

    fn periods(&self, read: &Read, days: Days, events: bool) -> Result<Vec<Period>, Failure> {
        let every = match self.every {
            Length::Month => Every::Month,
            Length::Quarter => Every::Quarter,
            Length::Year => Every::Year,
        };
        let (first, last) = read.days(days, events).ok_or_else(|| {
            let text = "nothing in these files has a day. Give ties columns `from_day` and `to_day`, or name the time with \
                        --from and --until";
            Failure::new("days-missing", text)
        })?;
        let periods = every.periods(first, last);
        if periods.len() > limits::PICTURE_PERIODS {
            let text = format!(
                "{first} to {last} are {} periods; {} can be drawn. Take a longer --every, or a shorter time with --from and \
                 --until.",
                periods.len(),
                limits::PICTURE_PERIODS
            );
            return Err(Failure::new("periods-too-many", text));
        }
        Ok(periods)
    }
}
