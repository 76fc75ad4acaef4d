//! Who has to do with whom, as dossiers say it: made a little after the log, and read on in turns.

use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use tongban_core::catalogue::Subject;
use tongban_core::dossier::{DossierId, Hash, Moment, NodeId};
use tongban_core::network::tie::{self, Actor, Relation, Tie};
use tongban_core::time::Calendar;

use super::{Result, Store, StoreError, damaged, sql};

/// The ties of a dossier, and in which turn they were made.
#[derive(Clone, Debug)]
pub struct Counted {
    /// The dossier.
    pub dossier: DossierId,
    /// The turn.
    pub turn: i64,
    /// Its ties, in the order of its log.
    pub ties: Vec<Tie>,
}

impl Store {
    /// Makes the ties of dossiers whose log has changed, at most so many. Says how many it made.
    pub async fn count_ties(&self, calendar: &Calendar, most: i64) -> Result<usize> {
        let rows = sqlx::query("SELECT id FROM dossier WHERE counted = 0 ORDER BY id LIMIT $1").bind(most);
        let rows = rows.fetch_all(&self.pool).await?;
        let mut made = Vec::with_capacity(rows.len());
        for row in &rows {
            let id = DossierId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)?;
            // A log that was cut to nothing since has no head, and no ties. One that is damaged keeps no other from being read.
            let log = match self.stamps(id).await {
                Ok(log) => log,
                Err(StoreError::Damaged(error)) => {
                    tracing::error!(error, dossier = %id, "a dossier's ties cannot be made");
                    continue;
                }
                Err(error) => return Err(error),
            };
            if let Some(last) = log.last() {
                made.push((
                    id,
                    last.hash,
                    pack(&tie::of_log(log.iter().map(|row| (&row.stamp, &row.written)), calendar)),
                ));
            }
        }
        if made.is_empty() {
            return Ok(0);
        }
        let mut transaction = self.writing.begin().await?;
        let row = sqlx::query("SELECT COALESCE(MAX(turn), 0) + 1 FROM ties").fetch_one(&mut *transaction).await?;
        let turn: i64 = row.try_get(0)?;
        let tail =
            "ON CONFLICT (dossier) DO UPDATE SET turn = excluded.turn, head = excluded.head, text = excluded.text";
        sql::insert(&mut transaction, "ties (dossier, turn, head, text)", 4, tail, &made, |query, (id, head, text)| {
            query.bind(id.bytes().to_vec()).bind(turn).bind(head.tagged().to_vec()).bind(text.clone())
        })
        .await?;
        for (id, head, _) in &made {
            // Only if nothing was said since.
            sqlx::query("UPDATE dossier SET counted = 1 WHERE id = $1 AND head = $2")
                .bind(id.bytes().to_vec())
                .bind(head.tagged().to_vec())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(made.len())
    }

    /// What was made after a turn, the earliest first; whole turns, and at least so many dossiers if there are as many.
    pub async fn counted_after(&self, turn: i64, least: i64) -> Result<Vec<Counted>> {
        let last = sqlx::query("SELECT turn FROM ties WHERE turn > $1 ORDER BY turn LIMIT 1 OFFSET $2")
            .bind(turn)
            .bind(least.max(1) - 1)
            .fetch_optional(&self.pool)
            .await?;
        let last = last.map_or(Ok(i64::MAX), |row| row.try_get(0))?;
        let rows =
            sqlx::query("SELECT dossier, turn, text FROM ties WHERE turn > $1 AND turn <= $2 ORDER BY turn, dossier")
                .bind(turn)
                .bind(last)
                .fetch_all(&self.pool)
                .await?;
        rows.iter()
            .map(|row| {
                Ok(Counted {
                    dossier: DossierId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)?,
                    turn: row.try_get(1)?,
                    ties: unpack(row.try_get(2)?)?,
                })
            })
            .collect()
    }

    /// The ties of one dossier; `None` if they were not made yet.
    pub async fn ties(&self, dossier: DossierId) -> Result<Option<Vec<Tie>>> {
        let row = sqlx::query("SELECT text FROM ties WHERE dossier = $1").bind(dossier.bytes().to_vec());
        row.fetch_optional(&self.pool).await?.map(|row| unpack(row.try_get(0)?)).transpose()
    }

    /// How many dossiers have changed since their ties were made.
    pub async fn to_count(&self) -> Result<u64> {
        let row = sqlx::query("SELECT COUNT(*) FROM dossier WHERE counted = 0").fetch_one(&self.pool).await?;
        Ok(row.try_get::<i64, _>(0)? as u64)
    }
}

