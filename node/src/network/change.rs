//! What changed, and whether an event did it: asked of facts, and in words. The figures are those of
//! [`tongban_core::network::change`].

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Value as Json, json};
use tongban_core::ident::Region;
use tongban_core::network::change::{
    ChangePoints, EffectOf, Estimate, Interrupted, Options, Penalty, Periods, Rank, Refused, Season, Segment, Series,
    Snapshot, Step, UnitTrial, Value, Verdict, change_points, effect_of, series_of, snapshots,
};
use tongban_core::network::facts::{Effect, Event, Fact, Facts};
use tongban_core::network::tie::Relation;

use super::document::{Block, Document, Section};
use super::result::made_by;
use crate::limits;
use crate::text::Lang;

/// Waves of a season that is told by waves: what comes back once and twice a year (Bernal, Cummins & Gasparrini 2017).
pub const WAVES: u8 = 2;

/// The fewest periods between two change points.
const SHORTEST: usize = 2;

/// How many of what the event did not touch are written out, those farthest out first; JSON has all.
const UNITS_SHOWN: usize = 10;

/// What is read of facts, and how.
#[derive(Clone, Debug, Serialize)]
pub struct Reading {
    /// What is followed.
    pub value: Value,
    /// How long a period is.
    pub step: Step,
    /// Only facts of this relation. Not read for a share that is taken of two relations ([`is_of_two`]).
    pub relation: Option<Relation>,
    /// Only facts of these items; empty is all.
    pub items: BTreeSet<String>,
    /// Only periods wholly from this day on; none is from the first fact.
    pub from: Option<Date>,
    /// Only periods wholly until this day; none is until the last fact.
    pub until: Option<Date>,
    /// Seasons and lag.
    #[serde(flatten)]
    pub options: Options,
}

/// Whether a value is a share of what two relations say together, so that no one of them can be asked for.
pub fn is_of_two(value: Value) -> bool {
    matches!(value, Value::Returned | Value::TurnedAway)
}

/// Why nothing can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nothing {
    /// There is no whole period with facts.
    NoFacts,
    /// There are more than [`limits::NETWORK_PERIODS_MAX`].
    TooMany {
        /// How many.
        periods: usize,
    },
}

impl Reading {
    fn has(&self, fact: &Fact, relation: Option<Relation>) -> bool {
        relation.is_none_or(|one| one == fact.relation) && (self.items.is_empty() || self.items.contains(&fact.item))
    }

    fn is_counted(&self, fact: &Fact) -> bool {
        self.has(fact, self.relation.filter(|_| !is_of_two(self.value)))
    }

    /// The periods of the facts.
    fn periods(&self, facts: &Facts) -> Result<Periods, Nothing> {
        let all = Periods::covering(facts, self.step).ok_or(Nothing::NoFacts)?;
        let end = all.day(all.count);
        let first = self.from.map_or(all.first, |day| day.max(all.first));
        let until = match self.until {
            Some(day) => day.min(end.yesterday().unwrap_or(end)),
            None => end.yesterday().unwrap_or(end),
        };
        let mut periods = Periods::between(first, until, self.step);
        if periods.count > 0 && periods.first < first {
            periods = Periods::of(periods.day(1), self.step, periods.count - 1);
        }
        if periods.count > 0 && until.tomorrow().is_ok_and(|next| next < periods.day(periods.count)) {
            periods.count -= 1;
        }
        match periods.count {
            0 => Err(Nothing::NoFacts),
            count if count > limits::NETWORK_PERIODS_MAX => Err(Nothing::TooMany { periods: count }),
            _ => Ok(periods),
        }
    }

    /// What became of the value at an event.
    ///
    /// # Errors
    /// [`Nothing`], if there is nothing to read.
    pub fn effect(&self, facts: &Facts, event: &Event) -> Result<EffectOf, Nothing> {
        let periods = self.periods(facts)?;
        Ok(effect_of(event, facts, &periods, self.value, |fact| self.is_counted(fact), &self.options))
    }

