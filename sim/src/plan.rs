//! A seed makes a plan. Steps name what they mean by numbers that are taken modulo what is there, so that a plan from which
//! steps were taken out still runs: that is what makes shrinking possible.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tongban_core::dossier::Suite;

/// How a write fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The disk is full: the commit is refused, the node goes on.
    Full,
    /// The node dies before the commit is durable: its tail is torn off.
    TornTail,
    /// The node dies after the commit is durable and before anyone is answered.
    Unanswered,
}

/// What a node floods a peer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flood {
    /// Valid slips that no rule allowed, far more than anyone says.
    Slips,
    /// All that is shared, said again and again.
    Restatements,
    /// One new life after another, each of which asks for all that is shared.
    Lives,
}

/// One step. `u8`s are nodes and `u16`s are picks, both taken modulo what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields are nodes and picks, as their names say")]
pub enum Step {
    /// A case is opened at a node, to be decided at another.
    Open { node: u8, other: u8 },
    /// A node says something that the rules allow in a dossier that it holds.
    Say { node: u8, dossier: u16, pick: u16 },
    /// A node asks a peer whatever it has to ask it next.
    Ask { node: u8, peer: u8 },
    /// A node asks a peer, and the answer arrives at once: most of the time a wire works.
    Exchange { node: u8, peer: u8 },
    /// A message on the wire arrives.
    Deliver { pick: u16 },
    /// A message on the wire is lost.
    Drop { pick: u16 },
    /// A message on the wire comes twice.
    Duplicate { pick: u16 },
    /// A byte of a message changes.
    Corrupt { pick: u16, byte: u32, to: u8 },
    /// A node looks for acts and lists of the registrar.
    Learn { node: u8 },
    /// A node carries out acts, or goes on with its recovery.
    Work { node: u8 },
    /// A node dies and comes back.
    Crash { node: u8 },
    /// The next write of a node fails.
    FailWrite { node: u8, how: Failure },
    /// The disk of a node is copied.
    Backup { node: u8 },
    /// A node comes back with its last copy, and says so.
    Restore { node: u8 },
    /// A node comes back with its last copy and does not notice.
    RollBack { node: u8 },
    /// Nothing gets from one node to another any more.
    Cut { from: u8, to: u8 },
    /// It does again.
    Join { from: u8, to: u8 },
    /// A node's clock jumps.
    Jump { node: u8, minutes: i16 },
    /// The registrar recalls a dossier's pen for a node, and excuses nobody, or one that is away.
    Recall { dossier: u16, holder: u8, excused: Option<u8> },
    /// A node gets a new key, and its old one ends.
    Rotate { node: u8 },
    /// The registrar ends a node's key, which learns of it later, and gets a new one later still.
    Revoke { node: u8 },
    /// A node fetches the trust lists that a peer knows: they may be old.
    Lists { node: u8, peer: u8 },
    /// A node asks a peer for blobs that its dossiers name and that are not here.
    Blobs { node: u8, peer: u8 },
    /// A blob is lost from a node's disk.
    LoseBlob { node: u8, pick: u16 },
    /// Two nodes do not reach each other for a month, and much is said on both sides.
    Backlog { node: u8, other: u8, dossier: u16 },
    /// A node floods a peer.
    Flood { node: u8, peer: u8, dossier: u16, with: Flood },
    /// A node signs a stamp in a dossier whose pen it does not hold, and sends it instead of the next answer.
    Lie { node: u8, peer: u8, dossier: u16 },
}

/// What happens in one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The seed of keys and names.
    pub seed: u64,
    /// Number of nodes, 3 or 4. The last one takes in nothing until someone forwards to it.
    pub nodes: u8,
    /// The suite of each node's keys.
    pub suites: Vec<Suite>,
    /// The steps.
    pub steps: Vec<Step>,
}

/// Which faults a plan has: few at a time find more than all at once.
struct Mood {
    loses: bool,
    damages: bool,
    crashes: bool,
    restores: bool,
    rolls_back: bool,
    cuts: bool,
    recalls: bool,
    rotates: bool,
    lies: bool,
    loses_blobs: bool,
    floods: bool,
}

