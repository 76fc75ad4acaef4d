//! Lists of statements in files: networks, camps, agreement of coders, claims.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use tongban_core::network::agreement::{Stance, Undefined, Unit, alpha, compared, kappa};
use tongban_core::network::claim::{Claim, Verdict, Voice, evidence};
use tongban_core::network::discourse::{
    Affiliation, Choice, Discourse, Duplicates, Normalised, OneMode, Period, Polarisation, document, polarisation,
};
use tongban_core::network::facts::{SourceKind, Statement};
use tongban_core::network::permute::{FULL_ACTORS_MAX, Runs};
use tongban_core::network::tie::{Actor, Network};

use super::network::{Encoding, Loaded, failure, load, save};
use super::{block_on, put};
use crate::error::Failure;
use crate::limits;
use crate::network::figures::Why;
use crate::network::statement::{
    Answer, Cell, File, Form as ListForm, List, Making, Project, Reading, TYPE, Table, What, is_database, name_of,
    read_files, unread, write,
};
use crate::network::{Format, Source};
use crate::store::dna::{self, Unread};

/// What actors say for and against concepts.
///
/// Read are the project's own list (CSV with the columns actor, concept, agree, day and source; kind, network, quote and coder
/// if there are any; Chinese headings too), the event list that Discourse Network Analyzer (DNA) exports, and its projects (.dna). Without --as,
/// --claim and --compare it says what there is, and how far it falls into camps.
#[derive(Args)]
pub(super) struct Statements {
    /// Lists of statements
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Makes this network
    #[arg(long = "as")]
    kind: Option<Kind>,
    /// Between actors or between concepts
    #[arg(long, default_value = "actor")]
    by: By,
    /// How weights are made comparable
    #[arg(long, default_value = "no")]
    normalise: Normalise,
    /// The first day; otherwise from the beginning
    #[arg(long)]
    from: Option<Date>,
    /// The last day; otherwise to the end
    #[arg(long)]
    to: Option<Date>,
    /// A network for each of these periods; its ties have the days of it
    #[arg(long)]
    every: Option<Every>,
    /// What counts once of that which one actor says of one concept again and again
    #[arg(long, default_value = "include")]
    duplicates: Again,
    /// Another coder's list of the same sources: agreement, and where they differ
    #[arg(long, conflicts_with_all = ["kind", "claim"])]
    compare: Option<PathBuf>,
    /// Which sources support, and which contradict, that actors are for this concept
    #[arg(long, conflicts_with = "kind")]
    claim: Option<String>,
    /// Only this actor's claim
    #[arg(long, requires = "claim")]
    actor: Option<String>,
    /// To which of the five networks an actor belongs of whom the file does not say it
    #[arg(long, default_value = "intergovernmental")]
    network: Belongs,
    /// What kind a source is of which the file does not say it
    #[arg(long, default_value = "document")]
    source_kind: OfKind,
    /// The heading of the column of actors, if it is another
    #[arg(long)]
    actor_column: Option<String>,
    /// The heading of the column of concepts, if it is another
    #[arg(long)]
    concept_column: Option<String>,
    /// The heading of the column of for and against, if it is another
    #[arg(long)]
    agree_column: Option<String>,
    /// Of projects of DNA, which type of statement is read
    #[arg(long, default_value = TYPE)]
    statement_type: String,
    /// The seed of what is drawn
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Permutations for chance, and draws for an interval
    #[arg(long, default_value_t = limits::NETWORK_PERMUTATIONS)]
    permutations: usize,
    /// As what. With --as, csv and json are the network
    #[arg(long, default_value = "text")]
    format: Form,
    /// Where to; standard output for answers if it is left out
    #[arg(long)]
    out: Option<PathBuf>,
    /// In which encoding tables are written
    #[arg(long, default_value = "utf8")]
    encoding: Encoding,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Actors and concepts: for and against
    Affiliation,
    /// Who says the same
    Congruence,
    /// Who says the opposite
    Conflict,
    /// The same less the opposite
    Subtract,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// Actors, by the concepts of which they speak
    Actor,
    /// Concepts, by the actors who speak of them
    Concept,
}

#[derive(Clone, Copy, ValueEnum)]
enum Normalise {
    /// Counts
    No,
    /// Over the mean number of statements of the two
    Average,
    /// Over all stances of the two
    Jaccard,
    /// Over the product of their lengths
    Cosine,
}

