//! Personal fields and materials.

use std::collections::HashSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use sqlx::Row as _;
use sqlx::any::AnyRow;
use tongban_core::dossier::suite::hex;
use tongban_core::dossier::{BlobRef, DossierId, Hash, Suite, blob_hash};

use super::{Result, Store, StoreError, damaged, sql};
use crate::limits;

/// The folder of larger blobs, each in a file named by its hash; without a folder all are in the database.
#[derive(Clone, Debug)]
pub struct Blobs(Option<PathBuf>);

/// A blob that is to be stored with the entry that refers to it.
#[derive(Clone, Debug)]
pub struct NewBlob {
    /// How the entry refers to it.
    pub reference: BlobRef,
    /// 16 random bytes.
    pub salt: [u8; 16],
    /// The bytes, unless they are in the folder already.
    pub bytes: Option<Vec<u8>>,
}

/// A blob as it is held.
#[derive(Clone, Debug)]
pub struct HeldBlob {
    /// Its name.
    pub hash: Hash,
    /// Its salt.
    pub salt: [u8; 16],
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media: String,
}

impl NewBlob {
    /// Names a blob.
    pub fn new(suite: Suite, salt: [u8; 16], media: &str, bytes: Vec<u8>) -> NewBlob {
        let hash = blob_hash(suite, &salt, &bytes);
        let reference = BlobRef { hash, size: bytes.len() as u32, media: media.to_owned() };
        NewBlob { reference, salt, bytes: Some(bytes) }
    }
}

impl Blobs {
    pub(super) fn in_folder(folder: PathBuf) -> Result<Blobs> {
        std::fs::create_dir_all(&folder).map_err(|error| file_error(&folder, error))?;
        Ok(Blobs(Some(folder)))
    }

    pub(super) fn in_database() -> Blobs {
        Blobs(None)
    }

    /// The folder of a blob, and its path there.
    fn place(&self, hash: &Hash) -> Option<(PathBuf, PathBuf)> {
        let name = hex(&hash.tagged());
        let folder = self.0.as_ref()?.join(&name[2..4]);
        let path = folder.join(name);
        Some((folder, path))
    }

    /// Moves a large blob into the folder, durably, before the entry that refers to it is committed. Small ones stay for
    /// the database. Blocking.
    pub fn settle(&self, blob: &mut NewBlob) -> Result<()> {
        let Some((folder, path)) = self.place(&blob.reference.hash) else { return Ok(()) };
        let Some(bytes) = blob.bytes.take_if(|bytes| bytes.len() > limits::BLOB_INLINE_BYTES_MAX) else {
            return Ok(());
        };
        let whole = || {
            std::fs::create_dir_all(&folder)?;
            let partial = path.with_extension("partial");
            let mut file = std::fs::File::create(&partial)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            std::fs::rename(&partial, &path)?;
            std::fs::File::open(&folder)?.sync_all()
        };
        whole().map_err(|error| file_error(&path, error))
    }

    /// The size of a blob's file, if it is there. Blocking.
    pub fn size(&self, hash: &Hash) -> Option<u64> {
        let (_, path) = self.place(hash)?;
        std::fs::metadata(path).ok().map(|file| file.len())
    }

    /// How many files lie in the folder, and how many bytes; none without a folder. Blocking.
    pub fn count(&self) -> std::io::Result<(u64, u64)> {
        let (mut files, mut bytes) = (0, 0);
        for folder in self.0.iter().map(std::fs::read_dir).collect::<std::io::Result<Vec<_>>>()?.into_iter().flatten() {
            let folder = folder?.path();
            if folder.is_dir() {
                for file in std::fs::read_dir(folder)? {
                    files += 1;
                    bytes += file?.metadata().map_or(0, |file| file.len());
                }
            }
        }
        Ok((files, bytes))
    }

