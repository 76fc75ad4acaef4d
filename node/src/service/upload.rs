//! Materials as they come in.

use tongban_core::dossier::Signer;

use crate::limits;
use crate::store::NewBlob;

/// A file as it was sent.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Its name on the sender's machine; shown in errors, never kept.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Why a file cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UploadFault {
    /// No bytes.
    #[error("{name}: the file is empty")]
    Empty {
        /// The file.
        name: String,
    },
    /// Over the limit.
    #[error("{name}: {bytes} bytes, at most {} are taken", limits::MATERIAL_BYTES_MAX)]
    TooLarge {
        /// The file.
        name: String,
        /// Its size.
        bytes: usize,
    },
    /// Not PDF, JPEG or PNG, by its first bytes.
    #[error("{name}: only PDF, JPEG and PNG are taken")]
    Kind {
        /// The file.
        name: String,
    },
}

impl UploadFault {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            UploadFault::Empty { .. } => "upload-empty",
            UploadFault::TooLarge { .. } => "upload-too-large",
            UploadFault::Kind { .. } => "upload-kind",
        }
    }

    /// The file.
    pub fn name(&self) -> &str {
        match self {
            UploadFault::Empty { name } | UploadFault::TooLarge { name, .. } | UploadFault::Kind { name } => name,
        }
    }
}

/// Checks a file by its size and first bytes, and names it as a blob.
pub fn check_upload(signer: &dyn Signer, upload: Upload) -> Result<NewBlob, UploadFault> {
    let Upload { name, bytes } = upload;
    if bytes.is_empty() {
        return Err(UploadFault::Empty { name });
    }
    if bytes.len() > limits::MATERIAL_BYTES_MAX {
        return Err(UploadFault::TooLarge { name, bytes: bytes.len() });
    }
    let media = infer::get(&bytes).map(|kind| kind.mime_type());
    match media {
        Some(media @ ("application/pdf" | "image/jpeg" | "image/png")) => {
            Ok(NewBlob::new(signer.public_key().suite(), rand::random(), media, bytes))
        }
        _ => Err(UploadFault::Kind { name }),
    }
}
