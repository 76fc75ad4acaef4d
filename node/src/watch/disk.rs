//! The machine under the node: free space, and how long the certificate is valid.

use std::path::Path;

use tongban_core::dossier::Moment;

/// Where the data folder lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disk {
    /// Bytes that the node may still write.
    pub free: u64,
    /// All bytes.
    pub total: u64,
}

impl Disk {
    /// Asks the system.
    #[cfg(unix)]
    pub fn of(folder: &Path) -> Option<Disk> {
        let told = rustix::fs::statvfs(folder).ok()?;
        Some(Disk { free: told.f_bavail * told.f_frsize, total: told.f_blocks * told.f_frsize })
    }

    /// Not known here.
    #[cfg(not(unix))]
    pub fn of(_folder: &Path) -> Option<Disk> {
        None
    }
}

/// Until when the first certificate of a PEM file is valid.
pub fn certificate_end(path: &Path) -> Result<Moment, String> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;
    let certificate = CertificateDer::from_pem_file(path).map_err(|error| error.to_string())?;
    let (_, read) = x509_parser::parse_x509_certificate(&certificate).map_err(|error| error.to_string())?;
    Ok(Moment(read.validity().not_after.timestamp() * 1000))
}
