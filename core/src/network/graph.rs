//! A network as measures read it: actors by number, arcs with weights, from both ends.

/// A directed network without self-ties and without parallel arcs. Actors are 0 to `len() - 1`.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    out: Side,
    into: Side,
}

/// One end of all arcs: of each actor the others, ascending, with the weights beside them.
#[derive(Clone, Debug, PartialEq)]
struct Side {
    /// Where the others of an actor begin; one more than there are actors.
    starts: Vec<usize>,
    others: Vec<u32>,
    weights: Vec<f64>,
}

/// What was left out when a network was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Ties of an actor with itself.
    pub loops: usize,
    /// Arcs between actors that there are not.
    pub unknown: usize,
    /// Arcs whose weight is zero or no number.
    pub weightless: usize,
}

impl Side {
    /// From arcs sorted by their first end, then their second, each pair once.
    fn of(actors: usize, arcs: impl ExactSizeIterator<Item = (u32, u32, f64)>) -> Side {
        let (others, weights) = (Vec::with_capacity(arcs.len()), Vec::with_capacity(arcs.len()));
        let mut side = Side { starts: vec![0; actors + 1], others, weights };
        for (from, to, weight) in arcs {
            side.starts[from as usize + 1] += 1;
            side.others.push(to);
            side.weights.push(weight);
        }
        for at in 0..actors {
            side.starts[at + 1] += side.starts[at];
        }
        side
    }

    fn range(&self, actor: usize) -> std::ops::Range<usize> {
        self.starts[actor]..self.starts[actor + 1]
    }
}

impl Graph {
    /// Makes a network of arcs in any order. Weights of arcs that stand more than once are added.
    pub fn of(actors: usize, arcs: impl IntoIterator<Item = (u32, u32, f64)>) -> (Graph, LeftOut) {
        let mut left_out = LeftOut::default();
        let mut kept: Vec<(u32, u32, f64)> = Vec::new();
        for (from, to, weight) in arcs {
            if from as usize >= actors || to as usize >= actors {
                left_out.unknown += 1;
            } else if from == to {
                left_out.loops += 1;
            } else if weight == 0.0 || !weight.is_finite() {
                left_out.weightless += 1;
            } else {
                kept.push((from, to, weight));
            }
        }
        // Stable: weights are added in the order in which they came, so the sum is the same each time.
        kept.sort_by_key(|(from, to, _)| (*from, *to));
        kept.dedup_by(|next, first| {
            let same = (next.0, next.1) == (first.0, first.1);
            if same {
                first.2 += next.2;
            }
            same
        });
        let out = Side::of(actors, kept.iter().copied());
        let mut back: Vec<(u32, u32, f64)> = kept.into_iter().map(|(from, to, weight)| (to, from, weight)).collect();
        back.sort_by_key(|(to, from, _)| (*to, *from));
        let into = Side::of(actors, back.into_iter());
        (Graph { out, into }, left_out)
    }

    /// How many actors.
    pub fn len(&self) -> usize {
        self.out.starts.len() - 1
    }

    /// Whether there are no actors.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many arcs.
    pub fn arcs(&self) -> usize {
        self.out.others.len()
    }

    /// To whom an actor has arcs, ascending.
    pub fn out(&self, actor: usize) -> &[u32] {
        &self.out.others[self.out.range(actor)]
    }

    /// Their weights.
    pub fn out_weights(&self, actor: usize) -> &[f64] {
        &self.out.weights[self.out.range(actor)]
    }

    /// From whom an actor has arcs, ascending.
    pub fn incoming(&self, actor: usize) -> &[u32] {
        &self.into.others[self.into.range(actor)]
    }

    /// Their weights.
    pub fn incoming_weights(&self, actor: usize) -> &[f64] {
        &self.into.weights[self.into.range(actor)]
    }

    /// The weight of an arc; `None` if there is none.
    pub fn weight(&self, from: usize, to: usize) -> Option<f64> {
        let at = self.out(from).binary_search(&(to as u32)).ok()?;
        Some(self.out_weights(from)[at])
    }

    /// Whether there is an arc.
    pub fn has(&self, from: usize, to: usize) -> bool {
        self.out(from).binary_search(&(to as u32)).is_ok()
    }

    /// Every arc, ascending by its first end, then its second.
    pub fn each(&self) -> impl Iterator<Item = (usize, usize, f64)> + '_ {
        (0..self.len()).flat_map(move |from| {
            let weights = self.out_weights(from);
            self.out(from).iter().zip(weights).map(move |(to, weight)| (from, *to as usize, *weight))
        })
    }

    /// With whom an actor has an arc in either direction, ascending, each once.
    pub fn partners(&self, actor: usize) -> Vec<u32> {
        let mut all = [self.out(actor), self.incoming(actor)].concat();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The same network without directions: an arc each way wherever there is one either way, with the weights of both
    /// added.
    pub fn undirected(&self) -> Graph {
        let both = self
            .each()
            .flat_map(|(from, to, weight)| [(from as u32, to as u32, weight), (to as u32, from as u32, weight)]);
        Graph::of(self.len(), both).0
    }

    /// The same network with every weight one.
    pub fn binary(&self) -> Graph {
        let mut graph = self.clone();
        graph.out.weights.fill(1.0);
        graph.into.weights.fill(1.0);
        graph
    }
}
