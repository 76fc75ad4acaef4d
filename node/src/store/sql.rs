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
    let mut rest = rows;
    while !rest.is_empty() {
        // The bound on parameters of a statement is 32,766 in SQLite and 65,535 in PostgreSQL.
        let size = SIZES.into_iter().find(|size| *size <= rest.len()).unwrap_or(1);
        let (now, later) = rest.split_at(size);
        let mut query = sqlx::query(AssertSqlSafe(statement(into, width, tail, size)));
        for row in now {
            query = fill(query, row);
        }
        query.execute(&mut *connection).await?;
        rest = later;
    }
    Ok(())
}

fn statement(into: &str, width: usize, tail: &str, rows: usize) -> String {
    let mut text = format!("INSERT INTO {into} VALUES ");
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..width {
            let separator = if column == 0 { "$" } else { ", $" };
            text.push_str(separator);
            text.push_str(&(row * width + column + 1).to_string());
        }
        text.push(')');
    }
    text.push(' ');
    text.push_str(tail);
    text
}

/// `($1, $2, …)` for a list of `count` values that begins at parameter `first`.
pub(super) fn list(first: usize, count: usize) -> String {
    let names: Vec<String> = (first..first + count).map(|number| format!("${number}")).collect();
    format!("({})", names.join(", "))
}
