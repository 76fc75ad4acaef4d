//! Projects of Discourse Network Analyzer (DNA) 3: SQLite files of another program, read, and written so that it opens them.
//!
//! The tables are those of DNA 3.0.11.7 (January 2026; `sql/Sql.java` in github.com/leifeld-lab/dna). DNA opens a file whose
//! setting `version` begins with 3.0, after the password of a coder; here every version 3 is read.

use std::collections::HashMap;
use std::path::Path;

use futures_util::TryStreamExt as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};

use super::{Result, StoreError};
use crate::limits;
use crate::network::statement::{Coded, Project, TYPE, VARIABLES};

/// The version whose tables are written.
const VERSION: [&str; 2] = ["3.0.11.7", "2026-01-24"];
/// The password of every coder of a project that is written. It keeps nothing secret: DNA asks for one.
pub const PASSWORD: &str = "tongban";
/// The same as DNA keeps it: salt and hash, SHA-256 a hundred thousand times.
const PASSWORD_HASH: &str = "dG9uZ2Jhbi1kbmEtMjAyNh5h06ZECSvJ4b395XMGlEQTg5NClFhxPzb2Upyrjmhp";
/// What stands in a document where a statement has no words: DNA marks at least one character.
const NO_WORDS: &str = "–";
/// The coder of everything of which nobody is said to have coded it, and of all documents.
const ADMIN: i64 = 1;
const ADMIN_NAME: &str = "Admin";

/// What a file can be that is not read.
#[derive(Debug)]
pub enum Unread {
    /// A database of another program, or a torn one.
    Other(String),
    /// A project of another version, which is named.
    Version(String),
    /// There is no such type of statement; those that there are.
    Type(String),
}

impl From<sqlx::Error> for Unread {
    fn from(error: sqlx::Error) -> Unread {
        Unread::Other(error.to_string())
    }
}

/// Reads the statements of one type. The file is not changed.
pub async fn read(path: &Path, kind: &str) -> std::result::Result<Project, Unread> {
    let mut file = SqliteConnectOptions::new().filename(path).read_only(true).connect().await?;
    let project = project(&mut file, kind).await;
    file.close().await?;
    project
}

async fn texts(file: &mut SqliteConnection, query: &'static str) -> sqlx::Result<Vec<String>> {
    sqlx::query(query).fetch_all(file).await?.iter().map(|row| row.try_get(0)).collect()
}

async fn project(file: &mut SqliteConnection, kind: &str) -> std::result::Result<Project, Unread> {
    let settings = texts(file, "SELECT name FROM sqlite_master WHERE name IN ('SETTINGS', 'STATEMENTTYPES')").await?;
    if settings.len() < 2 {
        return Err(Unread::Other("no tables SETTINGS and STATEMENTTYPES".to_owned()));
    }
    let version = texts(file, "SELECT Value FROM SETTINGS WHERE Property = 'version'").await?.concat();
    if !version.starts_with("3.") {
        return Err(Unread::Version(version));
    }
    let types =
        sqlx::query("SELECT ID FROM STATEMENTTYPES WHERE Label = ?1").bind(kind).fetch_optional(&mut *file).await?;
    let Some(found) = types else {
        let labels = texts(file, "SELECT Label FROM STATEMENTTYPES ORDER BY ID").await?;
        return Err(Unread::Type(labels.join(", ")));
    };
    let kind: i64 = found.try_get(0)?;
    let variables = "SELECT ID, Variable FROM VARIABLES WHERE StatementTypeId = ?1 ORDER BY ID";
    let variables = sqlx::query(variables).bind(kind).fetch_all(&mut *file).await?;
    let variables: Vec<(i64, String)> =
        variables.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<sqlx::Result<_>>()?;
    let place: HashMap<i64, usize> = variables.iter().map(|(id, _)| *id).zip(0..).collect();
    let mut values: HashMap<i64, Vec<String>> = HashMap::new();
    let said = "SELECT StatementId, DATASHORTTEXT.VariableId, ENTITIES.Value FROM DATASHORTTEXT \
                JOIN ENTITIES ON ENTITIES.ID = Entity \
                UNION ALL SELECT StatementId, VariableId, COALESCE(Value, '') FROM DATALONGTEXT \
                UNION ALL SELECT StatementId, VariableId, CAST(Value AS TEXT) FROM DATABOOLEAN \
                UNION ALL SELECT StatementId, VariableId, CAST(Value AS TEXT) FROM DATAINTEGER";
    let mut rows = sqlx::query(said).fetch(&mut *file);
    while let Some(row) = rows.try_next().await? {
        let (statement, variable): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        if let Some(at) = place.get(&variable) {
            values.entry(statement).or_insert_with(|| vec![String::new(); place.len()])[*at] = row.try_get(2)?;
        }
    }
    drop(rows);
    // One more than is read says that there are too many.
    let statements = "SELECT S.ID, DocumentId, Title, Author, Source, Section, Type, Date, \
                      COALESCE(SUBSTR(Text, Start + 1, Stop - Start), '') AS Words, COALESCE(Name, '') AS Coder \
                      FROM STATEMENTS AS S JOIN DOCUMENTS AS D ON D.ID = DocumentId LEFT JOIN CODERS AS C ON C.ID = S.Coder \
                      WHERE StatementTypeId = ?1 ORDER BY Date, S.ID LIMIT ?2";
    let all = limits::STATEMENTS_MAX as i64 + 1;
    let mut rows = sqlx::query(statements).bind(kind).bind(all).fetch(&mut *file);
    let mut statements = Vec::new();
    while let Some(row) = rows.try_next().await? {
        let mut one = coded(&row)?;
        one.values = values.remove(&one.number).unwrap_or_else(|| vec![String::new(); variables.len()]);
        statements.push(one);
    }
    drop(rows);
    Ok(Project { variables: variables.into_iter().map(|(_, name)| name).collect(), statements })
}

