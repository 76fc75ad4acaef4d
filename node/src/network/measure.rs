//! The table of measures: the name of each, what it is, by whom, and how it is computed in [`tongban_core::network`].

use std::collections::HashMap;

use tongban_core::network::blocks::{Between, core_periphery, coreness, image};
use tongban_core::network::brokerage::{brokerage, constraint, effective_size, efficiency};
use tongban_core::network::census::{TRIADS, dyads, triads};
use tongban_core::network::cohesion::{
    clustering, density, dyadic_reciprocity, reciprocity, transitivity, undirected_transitivity, valued_density,
};
use tongban_core::network::component::{Connected, components, distance_fragmentation, fragmentation};
use tongban_core::network::core_number::core_numbers;
use tongban_core::network::degree::{Degree, degree_centralisation, degrees};
use tongban_core::network::graph::Graph;
use tongban_core::network::groups::{Count, assortativity, external_internal, modularity};
use tongban_core::network::hierarchy::hierarchy;
use tongban_core::network::leiden::leiden;
use tongban_core::network::movement::{Course, Place, courses};
use tongban_core::network::path::{Betweenness, End, Length, betweenness, harmonic, undirected_betweenness};
use tongban_core::network::permute::Runs;
use tongban_core::network::signed::{signed_triads, walk_balance};
use tongban_core::network::standing::{eigenvector, pagerank};

use super::net::{Actor, Choice, Groups, Net};
use crate::limits;

/// What measures are taken of.
#[derive(Debug)]
pub struct Subject<'a> {
    net: &'a Net,
    choice: Choice,
    graph: Graph,
    groups: Option<Groups>,
    runs: Runs,
}

/// Why a figure is not defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Why {
    /// In Chinese.
    pub zh: &'static str,
    /// In English, after “because”.
    pub en: &'static str,
}

/// A figure, or why there is none.
pub type Value = Result<f64, Why>;

/// Of what a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// The network as a whole.
    Network,
    /// Each actor.
    Actors,
    /// Each group.
    Groups,
}

impl About {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            About::Network => "network",
            About::Actors => "actors",
            About::Groups => "groups",
        }
    }
}

/// Figures of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Of what they are.
    pub about: About,
    /// What each column is.
    pub figures: Vec<String>,
    /// Of each actor or group, by name, its figures; of the network one row.
    pub rows: Vec<(String, Vec<Value>)>,
}