    /// The value, and where its mean changes.
    ///
    /// # Errors
    /// [`Nothing`], if there is nothing to read.
    pub fn points(&self, facts: &Facts) -> Result<Points, Nothing> {
        let series = series_of(facts, &self.periods(facts)?, self.value, |fact| self.is_counted(fact));
        let found = change_points(&series, Penalty::default(), SHORTEST);
        Ok(Points { series, found })
    }

    /// The network, period by period.
    ///
    /// # Errors
    /// [`Nothing`], if there is nothing to read.
    pub fn snapshots(&self, facts: &Facts) -> Result<Vec<Snapshot>, Nothing> {
        let periods = self.periods(facts)?;
        let is_meant = |fact: &Fact| periods.at(fact.day).is_some() && self.has(fact, self.relation);
        let all = snapshots(facts, self.step, is_meant);
        if all.is_empty() { Err(Nothing::NoFacts) } else { Ok(all) }
    }
}

/// A value, and where its mean changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Points {
    /// The value.
    pub series: Series,
    /// Where it changes, or why that is not told.
    pub found: Result<ChangePoints, Refused>,
}

impl Points {
    /// In every period the mean of its segment; none where there are no segments.
    pub fn means(&self) -> Vec<Option<f64>> {
        let segments = self.found.as_ref().map_or(&[][..], |found| &found.segments);
        let of = |at: usize| segments.iter().rev().find(|segment| segment.at <= at).map(|segment| segment.mean);
        (0..self.series.values.len()).map(of).collect()
    }
}

/// What was asked of facts, and found.
#[derive(Clone, Debug)]
pub enum Answer<'a> {
    /// What became of a value at an event.
    Effect(&'a Event, Box<EffectOf>),
    /// Where a value changes.
    Points(Points),
    /// How the network looks, period by period.
    Snapshots(Vec<Snapshot>),
}

/// The word for a verdict in data.
fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Clear => "clear",
        Verdict::Unclear => "unclear",
        Verdict::CannotTell(_) => "cannot_tell",
    }
}

/// For programs: every digit, with keys instead of words, and by what it was made of what. `code` says why nothing can be
/// told.
pub fn json(reading: &Reading, source: &Json, answer: &Answer<'_>) -> Json {
    let mut all = json!({ "made_by": made_by(), "input": source, "options": reading });
    match answer {
        Answer::Effect(event, effect) => {
            all["verdict"] = json!(word(effect.verdict));
            if let Verdict::CannotTell(refused) = effect.verdict {
                all["code"] = json!(refused.code());
            }
            all["event"] = json!(event);
            all["effect"] = json!(effect);
        }
        Answer::Points(points) => {
            all["series"] = json!(points.series);
            match &points.found {
                Ok(found) => all["points"] = json!(found),
                Err(refused) => all["code"] = json!(refused.code()),
            }
        }
        Answer::Snapshots(snapshots) => all["snapshots"] = json!(snapshots),
    }
    all
}

/// A period as people write it.
pub fn period(step: Step, first: Date) -> String {
    match step {
        Step::Week => first.to_string(),
        Step::Month => first.strftime("%Y-%m").to_string(),
        Step::Quarter => format!("{}-Q{}", first.year(), (first.month() + 2) / 3),
        Step::Year => first.year().to_string(),
    }
}

/// A figure with so many places, and no sign before a zero.
fn fixed(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    let is_zero = !text.contains(|c: char| c.is_ascii_digit() && c != '0');
    if is_zero { text.trim_start_matches('-').to_owned() } else { text }
}

/// A share of chance.
fn chance(p: f64) -> String {
    if p < 0.001 { "<0.001".to_owned() } else { fixed(p, 3) }
}

/// Words for what was found.
pub struct Words<'a> {
    /// In which language.
    pub lang: Lang,
    /// What was read.
    pub reading: &'a Reading,
    /// What an item is called.
    pub item: &'a dyn Fn(&str) -> String,
}

