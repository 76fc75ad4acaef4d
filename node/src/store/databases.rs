//! Databases on a PostgreSQL server, one for each node of the demo or of a benchmark.

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _, Row as _};

use crate::config::check_database;
use crate::error::Failure;

/// An address without the name of a database, and what every name begins with.
#[derive(Clone, Debug)]
pub(crate) struct Databases {
    server: String,
    prefix: String,
}

impl Databases {
    /// From `postgres://USER@HOST/PREFIX`.
    pub(crate) fn at(address: &str) -> Result<Databases, Failure> {
        let wrong = |text| Failure::new("databases", text);
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
    pub(crate) fn of(&self, node: &str) -> String {
        format!("{}/{}", self.server, self.name(node))
    }

    fn name(&self, node: &str) -> String {
        format!("{}_{}", self.prefix, node.replace('-', "_"))
    }

    /// Makes those that are not there; with `fresh` all of them anew.
    pub(crate) async fn make(&self, nodes: impl Iterator<Item = &str>, fresh: bool) -> Result<(), Failure> {
        let failed = |error| self.failed(error);
        let mut server = self.connect("postgres").await?;
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

    /// Drops these, whoever still uses them.
    pub(crate) async fn remove(&self, nodes: impl Iterator<Item = &str>) -> Result<(), Failure> {
        let mut server = self.connect("postgres").await?;
        for node in nodes {
            let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name(node));
            server.execute(AssertSqlSafe(drop)).await.map_err(|error| self.failed(error))?;
        }
        server.close().await.map_err(|error| self.failed(error))
    }

    /// What a node's database takes on the server's disk, in bytes.
    pub(crate) async fn bytes(&self, node: &str) -> Result<u64, Failure> {
        let mut server = self.connect("postgres").await?;
        let asked = sqlx::query("SELECT pg_database_size(datname) FROM pg_database WHERE datname = $1")
            .bind(self.name(node))
            .fetch_one(&mut server)
            .await;
        let bytes: i64 = asked.and_then(|row| row.try_get(0)).map_err(|error| self.failed(error))?;
        server.close().await.map_err(|error| self.failed(error))?;
        Ok(bytes as u64)
    }

    /// What the server says of itself: its version and whether commits are written through.
    pub(crate) async fn about(&self) -> Result<String, Failure> {
        let mut server = self.connect("postgres").await?;
        let mut said = Vec::new();
        for setting in ["server_version", "fsync", "synchronous_commit"] {
            let asked = sqlx::query(AssertSqlSafe(format!("SHOW {setting}"))).fetch_one(&mut server).await;
            said.push(asked.and_then(|row| row.try_get::<String, _>(0)).map_err(|error| self.failed(error))?);
        }
        server.close().await.map_err(|error| self.failed(error))?;
        Ok(format!("PostgreSQL {}, fsync {}, synchronous_commit {}", said[0], said[1], said[2]))
    }

    async fn connect(&self, database: &str) -> Result<AnyConnection, Failure> {
        sqlx::any::install_default_drivers();
        AnyConnection::connect(&format!("{}/{database}", self.server)).await.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: sqlx::Error) -> Failure {
        Failure::new("databases", format!("{}: {error}", self.server))
    }
}
