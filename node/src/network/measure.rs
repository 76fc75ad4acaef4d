//! The table of measures: the name of each, what it is, by whom, and how it is computed in [`tongban_core::network`].

use std::collections::HashMap;

use jiff::civil::Date;
use tongban_core::network::blocks::{Between, CONCOR_ACTORS_MAX, blockmodel, concor, core_periphery, coreness, image};
use tongban_core::network::brokerage::{brokerage, constraint, effective_size, efficiency};
use tongban_core::network::census::{TRIADS, dyads, triads};
use tongban_core::network::cohesion::{
    clustering, density, dyadic_reciprocity, reciprocity, transitivity, undirected_transitivity, valued_density,
};
use tongban_core::network::component::{Connected, components, distance_fragmentation, fragmentation};
use tongban_core::network::core_number::core_numbers;
use tongban_core::network::degree::{Degree, degree_centralisation, degrees};
use tongban_core::network::discourse::{Affiliation, Normalised, OneMode};
use tongban_core::network::graph::{Graph, LeftOut};
use tongban_core::network::groups::{Count, assortativity, external_internal, modularity};
use tongban_core::network::hierarchy::hierarchy;
use tongban_core::network::layers::{overlap, participation};
use tongban_core::network::leiden::leiden;
use tongban_core::network::movement::{Course, Place, courses, jaccard_ties, persistence, regularity, turnover};
use tongban_core::network::path::{Betweenness, End, Length, betweenness, harmonic, undirected_betweenness};
use tongban_core::network::permute::{Coefficient, FULL_ACTORS_MAX, Runs, Share, correlation, regression};
use tongban_core::network::signed::{frustration, signed_triads, walk_balance};
use tongban_core::network::standing::{eigenvector, pagerank};
use tongban_core::network::two_mode::{modes, projection, two_mode_density};

use super::figures::{About, Method, Part, Value, Why, network, numbers};
use super::model::Model;
use super::net::{Actor, Choice, Groups, Net};
use crate::limits;

/// What is asked of a network, beside which measure.
#[derive(Clone, Debug)]
pub struct Question {
    /// Which ties.
    pub choice: Choice,
    /// The later day with which the one of the choice is compared.
    pub then: Option<Date>,
    /// Actors in groups.
    pub groups: Option<Groups>,
    /// How much weights count in the lengths of paths (Opsahl's alpha); 1 is 1/weight.
    pub alpha: f64,
    /// How often CONCOR halves.
    pub splits: u32,
    /// What is tested.
    pub model: Option<Model>,
    /// Permutations and draws.
    pub runs: Runs,
}

/// What measures are taken of.
#[derive(Debug)]
pub struct Subject<'a> {
    net: &'a Net,
    asked: Question,
    graph: Graph,
    left_out: LeftOut,
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
const ONE_LAYER: Why =
    Why { zh: "只选了一层，或没有关系", en: "there is one layer only, or there are no arcs" };
const NO_DAYS: Why =
    Why { zh: "没有给出两个日期（--day、--then）", en: "no two days were named (--day, --then)" };
const ALL_STAY: Why =
    Why { zh: "没有成员，或全部留下、全部离开", en: "there were no members, all stayed, or none did" };
const FEW_DAYS: Why =
    Why { zh: "关系的起始日不足三天", en: "ties of the actor begin on fewer than three days" };
