//! Lists, streams and other questions to the store.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use std::collections::HashSet;

use sqlx::Row as _;
use sqlx::any::AnyRow;
use tongban_core::case::{Channel, Outcome, Party};
use tongban_core::dossier::{DossierId, Hash, Moment, Written};
use tongban_core::exchange::{Batch, Cursor, Epoch, Held, Spots, StampRow};
use tongban_core::time::Calendar;

use super::log::{STAMP_COLUMNS, said_at, stamp_row};
use super::{Result, Store, damaged, sql};
use crate::limits;

/// A case as lists show it. Derived from the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// The dossier.
    pub dossier: DossierId,
    /// Receipt number.
    pub number: Option<String>,
    /// Key of the item.
    pub item: String,
    /// Its name.
    pub item_name: String,
    /// Its English name.
    pub item_name_en: String,
    /// Where it is.
    pub phase: String,
    /// Who has the next move: receiving, handling, applicant, nobody.
    pub party: String,
    /// What the next move is.
    pub step: String,
    /// Until when, as yyyymmdd.
    pub due: Option<i64>,
    /// Whether the date is provisional (暂估).
    pub provisional: bool,
    /// Where it was taken in.
    pub receiving_org: String,
    /// Its name.
    pub receiving_name: String,
    /// Its English name.
    pub receiving_name_en: String,
    /// Who decides.
    pub handling_org: String,
    /// Its name.
    pub handling_name: String,
    /// Its English name.
    pub handling_name_en: String,
    /// The node of who decides.
    pub handling_node: String,
    /// Window or online.
    pub channel: String,
    /// The organisation that has the next move; empty if it is the applicant or nobody.
    pub responsible: String,
    /// When it was begun.
    pub begun: i64,
    /// When the last stamp was made.
    pub changed: i64,
    /// The blob with the applicant's particulars.
    pub applicant: Hash,
    /// Whether it was decided, and refused.
    pub refused: bool,
    /// Whether it goes on before an authority at a guest desk.
    pub guest: bool,
    /// The last day of the receiving node's copies, as yyyymmdd, if they have a term and it has begun.
    pub keep_until: Option<i64>,
    /// Whether the authority sees it.
    pub shown: bool,
    /// The whole of which it is one part.
    pub part_of: Option<DossierId>,
    /// How often it came back, or had to be completed, because of what the other place asks for.
    pub mended: i64,
}

impl CaseRow {
    /// The row that follows from a log; `None` if it is no case.
    pub fn of(dossier: &Held, calendar: &Calendar) -> Option<CaseRow> {
        let case = dossier.case()?;
        let next = case.next(calendar);
        let drafted = &case.drafted;
        let due = next.due.as_ref().map(|due| &due.deadline);
        let responsible = match next.party {
            Party::Receiving => drafted.receiving.org.to_string(),
            Party::Handling => drafted.handling.org.to_string(),
            Party::Applicant | Party::Departments | Party::Nobody => String::new(),
        };
        let channel = match drafted.channel {
            Channel::Window => "window",
            Channel::Online => "online",
        };
        Some(CaseRow {
            dossier: case.dossier,
            number: case.number.clone(),
            item: drafted.item.key.clone(),
            item_name: drafted.item.name.clone(),
            item_name_en: drafted.item.name_en.clone(),
            phase: case.phase.name().to_owned(),
            party: next.party.name().to_owned(),
            step: next.step.name().to_owned(),
            due: due.map(|due| day_number(due.due)),
            provisional: due.is_some_and(|due| due.is_provisional()),
            receiving_org: drafted.receiving.org.to_string(),
            receiving_name: drafted.receiving.name.clone(),
            receiving_name_en: drafted.receiving.name_en.clone(),
            handling_org: drafted.handling.org.to_string(),
            handling_name: drafted.handling.name.clone(),
            handling_name_en: drafted.handling.name_en.clone(),
            handling_node: drafted.handling.node.to_string(),
            channel: channel.to_owned(),
            responsible,
            begun: case.begun.0,
            changed: dossier.changed.0,
            applicant: drafted.applicant.hash,
            refused: case.decision.as_ref().is_some_and(|made| made.outcome == Outcome::Refused),
            guest: drafted.handling.guest && case.number.is_some() && !case.phase.is_over(),
            keep_until: case.keep_until(calendar).map(day_number),
            shown: case.is_before_authority(),
            part_of: drafted.part_of.as_ref().map(|whole| whole.dossier),
            mended: i64::from(case.mended()),
        })
    }
}

