//! Databases on a PostgreSQL server, one for each node of the demo.

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};

use crate::config::check_database;
use crate::error::Failure;

/// An address without the name of a database, and what every name begins with.
pub(super) struct Databases {
    server: String,
    prefix: String,
}

impl Databases {
    /// From `postgres://USER@HOST/PREFIX`.
    pub(super) fn at(address: &str) -> Result<Databases, Failure> {
        let wrong = |text| Failure::new("demo-database", text);
        check_database(address).map_err(wrong)?;
        let (server, prefix) = address.rsplit_once('/').unwrap_or((address, ""));
        let simple = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
        if prefix.is_empty() || !prefix.chars().all(simple) {
            return Err(wrong(format!(
                "{address}: end it with a prefix of small letters, as in postgres://USER@HOST/demo: each node's database \
                 is named by it"
            )));
        }
        Ok(Databases { server: server.to_owned(), prefix: prefix.to_owned() })
    }

    /// The address of a node's database.
    pub(super) fn of(&self, node: &str) -> String {
        format!("{}/{}", self.server, self.name(node))
    }

    fn name(&self, node: &str) -> String {
        format!("{}_{}", self.prefix, node.replace('-', "_"))
    }

    /// Makes those that are not there; with `fresh` all of them anew.
    pub(super) async fn make(&self, nodes: impl Iterator<Item = &str>, fresh: bool) -> Result<(), Failure> {
        sqlx::any::install_default_drivers();
        let failed = |error: sqlx::Error| Failure::new("demo-database", format!("{}: {error}", self.server));
        let mut server = AnyConnection::connect(&format!("{}/postgres", self.server)).await.map_err(failed)?;
        for node in nodes {
            let name = self.name(node);
            if fresh {
                let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                server.execute(AssertSqlSafe(drop)).await.map_err(failed)?;
            }
            let known = sqlx::query("SELECT 1 FROM pg_database WHERE datname = $1").bind(&name);
            if known.fetch_optional(&mut server).await.map_err(failed)?.is_none() {
                server.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.map_err(failed)?;
            }
        }
        server.close().await.map_err(failed)
    }
}