const ONE_MODE: Why = Why {
    zh: "没有关系，或有的行动者既发出又接收",
    en: "there are no arcs, or some actors both send and receive",
};
const PLACE: Why = Why { zh: "是参加的对象，不是参加者", en: "it takes no part, others take part in it" };
const RANGE: Why = Why { zh: "只知道上下限", en: "only a range is known" };
const NO_RUNS: Why = Why { zh: "没有置换", en: "there are no permutations" };
const NO_MODEL: Why = Why { zh: "没有指定各层", en: "no layers were named" };
const NO_FIT: Why = Why {
    zh: "各格的值都一样、某层是其他层的组合、完全可由其他层解释，或格子太少",
    en: "all cells have the same value, a layer is a combination of others or explained without rest, or there are too \
         few cells",
};
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
        name: "frustration",
        definition: "line index of balance: the fewest ties against a division in two sides, positive between them or \
                     negative within; exact in parts of up to 40 actors, else at least and at most; \
                     normalised 1 - 2L/m; the side of each actor",
        reference: "Harary 1959; Aref & Wilson 2018",
        is_random: true,
        of: frustrated,
    },
    Measure {
        name: "multiplexity",
        definition: "arcs in any layer, in how many layers each is on average (edge overlap), in all; of each two layers \
                     the Jaccard index, the share of arcs of one in the other, the share of weight of one between whom the \
                     other joins; of each actor participation L/(L-1) (1 - sum of (k_l/k)^2), by arcs both ways",
        reference: "Battiston, Nicosia & Latora 2014",
        is_random: false,
        of: multiplexity,
    },
    Measure {
        name: "movement",
        definition: "from --day to --then: persistence (arcs that stay / arcs before), Jaccard index of arcs (below 0.3 \
                     low, above 0.6 high); members, who have an arc: stayed, left, joined, Jaccard index, half-life in \
                     units of the time between the two days",
        reference: "Snijders, van de Bunt & Steglich 2010",
        is_random: false,
        of: movement,
    },
    Measure {
        name: "regularity",
        definition: "1 - sd / mean of the gaps between the first days of the ties of an actor: 1 like clockwork, about 0 \
                     at random, below 0 in bursts; all days are read",
        reference: "own figure; compare the burstiness of Goh & Barabási 2008",
        is_random: false,
        of: regular,
    },
    Measure {
        name: "two_mode",
        definition: "members, from whom arcs go out, and places, to whom they go: density arcs / ab; of each member the \
                     strength of its ties with others by 1/(d-1) for each place of d members where both are",
        reference: "Borgatti & Everett 1997; Newman 2001",
        is_random: false,
        of: two_mode,
    },
    Measure {
        name: "discourse",
        definition: "members' ties to concepts with their signs: on how many concepts two take the same stance \
                     (congruence) or opposite ones (conflict), over the mean number of stances of the two, added up for \
                     each member; polarisation: greatest modularity of congruence (high in random networks too)",
        reference: "Leifeld 2017; Salloum, Chen & Kivelä 2022",
        is_random: true,
        of: discourse,
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
                     number of pairs; an arc is 1/weight^alpha long, or 1 without weights",
        reference: "Freeman 1977; Brandes 2001; Newman 2001; Opsahl et al. 2010",
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
        definition: "core number by partners (the simple network without directions), by arcs both ways, out and in",
        reference: "Seidman 1983",
        is_random: false,
        of: |on| {
            let of = |degree| core_numbers(&on.graph, degree);
            let all = [of(Degree::Partners), of(Degree::Total), of(Degree::Out), of(Degree::In)];
            let rows = (0..on.graph.len()).map(|actor| all.iter().map(|core| Ok(core[actor] as f64)).collect());
            on.actors(&["core partners", "core total", "core out", "core in"], rows.collect())
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
        name: "concor",
        definition: "groups by repeated correlation of rows and columns of all chosen layers, halved --splits times; the \
                     image: mean weight of cells from block to block, and whether it reaches that of the network; error: \
                     squared differences from the blocks",
        reference: "Breiger, Boorman & Arabie 1975; White, Boorman & Breiger 1976",
        is_random: false,
        of: by_concor,
    },
    Measure {
        name: "blockmodel",
        definition: "structural equivalence: the 2^splits groups whose blocks vary least, the best of several starts, so \
                     the error is an upper bound; image as in concor",
        reference: "Doreian, Batagelj & Ferligoj 2005; Žiberna 2007",
        is_random: true,
        of: by_blockmodel,
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
        definition: "(external - internal) / (external + internal) of arcs and of weight; of arcs the range that is \
                     achievable, and the share of permutations of the groups that is as extreme",
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
            let groups = on.asked.groups.as_ref().ok_or(NO_GROUPS);
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
            let groups = on.asked.groups.as_ref().ok_or(NO_GROUPS);
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
                     AAB, gatekeeper ABB, liaison ABC; expected and sd given sizes and density; weighted: each by the lesser \
                     weight of its two arcs",
        reference: "Gould & Fernandez 1989",
        is_random: false,
        of: brokers,
    },
];

/// Tests of layers against layers, by permuting actors.
pub const TESTS: &[Measure] = &[
    Measure {
        name: "qap",
        definition: "Pearson's r of the cells off the diagonal, a missing arc 0; p: share of permutations of the actors \
                     with such an r, (b+1)/(m+1); its error is that of so many draws",
        reference: "Krackhardt 1987",
        is_random: true,
        of: qap,
    },
    Measure {
        name: "mrqap",
        definition: "least squares over the cells off the diagonal, pairs once if all layers are symmetric; double \
                     semi-partialling: of each layer what the others leave is permuted, and t compared; p and its error \
                     as in qap",
        reference: "Dekker, Krackhardt & Snijders 2007",
        is_random: true,
        of: mrqap,
    },
];