#[derive(Clone, Copy, ValueEnum)]
enum Every {
    /// Monday to Sunday
    Week,
    /// A month
    Month,
    /// A year
    Year,
}

#[derive(Clone, Copy, ValueEnum)]
enum Again {
    /// Each counts
    Include,
    /// Once in a document
    Document,
    /// Once in a week
    Week,
    /// Once in a month
    Month,
    /// Once in a year
    Year,
    /// Once at all
    Across,
}

#[derive(Clone, Copy, ValueEnum)]
enum Belongs {
    /// 政策社群
    Community,
    /// 府际网络
    Intergovernmental,
    /// 专业网络
    Professional,
    /// 生产者网络
    Producer,
    /// 议题网络
    Issue,
}

#[derive(Clone, Copy, ValueEnum)]
enum OfKind {
    /// 运行
    Operations,
    /// 文件
    Document,
    /// 访谈
    Interview,
    /// 观察
    Observation,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For reading here
    Text,
    /// Every digit
    Json,
    /// One cell a row
    Csv,
    /// Tables in Markdown
    Md,
    /// The network as GraphML
    Graphml,
    /// The network as GEXF 1.3
    Gexf,
    /// The network as Pajek .net
    Pajek,
    /// The network as UCINET DL
    Dl,
    /// The statements that count, as the project's own list
    Statements,
    /// The statements that count, as an event list of Discourse Network Analyzer; as a project if PATH ends in .dna
    Dna,
}

const NOBODY: Why = Why { zh: "没有编码", en: "nobody coded anything" };
const ONE_CODER: Why = Why { zh: "只有一名编码员", en: "there is one coder only" };
const NOTHING_SHARED: Why =
    Why { zh: "没有两名编码员都编码过的单元", en: "there is no unit that two coders coded" };
const ONE_CATEGORY: Why = Why { zh: "所有编码都是同一类", en: "all agree on one category" };
const MANY_CODERS: Why =
    Why { zh: "编码员多于两名，请看 alpha", en: "there are more than two coders: see alpha" };
const NO_DRAWS: Why = Why { zh: "没有抽样", en: "nothing was drawn" };
const NO_TIES: Why = Why { zh: "没有关系", en: "there are no ties" };
const TOO_MANY: Why =
    Why { zh: "没有关系，或行动者太多", en: "there are no ties, or too many actors for signed modularity" };
const NO_CHANCE: Why = Why { zh: "没有置换", en: "there are no permutations with ties" };
const ONE_VALUE: Why = Why { zh: "随机时只有一个值", en: "chance gives one value only" };

fn why(undefined: Undefined) -> Why {
    match undefined {
        Undefined::NoCoder => NOBODY,
        Undefined::OneCoder => ONE_CODER,
        Undefined::NothingShared => NOTHING_SHARED,
        Undefined::OneCategory => ONE_CATEGORY,
        Undefined::ManyCoders => MANY_CODERS,
    }
}

/// A row of a name and a figure.
fn named(name: &str, value: Result<f64, Why>) -> Vec<Cell> {
    vec![name.into(), Cell::Figure(value)]
}