/// A measure.
pub struct Measure {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, and how weights and directions are read.
    pub definition: &'static str,
    /// By whom.
    pub reference: &'static str,
    /// Whether it draws from the seed.
    pub is_random: bool,
    of: fn(&Subject<'_>) -> Vec<Part>,
}

const NO_GROUPS: Why =
    Why { zh: "没有指定分组的列（--group）", en: "no column of groups was named (--group)" };
const FEW: Why = Why { zh: "行动者太少", en: "there are too few actors" };
const NO_ARCS: Why = Why { zh: "没有关系", en: "there are no arcs" };
const NO_PATHS: Why = Why { zh: "没有首尾相接的关系", en: "no two arcs follow each other" };
const ISOLATE: Why = Why { zh: "没有伙伴", en: "the actor has no partners" };
const FEW_PARTNERS: Why = Why { zh: "伙伴不足两个", en: "the actor has fewer than two partners" };
const NO_PARTNERS: Why = Why { zh: "没有人有两个伙伴", en: "no actor has two partners" };
const LENGTHS: Why = Why {
    zh: "行动者不足两个，或路径太多",
    en: "there are fewer than two actors, or more paths than a number holds",
};
const UNSETTLED: Why = Why {
    zh: "没有唯一的解（没有环路，或几部分一样强）",
    en: "there is no single solution: no cycles, or parts that are equally strong",
};
const SAME_CELLS: Why = Why { zh: "各格的值都一样", en: "all cells have the same value" };
const ONE_GROUP: Why =
    Why { zh: "没有关系，或只有一个组有关系", en: "there are no arcs, or all are in one group" };
const ONE_RANGE: Why = Why { zh: "只可能有一个值", en: "only one value is possible" };
const GROUP_OF_ONE: Why = Why { zh: "组内只有一个行动者", en: "the group has one actor" };
const NO_PLACES: Why = Why {
    zh: "不是每个行动者都有数字层级和省份",
    en: "not every actor has a level as a number and a province",
};
const NO_SUCH_ARCS: Why = Why { zh: "没有这一类关系", en: "there are no such arcs" };
const NO_WEIGHT: Why = Why { zh: "权重合计为零", en: "all weigh nothing together" };
const NO_CASE: Why = Why {
    zh: "在这样的分组和密度下不会有别的值",
    en: "with such groups and such density it has one value only",
};
const NO_TRIADS: Why = Why { zh: "没有三方关系", en: "there are no closed triads" };
const ONE_RUN: Why = Why { zh: "只有一次运行", en: "there is one run only" };
const UNSIGNED: Why = Why { zh: "所有关系都没有负号", en: "no tie has a negative sign" };
const TOO_LARGE: Why =
    Why { zh: "行动者太多，这个指标算不完", en: "there are too many actors for this measure" };
const NO_NUMBER: Why = Why { zh: "算出来的不是数", en: "what was computed is no number" };
const NOT_A_TREE: Why = Why { zh: "没有可以比较的部分", en: "there is no part to compare with a tree" };

/// All measures, in the order in which they are reported.
pub const MEASURES: &[Measure] = &[
    Measure {
        name: "size",
        definition: "actors, arcs, isolates; arcs that stand more than once count once",
        reference: "Wasserman & Faust 1994",
        is_random: false,
        of: size,
    },
    Measure {
        name: "density",
        definition: "arcs / n(n-1); valued: sum of weights / n(n-1)",
        reference: "Wasserman & Faust 1994",
        is_random: false,
        of: |on| {
            network(&[("density", density(&on.graph).ok_or(FEW)), ("valued", valued_density(&on.graph).ok_or(FEW))])
        },
    },
    Measure {
        name: "reciprocity",
        definition: "of arcs: 2M / (2M + A); of pairs: (M + N) / (M + A + N); weights are not read",
        reference: "Wasserman & Faust 1994",
        is_random: false,
        of: |on| {
            let (arcs, pairs) = (reciprocity(&on.graph).ok_or(NO_ARCS), dyadic_reciprocity(&on.graph).ok_or(FEW));
            network(&[("arcs", arcs), ("pairs", pairs)])
        },
    },
    Measure {
        name: "transitivity",
        definition: "directed, weak: of the paths i->j->k the share with i->k; undirected: 3 triangles / connected \
                     triples; weights are not read",
        reference: "Holland & Leinhardt 1971",
        is_random: false,
        of: |on| {
            let directed = transitivity(&on.graph).ok_or(NO_PATHS);
            network(&[("directed", directed), ("undirected", undirected_transitivity(&on.graph).ok_or(NO_PATHS))])
        },
    },
    Measure {
        name: "clustering",
        definition: "ties among the partners of an actor / pairs of them; average over those for whom it is defined; \
                     directions and weights are not read",
        reference: "Watts & Strogatz 1998",
        is_random: false,
        of: |on| {
            let found = clustering(&on.graph);
            let average = network(&[("average", found.average.ok_or(NO_PARTNERS))]);
            [average, on.options("clustering", &found.local, FEW_PARTNERS)].concat()
        },
    },
    Measure {
        name: "dyads",
        definition: "pairs that are mutual, asymmetric, null",
        reference: "Holland & Leinhardt 1970",
        is_random: false,
        of: |on| {
            let found = dyads(&on.graph);
            let [mutual, asymmetric, null] = [found.mutual, found.asymmetric, found.null].map(|count| Ok(count as f64));
            network(&[("mutual", mutual), ("asymmetric", asymmetric), ("null", null)])
        },
    },
    Measure {
        name: "triads",
        definition: "triples of each of the 16 kinds, by mutual, asymmetric and null pairs",
        reference: "Davis & Leinhardt 1972; Batagelj & Mrvar 2001",
        is_random: false,
        of: |on| {
            let counts: Vec<(&str, Value)> =
                TRIADS.iter().zip(triads(&on.graph)).map(|(kind, count)| (*kind, Ok(count as f64))).collect();
            network(&counts)
        },
    },
    Measure {
        name: "centralisation",
        definition: "sum of (greatest - own) / the most that so many actors allow: (n-1)^2 for arcs out or in, \
                     (n-1)(n-2) for partners; betweenness normalised / (n-1)",
        reference: "Freeman 1979",
        is_random: false,
        of: |on| {
            let of = |degree| degree_centralisation(&on.graph, degree).ok_or(FEW);
            let between = on.betweenness().ok_or(LENGTHS).and_then(|found| found.centralisation.ok_or(FEW));
            network(&[
                ("out", of(Degree::Out)),
                ("in", of(Degree::In)),
                ("partners", of(Degree::Partners)),
                ("betweenness", between),
            ])
        },
    },
    Measure {
        name: "components",
        definition: "parts that hang together, weak whatever the directions, strong with a path each way",
        reference: "Wasserman & Faust 1994; Tarjan 1972",
        is_random: false,
        of: |on| {
            let (weak, strong) = (components(&on.graph, Connected::Weakly), components(&on.graph, Connected::Strongly));
            let largest = |sizes: &[usize]| sizes.iter().max().map(|size| *size as f64).ok_or(FEW);
            network(&[
                ("weak", Ok(weak.sizes.len() as f64)),
                ("largest weak", largest(&weak.sizes)),
                ("strong", Ok(strong.sizes.len() as f64)),
                ("largest strong", largest(&strong.sizes)),
            ])
        },
    },
    Measure {
        name: "fragmentation",
        definition: "1 - sum of s(s-1) / n(n-1) over components; by distance: 1 - sum of 1/d / n(n-1), in steps",
        reference: "Borgatti 2006",
        is_random: false,
        of: |on| {
            network(&[
                ("weak", fragmentation(&on.graph, Connected::Weakly).ok_or(FEW)),
                ("strong", fragmentation(&on.graph, Connected::Strongly).ok_or(FEW)),
                ("distance", distance_fragmentation(&on.graph).ok_or(FEW)),
            ])
        },
    },
    Measure {
        name: "hierarchy",
        definition: "connectedness, hierarchy, efficiency, least upper boundedness; arcs lead from superior to \
                     subordinate; a tree has 1 in each",
        reference: "Krackhardt 1994",
        is_random: false,
        of: |on| {
            if on.graph.len() > limits::NETWORK_SLOW_ACTORS_MAX {
                return network(&[("hierarchy", Err(TOO_LARGE))]);
            }
            let found = hierarchy(&on.graph);
            network(&[
                ("connectedness", found.connectedness.ok_or(FEW)),
                ("hierarchy", found.hierarchy.ok_or(NO_ARCS)),
                ("efficiency", found.efficiency.ok_or(NOT_A_TREE)),
                ("lubness", found.lubness.ok_or(NOT_A_TREE)),
            ])
        },
    },
    Measure {
        name: "courses",
        definition: "arcs down and up a line, within a province and across provinces on one level, diagonal; share of arcs \
                     and of weight, share that is answered, mean difference of levels; needs of each actor a level as a \
                     number, 0 at the top, and an attribute province, and its superior as parent",
        reference: "Rhodes & Marsh 1992",
        is_random: false,
        of: courses_of,
    },
    Measure {
        name: "balance",
        definition: "closed triads by how many of their ties are negative, share of balanced ones; walks: \
                     tr(e^A) / tr(e^|A|) of signs",
        reference: "Cartwright & Harary 1956; Estrada 2019",
        is_random: false,
        of: balance,
    },
    Measure {
        name: "degree",
        definition: "arcs out and in, partners; strength: sums of weights",
        reference: "Wasserman & Faust 1994; Barrat et al. 2004",
        is_random: false,
        of: |on| {
            let figures = ["out", "in", "partners", "out strength", "in strength"];
            let rows = degrees(&on.graph).into_iter().map(|found| {
                let counts = [found.out, found.into, found.partners].map(|count| count as f64);
                counts.into_iter().chain([found.out_strength, found.into_strength]).map(Ok).collect()
            });
            on.actors(&figures, rows.collect())
        },
    },
    Measure {
        name: "betweenness",
        definition: "sum over pairs of others of the share of their shortest paths through the actor; normalised by the \
                     number of pairs; an arc is 1/weight long, or 1 without weights",
        reference: "Freeman 1977; Brandes 2001; Newman 2001",
        is_random: false,
        of: |on| {
            let Some(Betweenness { raw, normalised, .. }) = on.betweenness() else {
                return on.actors(&["betweenness"], vec![vec![Err(LENGTHS)]; on.graph.len()]);
            };
            let rows = raw
                .iter()
                .enumerate()
                .map(|(actor, raw)| vec![Ok(*raw), normalised.as_ref().map(|values| values[actor]).ok_or(FEW)]);
            on.actors(&["betweenness", "betweenness normalised"], rows.collect())
        },
    },
    Measure {
        name: "harmonic",
        definition: "sum of 1/d to others / (n-1), 0 where there is no path; from others likewise; lengths as in \
                     betweenness",
        reference: "Marchiori & Latora 2000; Rochat 2009; Boldi & Vigna 2014",
        is_random: false,
        of: |on| {
            let of = |end| harmonic(&on.graph, on.length(), end);
            let (out, into) = (of(End::Out), of(End::In));
            let rows = (0..on.graph.len()).map(|actor| {
                let value = |values: &Option<Vec<f64>>| values.as_ref().map(|values| values[actor]).ok_or(LENGTHS);
                vec![value(&out), value(&into)]
            });
            on.actors(&["harmonic out", "harmonic in"], rows.collect())
        },
    },
    Measure {
        name: "eigenvector",
        definition: "x = 1/lambda W'x, squares adding up to one; by arcs that come in",
        reference: "Bonacich 1972",
        is_random: false,
        of: |on| on.all_or_none("eigenvector", eigenvector(&on.graph), UNSETTLED),
    },
    Measure {
        name: "pagerank",
        definition: "damping 0.85, weights are shares, from actors without arcs out anywhere",
        reference: "Brin & Page 1998",
        is_random: false,
        of: |on| on.all_or_none("pagerank", pagerank(&on.graph, 0.85), UNSETTLED),
    },
    Measure {
        name: "core",
        definition: "core number by partners (the simple network without directions), and by arcs both ways",
        reference: "Seidman 1983",
        is_random: false,
        of: |on| {
            let (partners, total) = (core_numbers(&on.graph, Degree::Partners), core_numbers(&on.graph, Degree::Total));
            let rows =
                partners.iter().zip(&total).map(|(partners, total)| vec![Ok(*partners as f64), Ok(*total as f64)]);
            on.actors(&["core partners", "core total"], rows.collect())
        },
    },
    Measure {
        name: "constraint",
        definition: "sum over partners j of (p_ij + sum of p_iq p_qj)^2, p the shares of weight, both directions added",
        reference: "Burt 1992",
        is_random: false,
        of: |on| on.options("constraint", &constraint(&on.graph), ISOLATE),
    },
    Measure {
        name: "effective_size",
        definition: "sum over partners j of (1 - sum of p_iq m_jq); efficiency: over the number of partners",
        reference: "Burt 1992; Borgatti 1997",
        is_random: false,
        of: |on| {
            let (size, share) = (effective_size(&on.graph), efficiency(&on.graph));
            let rows = size.iter().zip(&share).map(|(size, share)| vec![size.ok_or(ISOLATE), share.ok_or(ISOLATE)]);
            on.actors(&["effective size", "efficiency"], rows.collect())
        },
    },
    Measure {
        name: "coreness",
        definition: "c >= 0 with the least sum of (a_ij - c_i c_j)^2, squares adding up to one; r of cells with c_i c_j",
        reference: "Borgatti & Everett 2000",
        is_random: false,
        of: |on| {
            let found = coreness(&on.graph);
            let r = network(&[("coreness r", found.as_ref().map(|found| found.r).ok_or(SAME_CELLS))]);
            [r, on.all_or_none("coreness", found.map(|found| found.coreness), SAME_CELLS)].concat()
        },
    },
    Measure {
        name: "core_periphery",
        definition: "the split that correlates best with a full core and an empty periphery, other cells left out or \
                     full; the best of several starts, so r is a lower bound",
        reference: "Borgatti & Everett 2000",
        is_random: true,
        of: core_and_periphery,
    },
    Measure {
        name: "communities",
        definition: "greatest directed modularity found in several runs, resolution 1; alike: mean adjusted Rand index \
                     between runs, apart: mean variation of information",
        reference: "Leicht & Newman 2008; Traag, Waltman & van Eck 2019",
        is_random: true,
        of: communities,
    },
    Measure {
        name: "external_internal",
        definition: "(external - internal) / (external + internal) of arcs, the range that is achievable, and the share \
                     of permutations of the groups that is as extreme",
        reference: "Krackhardt & Stern 1988",
        is_random: true,
        of: external_and_internal,
    },
    Measure {
        name: "assortativity",
        definition: "(sum e_gg - sum a_g b_g) / (1 - sum a_g b_g) of shares of weight",
        reference: "Newman 2003",
        is_random: false,
        of: |on| {
            let groups = on.groups.as_ref().ok_or(NO_GROUPS);
            let value = groups.and_then(|groups| assortativity(&on.graph, &groups.of_actor).ok_or(ONE_GROUP));
            network(&[("assortativity", value)])
        },
    },
    Measure {
        name: "modularity",
        definition: "1/m sum of (A_ij - k_i k_j / m) within groups, with directions, resolution 1",
        reference: "Newman 2006; Leicht & Newman 2008",
        is_random: false,
        of: |on| {
            let groups = on.groups.as_ref().ok_or(NO_GROUPS);
            let value = groups.and_then(|groups| modularity(&on.graph, &groups.of_actor, 1.0).ok_or(NO_ARCS));
            network(&[("modularity", value)])
        },
    },
    Measure {
        name: "block_density",
        definition: "mean weight of the cells from group to group; without weights the density",
        reference: "White, Boorman & Breiger 1976",
        is_random: false,
        of: block_density,
    },
    Measure {
        name: "brokerage",
        definition: "a->v->b without a->b, by the groups of the three: coordinator AAA, consultant ABA, representative \
                     AAB, gatekeeper ABB, liaison ABC; expected and sd given sizes and density; weights are not read",
        reference: "Gould & Fernandez 1989",
        is_random: false,
        of: brokers,
    },
];

/// A measure by its name.
pub fn by_name(name: &str) -> Option<&'static Measure> {
    MEASURES.iter().find(|measure| measure.name == name)
}

