//! Many rows in one statement: row by row, the driver caps at about two thousand rows a second whatever the group.

use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe};

pub(super) type Filled<'q> = Query<'q, Any, AnyArguments>;

/// Rows per statement: few sizes, so that few statements are prepared.
const SIZES: [usize; 5] = [256, 64, 16, 4, 1];

/// Inserts all rows. `into` is `table (columns)`, `tail` what follows the values; `fill` binds one row's `width` values.
pub(super) async fn insert<T>(
    connection: &mut AnyConnection,
    into: &str,
    width: usize,
    tail: &str,
    rows: &[T],
    fill: impl for<'q> Fn(Filled<'q>, &T) -> Filled<'q>,
) -> sqlx::Result<()> {
    let named = named(connection);
    let mut rest = rows;
    while !rest.is_empty() {
        let (now, later) = rest.split_at(size(rest.len()));
        let mut text = format!("INSERT INTO {into} VALUES ");
        places(&mut text, now.len(), width, named);
        text.push(' ');
        text.push_str(tail);
        let mut query = sqlx::query(AssertSqlSafe(text));
        for row in now {
            query = fill(query, row);
        }
        query.execute(&mut *connection).await?;
        rest = later;
    }
    Ok(())
}

/// Deletes all rows whose `column` has one of these values.
pub(super) async fn delete(
    connection: &mut AnyConnection,
    table: &str,
    column: &str,
    values: &[Vec<u8>],
) -> sqlx::Result<()> {
    let named = named(connection);
    let mut rest = values;
    while !rest.is_empty() {
        let (now, later) = rest.split_at(size(rest.len()));
        let mut text = format!("DELETE FROM {table} WHERE {column} IN ");
        places(&mut text, 1, now.len(), named);
        let query = now.iter().fold(sqlx::query(AssertSqlSafe(text)), |query, value| query.bind(value.clone()));
        query.execute(&mut *connection).await?;
        rest = later;
    }
    Ok(())
}

/// The bound on parameters of a statement is 32,766 in SQLite and 65,535 in PostgreSQL.
fn size(rows: usize) -> usize {
    SIZES.into_iter().find(|size| *size <= rows).unwrap_or(1)
}

/// PostgreSQL numbers its parameters. SQLite takes `$1` for a name, and looks through all names of the statement for each
/// of them: with thousands that was half of all work.
fn named(connection: &AnyConnection) -> bool {
    connection.backend_name() != "SQLite"
}

/// Places for the values of so many rows.
fn places(text: &mut String, rows: usize, width: usize, named: bool) {
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..width {
            if column > 0 {
                text.push_str(", ");
            }
            if named {
                text.push('$');
                text.push_str(&(row * width + column + 1).to_string());
            } else {
                text.push('?');
            }
        }
        text.push(')');
    }
}

/// `($1, $2, …)` for a list of `count` values that begins at parameter `first`.
pub(super) fn list(first: usize, count: usize) -> String {
    let names: Vec<String> = (first..first + count).map(|number| format!("${number}")).collect();
    format!("({})", names.join(", "))
}