    /// Deletes a blob's file, if there is one. Blocking.
    fn remove(&self, hash: &Hash) -> Result<()> {
        let Some((_, path)) = self.place(hash) else { return Ok(()) };
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(file_error(&path, error)),
            _ => Ok(()),
        }
    }

    pub(super) fn read(&self, hash: &Hash) -> Result<Vec<u8>> {
        let (_, path) =
            self.place(hash).ok_or_else(|| damaged("a blob is said to be in a folder that is not there"))?;
        std::fs::read(&path).map_err(|error| file_error(&path, error))
    }
}

fn file_error(path: &Path, error: std::io::Error) -> StoreError {
    StoreError::File { path: path.display().to_string(), error }
}

pub(super) async fn insert(connection: &mut sqlx::AnyConnection, blobs: &[NewBlob]) -> Result<()> {
    let into = "blob (hash, salt, bytes, size, media, file)";
    let tail = "ON CONFLICT (hash) DO NOTHING";
    sql::insert(connection, into, 6, tail, blobs, |query, blob| {
        let reference = &blob.reference;
        query
            .bind(reference.hash.tagged().to_vec())
            .bind(blob.salt.to_vec())
            .bind(blob.bytes.clone())
            .bind(i64::from(reference.size))
            .bind(reference.media.clone())
            .bind(i64::from(blob.bytes.is_none()))
    })
    .await?;
    Ok(())
}

/// Which of these blobs were here, erased since or not.
pub(super) async fn known(connection: &mut sqlx::AnyConnection, hashes: &[Hash]) -> Result<HashSet<Hash>> {
    let mut known = HashSet::new();
    for some in hashes.chunks(500) {
        let text = format!("SELECT hash FROM blob WHERE hash IN {}", sql::list(1, some.len()));
        let query = sqlx::query(sqlx::AssertSqlSafe(text));
        let query = some.iter().fold(query, |query, hash| query.bind(hash.tagged().to_vec()));
        for row in query.fetch_all(&mut *connection).await? {
            known.insert(Hash::from_tagged(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)?);
        }
    }
    Ok(known)
}