/// A measure by its name.
pub fn by_name(name: &str) -> Option<&'static Measure> {
    MEASURES.iter().find(|measure| measure.name == name)
}

impl Measure {
    /// What it is.
    pub fn method(&self) -> Method {
        let Measure { name, definition, reference, is_random, .. } = *self;
        Method { name, definition, reference, is_random }
    }

    /// Takes the measure.
    pub fn of(&self, subject: &Subject<'_>) -> Vec<Part> {
        numbers((self.of)(subject))
    }
}

impl<'a> Subject<'a> {
    /// What is chosen of a network, and what is asked of it.
    pub fn of(net: &'a Net, asked: Question) -> Subject<'a> {
        let (graph, left_out) = net.graph(&asked.choice);
        Subject { net, asked, graph, left_out }
    }

    /// Arcs that were left out of what is measured.
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// One layer by itself.
    fn layer(&self, layer: u32) -> Graph {
        self.net.graph(&Choice { layer: Some(layer), ..self.asked.choice.clone() }).0
    }

    /// How each of these layers is called.
    fn names(&self, layers: &[u32]) -> Vec<String> {
        layers.iter().map(|layer| self.net.layers[*layer as usize].clone()).collect()
    }

    /// How long an arc is: where all weigh one, a step.
    fn length(&self) -> Length {
        let is_plain = self.graph.each().all(|(_, _, weight)| weight == 1.0);
        if self.asked.choice.unweighted || is_plain {
            Length::Steps
        } else {
            Length::Strength { alpha: self.asked.alpha }
        }
    }

    fn betweenness(&self) -> Option<Betweenness> {
        let of = if self.asked.choice.undirected { undirected_betweenness } else { betweenness };
        of(&self.graph, self.length())
    }

    /// Several runs for what is found by chance.
    fn starts(&self) -> Runs {
        Runs { permutations: limits::NETWORK_STARTS, ..self.asked.runs }
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
    let graph = on.net.signed_graph(&on.asked.choice);
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
    let Some(groups) = &on.asked.groups else {
        return network(&[("index", Err(NO_GROUPS))]);
    };
    let count = if on.asked.choice.undirected { Count::Ties } else { Count::Arcs };
    let Some(found) = external_internal(&on.graph, &groups.of_actor, count, &on.asked.runs) else {
        return network(&[("index", Err(NO_ARCS))]);
    };
    let weighed = external_internal(&on.graph, &groups.of_actor, Count::Weights, &on.starts());
    network(&[
        ("index by weight", weighed.map(|found| found.index).ok_or(NO_WEIGHT)),
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
    let Some(groups) = &on.asked.groups else {
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
    let Some(groups) = &on.asked.groups else {
        return network(&[("total", Err(NO_GROUPS))]);
    };
    let Some(found) = brokerage(&on.graph, &groups.of_actor) else {
        return network(&[("total", Err(FEW))]);
    };
    let all = &found.total;
    let mut whole: Vec<(String, Value)> = Vec::new();
    for (at, role) in ROLES.iter().enumerate() {
        whole.push(((*role).to_owned(), Ok(all.raw.list()[at] as f64)));
        whole.push((format!("{role} weighted"), Ok(all.weighted.list()[at])));
        whole.push((format!("{role} expected"), Ok(all.expected.list()[at])));
        whole.push((format!("{role} sd"), Ok(all.sd.list()[at])));
        whole.push((format!("{role} z"), all.z.list()[at].ok_or(NO_CASE)));
    }
    let whole: Vec<(&str, Value)> = whole.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let figures: Vec<String> =
        ["", " z", " weighted"].iter().flat_map(|what| ROLES.iter().map(move |role| format!("{role}{what}"))).collect();
    let rows = found.actors.iter().map(|one| {
        let raw = one.raw.list().into_iter().map(|count| Ok(count as f64));
        let z = one.z.list().into_iter().map(|z| z.ok_or(NO_CASE));
        raw.chain(z).chain(one.weighted.list().into_iter().map(Ok)).collect()
    });
    let figures: Vec<&str> = figures.iter().map(String::as_str).collect();
    [network(&whole), on.actors(&figures, rows.collect())].concat()
}

fn frustrated(on: &Subject<'_>) -> Vec<Part> {
    if !on.net.is_signed() {
        return network(&[("line index", Err(UNSIGNED))]);
    }
    let Some(found) = frustration(&on.net.signed_graph(&on.asked.choice), &on.starts()) else {
        return network(&[("line index", Err(NO_ARCS))]);
    };
    let is_known = found.least == found.most;
    let whole = network(&[
        ("line index", if is_known { Ok(found.most as f64) } else { Err(RANGE) }),
        ("at least", Ok(found.least as f64)),
        ("at most", Ok(found.most as f64)),
        ("ties", Ok(found.ties as f64)),
        ("normalised", found.normalised().ok_or(RANGE)),
    ]);
    let sides = found.sides.iter().map(|side| vec![Ok(f64::from(u8::from(*side)) + 1.0)]);
    [whole, on.actors(&["side"], sides.collect())].concat()
}

fn multiplexity(on: &Subject<'_>) -> Vec<Part> {
    let layers = on.net.layers_of(&on.asked.choice);
    let graphs: Vec<Graph> = layers.iter().map(|layer| on.layer(*layer)).collect();
    let graphs: Vec<&Graph> = graphs.iter().collect();
    let (Some(found), Some(shares)) = (overlap(&graphs), participation(&graphs)) else {
        return network(&[("arcs", Err(ONE_LAYER))]);
    };
    let names = on.names(&layers);
    let whole = network(&[
        ("arcs", Ok(found.arcs as f64)),
        ("layers of an arc", Ok(found.mean)),
        ("arcs in all", Ok(found.in_all as f64)),
    ]);
    let figures =
        ["jaccard", "of the first", "of the second", "first covered", "second covered"].map(str::to_owned).to_vec();
    let rows = found.pairs.iter().map(|pair| {
        let arcs = [pair.jaccard, pair.of_one, pair.of_other].map(|value| value.ok_or(NO_ARCS));
        let weights = [pair.covered_one, pair.covered_other].map(|value| value.ok_or(NO_WEIGHT));
        (format!("{} | {}", names[pair.one], names[pair.other]), arcs.into_iter().chain(weights).collect())
    });
    let pairs = Part { about: About::Layers, figures, rows: rows.collect() };
    [whole, vec![pairs], on.options("participation", &shares, ISOLATE)].concat()
}

fn movement(on: &Subject<'_>) -> Vec<Part> {
    let (Some(_), Some(then)) = (on.asked.choice.day, on.asked.then) else {
        return network(&[("persistence", Err(NO_DAYS))]);
    };
    let (after, _) = on.net.graph(&Choice { day: Some(then), ..on.asked.choice.clone() });
    let members = |graph: &Graph| {
        let all = 0..graph.len() as u32;
        let has_arcs = |at: &u32| !graph.out(*at as usize).is_empty() || !graph.incoming(*at as usize).is_empty();
        all.filter(has_arcs).collect::<Vec<u32>>()
    };
    let mut figures = vec![
        ("persistence", persistence(&on.graph, &after).ok_or(NO_ARCS)),
        ("jaccard", jaccard_ties(&on.graph, &after).ok_or(NO_ARCS)),
    ];
    match turnover(&members(&on.graph), &members(&after)) {
        Some(found) => figures.extend([
            ("members stayed", Ok(found.stayed as f64)),
            ("members left", Ok(found.left as f64)),
            ("members joined", Ok(found.joined as f64)),
            ("members jaccard", Ok(found.jaccard)),
            ("share left", found.left_share.ok_or(NO_ARCS)),
            ("share joined", found.joined_share.ok_or(NO_ARCS)),
            ("half-life", found.half_life.ok_or(ALL_STAY)),
        ]),
        None => figures.push(("members stayed", Err(NO_ARCS))),
    }
    network(&figures)
}

fn regular(on: &Subject<'_>) -> Vec<Part> {
    let mut days: Vec<Vec<i64>> = vec![Vec::new(); on.graph.len()];
    let layer = on.asked.choice.layer;
    for tie in on.net.ties.iter().filter(|tie| layer.is_none_or(|layer| tie.layer == layer)) {
        if let Some(day) = tie.from_day {
            // Days since the first that there is.
            let number = day.duration_since(Date::MIN).as_hours() / 24;
            days[tie.from as usize].push(number);
            days[tie.to as usize].push(number);
        }
    }
    let values: Vec<Option<f64>> = days.iter().map(|days| regularity(days)).collect();
    on.options("regularity", &values, FEW_DAYS)
}

/// Whether the network among members has no more ties than are read.
fn is_projected(graph: &Graph) -> bool {
    let pairs = (0..graph.len()).map(|place| graph.incoming(place).len().pow(2));
    pairs.sum::<usize>() <= limits::NETWORK_TIES_MAX
}

/// Figures of members; of places none.
fn of_members(on: &Subject<'_>, members: &[u32], figures: &[&str], value: impl Fn(usize) -> Vec<f64>) -> Vec<Part> {
    let row = |actor: usize| {
        if members.binary_search(&(actor as u32)).is_ok() {
            value(actor).into_iter().map(Ok).collect()
        } else if on.graph.incoming(actor).is_empty() {
            vec![Err(ISOLATE); figures.len()]
        } else {
            vec![Err(PLACE); figures.len()]
        }
    };
    on.actors(figures, (0..on.graph.len()).map(row).collect())
}

fn two_mode(on: &Subject<'_>) -> Vec<Part> {
    let Some(found) = modes(&on.graph) else {
        return network(&[("density", Err(ONE_MODE))]);
    };
    let whole = network(&[
        ("members", Ok(found.members.len() as f64)),
        ("places", Ok(found.places.len() as f64)),
        ("density", two_mode_density(&on.graph).ok_or(ONE_MODE)),
    ]);
    let among = is_projected(&on.graph).then(|| projection(&on.graph)).flatten();
    let Some(among) = among else {
        return [whole, network(&[("projected", Err(TOO_LARGE))])].concat();
    };
    let of = |actor: usize| vec![among.out(actor).len() as f64, among.out_weights(actor).iter().sum()];
    [whole, of_members(on, &found.members, &["projected partners", "projected strength"], of)].concat()
}

fn discourse(on: &Subject<'_>) -> Vec<Part> {
    let Some(found) = modes(&on.graph) else {
        return network(&[("polarisation", Err(ONE_MODE))]);
    };
    if !is_projected(&on.graph) {
        return network(&[("polarisation", Err(TOO_LARGE))]);
    }
    let signed = on.net.signed_graph(&Choice { undirected: false, ..on.asked.choice.clone() });
    let stances = signed.each().map(|(member, concept, weight)| (member as u32, concept as u32, weight > 0.0));
    let said = Affiliation::of(on.graph.len(), on.graph.len(), stances);
    let [same, opposite] = [OneMode::Congruence, OneMode::Conflict].map(|kind| said.network(kind, Normalised::Average));
    let polarisation = leiden(&same, 1.0, &on.starts()).map(|found| found.modularity);
    let whole = network(&[
        ("members", Ok(found.members.len() as f64)),
        ("concepts", Ok(found.places.len() as f64)),
        ("polarisation", polarisation.ok_or(NO_ARCS)),
    ]);
    let sum = |graph: &Graph, actor: usize| graph.out_weights(actor).iter().sum::<f64>();
    let of = |actor: usize| vec![signed.out(actor).len() as f64, sum(&same, actor), sum(&opposite, actor)];
    [whole, of_members(on, &found.members, &["stances", "congruence", "conflict"], of)].concat()
}

/// Blocks as a reduced network: who is where, and what lies between.
fn blocks(on: &Subject<'_>, groups: Option<Vec<u32>>) -> Vec<Part> {
    if on.graph.len() > CONCOR_ACTORS_MAX {
        return network(&[("blocks", Err(TOO_LARGE))]);
    }
    let found = groups.and_then(|groups| image(&on.graph, &groups, None).map(|image| (groups, image)));
    let Some((groups, found)) = found else {
        return network(&[("blocks", Err(FEW))]);
    };
    let whole = network(&[
        ("blocks", Ok(found.sizes.len() as f64)),
        ("error", Ok(found.error)),
        ("r squared", found.r_squared.ok_or(SAME_CELLS)),
        ("threshold", Ok(found.threshold)),
    ]);
    let many = found.sizes.len();
    let columns = (1..=many).map(|block| format!("density to {block}"));
    let figures =
        std::iter::once("size".to_owned()).chain(columns).chain((1..=many).map(|block| format!("tie to {block}")));
    let rows = (0..many).map(|block| {
        let densities = found.densities[block].iter().map(|density| density.ok_or(GROUP_OF_ONE));
        let ties = found.ties[block].iter().map(|tie| tie.map(|is| f64::from(u8::from(is))).ok_or(GROUP_OF_ONE));
        let row = std::iter::once(Ok(found.sizes[block] as f64)).chain(densities).chain(ties);
        ((block + 1).to_string(), row.collect())
    });
    let part = Part { about: About::Groups, figures: figures.collect(), rows: rows.collect() };
    let places = groups.iter().map(|block| vec![Ok(f64::from(*block) + 1.0)]);
    [whole, vec![part], on.actors(&["block"], places.collect())].concat()
}

fn by_concor(on: &Subject<'_>) -> Vec<Part> {
    let layers: Vec<Graph> = match on.graph.len() {
        0..=CONCOR_ACTORS_MAX => on.net.layers_of(&on.asked.choice).into_iter().map(|layer| on.layer(layer)).collect(),
        _ => Vec::new(),
    };
    blocks(on, concor(&layers.iter().collect::<Vec<_>>(), on.asked.splits as usize))
}

fn by_blockmodel(on: &Subject<'_>) -> Vec<Part> {
    let is_small = on.graph.len() <= CONCOR_ACTORS_MAX;
    blocks(on, is_small.then(|| blockmodel(&on.graph, 1 << on.asked.splits, &on.starts())).flatten())
}

/// The shares of permutations that were asked for, each with the error of so many draws.
fn shares(on: &Subject<'_>, is_one_sided: bool, share: Result<Share, Why>) -> Vec<(&'static str, Value)> {
    let permutations = on.asked.runs.permutations as f64;
    let error = |p: f64| (p * (1.0 - p) / permutations).sqrt();
    let of = |name: &'static str, error_name: &'static str, p: fn(&Share) -> f64| {
        let p = share.as_ref().map(p).map_err(|why| *why);
        [(name, p), (error_name, p.map(error))]
    };
    if is_one_sided {
        let upper = of("p upper", "p upper error", |share| share.upper);
        [upper, of("p lower", "p lower error", |share| share.lower)].concat()
    } else {
        of("p two-sided", "p error", |share| share.two_sided).to_vec()
    }
}

/// Figures of each layer as a part.
fn of_layers(rows: Vec<(String, Vec<(&'static str, Value)>)>) -> Part {
    let figures = rows.first().map(|(_, row)| row.iter().map(|(name, _)| (*name).to_owned()).collect());
    let rows = rows.into_iter().map(|(name, row)| (name, row.into_iter().map(|(_, value)| value).collect()));
    Part { about: About::Layers, figures: figures.unwrap_or_default(), rows: rows.collect() }
}

fn qap(on: &Subject<'_>) -> Vec<Part> {
    let Some(Model::Layers { explained, explaining, is_one_sided }) = &on.asked.model else {
        return network(&[("r", Err(NO_MODEL))]);
    };
    let explained = on.layer(*explained);
    let rows = explaining.iter().zip(on.names(explaining)).map(|(layer, name)| {
        let found = correlation(&explained, &on.layer(*layer), &on.asked.runs);
        let r = ("r", found.map(|found| found.r).ok_or(NO_FIT));
        let p = found.ok_or(NO_FIT).and_then(|found| found.p.ok_or(NO_RUNS));
        let p = shares(on, *is_one_sided, p);
        (name, std::iter::once(r).chain(p).collect())
    });
    vec![of_layers(rows.collect())]
}

fn mrqap(on: &Subject<'_>) -> Vec<Part> {
    let Some(Model::Layers { explained, explaining: layers, is_one_sided }) = &on.asked.model else {
        return network(&[("r squared", Err(NO_MODEL))]);
    };
    if on.graph.len() > FULL_ACTORS_MAX {
        return network(&[("r squared", Err(TOO_LARGE))]);
    }
    let explaining: Vec<Graph> = layers.iter().map(|layer| on.layer(*layer)).collect();
    let explaining: Vec<&Graph> = explaining.iter().collect();
    let Some(found) = regression(&on.layer(*explained), &explaining, &on.asked.runs) else {
        return network(&[("r squared", Err(NO_FIT))]);
    };
    let whole = network(&[
        ("r squared", Ok(found.r_squared)),
        ("adjusted", Ok(found.adjusted)),
        ("cells", Ok(found.cells as f64)),
    ]);
    let row = |(name, one): (String, &Coefficient)| {
        let own = [("b", Ok(one.b)), ("t", Ok(one.t))];
        (name, own.into_iter().chain(shares(on, *is_one_sided, one.p.ok_or(NO_RUNS))).collect())
    };
    let names = std::iter::once("(intercept)".to_owned()).chain(on.names(layers));
    let rows = names.zip(std::iter::once(&found.intercept).chain(&found.coefficients)).map(row);
    [whole, vec![of_layers(rows.collect())]].concat()
}