impl Words<'_> {
    fn t(&self, key: &str) -> String {
        self.lang.t(key).into_owned()
    }

    fn tf(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.lang.tf(key, values).into_owned()
    }

    fn heads(&self, keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| self.t(key)).collect()
    }

    fn table(&self, caption: String, heads: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Block {
        let rows = rows.into_iter().map(|row| row.into_iter().map(|cell| vec![cell]).collect()).collect();
        Block::Table { caption, heads: self.heads(heads), rows }
    }

    /// What a value is called.
    pub fn value(&self) -> String {
        self.t(&format!("change-value-{}", self.reading.value.name().replace('_', "-")))
    }

    /// What an event is called, and when it was.
    pub fn event(&self, event: &Event) -> String {
        let name = self.lang.pick(&event.name, &event.name_en);
        let key = match event.effect {
            Effect::Advances => "change-event-advances",
            Effect::Suspends => "change-event-suspends",
        };
        self.tf(key, &[("name", name), ("day", &event.from.to_string())])
    }

    /// Why nothing is told.
    pub fn refused(&self, refused: Refused) -> String {
        let key = format!("change-why-{}", refused.code());
        match refused {
            Refused::TooFewBefore { have, need }
            | Refused::TooFewAfter { have, need }
            | Refused::TooFew { have, need }
            | Refused::SeasonTooShort { have, need } => {
                self.tf(&key, &[("have", &have.to_string()), ("need", &need.to_string())])
            }
            _ => self.t(&key),
        }
    }

    /// Why there is nothing to read.
    pub fn nothing(&self, nothing: Nothing) -> String {
        match nothing {
            Nothing::NoFacts => self.t("change-no-facts"),
            Nothing::TooMany { periods } => {
                let most = limits::NETWORK_PERIODS_MAX.to_string();
                self.tf("change-too-many", &[("periods", &periods.to_string()), ("most", &most)])
            }
        }
    }

    /// A value as it is read off a scale.
    pub fn amount(&self, amount: f64) -> String {
        match self.reading.value {
            Value::Count if amount.fract() == 0.0 => fixed(amount, 0),
            Value::Count => fixed(amount, 2),
            Value::Took => self.tf("change-hours", &[("hours", &fixed(amount, 1))]),
            _ => format!("{}%", fixed(amount * 100.0, 1)),
        }
    }

    /// By how much two values differ.
    fn difference(&self, amount: f64) -> String {
        match self.reading.value {
            Value::Count => fixed(amount, 2),
            Value::Took => self.tf("change-hours", &[("hours", &fixed(amount, 1))]),
            _ => self.tf("change-points-of-share", &[("points", &fixed(amount * 100.0, 1))]),
        }
    }

    /// The unit stands once.
    fn interval(&self, estimate: &Estimate) -> String {
        let [low, high] = estimate.interval;
        let low = match self.reading.value {
            Value::Count => fixed(low, 2),
            Value::Took => fixed(low, 1),
            _ => fixed(low * 100.0, 1),
        };
        self.tf("change-interval", &[("low", &low), ("high", &self.difference(high))])
    }

    fn or_none(&self, value: Option<f64>, words: impl Fn(f64) -> String) -> String {
        value.map_or_else(|| self.t("change-none"), words)
    }

    fn estimate(&self, design: &str, what: &str, estimate: &Estimate) -> Vec<String> {
        vec![self.t(design), self.t(what), self.difference(estimate.value), self.interval(estimate), chance(estimate.p)]
    }

    fn estimates(&self, design: &str, found: &Interrupted) -> Vec<Vec<String>> {
        vec![
            self.estimate(design, "change-average", &found.average),
            self.estimate(design, "change-level", &found.own.level),
            self.estimate(design, "change-slope", &found.own.slope),
            self.estimate(design, "change-trend", &found.own.trend),
        ]
    }

    /// What can be said, and the figures behind it.
    pub fn verdict(&self, event: &Event, effect: &EffectOf) -> Section {
        let value = self.value();
        let title = self.tf("change-about", &[("event", &self.event(event)), ("value", &value)]);
        let mut blocks = vec![Block::Text(match effect.verdict {
            Verdict::Clear => self.t("change-verdict-clear"),
            Verdict::Unclear => self.t("change-verdict-unclear"),
            Verdict::CannotTell(refused) => self.tf("change-verdict-cannot-tell", &[("why", &self.refused(refused))]),
        })];
        let (against, alone) = ("change-design-against", "change-design-alone");
        if let Ok(main) = effect.design() {
            let average = &main.average;
            let key = if average.value < 0.0 { "change-average-less" } else { "change-average-more" };
            let (by, interval) = (self.difference(average.value.abs()), self.interval(average));
            blocks.push(Block::Text(self.tf(key, &[("by", &by), ("interval", &interval)])));
            let is_against = effect.against.is_ok();
            blocks.push(Block::Text(self.t(if is_against { "change-by-against" } else { "change-by-alone" })));
            let cut = &main.cut;
            let counts = [cut.before_count, cut.after_count, main.lag].map(|count| count.to_string());
            blocks.push(Block::Text(
                self.tf("change-read", &[("before", &counts[0]), ("after", &counts[1]), ("lag", &counts[2])]),
            ));
            if !cut.left_out.is_empty() {
                let left: Vec<String> = cut.left_out.iter().map(|day| period(self.reading.step, *day)).collect();
                blocks.push(Block::Text(self.tf("change-left-out", &[("periods", &self.lang.joined(&left))])));
            }
        }
        let mut rows = Vec::new();
        rows.extend(effect.against.iter().flat_map(|found| self.estimates(against, found)));
        rows.extend(effect.alone.iter().flat_map(|found| self.estimates(alone, found)));
        let by_means = "change-design-differences";
        rows.extend(effect.differences.iter().map(|found| self.estimate(by_means, "change-did", &found.effect)));
        if !rows.is_empty() {
            let heads = ["change-design", "change-what", "change-estimate", "change-interval-95", "change-p"];
            blocks.push(self.table(self.t("change-estimates"), &heads, rows));
        }
        if let Some(control) = effect.control.as_ref().filter(|_| self.reading.value == Value::Count) {
            blocks.push(Block::Text(self.tf("change-scale", &[("scale", &fixed(control.scale, 3))])));
        }
        // What is refused is told, unless the verdict has told it.
        let told = if let Verdict::CannotTell(refused) = effect.verdict { Some(refused) } else { None };
        let designs = [
            (against, effect.against.as_ref().err()),
            (alone, effect.alone.as_ref().err()),
            (by_means, effect.differences.as_ref().err()),
        ];
        let refused: Vec<String> = designs
            .into_iter()
            .filter_map(|(design, why)| Some((design, why.filter(|why| Some(**why) != told)?)))
            .map(|(design, why)| self.lang.labelled(&self.t(design), &self.refused(*why)))
            .collect();
        if !refused.is_empty() {
            blocks.push(Block::List(refused));
        }
        Section { title, blocks }
    }

    fn rank(&self, key: &str, rank: &Rank) -> String {
        let (others, beyond) = (rank.others.to_string(), rank.beyond.to_string());
        self.tf(key, &[("others", &others), ("beyond", &beyond), ("p", &chance(rank.p))])
    }

    /// A place, or an item, by its name.
    fn unit(&self, unit: &str) -> String {
        Region::parse(unit).map_or_else(|_| (self.item)(unit), Region::full_name)
    }

    /// What other days, and what the event did not touch, would have shown.
    pub fn placebo(&self, effect: &EffectOf) -> Section {
        let mut blocks = vec![Block::Text(self.t("change-placebo-hint"))];
        match &effect.dates {
            Ok(dates) if dates.trials.is_empty() => blocks.push(Block::Text(self.t("change-dates-none"))),
            Ok(dates) => blocks.push(Block::List(vec![
                self.rank("change-dates-level", &dates.level),
                self.rank("change-dates-slope", &dates.slope),
            ])),
            Err(refused) => {
                blocks.push(Block::Text(self.tf("change-dates-refused", &[("why", &self.refused(*refused))])));
            }
        }
        match &effect.units {
            None if effect.design().is_ok() => blocks.push(Block::Text(self.t("change-units-none"))),
            None => {}
            Some(units) => {
                let mut lines =
                    vec![self.rank("change-units-level", &units.level), self.rank("change-units-slope", &units.slope)];
                if units.refused > 0 {
                    lines.push(self.tf("change-units-refused", &[("count", &units.refused.to_string())]));
                }
                blocks.push(Block::List(lines));
                let far = |trial: &UnitTrial| trial.level.abs().max(trial.slope.abs());
                let mut trials: Vec<&UnitTrial> = units.trials.iter().collect();
                trials.sort_by(|one, other| far(other).total_cmp(&far(one)).then_with(|| one.unit.cmp(&other.unit)));
                let rows = trials
                    .into_iter()
                    .take(UNITS_SHOWN)
                    .map(|trial| vec![self.unit(&trial.unit), fixed(trial.level, 2), fixed(trial.slope, 2)]);
                let caption = self.tf("change-units-caption", &[("count", &UNITS_SHOWN.to_string())]);
                blocks.push(self.table(caption, &["change-unit", "change-unit-level", "change-unit-slope"], rows));
            }
        }
        Section { title: self.t("change-placebo"), blocks }
    }

    /// What must hold for the change to be the event's doing.
    pub fn assumptions(&self, effect: &EffectOf) -> Section {
        let word = |assumption| match serde_json::to_value(assumption) {
            Ok(Json::String(word)) => self.t(&format!("change-assumed-{}", word.replace('_', "-"))),
            _ => String::new(),
        };
        let list = effect.assumptions.iter().map(word).collect();
        let blocks = vec![Block::Text(self.t("change-assumptions-hint")), Block::List(list)];
        Section { title: self.t("change-assumptions"), blocks }
    }

    /// The values that the picture shows, and those of the control.
    pub fn values(&self, effect: &EffectOf) -> Block {
        let (observed, step) = (&effect.touched.values, self.reading.step);
        let periods = effect.touched.periods();
        let model = effect.design().as_ref().ok();
        let control = effect.control.as_ref().map(|control| &control.series.values);
        let mut heads = vec!["change-period", "change-observed"];
        if model.is_some() {
            heads.extend(["change-fitted", "change-without"]);
        }
        heads.extend(control.map(|_| "change-control"));
        let rows = (0..observed.len()).map(|at| {
            let mut row = vec![period(step, periods.day(at)), self.or_none(observed[at], |value| self.amount(value))];
            for values in model.iter().flat_map(|model| [&model.fitted, &model.without]).chain(control) {
                let value = values.get(at).copied().flatten();
                row.push(self.or_none(value, |value| self.amount(value)));
            }
            row
        });
        self.table(self.t("change-values"), &heads, rows)
    }

    /// Where the value changes by itself.
    pub fn points(&self, points: &Points) -> Section {
        let title = self.tf("change-points-about", &[("value", &self.value())]);
        let blocks = match &points.found {
            Err(refused) => vec![Block::Text(self.tf("change-points-refused", &[("why", &self.refused(*refused))]))],
            Ok(found) => {
                let count = (found.segments.len() - 1).to_string();
                let days = |segments: &[Segment]| segments.iter().map(|segment| segment.at).collect::<Vec<_>>();
                let is_same = days(&found.segments) == days(&found.halved);
                let rows = found.segments.iter().map(|segment| {
                    let from = period(self.reading.step, segment.from);
                    vec![from, segment.count.to_string(), self.amount(segment.mean)]
                });
                let heads = ["change-from", "change-periods", "change-mean"];
                vec![
                    Block::Text(self.tf("change-points-found", &[("count", &count)])),
                    Block::Text(self.t(if is_same { "change-points-agree" } else { "change-points-differ" })),
                    self.table(self.t("change-segments"), &heads, rows),
                ]
            }
        };
        Section { title, blocks }
    }

    /// The values in which change points were sought.
    pub fn points_values(&self, points: &Points) -> Block {
        let (periods, means) = (points.series.periods(), points.means());
        let rows = points.series.values.iter().zip(means).enumerate().map(|(at, (observed, mean))| {
            let amount = |value| self.or_none(value, |value| self.amount(value));
            vec![period(self.reading.step, periods.day(at)), amount(*observed), amount(mean)]
        });
        self.table(self.t("change-values"), &["change-period", "change-observed", "change-mean"], rows)
    }

    /// The network, period by period.
    pub fn snapshots(&self, snapshots: &[Snapshot]) -> Section {
        let share = |value: Option<f64>| self.or_none(value, |value| fixed(value, 3));
        let rows = snapshots.iter().map(|one| {
            let moved = one.turnover.map_or_else(
                || self.t("change-none"),
                |turnover| {
                    let [joined, stayed, left] =
                        [turnover.joined, turnover.stayed, turnover.left].map(|count| count.to_string());
                    self.tf("change-turnover-is", &[("joined", &joined), ("stayed", &stayed), ("left", &left)])
                },
            );
            vec![
                period(self.reading.step, one.from),
                one.facts.to_string(),
                one.members.len().to_string(),
                one.arcs.to_string(),
                share(one.density),
                share(one.persistence),
                share(one.jaccard),
                moved,
                share(one.regularity),
            ]
        });
        let heads = [
            "change-period",
            "change-facts",
            "change-members",
            "change-arcs",
            "change-density",
            "change-persistence",
            "change-jaccard",
            "change-turnover",
            "change-regularity",
        ];
        let blocks = vec![
            Block::Text(self.t("change-snapshots-hint")),
            self.table(self.t("change-snapshots-caption"), &heads, rows),
        ];
        Section { title: self.t("change-snapshots"), blocks }
    }

    /// How facts were read, a line each.
    fn lead(&self, answer: &Answer<'_>) -> Vec<String> {
        let reading = self.reading;
        let line = |key: &str, text: &str| self.lang.labelled(&self.t(key), text);
        let mut lines = Vec::new();
        if let Answer::Effect(event, _) = answer {
            lines.push(line("change-event", &self.event(event)));
            lines.push(line("change-source", &event.source));
        }
        if !matches!(answer, Answer::Snapshots(_)) {
            lines.push(line("change-value", &self.value()));
        }
        lines.push(line("change-step", &self.t(&format!("change-step-{}", reading.step.name()))));
        let relation = reading.relation.map(|one| format!("relation-{}", one.name().replace('_', "-")));
        lines.extend(relation.map(|key| line("network-relation", &self.t(&key))));
        if !reading.items.is_empty() {
            let items: Vec<String> = reading.items.iter().map(|item| (self.item)(item)).collect();
            lines.push(line("network-item", &self.lang.joined(&items)));
        }
        if matches!(answer, Answer::Effect(..)) {
            lines.push(line("change-season", &self.t(&format!("change-season-{}", season(reading.options.season)))));
        }
        lines.push(self.t("change-whole-periods"));
        lines
    }
}

/// The word for a season.
pub fn season(season: Season) -> &'static str {
    match season {
        Season::None => "none",
        Season::Harmonics(_) => "harmonics",
        Season::Months => "months",
    }
}

/// What was found in words, with by what and of what it was made.
pub fn document(words: &Words<'_>, source: &str, answer: &Answer<'_>) -> Document {
    let mut lead = vec![made_by(), source.to_owned()];
    lead.extend(words.lead(answer));
    let values = |table: Block| Section { title: words.t("change-values-title"), blocks: vec![table] };
    let sections = match answer {
        Answer::Effect(event, effect) => vec![
            words.verdict(event, effect),
            words.placebo(effect),
            words.assumptions(effect),
            values(words.values(effect)),
        ],
        Answer::Points(points) => vec![words.points(points), values(words.points_values(points))],
        Answer::Snapshots(snapshots) => vec![words.snapshots(snapshots)],
    };
    Document { title: words.t("change-title"), lead, sections }
}