impl Measure {
    /// Takes the measure.
    pub fn of(&self, subject: &Subject<'_>) -> Vec<Part> {
        let mut parts = (self.of)(subject);
        // What is no number is not defined, whatever the reason.
        for value in parts.iter_mut().flat_map(|part| &mut part.rows).flat_map(|(_, values)| values) {
            if value.is_ok_and(|value| !value.is_finite()) {
                *value = Err(NO_NUMBER);
            }
        }
        parts
    }
}

/// Figures of the network as a whole.
fn network(figures: &[(&str, Value)]) -> Vec<Part> {
    let (names, values) = figures.iter().map(|(name, value)| ((*name).to_owned(), *value)).unzip();
    vec![Part { about: About::Network, figures: names, rows: vec![(String::new(), values)] }]
}

impl<'a> Subject<'a> {
    /// What is chosen of a network, with draws from a seed.
    pub fn of(net: &'a Net, choice: Choice, groups: Option<Groups>, permutations: usize, seed: u64) -> Subject<'a> {
        let (graph, _) = net.graph(&choice);
        Subject { net, choice, graph, groups, runs: Runs::of(permutations, seed) }
    }

    /// How long an arc is: where all weigh one, a step.
    fn length(&self) -> Length {
        let is_plain = self.graph.each().all(|(_, _, weight)| weight == 1.0);
        if self.choice.unweighted || is_plain { Length::Steps } else { Length::Strength { alpha: 1.0 } }
    }

    fn betweenness(&self) -> Option<Betweenness> {
        let of = if self.choice.undirected { undirected_betweenness } else { betweenness };
        of(&self.graph, self.length())
    }

    /// Several runs for what is found by chance.
    fn starts(&self) -> Runs {
        Runs { permutations: limits::NETWORK_STARTS, ..self.runs }
    }

    fn actors(&self, figures: &[&str], values: Vec<Vec<Value>>) -> Vec<Part> {
        let rows = self.net.actors.iter().map(|actor| actor.id.clone()).zip(values).collect();
        vec![Part { about: About::Actors, figures: figures.iter().map(|name| (*name).to_owned()).collect(), rows }]
    }

    fn options(&self, figure: &str, values: &[Option<f64>], why: Why) -> Vec<Part> {
        self.actors(&[figure], values.iter().map(|value| vec![value.ok_or(why)]).collect())
    }

    fn all_or_none(&self, figure: &str, values: Option<Vec<f64>>, why: Why) -> Vec<Part> {
        let values = values.map_or_else(|| vec![None; self.graph.len()], |all| all.into_iter().map(Some).collect());
        self.options(figure, &values, why)
    }
}

fn size(on: &Subject<'_>) -> Vec<Part> {
    let isolates = degrees(&on.graph).iter().filter(|found| found.partners == 0).count();
    network(&[
        ("actors", Ok(on.graph.len() as f64)),
        ("arcs", Ok(on.graph.arcs() as f64)),
        ("isolates", Ok(isolates as f64)),
    ])
}

/// Where each actor stands in the administration; none if one does not say.
fn places(net: &Net) -> Option<Vec<Place>> {
    let said = |actor: &Actor, names: [&str; 3]| {
        names.iter().find_map(|name| actor.attributes.get(*name)).map(|text| text.trim().to_owned())
    };
    let numbers: HashMap<&str, u32> = net.actors.iter().map(|actor| actor.id.as_str()).zip(0..).collect();
    let mut provinces: HashMap<String, u32> = HashMap::new();
    let place = |actor: &Actor| {
        let next = provinces.len() as u32;
        let province = *provinces.entry(said(actor, ["province", "省份", "省"])?).or_insert(next);
        let parent = said(actor, ["parent", "上级", "上级机关"]);
        let parent = parent.and_then(|parent| numbers.get(parent.as_str()).copied());
        Some(Place { parent, province, level: actor.level.trim().parse().ok()? })
    };
    net.actors.iter().map(place).collect()
}

fn courses_of(on: &Subject<'_>) -> Vec<Part> {
    let Some(places) = places(on.net) else {
        return network(&[("level gap", Err(NO_PLACES))]);
    };
    let Some(found) = courses(&on.graph, &places) else {
        return network(&[("level gap", Err(NO_ARCS))]);
    };
    let figures = ["arcs", "share", "share of weight", "answered"].map(str::to_owned).to_vec();
    let row = |name: &str, course: &Course| {
        let (weight, answered) = (course.weight_share.ok_or(NO_WEIGHT), course.returned.ok_or(NO_SUCH_ARCS));
        (name.to_owned(), vec![Ok(course.arcs as f64), Ok(course.share), weight, answered])
    };
    let rows = vec![
        row("down", &found.down),
        row("up", &found.up),
        row("within", &found.within),
        row("across", &found.across),
        row("diagonal", &found.diagonal),
    ];
    let whole = network(&[("level gap", found.level_gap.ok_or(NO_WEIGHT))]);
    [whole, vec![Part { about: About::Groups, figures, rows }]].concat()
}

fn balance(on: &Subject<'_>) -> Vec<Part> {
    if !on.net.is_signed() {
        return network(&[("balanced", Err(UNSIGNED)), ("walks", Err(UNSIGNED))]);
    }
    let graph = on.net.signed_graph(&on.choice);
    let found = signed_triads(&graph);
    let [none, one, two, three] = found.by_negative.map(|count| Ok(count as f64));
    network(&[
        ("balanced", found.balanced().ok_or(NO_TRIADS)),
        ("walks", walk_balance(&graph).ok_or(TOO_LARGE)),
        ("0 negative", none),
        ("1 negative", one),
        ("2 negative", two),
        ("3 negative", three),
    ])
}

fn core_and_periphery(on: &Subject<'_>) -> Vec<Part> {
    if on.graph.len() > limits::NETWORK_SLOW_ACTORS_MAX {
        return network(&[("core r", Err(TOO_LARGE))]);
    }
    let missing = core_periphery(&on.graph, Between::Missing, &on.starts());
    let full = core_periphery(&on.graph, Between::Full, &on.starts());
    let r = |found: &Option<tongban_core::network::blocks::Core>| found.as_ref().map(|found| found.r).ok_or(SAME_CELLS);
    let size = |found: &Option<tongban_core::network::blocks::Core>| {
        found.as_ref().map(|found| found.size as f64).ok_or(SAME_CELLS)
    };
    let whole = network(&[
        ("r, others left out", r(&missing)),
        ("core, others left out", size(&missing)),
        ("r, others full", r(&full)),
        ("core, others full", size(&full)),
    ]);
    let rows = (0..on.graph.len()).map(|actor| {
        [&missing, &full]
            .map(|found| found.as_ref().map(|found| f64::from(u8::from(found.core[actor]))).ok_or(SAME_CELLS))
            .to_vec()
    });
    [whole, on.actors(&["in core, others left out", "in core, others full"], rows.collect())].concat()
}

fn communities(on: &Subject<'_>) -> Vec<Part> {
    let Some(found) = leiden(&on.graph, 1.0, &on.starts()) else {
        return network(&[("modularity", Err(NO_ARCS))]);
    };
    let whole = network(&[
        ("modularity", Ok(found.modularity)),
        ("communities", Ok(found.sizes.len() as f64)),
        ("runs", Ok(limits::NETWORK_STARTS as f64)),
        ("alike", found.alike.ok_or(ONE_RUN)),
        ("apart", found.apart.ok_or(ONE_RUN)),
    ]);
    let rows = found.groups.iter().map(|group| vec![Ok(f64::from(*group) + 1.0)]);
    [whole, on.actors(&["community"], rows.collect())].concat()
}

fn external_and_internal(on: &Subject<'_>) -> Vec<Part> {
    let Some(groups) = &on.groups else {
        return network(&[("index", Err(NO_GROUPS))]);
    };
    let count = if on.choice.undirected { Count::Ties } else { Count::Arcs };
    let Some(found) = external_internal(&on.graph, &groups.of_actor, count, &on.runs) else {
        return network(&[("index", Err(NO_ARCS))]);
    };
    network(&[
        ("index", Ok(found.index)),
        ("external", Ok(found.external)),
        ("internal", Ok(found.internal)),
        ("least", Ok(found.least)),
        ("greatest", Ok(found.greatest)),
        ("rescaled", found.rescaled.ok_or(ONE_RANGE)),
        ("permuted", found.permuted.ok_or(ONE_RUN)),
        ("p lower", found.p.map(|p| p.lower).ok_or(ONE_RUN)),
        ("p upper", found.p.map(|p| p.upper).ok_or(ONE_RUN)),
        ("p two-sided", found.p.map(|p| p.two_sided).ok_or(ONE_RUN)),
    ])
}

fn block_density(on: &Subject<'_>) -> Vec<Part> {
    let Some(groups) = &on.groups else {
        return network(&[("density", Err(NO_GROUPS))]);
    };
    let Some(found) = image(&on.graph, &groups.of_actor, None) else {
        return network(&[("density", Err(FEW))]);
    };
    // Blocks are numbered in the order of their first actors.
    let mut order: Vec<u32> = Vec::new();
    for group in &groups.of_actor {
        if !order.contains(group) {
            order.push(*group);
        }
    }
    let names: Vec<String> = order.iter().map(|group| groups.names[*group as usize].clone()).collect();
    let rows = found.densities.into_iter().map(|row| row.into_iter().map(|value| value.ok_or(GROUP_OF_ONE)).collect());
    let rows = names.iter().cloned().zip(rows).collect();
    let fit = found.r_squared.ok_or(SAME_CELLS);
    let whole = network(&[("error", Ok(found.error)), ("r squared", fit)]);
    [whole, vec![Part { about: About::Groups, figures: names, rows }]].concat()
}

const ROLES: [&str; 6] = ["coordinator", "consultant", "representative", "gatekeeper", "liaison", "total"];

fn brokers(on: &Subject<'_>) -> Vec<Part> {
    let Some(groups) = &on.groups else {
        return network(&[("total", Err(NO_GROUPS))]);
    };
    let Some(found) = brokerage(&on.graph, &groups.of_actor) else {
        return network(&[("total", Err(FEW))]);
    };
    let all = &found.total;
    let mut whole: Vec<(String, Value)> = Vec::new();
    for (at, role) in ROLES.iter().enumerate() {
        whole.push(((*role).to_owned(), Ok(all.raw.list()[at] as f64)));
        whole.push((format!("{role} expected"), Ok(all.expected.list()[at])));
        whole.push((format!("{role} sd"), Ok(all.sd.list()[at])));
        whole.push((format!("{role} z"), all.z.list()[at].ok_or(NO_CASE)));
    }
    let whole: Vec<(&str, Value)> = whole.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let figures: Vec<String> =
        ROLES.iter().map(|role| (*role).to_owned()).chain(ROLES.iter().map(|role| format!("{role} z"))).collect();
    let rows = found.actors.iter().map(|one| {
        let raw = one.raw.list().into_iter().map(|count| Ok(count as f64));
        raw.chain(one.z.list().into_iter().map(|z| z.ok_or(NO_CASE))).collect()
    });
    let figures: Vec<&str> = figures.iter().map(String::as_str).collect();
    [network(&whole), on.actors(&figures, rows.collect())].concat()
}