/// A date as yyyymmdd, so that dates compare as numbers in every database.
pub(crate) fn day_number(date: jiff::civil::Date) -> i64 {
    i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day())
}

/// Epoch, position and running hash, from column `first` on.
pub(super) fn cursor(row: &AnyRow, first: usize) -> Result<Cursor> {
    Ok(Cursor {
        epoch: Epoch::from_stored(row.try_get(first)?),
        position: row.try_get::<i64, _>(first + 1)? as u64,
        hash: Hash::from_tagged(&row.try_get::<Vec<u8>, _>(first + 2)?).map_err(damaged)?,
    })
}

pub(super) const CASE_COLUMNS: &str = "dossier, number, item, item_name, item_name_en, phase, party, step, due, \
    provisional, receiving_org, receiving_name, receiving_name_en, handling_org, handling_name, handling_name_en, \
    handling_node, channel, responsible, begun, changed, applicant, refused, guest, keep_until, shown, part_of, mended";

pub(super) fn case_row(row: &AnyRow) -> Result<CaseRow> {
    Ok(CaseRow {
        dossier: DossierId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)?,
        number: row.try_get(1)?,
        item: row.try_get(2)?,
        item_name: row.try_get(3)?,
        item_name_en: row.try_get(4)?,
        phase: row.try_get(5)?,
        party: row.try_get(6)?,
        step: row.try_get(7)?,
        due: row.try_get(8)?,
        provisional: row.try_get::<i64, _>(9)? != 0,
        receiving_org: row.try_get(10)?,
        receiving_name: row.try_get(11)?,
        receiving_name_en: row.try_get(12)?,
        handling_org: row.try_get(13)?,
        handling_name: row.try_get(14)?,
        handling_name_en: row.try_get(15)?,
        handling_node: row.try_get(16)?,
        channel: row.try_get(17)?,
        responsible: row.try_get(18)?,
        begun: row.try_get(19)?,
        changed: row.try_get(20)?,
        applicant: Hash::from_tagged(&row.try_get::<Vec<u8>, _>(21)?).map_err(damaged)?,
        refused: row.try_get::<i64, _>(22)? != 0,
        guest: row.try_get::<i64, _>(23)? != 0,
        keep_until: row.try_get(24)?,
        shown: row.try_get::<i64, _>(25)? != 0,
        part_of: row
            .try_get::<Option<Vec<u8>>, _>(26)?
            .map(|whole| DossierId::from_slice(&whole).map_err(damaged))
            .transpose()?,
        mended: row.try_get(27)?,
    })
}

/// Of the particulars no more than this is read for a list.
#[derive(Deserialize)]
struct Named {
    name: String,
}

/// The most ＊ in a masked name: beyond it the length of a name would only widen the list.
const STARS_MAX: usize = 6;

/// A name as lists show it: enough to find the person in front of the desk by, too little to learn who else has a case.
fn masked_name(name: &str) -> String {
    let letters: Vec<char> = name.trim().chars().collect();
    let stars = |hidden: usize| "＊".repeat(hidden.min(STARS_MAX));
    match letters.as_slice() {
        [] => String::new(),
        [_] => stars(1),
        [first, _] => format!("{first}{}", stars(1)),
        [first, hidden @ .., last] => format!("{first}{}{last}", stars(hidden.len())),
    }
}