impl Store {
    /// A blob with its bytes; `None` if it is not held here, or was erased.
    pub async fn blob(&self, hash: &Hash) -> Result<Option<HeldBlob>> {
        let row = sqlx::query("SELECT salt, bytes, media, file FROM blob WHERE hash = $1 AND salt IS NOT NULL")
            .bind(hash.tagged().to_vec())
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(self.held(*hash, &row, 0).await?))
    }

    /// Reads salt, bytes, media type and place from a row, from column `first` on.
    async fn held(&self, hash: Hash, row: &AnyRow, first: usize) -> Result<HeldBlob> {
        let salt: Vec<u8> = row.try_get(first)?;
        let salt = salt.try_into().map_err(|_| damaged("a blob's salt"))?;
        let bytes = if row.try_get::<i64, _>(first + 3)? == 1 {
            let blobs = self.blobs.clone();
            tokio::task::spawn_blocking(move || blobs.read(&hash)).await.map_err(damaged)??
        } else {
            row.try_get::<Option<Vec<u8>>, _>(first + 1)?.unwrap_or_default()
        };
        Ok(HeldBlob { hash, salt, bytes, media: row.try_get(first + 2)? })
    }

    /// Whether the bytes of each of these blobs are held.
    pub async fn blobs_held(&self, hashes: &[Hash]) -> Result<Vec<Hash>> {
        if hashes.is_empty() {
            return Ok(Vec::new());
        }
        let text = format!("SELECT hash FROM blob WHERE salt IS NOT NULL AND hash IN {}", sql::list(1, hashes.len()));
        let mut query = sqlx::query(sqlx::AssertSqlSafe(text));
        for hash in hashes {
            query = query.bind(hash.tagged().to_vec());
        }
        let rows = query.fetch_all(&self.pool).await?;
        rows.iter().map(|row| Hash::from_tagged(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)).collect()
    }

    /// Stores blobs that a peer sent. Their hashes were checked.
    pub async fn keep_blobs(&self, mut blobs: Vec<NewBlob>) -> Result<()> {
        let folder = self.blobs.clone();
        let settle = move || {
            blobs.iter_mut().try_for_each(|blob| folder.settle(blob))?;
            Ok::<_, StoreError>(blobs)
        };
        let blobs = tokio::task::spawn_blocking(settle).await.map_err(damaged)??;
        let mut transaction = self.writing.begin().await?;
        insert(&mut transaction, &blobs).await?;
        let came: Vec<Vec<u8>> = blobs.iter().map(|blob| blob.reference.hash.tagged().to_vec()).collect();
        sql::delete(&mut transaction, "blob_wanted", "hash", &came).await?;
        super::person::index(&mut transaction, &blobs).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Erases the bytes of blobs that no other dossier refers to: parts of one application share theirs, and the last one that
    /// comes to its term takes them along.
    pub async fn erase_blobs(&self, hashes: &[Hash], dossier: DossierId) -> Result<()> {
        let forget = "DELETE FROM same_person WHERE dossier = $1";
        sqlx::query(forget).bind(dossier.bytes().to_vec()).execute(&self.writing).await?;
        for hash in hashes {
            let text = "UPDATE blob SET salt = NULL, bytes = NULL WHERE hash = $1 AND NOT EXISTS (SELECT 1 FROM blob_ref r \
                        JOIN case_view v ON v.dossier = r.dossier WHERE r.hash = blob.hash AND r.dossier <> $2 \
                        AND (v.keep_until IS NOT NULL OR v.step NOT IN ('nothing', 'rate')))";
            let erased = sqlx::query(text)
                .bind(hash.tagged().to_vec())
                .bind(dossier.bytes().to_vec())
                .execute(&self.writing)
                .await?;
            if erased.rows_affected() > 0 {
                let (blobs, hash) = (self.blobs.clone(), *hash);
                tokio::task::spawn_blocking(move || blobs.remove(&hash)).await.map_err(damaged)??;
            }
        }
        Ok(())
    }

    /// Blobs after one that dossiers with this participant refer to and that are not held: what still has to be fetched.
    pub async fn blobs_wanted_of(&self, peer: &str, after: Option<&Hash>, most: i64) -> Result<Vec<Hash>> {
        let rows = sqlx::query(
            "SELECT DISTINCT w.hash FROM blob_wanted w JOIN dossier d ON d.id = w.dossier \
             WHERE ' ' || d.participants || ' ' LIKE $1 AND w.hash > $2 ORDER BY w.hash LIMIT $3",
        )
        .bind(format!("% {peer} %"))
        .bind(after.map_or(Vec::new(), |hash| hash.tagged().to_vec()))
        .bind(most)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Hash::from_tagged(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)).collect()
    }

    /// Those of these blobs that a dossier with this participant refers to, until `bytes_max` is reached; a single larger
    /// one comes alone.
    pub async fn blobs_for(&self, peer: &str, hashes: &[Hash], bytes_max: usize) -> Result<Vec<HeldBlob>> {
        if hashes.is_empty() {
            return Ok(Vec::new());
        }
        let text = format!(
            "SELECT b.hash, b.salt, b.bytes, b.media, b.file FROM blob b WHERE b.salt IS NOT NULL AND EXISTS \
             (SELECT 1 FROM blob_ref r JOIN dossier d ON d.id = r.dossier \
             WHERE r.hash = b.hash AND ' ' || d.participants || ' ' LIKE $1) AND b.hash IN {}",
            sql::list(2, hashes.len())
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(format!("% {peer} %"));
        for hash in hashes {
            query = query.bind(hash.tagged().to_vec());
        }
        let mut held = Vec::new();
        let mut bytes = 0;
        for row in query.fetch_all(&self.pool).await? {
            let hash = Hash::from_tagged(&row.try_get::<Vec<u8>, _>(0)?).map_err(damaged)?;
            let blob = self.held(hash, &row, 1).await?;
            bytes += blob.bytes.len();
            if bytes > bytes_max && !held.is_empty() {
                break;
            }
            held.push(blob);
        }
        Ok(held)
    }
}