impl Plan {
    /// The plan of a seed.
    pub fn of(seed: u64) -> Plan {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let one_in = |random: &mut ChaCha8Rng, n: u32| random.next_u32().is_multiple_of(n);
        let nodes = if one_in(&mut random, 4) { 4 } else { 3 };
        let suites = (0..nodes).map(|_| if one_in(&mut random, 12) { Suite::Sm2 } else { Suite::Ed25519 }).collect();
        let mood = Mood {
            loses: one_in(&mut random, 2),
            damages: one_in(&mut random, 4),
            crashes: one_in(&mut random, 2),
            restores: one_in(&mut random, 3),
            rolls_back: one_in(&mut random, 6),
            cuts: one_in(&mut random, 3),
            recalls: one_in(&mut random, 3),
            rotates: one_in(&mut random, 6),
            lies: one_in(&mut random, 8),
            loses_blobs: one_in(&mut random, 4),
            floods: one_in(&mut random, 8),
        };
        let length = 60 + random.next_u32() % 340;
        let steps = (0..length).map(|_| Plan::step(&mut random, nodes, &mood)).collect();
        Plan { seed, nodes, suites, steps }
    }

    fn step(random: &mut ChaCha8Rng, nodes: u8, mood: &Mood) -> Step {
        let node = (random.next_u32() % u32::from(nodes)) as u8;
        let other = (u32::from(node) + 1 + random.next_u32() % u32::from(nodes - 1)) as u8 % nodes;
        let pick = random.next_u32() as u16;
        let pick2 = random.next_u32() as u16;
        let rare = random.next_u32() % 100;
        let fault = match rare {
            0..=2 if mood.loses => Some(Step::Drop { pick }),
            3..=5 if mood.loses => Some(Step::Duplicate { pick }),
            6..=7 if mood.damages => Some(Step::Corrupt { pick, byte: random.next_u32(), to: random.next_u32() as u8 }),
            8 if mood.crashes => Some(Step::Crash { node }),
            9 | 10 if mood.crashes => {
                let how = [Failure::Full, Failure::TornTail, Failure::Unanswered][pick as usize % 3];
                Some(Step::FailWrite { node, how })
            }
            11 | 12 if mood.restores || mood.rolls_back => Some(Step::Backup { node }),
            13 if mood.restores => Some(Step::Restore { node }),
            14 if mood.rolls_back => Some(Step::RollBack { node }),
            15 | 16 if mood.cuts => Some(Step::Cut { from: node, to: other }),
            17..=19 if mood.cuts => Some(Step::Join { from: node, to: other }),
            20 => Some(Step::Jump { node, minutes: random.next_u32() as i16 }),
            21 | 22 if mood.recalls => {
                let excused = pick2.is_multiple_of(3).then_some(other);
                Some(Step::Recall { dossier: pick, holder: node, excused })
            }
            23 if mood.rotates => Some(Step::Rotate { node }),
            25 if mood.rotates => Some(Step::Revoke { node }),
            26 if mood.rotates => Some(Step::Lists { node, peer: other }),
            27 | 28 if mood.loses_blobs => Some(Step::LoseBlob { node, pick }),
            29 if mood.cuts && pick2.is_multiple_of(8) => Some(Step::Backlog { node, other, dossier: pick }),
            30 if mood.floods => {
                let with = [Flood::Slips, Flood::Restatements, Flood::Lives][pick2 as usize % 3];
                Some(Step::Flood { node, peer: other, dossier: pick, with })
            }
            24 if mood.lies => Some(Step::Lie { node, peer: other, dossier: pick }),
            _ => None,
        };
        fault.unwrap_or_else(|| match random.next_u32() % 42 {
            0 => Step::Open { node, other },
            1..=9 => Step::Say { node, dossier: pick, pick: pick2 },
            10..=22 => Step::Exchange { node, peer: other },
            23..=28 => Step::Ask { node, peer: other },
            29..=37 => Step::Deliver { pick },
            38 => Step::Learn { node },
            39 | 40 => Step::Blobs { node, peer: other },
            _ => Step::Work { node },
        })
    }
}