/// Ties as they are stored: what many have in common stands once.
#[derive(Default, Serialize, Deserialize)]
struct Packed {
    /// Actors.
    a: Vec<Actor>,
    /// Items, with whom they are for.
    i: Vec<(String, Option<Subject>)>,
    /// Nodes.
    n: Vec<NodeId>,
    /// Ties.
    t: Vec<PackedTie>,
}

/// Relation, from, to, item, node, when, stamp, code, sign, minutes, late.
#[derive(Serialize, Deserialize)]
struct PackedTie(Relation, usize, usize, usize, usize, i64, u32, String, i8, Option<u32>, u8);

/// Where something stands in a list, in which it is put if it is not there.
fn place<T: PartialEq>(list: &mut Vec<T>, one: T) -> usize {
    list.iter().position(|each| *each == one).unwrap_or_else(|| {
        list.push(one);
        list.len() - 1
    })
}

/// Ties as a text.
pub(super) fn pack(ties: &[Tie]) -> String {
    let mut packed = Packed::default();
    for tie in ties {
        let from = place(&mut packed.a, tie.from.clone());
        let to = place(&mut packed.a, tie.to.clone());
        let item = place(&mut packed.i, (tie.item.clone(), tie.subject));
        let node = place(&mut packed.n, tie.node.clone());
        let (code, late) = (tie.code.clone(), u8::from(tie.late));
        packed.t.push(PackedTie(tie.relation, from, to, item, node, tie.at.0, tie.seq, code, tie.sign, tie.took, late));
    }
    serde_json::to_string(&packed).unwrap_or_default()
}

fn unpack(text: &str) -> Result<Vec<Tie>> {
    let Packed { a, i, n, t } = serde_json::from_str(text).map_err(damaged)?;
    t.into_iter()
        .map(|PackedTie(relation, from, to, item, node, at, seq, code, sign, took, late)| {
            let (Some(from), Some(to), Some((item, subject)), Some(node)) =
                (a.get(from), a.get(to), i.get(item), n.get(node))
            else {
                return Err(damaged("a tie names nobody"));
            };
            Ok(Tie {
                relation,
                from: from.clone(),
                to: to.clone(),
                node: node.clone(),
                at: Moment(at),
                seq,
                item: item.clone(),
                subject: *subject,
                code,
                sign,
                took,
                late: late != 0,
            })
        })
        .collect()
}

/// What is stored of a dossier, as it is compared when views are rebuilt; `None` while it is still to be made.
pub(super) async fn stored(store: &Store, id: DossierId) -> Result<Option<String>> {
    let text = "SELECT (SELECT counted FROM dossier WHERE id = $1), (SELECT head FROM ties WHERE dossier = $1), \
                (SELECT text FROM ties WHERE dossier = $1)";
    let row = sqlx::query(text).bind(id.bytes().to_vec()).fetch_one(&store.pool).await?;
    let counted: Option<i64> = row.try_get(0)?;
    let (head, text): (Option<Vec<u8>>, Option<String>) = (row.try_get(1)?, row.try_get(2)?);
    let ties = match (head, text) {
        (Some(head), Some(text)) => view(&Hash::from_tagged(&head).map_err(damaged)?, &text),
        _ => String::new(),
    };
    // Nothing is to be made of a dossier that is not there.
    Ok(if counted == Some(0) || counted.is_none() && ties.is_empty() { None } else { Some(ties) })
}

/// Ties as they are compared.
pub(super) fn view(head: &Hash, text: &str) -> String {
    format!("{head} {text}")
}