fn coded(row: &SqliteRow) -> sqlx::Result<Coded> {
    let text = |at: usize| row.try_get::<String, _>(at);
    Ok(Coded {
        number: row.try_get(0)?,
        document: row.try_get(1)?,
        about: [text(2)?, text(3)?, text(4)?, text(5)?, text(6)?],
        seconds: row.try_get(7)?,
        words: text(8)?,
        coder: text(9)?,
        values: Vec::new(),
    })
}

/// The tables of a project, in an order in which each names only those before it.
fn tables() -> Vec<String> {
    let short = |name: &str| format!("{name} TEXT NOT NULL DEFAULT '' CHECK (LENGTH({name}) < 191)");
    let named = |name: &str| format!("{name} TEXT NOT NULL CHECK (LENGTH({name}) < 191)");
    let number = |name: &str, least: u32, most: u32, usual: u32| {
        format!("{name} INTEGER NOT NULL DEFAULT {usual} CHECK ({name} BETWEEN {least} AND {most})")
    };
    let colour = ["Red", "Green", "Blue"].map(|name| number(name, 0, 255, 0)).join(", ");
    let maybe_colour = ["Red", "Green", "Blue"].map(|name| format!("{name} INTEGER CHECK ({name} BETWEEN 0 AND 255)"));
    let of = |column: &str, table: &str| format!("FOREIGN KEY({column}) REFERENCES {table}(ID) ON DELETE CASCADE");
    let permissions = [
        "AddDocuments",
        "EditDocuments",
        "DeleteDocuments",
        "ImportDocuments",
        "AddStatements",
        "EditStatements",
        "DeleteStatements",
        "EditAttributes",
        "EditRegex",
        "EditStatementTypes",
        "EditCoders",
        "EditCoderRelations",
        "ViewOthersDocuments",
        "EditOthersDocuments",
        "ViewOthersStatements",
        "EditOthersStatements",
    ];
    let permissions = permissions.map(|name| number(&format!("Permission{name}"), 0, 1, 1)).join(", ");
    let id = "ID INTEGER NOT NULL PRIMARY KEY";
    let data = |value: &str| {
        format!(
            "{id}, StatementId INTEGER NOT NULL, VariableId INTEGER NOT NULL, {value}, {}, {}, UNIQUE (StatementId, VariableId)",
            of("StatementId", "STATEMENTS"),
            of("VariableId", "VARIABLES")
        )
    };
    let tables = [
        ("SETTINGS", "Property TEXT PRIMARY KEY, Value TEXT NOT NULL".to_owned()),
        (
            "CODERS",
            [
                id.to_owned(),
                named("Name"),
                colour.clone(),
                number("Refresh", 0, 9999, 0),
                number("FontSize", 1, 99, 14),
                named("Password"),
                "PopupWidth INTEGER DEFAULT 300 CHECK (PopupWidth BETWEEN 100 AND 9999)".to_owned(),
                number("ColorByCoder", 0, 1, 0),
                number("PopupDecoration", 0, 1, 0),
                number("PopupAutoComplete", 0, 1, 1),
                permissions,
            ]
            .join(", "),
        ),
        (
            "DOCUMENTS",
            format!(
                "{id}, {}, Text TEXT NOT NULL, Coder INTEGER, {}, {}, {}, Notes TEXT NOT NULL DEFAULT '', {}, \
                 Date INTEGER NOT NULL, {}",
                named("Title"),
                short("Author"),
                short("Source"),
                short("Section"),
                short("Type"),
                of("Coder", "CODERS")
            ),
        ),
        ("STATEMENTTYPES", format!("{id}, {}, {colour}", named("Label"))),
        (
            "VARIABLES",
            format!(
                "{id}, {}, DataType TEXT NOT NULL DEFAULT 'short text' \
                 CHECK (DataType IN ('boolean', 'integer', 'long text', 'short text')), StatementTypeId INTEGER, {}, \
                 UNIQUE (Variable, StatementTypeId)",
                named("Variable"),
                of("StatementTypeId", "STATEMENTTYPES")
            ),
        ),
        (
            "VARIABLELINKS",
            format!(
                "{id}, SourceVariableId INTEGER, TargetVariableId INTEGER, CHECK (TargetVariableId != SourceVariableId), {}, {}",
                of("SourceVariableId", "VARIABLES"),
                of("TargetVariableId", "VARIABLES")
            ),
        ),
        ("REGEXES", format!("Label TEXT PRIMARY KEY CHECK (LENGTH(Label) < 191), {colour}")),
        (
            "CODERRELATIONS",
            format!(
                "{id}, Coder INTEGER CHECK (Coder > 0), OtherCoder INTEGER CHECK (OtherCoder > 0), {}, \
                 CHECK (Coder != OtherCoder), {}, {}",
                ["viewStatements", "editStatements", "viewDocuments", "editDocuments"]
                    .map(|name| number(name, 0, 1, 1))
                    .join(", "),
                of("Coder", "CODERS"),
                of("OtherCoder", "CODERS")
            ),
        ),
        (
            "STATEMENTS",
            format!(
                "{id}, StatementTypeId INTEGER, DocumentId INTEGER, Start INTEGER NOT NULL CHECK (Start >= 0), \
                 Stop INTEGER NOT NULL CHECK (Stop >= 0), Coder INTEGER, CHECK (Start < Stop), {}, {}, {}",
                of("StatementTypeId", "STATEMENTTYPES"),
                of("Coder", "CODERS"),
                of("DocumentId", "DOCUMENTS")
            ),
        ),
        ("DATABOOLEAN", data("Value INTEGER NOT NULL DEFAULT 1")),
        ("DATAINTEGER", data("Value INTEGER NOT NULL DEFAULT 0")),
        (
            "ENTITIES",
            format!(
                "{id}, VariableId INTEGER NOT NULL, {}, {}, ChildOf INTEGER CHECK (ChildOf > 0), UNIQUE (VariableId, Value), {}, {}",
                short("Value"),
                maybe_colour.join(", "),
                of("ChildOf", "ENTITIES"),
                of("VariableId", "VARIABLES")
            ),
        ),
        ("DATASHORTTEXT", data(&format!("Entity INTEGER NOT NULL, {}", of("Entity", "ENTITIES")))),
        ("DATALONGTEXT", data("Value TEXT DEFAULT ''")),
        (
            "ATTRIBUTEVARIABLES",
            format!(
                "{id}, VariableId INTEGER NOT NULL, {}, UNIQUE (VariableId, AttributeVariable), {}",
                named("AttributeVariable"),
                of("VariableId", "VARIABLES")
            ),
        ),
        (
            "ATTRIBUTEVALUES",
            format!(
                "{id}, EntityId INTEGER NOT NULL, AttributeVariableId INTEGER NOT NULL, {}, \
                 UNIQUE (EntityId, AttributeVariableId), {}, {}",
                short("AttributeValue"),
                of("EntityId", "ENTITIES"),
                of("AttributeVariableId", "ATTRIBUTEVARIABLES")
            ),
        ),
    ];
    tables.into_iter().map(|(name, columns)| format!("CREATE TABLE {name} ({columns})")).collect()
}