/// Which cases a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum List<'a> {
    /// An organisation has the next move: what is to be done today, by date.
    ToDo(&'a str),
    /// Taken in by an organisation, the newest first.
    TakenInBy(&'a str),
    /// Decided by an organisation and handed over to it, the newest first.
    HandledBy(&'a str),
    /// An applicant's own, the newest first.
    OwnedBy(i64),
}

/// A place in a list: the row after which a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Until when, as yyyymmdd, in the list of what is to be done.
    pub due: Option<i64>,
    /// When the last stamp was made.
    pub changed: i64,
    /// The dossier.
    pub dossier: DossierId,
}

impl Place {
    /// Reads what [`Place`] is written as in an address; `None` if it is no place.
    pub fn parse(text: &str) -> Option<Place> {
        let mut parts = text.splitn(3, '-');
        let due: i64 = parts.next()?.parse().ok()?;
        let changed = parts.next()?.parse().ok()?;
        Some(Place { due: (due > 0).then_some(due), changed, dossier: parts.next()?.parse().ok()? })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.due.unwrap_or_default(), self.changed, self.dossier)
    }
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct CasePage {
    /// Its rows.
    pub rows: Vec<CaseRow>,
    /// Where the next page begins, if there is more.
    pub next: Option<Place>,
}

/// What a peer may read next.
#[derive(Debug)]
pub enum StreamPage {
    /// Items from where the peer stands; empty if it has read all.
    Batch(Box<Batch>),
    /// The peer has read items that this node does not know: this node was rolled back.
    RolledBack,
}

/// A line of “who looked at my data”.
#[derive(Clone, Debug)]
pub struct AccessRow {
    /// The case.
    pub dossier: DossierId,
    /// When.
    pub at: Moment,
    /// The account.
    pub account: i64,
    /// Its organisation.
    pub org: String,
    /// Its staff number.
    pub staff: String,
    /// What was looked at.
    pub what: String,
}

impl Store {
    /// One page of a list: what comes after a place in it, or its beginning. However far down, a page costs the same.
    pub async fn cases(&self, list: List<'_>, after: Option<&Place>) -> Result<CasePage> {
        let most = limits::PAGE_ROWS + 1;
        let mut rows = match (&list, after) {
            // What has no date comes last: a page may begin among the dates and end beyond them.
            (List::ToDo(_), None) => self.case_rows(&list, "", after, most).await?,
            (List::ToDo(_), Some(Place { due: None, .. })) => {
                let further = "AND (due IS NULL) = TRUE AND (changed, dossier) > ($3, $4)";
                self.case_rows(&list, further, after, most).await?
            }
            (List::ToDo(_), Some(Place { due: Some(_), .. })) => {
                let further = "AND (due IS NULL) = FALSE AND (due, changed, dossier) > ($5, $3, $4)";
                let mut rows = self.case_rows(&list, further, after, most).await?;
                if (rows.len() as i64) < most {
                    let rest = most - rows.len() as i64;
                    rows.extend(self.case_rows(&list, "AND (due IS NULL) = TRUE", None, rest).await?);
                }
                rows
            }
            (_, None) => self.case_rows(&list, "", after, most).await?,
            (_, Some(_)) => self.case_rows(&list, "AND (changed, dossier) < ($3, $4)", after, most).await?,
        };
        let more = rows.len() as i64 >= most;
        rows.truncate(limits::PAGE_ROWS as usize);
        let next = rows.last().filter(|_| more).map(|row| Place {
            due: row.due.filter(|_| matches!(list, List::ToDo(_))),
            changed: row.changed,
            dossier: row.dossier,
        });
        Ok(CasePage { rows, next })
    }

    async fn case_rows(
        &self,
        list: &List<'_>,
        further: &str,
        after: Option<&Place>,
        most: i64,
    ) -> Result<Vec<CaseRow>> {
        let columns = CASE_COLUMNS;
        let newest = "ORDER BY changed DESC, dossier DESC LIMIT $2";
        let text = match list {
            List::ToDo(_) => format!(
                "SELECT {columns} FROM case_view WHERE responsible = $1 {further} \
                 ORDER BY due IS NULL, due, changed, dossier LIMIT $2"
            ),
            // A part is shown within its whole.
            List::TakenInBy(_) => format!(
                "SELECT {columns} FROM case_view WHERE receiving_org = $1 AND part_of IS NULL {further} {newest}"
            ),
            // Before it is asked the authority sees nothing of it, although both may be on one node.
            List::HandledBy(_) => {
                format!("SELECT {columns} FROM case_view WHERE handling_org = $1 AND shown = 1 {further} {newest}")
            }
            // Of the parts only those that want something of the applicant.
            List::OwnedBy(_) => format!(
                "SELECT {columns} FROM case_view WHERE dossier IN (SELECT dossier FROM owner WHERE account = $1) \
                 AND (part_of IS NULL OR party = 'applicant') {further} {newest}"
            ),
        };
        let query = sqlx::query(sqlx::AssertSqlSafe(text));
        let query = match list {
            List::ToDo(org) | List::TakenInBy(org) | List::HandledBy(org) => query.bind((*org).to_owned()),
            List::OwnedBy(account) => query.bind(*account),
        };
        let query = query.bind(most);
        let query = match after {
            None => query,
            Some(place) => {
                let query = query.bind(place.changed).bind(place.dossier.bytes().to_vec());
                if let Some(due) = place.due { query.bind(due) } else { query }
            }
        };
        let rows = query.fetch_all(&self.pool).await?;
        rows.iter().map(case_row).collect()
    }

    /// Cases that an organisation took in, parts of joint handlings included, begun before a moment and changed since another:
    /// all that may have moved between the two. The oldest change first.
    pub async fn taken_in_about(&self, org: &str, since: Moment, before: Moment, most: i64) -> Result<Vec<DossierId>> {
        let rows = sqlx::query(
            "SELECT dossier FROM case_view WHERE receiving_org = $1 AND changed >= $2 AND begun < $3 \
             AND number IS NOT NULL ORDER BY changed, dossier LIMIT $4",
        )
        .bind(org.to_owned())
        .bind(since.0)
        .bind(before.0)
        .bind(most)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| DossierId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)).collect()
    }

    /// The masked names of applicants, by the hashes of their blobs. What has not come over yet, or was erased, is missing.
    /// A full name does not leave the store this way: looking at a list is no reading of anybody's data.
    pub async fn applicant_names(&self, blobs: &[Hash]) -> Result<BTreeMap<Hash, String>> {
        if blobs.is_empty() {
            return Ok(BTreeMap::new());
        }
        let text = format!(
            "SELECT hash, bytes FROM blob WHERE salt IS NOT NULL AND file = 0 AND hash IN {}",
            sql::list(1, blobs.len())
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(text));
        for hash in blobs {
            query = query.bind(hash.tagged().to_vec());
        }
        let mut names = BTreeMap::new();
        for row in query.fetch_all(&self.pool).await? {
            let hash = Hash::from_tagged(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)?;
            let bytes: Option<Vec<u8>> = row.try_get(1)?;
            // What a peer sent in place of particulars is nobody's name.
            if let Ok(Named { name }) = serde_json::from_slice(&bytes.unwrap_or_default()) {
                names.insert(hash, masked_name(&name));
            }
        }
        Ok(names)
    }

    /// How many cases wait for an organisation, and how many of them are late on `today` (yyyymmdd).
    pub async fn count_to_do(&self, org: &str, today: i64) -> Result<(i64, i64)> {
        let row = sqlx::query(
            "SELECT COUNT(*), COALESCE(SUM(CASE WHEN due < $2 THEN 1 ELSE 0 END), 0) FROM case_view WHERE responsible = $1",
        )
        .bind(org.to_owned())
        .bind(today)
        .fetch_one(&self.pool)
        .await?;
        Ok((row.try_get(0)?, row.try_get(1)?))
    }

    /// A case as lists show it.
    pub async fn case_row(&self, id: DossierId) -> Result<Option<CaseRow>> {
        let text = format!("SELECT {CASE_COLUMNS} FROM case_view WHERE dossier = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.bytes().to_vec()).fetch_optional(&self.pool).await?;
        row.as_ref().map(case_row).transpose()
    }

    /// The case with this receipt number.
    pub async fn case_by_number(&self, number: &str) -> Result<Option<DossierId>> {
        let row = sqlx::query("SELECT dossier FROM case_view WHERE number = $1")
            .bind(number.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| DossierId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)).transpose()
    }

    /// Whether a case belongs to an account as applicant.
    pub async fn owns(&self, account: i64, dossier: DossierId) -> Result<bool> {
        let row = sqlx::query("SELECT 1 FROM owner WHERE account = $1 AND dossier = $2")
            .bind(account)
            .bind(dossier.bytes().to_vec())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.is_some())
    }

    /// How many stamps a dossier has.
    pub async fn length(&self, dossier: DossierId) -> Result<u64> {
        let row = sqlx::query("SELECT len FROM dossier WHERE id = $1")
            .bind(dossier.bytes().to_vec())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get::<i64, _>(0)).transpose()?.unwrap_or(0) as u64)
    }

    /// Whose case it is as applicant.
    pub async fn owner(&self, dossier: DossierId) -> Result<Option<i64>> {
        let row = sqlx::query("SELECT account FROM owner WHERE dossier = $1 ORDER BY account LIMIT 1")
            .bind(dossier.bytes().to_vec())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Joint handlings that go on, and those of which a part still does.
    pub async fn joint_open(&self) -> Result<Vec<DossierId>> {
        let text = "SELECT dossier FROM case_view WHERE phase = 'joint' \
                    UNION SELECT part_of FROM case_view WHERE part_of IS NOT NULL AND party <> 'nobody'";
        let rows = sqlx::query(text).fetch_all(&self.pool).await?;
        rows.iter().map(|row| DossierId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)).collect()
    }

    /// Authorities before which cases go on at guest desks.
    pub async fn guests(&self) -> Result<Vec<String>> {
        let text = "SELECT DISTINCT handling_org FROM case_view WHERE guest = 1";
        let rows = sqlx::query(text).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Cases that go on before an authority at its guest desk.
    pub async fn cases_of_guest(&self, org: &str) -> Result<Vec<DossierId>> {
        let text = "SELECT dossier FROM case_view WHERE guest = 1 AND handling_org = $1";
        let rows = sqlx::query(text).bind(org.to_owned()).fetch_all(&self.pool).await?;
        rows.iter().map(|row| DossierId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)).collect()
    }

    /// Cases before an authority that go on.
    pub async fn cases_before(&self, org: &str) -> Result<Vec<DossierId>> {
        let text =
            "SELECT dossier FROM case_view WHERE handling_org = $1 AND shown = 1 AND step NOT IN ('nothing', 'rate')";
        let rows = sqlx::query(text).bind(org.to_owned()).fetch_all(&self.pool).await?;
        rows.iter().map(|row| DossierId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)).collect()
    }

    /// Cases whose copies were to be kept until before a day (yyyymmdd).
    pub async fn to_erase(&self, day: i64) -> Result<Vec<DossierId>> {
        let rows = sqlx::query("SELECT dossier FROM case_view WHERE keep_until < $1 ORDER BY keep_until")
            .bind(day)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| DossierId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)).collect()
    }

    /// Cases of which an authority of a node, or a window in its name, had to say until before a day (yyyymmdd) whether it
    /// accepts.
    pub async fn not_accepted_until(&self, day: i64, node: &str) -> Result<Vec<DossierId>> {
        let text = "SELECT dossier FROM case_view WHERE step = 'accept' AND due < $1 \
                    AND (handling_node = $2 OR party = 'receiving') ORDER BY due";
        let rows = sqlx::query(text).bind(day).bind(node.to_owned()).fetch_all(&self.pool).await?;
        rows.iter().map(|row| DossierId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)).collect()
    }

    /// What was done under a key before: in which dossier, by which request.
    pub async fn once(&self, account: i64, key: &str) -> Result<Option<(DossierId, String)>> {
        let row = sqlx::query("SELECT dossier, what FROM once WHERE account = $1 AND key = $2")
            .bind(account)
            .bind(key.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| Ok((DossierId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)?, row.try_get(1)?)))
            .transpose()
    }

    /// Records that personal data was read.
    pub async fn note_access(&self, row: &AccessRow) -> Result<()> {
        sqlx::query("INSERT INTO access (dossier, at, account, org, staff, what) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(row.dossier.bytes().to_vec())
            .bind(row.at.0)
            .bind(row.account)
            .bind(&row.org)
            .bind(&row.staff)
            .bind(&row.what)
            .execute(&self.writing)
            .await?;
        Ok(())
    }

    /// The same of many cases at once, as when a list of them is printed.
    pub async fn note_accesses(&self, rows: &[AccessRow]) -> Result<()> {
        let mut transaction = self.writing.begin().await?;
        sql::insert(&mut transaction, "access (dossier, at, account, org, staff, what)", 6, "", rows, |query, row| {
            query
                .bind(row.dossier.bytes().to_vec())
                .bind(row.at.0)
                .bind(row.account)
                .bind(row.org.clone())
                .bind(row.staff.clone())
                .bind(row.what.clone())
        })
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Who read a case's personal data on this node, the newest first.
    pub async fn accesses(&self, dossier: DossierId) -> Result<Vec<AccessRow>> {
        let rows = sqlx::query(
            "SELECT at, account, org, staff, what FROM access WHERE dossier = $1 ORDER BY at DESC LIMIT 100",
        )
        .bind(dossier.bytes().to_vec())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(AccessRow {
                    dossier,
                    at: Moment(row.try_get(0)?),
                    account: row.try_get(1)?,
                    org: row.try_get(2)?,
                    staff: row.try_get(3)?,
                    what: row.try_get(4)?,
                })
            })
            .collect()
    }

    /// Keeps what another node said of who looked at a case there.
    pub async fn keep_looked(&self, dossier: DossierId, node: &str, at: Moment, list: &str) -> Result<()> {
        sqlx::query(
            "INSERT INTO looked_there (dossier, node, at, list) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (dossier, node) DO UPDATE SET at = excluded.at, list = excluded.list",
        )
        .bind(dossier.bytes().to_vec())
        .bind(node.to_owned())
        .bind(at.0)
        .bind(list.to_owned())
        .execute(&self.writing)
        .await?;
        Ok(())
    }

    /// What another node said last of who looked at a case there, and when.
    pub async fn looked_there(&self, dossier: DossierId, node: &str) -> Result<Option<(Moment, String)>> {
        let row = sqlx::query("SELECT at, list FROM looked_there WHERE dossier = $1 AND node = $2")
            .bind(dossier.bytes().to_vec())
            .bind(node.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| Ok((Moment(row.try_get(0)?), row.try_get(1)?))).transpose()
    }

    /// How far this node has read a peer.
    pub async fn cursor(&self, peer: &str) -> Result<Option<Cursor>> {
        let row = sqlx::query("SELECT epoch, position, hash FROM stream_cursor WHERE peer = $1")
            .bind(peer.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| cursor(&row, 0)).transpose()
    }

    /// The last position of a peer's stream, 0 if there is none.
    pub async fn stream_end(&self, peer: &str) -> Result<u64> {
        let row = sqlx::query("SELECT position FROM stream_end WHERE peer = $1")
            .bind(peer.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| row.try_get::<i64, _>(0)).transpose()?.unwrap_or(0) as u64)
    }

    /// Whether something of a dossier is still to be read by a peer that has read up to `position`.
    pub async fn is_unread(&self, peer: &str, position: u64, dossier: DossierId) -> Result<bool> {
        let row = sqlx::query("SELECT 1 FROM stream WHERE peer = $1 AND position > $2 AND dossier = $3 LIMIT 1")
            .bind(peer.to_owned())
            .bind(position as i64)
            .bind(dossier.bytes().to_vec())
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.is_some())
    }

    /// The next stretch of a peer's stream. `epoch` is this node's, as this process knows it; if another process began a
    /// new life since, there is nothing to read until this one has noticed.
    pub async fn stream_page(&self, peer: &str, epoch: &Epoch, cursor: &Cursor) -> Result<StreamPage> {
        self.stretch(peer, epoch, cursor, limits::STREAM_ITEMS_MAX).await
    }

    /// The same with at most so many items.
    pub(crate) async fn stretch(&self, peer: &str, epoch: &Epoch, cursor: &Cursor, most: i64) -> Result<StreamPage> {
        let from = if cursor.epoch == *epoch { cursor.position } else { 0 };
        let nothing = async || Ok(StreamPage::Batch(Box::new(self.batch(Spots::default(), epoch, from).await?)));
        if from > 0 {
            let row = sqlx::query(
                "SELECT n.value, t.hash FROM node_state n LEFT JOIN stream t ON t.peer = $1 AND t.position = $2 \
                 WHERE n.name = 'epoch'",
            )
            .bind(peer.to_owned())
            .bind(from as i64)
            .fetch_one(&self.pool)
            .await?;
            if row.try_get::<String, _>(0)? != epoch.as_str() {
                return nothing().await;
            }
            let ours: Option<Vec<u8>> = row.try_get(1)?;
            if ours.map(|hash| Hash::from_tagged(&hash).map_err(damaged)).transpose()? != Some(cursor.hash) {
                return Ok(StreamPage::RolledBack);
            }
        }
        let text = format!(
            "SELECT t.dossier, t.term, t.seq, t.hash, t.entry, {STAMP_COLUMNS}, \
             (SELECT value FROM node_state WHERE name = 'epoch') FROM stream t \
             LEFT JOIN stamp s ON s.dossier = t.dossier AND s.seq = t.seq AND s.term = t.term \
             LEFT JOIN entry e ON e.dossier = t.dossier AND e.hash = COALESCE(t.entry, s.entry) \
             WHERE t.peer = $1 AND t.position > $2 ORDER BY t.position LIMIT $3"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(peer.to_owned())
            .bind(from as i64)
            .bind(most)
            .fetch_all(&self.pool)
            .await?;
        let is_of_this_life =
            |row: &AnyRow| Ok::<_, super::StoreError>(row.try_get::<String, _>(18)? == epoch.as_str());
        if !rows.first().map_or(Ok(true), is_of_this_life)? {
            return nothing().await;
        }
        let mut spots = Spots::default();
        let mut running = if from > 0 { cursor.clone() } else { Cursor::start(epoch.clone()) };
        let mut bytes = 0;
        for row in &rows {
            // What is long goes in several stretches; one entry always goes.
            bytes += row.try_get::<Option<Vec<u8>>, _>(15)?.map_or(0, |entry| entry.len());
            if bytes > limits::STREAM_BYTES_MAX && running.position > from {
                break;
            }
            let hash = |column: usize| Hash::from_tagged(&row.try_get::<Vec<u8>, _>(column)?).map_err(damaged);
            let upto = hash(3)?;
            if let Some(seq) = row.try_get::<Option<i64>, _>(2)? {
                // After a recall the stamp may stand beside the log, and two may have its number: the running hash says
                // which of them was meant.
                let mut candidates = Vec::new();
                if row.try_get::<Option<Vec<u8>>, _>(8)?.is_some() {
                    candidates.push(self.proven(stamp_row(row, 5)?).await?);
                }
                let fits = |candidate: &StampRow| {
                    let mut next = running.clone();
                    next.advance(&candidate.hash);
                    next.hash == upto
                };
                if !candidates.iter().any(fits) {
                    let id = DossierId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)?;
                    let beside = self.evidence(id).await?.into_iter().map(|(stamp, _)| stamp);
                    let term = row.try_get::<Option<i64>, _>(1)?.unwrap_or_default();
                    let of_place =
                        |row: &StampRow| i64::from(row.stamp.seq) == seq && i64::from(row.stamp.term) == term;
                    candidates = beside.filter(of_place).collect();
                }
                let stamp =
                    candidates.into_iter().find(fits).ok_or_else(|| damaged("a stamp of a stream is missing"))?;
                running.advance(&stamp.hash);
                spots.stamp(stamp).map_err(damaged)?;
            } else {
                let written = Written::read(row.try_get::<Vec<u8>, _>(15)?, hash(4)?).map_err(damaged)?;
                let said = match said_at(row, 16)? {
                    Some(said) => Some(said),
                    None => self.said_via(&written).await?,
                };
                let said = said.ok_or_else(|| damaged("a slip without its author's proof"))?;
                running.advance(written.hash());
                if running.hash != upto {
                    return Err(damaged("a slip of a stream is not what it was"));
                }
                spots.slip(&written, said).map_err(damaged)?;
            }
        }
        Ok(StreamPage::Batch(Box::new(self.batch(spots, epoch, from).await?)))
    }

    /// A dossier's stamps from number `from`, as a batch that proves itself.
    pub async fn dossier_batch(&self, id: DossierId, from: u32, epoch: &Epoch) -> Result<Batch> {
        let mut spots = Spots::default();
        let rows = self.stamps(id).await?;
        let mut bytes = 0;
        for row in rows.into_iter().filter(|row| row.stamp.seq >= from).take(limits::STREAM_ITEMS_MAX as usize) {
            bytes += row.written.bytes().len();
            if bytes > limits::STREAM_BYTES_MAX && row.stamp.seq > from {
                break;
            }
            spots.stamp(row).map_err(damaged)?;
        }
        self.batch(spots, epoch, 0).await
    }

    /// Everything that is held of a dossier, as the answer to a new holder's question: log, evidence, pending entries.
    pub async fn answer_batch(&self, id: DossierId, epoch: &Epoch) -> Result<Batch> {
        let full = self.full(id).await?;
        let mut spots = Spots::default();
        let in_log: HashSet<Hash> = full.log.iter().map(|row| *row.written.hash()).collect();
        for row in full.log.into_iter().chain(full.beside.into_iter().map(|(row, _)| row)) {
            spots.stamp(row).map_err(damaged)?;
        }
        // What stands in the log goes with its stamp.
        for known in full.entries.into_iter().filter(|known| !in_log.contains(known.written.hash())) {
            let said = match known.said {
                Some(said) => Some(said),
                None => self.said_via(&known.written).await?,
            };
            if let Some(said) = said {
                spots.slip(&known.written, said).map_err(damaged)?;
            }
        }
        self.batch(spots, epoch, 0).await
    }

    async fn batch(&self, spots: Spots, epoch: &Epoch, from: u64) -> Result<Batch> {
        let known = self.groups(spots.roots()).await?;
        spots.batch(epoch.clone(), from, &known).map_err(damaged)
    }

    /// The heads of all dossiers held, in the order of their names: what a checkpoint covers.
    pub async fn heads(&self) -> Result<Vec<tongban_core::dossier::Head>> {
        let rows = sqlx::query("SELECT id, term, len, head FROM dossier ORDER BY id").fetch_all(&self.pool).await?;
        rows.iter()
            .map(|row| {
                Ok(tongban_core::dossier::Head {
                    dossier: DossierId::from_slice(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)?,
                    term: row.try_get::<i64, _>(1)? as u32,
                    len: row.try_get::<i64, _>(2)? as u32,
                    head: Hash::from_tagged(&row.try_get::<Vec<u8>, _>(3)?).map_err(damaged)?,
                })
            })
            .collect()
    }

    /// The same of cases alone: what everyone may read is nobody's load.
    pub async fn counts_of_cases(&self) -> Result<[i64; 4]> {
        let [dossiers, stamps, pending, evidence] = self.counts().await?;
        let row =
            sqlx::query("SELECT COUNT(*), CAST(COALESCE(SUM(len), 0) AS BIGINT) FROM dossier WHERE kind <> 'case'")
                .fetch_one(&self.pool)
                .await?;
        Ok([dossiers - row.try_get::<i64, _>(0)?, stamps - row.try_get::<i64, _>(1)?, pending, evidence])
    }

    /// Numbers for the operator: dossiers, stamps, pending slips, evidence of fault. None of them counts a large table.
    pub async fn counts(&self) -> Result<[i64; 4]> {
        let row = sqlx::query(
            "SELECT COALESCE((SELECT dossiers FROM extent), 0), COALESCE((SELECT stamps FROM extent), 0), \
             (SELECT COUNT(*) FROM pending), (SELECT COUNT(*) FROM evidence WHERE code LIKE 'stamp-%')",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok([row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?])
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, masked_name};

    #[test]
    fn a_place_reads_what_it_wrote() {
        for text in ["0-1795400000000-07070707070707070707070707070707", "20261201-5-07070707070707070707070707070707"]
        {
            assert_eq!(Place::parse(text).expect("a place").to_string(), text);
        }
        for text in ["", "5", "1-2", "1-2-3", "x-2-07070707070707070707070707070707"] {
            assert_eq!(Place::parse(text), None);
        }
    }

    #[test]
    fn a_masked_name_keeps_its_first_and_last_character() {
        let shown = [
            ("演练人五", "演＊＊五"),
            ("李演练", "李＊练"),
            ("李四", "李＊"),
            ("李", "＊"),
            (" 李四 ", "李＊"),
            ("", ""),
            ("江苏演练样例科技有限公司", "江＊＊＊＊＊＊司"),
            ("𠮷田五", "𠮷＊五"),
        ];
        for (name, masked) in shown {
            assert_eq!(masked_name(name), masked);
        }
    }
}