fn head(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Numbers of statements as people count.
fn numbers(statements: &[u32]) -> String {
    statements.iter().map(|number| (number + 1).to_string()).collect::<Vec<_>>().join(" ")
}

impl Statements {
    pub(super) fn run(self) -> Result<(), Failure> {
        let files = load(&self.files)?;
        let list = self.read(&files)?;
        let sources: Vec<Source> = files.iter().zip(&list.forms).map(|(file, form)| file.source(form.name())).collect();
        let format = match (self.format, self.kind) {
            (Form::Statements, _) => return self.write_list(&list, ListForm::Own),
            (Form::Dna, _) if self.names_project() => return self.write_project(&list),
            (Form::Dna, _) => return self.write_list(&list, ListForm::Dna),
            (Form::Text | Form::Md, _) | (Form::Json | Form::Csv, None) => None,
            (Form::Json, Some(_)) => Some(Format::Json),
            (Form::Csv, Some(_)) => Some(Format::Csv),
            (Form::Graphml, _) => Some(Format::GraphMl),
            (Form::Gexf, _) => Some(Format::Gexf),
            (Form::Pajek, _) => Some(Format::Pajek),
            (Form::Dl, _) => Some(Format::Dl),
        };
        if let Some(format) = format {
            let Some(making) = self.making() else {
                return Err(Failure::new(
                    "network-unnamed",
                    "Say which network: --as affiliation, congruence, conflict or subtract.",
                ));
            };
            return save(&making.net(&list.statements), format, self.named_out()?, self.encoding);
        }
        let mut options = self.options(&list);
        let (tables, more) = if let Some(other) = &self.compare {
            let (tables, source) = self.compared(&files, list, other)?;
            (tables, Some(source))
        } else if let Some(concept) = &self.claim {
            (self.claimed(&list.statements, concept)?, None)
        } else if let Some(making) = self.making() {
            (self.network_tables(&list.statements, &making), None)
        } else {
            (self.summary(&list.statements), None)
        };
        options.push(("seed", self.seed.to_string()));
        let sources = sources.into_iter().chain(more).collect();
        let answer = Answer { sources, options, tables };
        let text = match self.format {
            Form::Json => format!("{:#}\n", answer.json()),
            Form::Csv => answer.csv().map_err(|error| Failure::new("network-not-written", error.to_string()))?,
            Form::Md => answer.markdown(),
            _ => answer.text(),
        };
        put(self.out.as_deref(), text.as_bytes())
    }

    fn read(&self, files: &[Loaded]) -> Result<List, Failure> {
        let reading = Reading {
            network: match self.network {
                Belongs::Community => Network::Community,
                Belongs::Intergovernmental => Network::Intergovernmental,
                Belongs::Professional => Network::Professional,
                Belongs::Producer => Network::Producer,
                Belongs::Issue => Network::Issue,
            },
            kind: match self.source_kind {
                OfKind::Operations => SourceKind::Operations,
                OfKind::Document => SourceKind::Document,
                OfKind::Interview => SourceKind::Interview,
                OfKind::Observation => SourceKind::Observation,
            },
            actor: self.actor_column.clone(),
            concept: self.concept_column.clone(),
            agree: self.agree_column.clone(),
        };
        let project = |file: &Loaded| is_database(file.bytes()).then(|| self.project(file)).transpose();
        let projects: Vec<Option<Project>> = files.iter().map(project).collect::<Result<_, _>>()?;
        let all = files.iter().zip(&projects).map(|(file, project)| match project {
            Some(project) => File::Project(file.input().name, project),
            None => File::List(file.input()),
        });
        let all: Vec<File<'_>> = all.collect();
        read_files(&all, &reading).map_err(|faults| failure(&faults))
    }

    /// A project of DNA, which is a database.
    fn project(&self, file: &Loaded) -> Result<Project, Failure> {
        let name = file.input().name;
        let read = async { Ok(dna::read(Path::new(name), &self.statement_type).await) };
        block_on(read)?.map_err(|error| {
            let (code, value) = match error {
                Unread::Other(why) => ("dna-format", why),
                Unread::Version(version) => ("dna-version", version),
                Unread::Type(types) => ("dna-type", types),
            };
            failure(&[unread(code, name, value)])
        })
    }

    /// Whether the file to write is called like a project of DNA.
    fn names_project(&self) -> bool {
        let ending = self.out.as_deref().and_then(Path::extension);
        ending.is_some_and(|ending| ending.eq_ignore_ascii_case("dna"))
    }

    /// The statements that count, of lists of the caller.
    fn chosen(&self, list: &List) -> Vec<Statement> {
        let mut chosen = self.choice().of(&list.statements);
        chosen.sort_unstable();
        chosen.iter().map(|at| list.statements[*at].clone()).collect()
    }

    fn write_project(&self, list: &List) -> Result<(), Failure> {
        let out = self.named_out()?;
        let project = Project::of(&self.chosen(list)).map_err(|why| {
            Failure::new("dna-long", format!("{why}. Shorten it, or write an event list: --out PATH.csv."))
        })?;
        if out.exists() {
            let text =
                format!("{} is there already, and a project is not written over. Give another name.", out.display());
            return Err(Failure::new("out-exists", text));
        }
        block_on(async { dna::write(out, &project).await.map_err(Failure::from) })?;
        println!("{} statements, {} documents", project.statements.len(), project.documents().len());
        println!("written: {}", out.display());
        println!("in DNA: coder Admin, password {}; change it there", dna::PASSWORD);
        for lost in
            ["the networks of actors", "the places in documents", "texts of documents but the words of statements"]
        {
            println!("not in it: {lost}");
        }
        Ok(())
    }

    fn choice(&self) -> Choice {
        let duplicates = match self.duplicates {
            Again::Include => Duplicates::Include,
            Again::Document => Duplicates::PerDocument,
            Again::Week => Duplicates::Per(Period::Week),
            Again::Month => Duplicates::Per(Period::Month),
            Again::Year => Duplicates::Per(Period::Year),
            Again::Across => Duplicates::Across,
        };
        Choice { from: self.from, to: self.to, duplicates }
    }

    fn normalised(&self) -> Normalised {
        match self.normalise {
            Normalise::No => Normalised::No,
            Normalise::Average => Normalised::Average,
            Normalise::Jaccard => Normalised::Jaccard,
            Normalise::Cosine => Normalised::Cosine,
        }
    }

    fn making(&self) -> Option<Making> {
        let what = match self.kind? {
            Kind::Affiliation => What::Affiliation,
            Kind::Congruence => What::OneMode(OneMode::Congruence),
            Kind::Conflict => What::OneMode(OneMode::Conflict),
            Kind::Subtract => What::OneMode(OneMode::Subtract),
        };
        let every = self.every.map(|every| match every {
            Every::Week => Period::Week,
            Every::Month => Period::Month,
            Every::Year => Period::Year,
        });
        let (by_concept, normalised, choice) = (self.by == By::Concept, self.normalised(), self.choice());
        Some(Making { what, by_concept, normalised, choice, every })
    }

    fn named_out(&self) -> Result<&Path, Failure> {
        self.out.as_deref().ok_or_else(|| Failure::new("out-unnamed", "Name the file to write: --out PATH."))
    }

    fn write_list(&self, list: &List, form: ListForm) -> Result<(), Failure> {
        let out = self.named_out()?;
        let statements = self.chosen(list);
        let (bytes, lost) = write(&statements, form, self.encoding == Encoding::Gb18030)
            .map_err(|error| Failure::new("network-not-written", format!("{error}. Nothing was written.")))?;
        put(Some(out), &bytes)?;
        println!("{} statements", statements.len());
        println!("written: {}", out.display());
        for lost in lost {
            println!("not in it: {lost}");
        }
        Ok(())
    }

    /// How lists were read, and which statements count.
    fn options(&self, list: &List) -> Vec<(&'static str, String)> {
        let name = |value: &dyn Fn() -> Option<clap::builder::PossibleValue>| {
            value().map(|value| value.get_name().to_owned()).unwrap_or_default()
        };
        let day = |day: Option<Date>| day.map_or_else(|| "open".to_owned(), |day| day.to_string());
        let mut options = vec![
            ("days", format!("{} to {}", day(self.from), day(self.to))),
            ("duplicates", name(&|| self.duplicates.to_possible_value())),
            ("normalised", name(&|| self.normalise.to_possible_value())),
            ("by", name(&|| self.by.to_possible_value())),
            ("permutations", self.permutations.to_string()),
        ];
        let mut told = |what, count: usize, text: String| {
            if count > 0 {
                options.push((what, format!("{text} {count} statements")));
            }
        };
        let network = name(&|| self.network.to_possible_value());
        told("network not said", list.networks_assumed, format!("taken as {network}:"));
        let kind = name(&|| self.source_kind.to_possible_value());
        told("kind of source not said", list.kinds_assumed, format!("taken as {kind}:"));
        told("left out", list.unfinished, "without actor, concept, or for and against:".to_owned());
        if !list.columns.is_empty() {
            options.push(("columns not kept", list.columns.join(", ")));
        }
        options
    }

    /// What there is.
    fn summary(&self, statements: &[Statement]) -> Vec<Table> {
        let choice = self.choice();
        let chosen: Vec<&Statement> = choice.of(statements).into_iter().map(|at| &statements[at]).collect();
        let discourse = Discourse::of(statements, &choice);
        let documents: BTreeSet<&str> = chosen.iter().map(|one| document(&one.source)).collect();
        let mut rows = vec![
            named("statements", Ok(statements.len() as f64)),
            named("statements that count", Ok(chosen.len() as f64)),
            named("actors", Ok(discourse.actors.len() as f64)),
            named("concepts", Ok(discourse.concepts.len() as f64)),
            named("documents", Ok(documents.len() as f64)),
        ];
        for kind in SourceKind::ALL {
            let count = chosen.iter().filter(|one| one.kind == kind).count();
            rows.push(named(kind.name(), Ok(count as f64)));
        }
        for (name, day) in [("first day", chosen.first()), ("last day", chosen.last())] {
            rows.extend(day.map(|one| vec![name.into(), one.day.to_string().into()]));
        }
        let size = Table {
            name: "statements",
            definition: "statements of the lists, those that count by days and duplicates, and of these how many are of each kind of source",
            head: head(&["figure", "value"]),
            rows,
        };
        let by_concept = discourse.affiliation.transposed();
        let stances = |name: &str, nodes: Vec<String>, said: &Affiliation| {
            let mut counts = vec![[0.0; 3]; nodes.len()];
            for (row, _, [for_it, against]) in said.each() {
                let sums = &mut counts[row];
                *sums = [sums[0] + for_it, sums[1] + against, sums[2] + 1.0];
            }
            let row = |(node, counts): (String, [f64; 3])| {
                std::iter::once(Cell::Text(node)).chain(counts.map(|count| Cell::Figure(Ok(count)))).collect()
            };
            let other = if name == "actor" { "concepts" } else { "actors" };
            (head(&[name, "for", "against", other]), nodes.into_iter().zip(counts).map(row).collect::<Vec<Vec<Cell>>>())
        };
        let (actor_head, actors) =
            stances("actor", discourse.actors.iter().map(name_of).collect(), &discourse.affiliation);
        let (concept_head, concepts) = stances("concept", discourse.concepts.clone(), &by_concept);
        vec![
            size,
            Table {
                name: "concepts",
                definition: "how often for, how often against, by how many actors",
                head: concept_head,
                rows: concepts,
            },
            Table {
                name: "actors",
                definition: "how often for, how often against, on how many concepts",
                head: actor_head,
                rows: actors,
            },
            self.camps(&discourse, &[OneMode::Congruence, OneMode::Subtract]).0,
        ]
    }

    /// Polarisation of some networks, and the camps of each.
    fn camps(&self, discourse: &Discourse, kinds: &[OneMode]) -> (Table, Vec<Option<Vec<u32>>>) {
        let by_concept = discourse.affiliation.transposed();
        let said = if self.by == By::Concept { &by_concept } else { &discourse.affiliation };
        let runs = Runs::of(self.permutations, self.seed);
        let found: Vec<_> = kinds
            .iter()
            .map(|kind| polarisation(said, *kind, self.normalised(), limits::CAMPS_STARTS, &runs))
            .collect();
        let why = if said.size().0 > FULL_ACTORS_MAX { TOO_MANY } else { NO_TIES };
        let row = |kind: &OneMode, found: &Option<Polarisation>| {
            let camps = found.as_ref().map(|found| found.sizes.iter().filter(|size| **size > 1).count() as f64);
            let chance = found.as_ref().ok_or(why).and_then(|found| found.chance.ok_or(NO_CHANCE));
            let mut cells: Vec<Cell> = vec![kind.name().into()];
            cells.extend(
                [
                    camps.ok_or(why),
                    found.as_ref().map(|found| found.modularity).ok_or(why),
                    chance.map(|chance| chance.mean),
                    chance.map(|chance| chance.above),
                    chance.and_then(|chance| chance.z.ok_or(ONE_VALUE)),
                    chance.map(|chance| chance.p),
                ]
                .map(Cell::Figure),
            );
            cells
        };
        let table = Table {
            name: "polarisation",
            definition: "camps of more than one, greatest modularity found, its mean where what is said of each concept is dealt out anew \
                         among those who speak of it, the difference, in standard deviations, and p = (b+1)/(m+1); of subtract signed \
                         modularity. Newman 2006; Traag, Waltman & van Eck 2019; Gómez, Jensen & Arenas 2009; Leifeld 2017; Salloum, Chen & Kivelä 2022",
            head: head(&["network", "camps", "modularity", "by chance", "above chance", "z", "p"]),
            rows: kinds.iter().zip(&found).map(|(kind, found)| row(kind, found)).collect(),
        };
        (table, found.into_iter().map(|found| found.map(|found| found.camps)).collect())
    }

    /// A network for reading, and its camps.
    fn network_tables(&self, statements: &[Statement], making: &Making) -> Vec<Table> {
        let net = making.net(statements);
        let is_two_way = making.what != What::Affiliation;
        let day = |day: Option<Date>| Cell::Text(day.map(|day| day.to_string()).unwrap_or_default());
        let ties = net.ties.iter().filter(|tie| !is_two_way || tie.from < tie.to).map(|tie| {
            let name = |actor: u32| Cell::Text(net.actors[actor as usize].name().to_owned());
            let layer = Cell::Text(net.layers[tie.layer as usize].clone());
            let value = Cell::Figure(Ok(tie.value()));
            vec![name(tie.from), name(tie.to), layer, value, day(tie.from_day), day(tie.to_day)]
        });
        let mut tables = vec![Table {
            name: "ties",
            definition: "for X+ and against X-; congruence X+X+' + X-X-', conflict X+X-' + X-X+', subtract the one less the other, each \
                         pair once. Leifeld 2017",
            head: head(&["from", "to", "layer", "weight", "first day", "last day"]),
            rows: ties.collect(),
        }];
        if let What::OneMode(kind) = making.what
            && kind != OneMode::Conflict
        {
            let discourse = Discourse::of(statements, &making.choice);
            let (polarisation, camps) = self.camps(&discourse, &[kind]);
            tables.push(polarisation);
            if let Some(camps) = camps.into_iter().flatten().next() {
                let row = |(actor, camp): (&crate::network::Actor, &u32)| {
                    vec![Cell::Text(actor.name().to_owned()), Cell::count(*camp as usize + 1)]
                };
                tables.push(Table {
                    name: "camps",
                    definition: "the camp of each; who has no tie is alone in one",
                    head: head(&["of", "camp"]),
                    rows: net.actors.iter().zip(&camps).map(row).collect(),
                });
            }
        }
        tables
    }

    /// Who supports and who contradicts a claim.
    fn claimed(&self, statements: &[Statement], concept: &str) -> Result<Vec<Table>, Failure> {
        let actor = self.actor.as_ref().map(|name| {
            let is_meant = |actor: &&Actor| actor.to_string() == *name || name_of(actor) == *name;
            statements.iter().map(|one| &one.actor).find(is_meant).ok_or_else(|| {
                Failure::new(
                    "actor-unknown",
                    format!(
                        "{name}. There is no statement of such an actor: look at the list of actors without --claim."
                    ),
                )
            })
        });
        let actor = actor.transpose()?;
        // Days are chosen, duplicates are not: a document counts once in any case.
        let mut meant = Choice { duplicates: Duplicates::Include, ..self.choice() }.of(statements);
        meant.sort_unstable();
        let within: Vec<Statement> = meant.iter().map(|at| statements[*at].clone()).collect();
        let found = evidence(&within, &Claim { concept, actor });
        let (zh, en) = match found.verdict {
            Verdict::Supported { kinds } => {
                (format!("得到 {kinds} 类来源支持"), format!("supported by {kinds} kinds of source"))
            }
            Verdict::Contradicted { kinds } => {
                (format!("被 {kinds} 类来源否定"), format!("contradicted by {kinds} kinds of source"))
            }
            Verdict::Mixed => {
                ("有的支持，有的否定".to_owned(), "some sources support it, some contradict it".to_owned())
            }
            Verdict::OneKindOnly => {
                ("只有一类来源支持，未经三角验证".to_owned(), "supported by one kind of source only".to_owned())
            }
            Verdict::NoEvidence => ("没有证据".to_owned(), "nothing is said about it".to_owned()),
        };
        let of = |side: &'static str, voices: &[Voice]| {
            let row = |voice: &Voice| {
                let original: Vec<u32> = voice.statements.iter().map(|at| meant[*at as usize] as u32).collect();
                vec![
                    side.into(),
                    voice.kind.name().into(),
                    Cell::count(voice.documents.len()),
                    voice.documents.join("; ").into(),
                    numbers(&original).into(),
                ]
            };
            voices.iter().map(row).collect::<Vec<_>>()
        };
        let whose = actor.map_or_else(|| "anyone".to_owned(), name_of);
        Ok(vec![
            Table {
                name: "verdict",
                definition: "三角验证: whether more than one kind of source supports that actors are for the concept, and none contradicts it. \
                             Denzin 1978",
                head: head(&["concept", "actor", "verdict", "zh", "en"]),
                rows: vec![vec![concept.into(), whose.into(), found.verdict.name().into(), zh.into(), en.into()]],
            },
            Table {
                name: "evidence",
                definition: "kinds of source, documents, and the numbers of the statements, from 1 in the order of the files",
                head: head(&["side", "kind", "documents", "which", "statements"]),
                rows: [of("supports", &found.supports), of("contradicts", &found.contradicts)].concat(),
            },
        ])
    }

    /// Coders side by side.
    fn compared(&self, files: &[Loaded], list: List, other: &PathBuf) -> Result<(Vec<Table>, Source), Failure> {
        let others = load(std::slice::from_ref(other))?;
        let other_list = self.read(&others)?;
        let form = other_list.forms.first().map_or("", |form| form.name());
        let source = others.first().map(|file| file.source(form));
        let named = |files: &[Loaded]| files.iter().map(|file| file.input().relation).collect::<Vec<_>>().join("+");
        let (one, two) = (named(files), named(&others));
        // Of whom no file says who coded, the file does.
        let (one, two) = if one == two { ("1".to_owned(), "2".to_owned()) } else { (one, two) };
        let by = |statements: Vec<Statement>, name: String| {
            statements.into_iter().map(move |mut statement| {
                if statement.coder.is_empty() {
                    name.clone_into(&mut statement.coder);
                }
                statement
            })
        };
        let all: Vec<Statement> = by(list.statements, one).chain(by(other_list.statements, two)).collect();
        let meant = Choice { duplicates: Duplicates::Include, ..self.choice() };
        let mut chosen = meant.of(&all);
        chosen.sort_unstable();
        let within: Vec<Statement> = chosen.iter().map(|at| all[*at].clone()).collect();
        let found = compared(&within);
        let runs = Runs::of(self.permutations, self.seed);
        let row = |name: &str, units: &[Unit]| {
            let (alpha, kappa) = (alpha(units, &runs).map_err(why), kappa(units).map_err(why));
            let interval = alpha.and_then(|alpha| alpha.interval.ok_or(NO_DRAWS));
            let mut cells: Vec<Cell> = vec![name.into()];
            cells.extend(
                [
                    alpha.map(|alpha| alpha.units as f64),
                    alpha.map(|alpha| alpha.alpha),
                    interval.map(|(low, _)| low),
                    interval.map(|(_, high)| high),
                    kappa.map(|kappa| kappa.kappa),
                ]
                .map(Cell::Figure),
            );
            cells
        };
        let coders = found
            .coders
            .iter()
            .zip(&found.found)
            .map(|(coder, count)| vec![coder.as_str().into(), Cell::count(*count)]);
        let shared = [
            vec!["by all of them".into(), Cell::count(found.by_all)],
            vec!["by any of them".into(), Cell::count(found.all)],
        ];
        let stance = |stance: &Stance| match stance {
            Stance::Nothing => "",
            Stance::For => "for",
            Stance::Against => "against",
            Stance::Both => "both",
        };
        let difference_head =
            [head(&["source", "actor", "concept"]), found.coders.clone(), head(&["statements"])].concat();
        let differences = found.differences.iter().map(|one| {
            let original: Vec<u32> = one.statements.iter().map(|at| chosen[*at as usize] as u32).collect();
            let start = [one.source.clone(), name_of(&one.actor), one.concept.clone()].map(Cell::Text);
            let stances = one.stances.iter().map(|one| Cell::from(stance(one)));
            start.into_iter().chain(stances).chain([numbers(&original).into()]).collect()
        });
        let tables = vec![
            Table {
                name: "coders",
                definition: "statements found; they are the same if source, actor and concept are",
                head: head(&["coder", "statements"]),
                rows: coders.chain(shared).collect(),
            },
            Table {
                name: "agreement",
                definition: "concepts: which of them are seen of an actor at a place, to see none being a category; stances: for or \
                             against, of what at least two saw. Nominal alpha with the interval of 95 % of draws of units, and kappa. Krippendorff 2011; \
                             Zapf et al. 2016; Cohen 1960",
                head: head(&["of", "units", "alpha", "low", "high", "kappa"]),
                rows: vec![row("concepts", &found.concepts), row("stances", &found.stances)],
            },
            Table {
                name: "differences",
                definition: "statements on which they differ, with the numbers of the statements, from 1 in the order of the files",
                head: difference_head,
                rows: differences.collect(),
            },
        ];
        let source = source.ok_or_else(|| Failure::new("file-empty", other.display().to_string()))?;
        Ok((tables, source))
    }
}