/// Writes a project of the type that DNA makes itself. The file must not be there.
pub async fn write(path: &Path, project: &Project) -> Result<()> {
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    file.map_err(|error| StoreError::File { path: path.display().to_string(), error })?;
    let mut file = SqliteConnectOptions::new().filename(path).connect().await?;
    let filled = fill(&mut file, project).await;
    file.close().await?;
    if filled.is_err() {
        // Nothing is left that was not written whole; if it cannot be taken away, the first error says more.
        let _ = std::fs::remove_file(path);
    }
    filled
}

async fn fill(file: &mut SqliteConnection, project: &Project) -> Result<()> {
    let mut file = file.begin().await?;
    for table in tables() {
        file.execute(AssertSqlSafe(table)).await?;
    }
    for (property, value) in ["version", "date"].into_iter().zip(VERSION) {
        let setting = sqlx::query("INSERT INTO SETTINGS (Property, Value) VALUES (?1, ?2)");
        setting.bind(property).bind(value).execute(&mut *file).await?;
    }
    let mut coders: HashMap<&str, i64> = HashMap::from([("", ADMIN)]);
    for name in std::iter::once(ADMIN_NAME).chain(project.statements.iter().map(|one| one.coder.as_str())) {
        let next = coders.len() as i64;
        if !coders.contains_key(name) {
            let coder = "INSERT INTO CODERS (ID, Name, Red, Green, Password) VALUES (?1, ?2, 255, 255, ?3)";
            sqlx::query(coder).bind(next).bind(name).bind(PASSWORD_HASH).execute(&mut *file).await?;
            coders.insert(name, next);
        }
    }
    let kind = "INSERT INTO STATEMENTTYPES (ID, Label, Red, Green, Blue) VALUES (1, ?1, 239, 208, 51)";
    sqlx::query(kind).bind(TYPE).execute(&mut *file).await?;
    for (variable, id) in VARIABLES.into_iter().zip(1_i64..) {
        let is_text = variable != "agreement";
        let of = "INSERT INTO VARIABLES (ID, Variable, DataType, StatementTypeId) VALUES (?1, ?2, ?3, 1)";
        let data = if is_text { "short text" } else { "boolean" };
        sqlx::query(of).bind(id).bind(variable).bind(data).execute(&mut *file).await?;
        for attribute in ["Type", "Alias", "Notes"].into_iter().filter(|_| is_text) {
            let of = "INSERT INTO ATTRIBUTEVARIABLES (VariableId, AttributeVariable) VALUES (?1, ?2)";
            sqlx::query(of).bind(id).bind(attribute).execute(&mut *file).await?;
        }
    }
    let mut entities: HashMap<(i64, &str), i64> = HashMap::new();
    for (document, statements) in project.documents() {
        // Of the text of a document only the words of its statements are known.
        let words = |one: &Coded| if one.words.is_empty() { NO_WORDS.to_owned() } else { one.words.clone() };
        let text: Vec<String> = statements.iter().map(|one| words(one)).collect();
        let Some(Coded { about: [title, author, source, section, kind], seconds, .. }) = statements.first() else {
            continue;
        };
        let of = "INSERT INTO DOCUMENTS (ID, Title, Text, Coder, Author, Source, Section, Type, Date) \
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let of = sqlx::query(of).bind(document).bind(title).bind(text.join("\n")).bind(ADMIN);
        of.bind(author).bind(source).bind(section).bind(kind).bind(seconds).execute(&mut *file).await?;
        let mut start = 0;
        for (one, text) in statements.into_iter().zip(&text) {
            let stop = start + text.chars().count() as i64;
            let of = "INSERT INTO STATEMENTS (ID, StatementTypeId, DocumentId, Start, Stop, Coder) VALUES (?1, 1, ?2, ?3, ?4, ?5)";
            let of = sqlx::query(of).bind(one.number).bind(document).bind(start).bind(stop);
            of.bind(coders.get(one.coder.as_str()).unwrap_or(&ADMIN)).execute(&mut *file).await?;
            start = stop + 1;
            for (value, variable) in one.values.iter().zip(1_i64..) {
                if variable == VARIABLES.len() as i64 {
                    let of = "INSERT INTO DATABOOLEAN (StatementId, VariableId, Value) VALUES (?1, ?2, ?3)";
                    let of = sqlx::query(of).bind(one.number).bind(variable);
                    of.bind(i64::from(value == "1")).execute(&mut *file).await?;
                    continue;
                }
                let next = entities.len() as i64 + 1;
                let entity = *entities.entry((variable, value.as_str())).or_insert(next);
                if entity == next {
                    let of =
                        "INSERT INTO ENTITIES (ID, VariableId, Value, Red, Green, Blue) VALUES (?1, ?2, ?3, 0, 0, 0)";
                    sqlx::query(of).bind(entity).bind(variable).bind(value).execute(&mut *file).await?;
                    let of = "INSERT INTO ATTRIBUTEVALUES (EntityId, AttributeVariableId) \
                              SELECT ?1, ID FROM ATTRIBUTEVARIABLES WHERE VariableId = ?2";
                    sqlx::query(of).bind(entity).bind(variable).execute(&mut *file).await?;
                }
                let of = "INSERT INTO DATASHORTTEXT (StatementId, VariableId, Entity) VALUES (?1, ?2, ?3)";
                sqlx::query(of).bind(one.number).bind(variable).bind(entity).execute(&mut *file).await?;
            }
        }
    }
    file.commit().await?;
    Ok(())
}
