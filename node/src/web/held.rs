//! Files of a form that was refused: the good ones are kept, and the form that is shown again names them, so that nobody
//! has to choose them twice. Only this node can make such a name, and only for this case.

use maud::{Markup, html};
use tongban_core::case::{Attached, Check};
use tongban_core::dossier::suite::hex;
use tongban_core::dossier::{BlobRef, DossierId, Suite};

use super::case_page;
use super::fault::Fault;
use super::form::Form;
use super::part::icon;
use super::visitor::Visitor;
use crate::app::App;
use crate::store::NewBlob;

/// The field that names them.
const FIELD: &str = "held";

/// Keeps files and lets the form name them. `blobs` are those of them that came with this form.
pub async fn keep(
    app: &App,
    id: DossierId,
    form: &mut Form,
    files: &[Attached],
    blobs: Vec<NewBlob>,
) -> Result<(), Fault> {
    if !blobs.is_empty() {
        app.store.keep_blobs(blobs).await?;
    }
    form.set(FIELD, files.iter().map(|file| name(app, id, file)));
    Ok(())
}

/// The files that a form names. How they were checked, the form says elsewhere.
pub fn named(app: &App, id: DossierId, form: &Form) -> Vec<Attached> {
    let read = |text: &str| {
        let (said, mark) = text.rsplit_once(' ')?;
        if mark_of(app, id, said) != mark {
            return None;
        }
        let mut parts = said.split(' ');
        let (material, hash, size, media) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let blob = BlobRef { hash: hash.parse().ok()?, size: size.parse().ok()?, media: media.to_owned() };
        Some(Attached { material: material.to_owned(), blob, check: Check::Uploaded })
    };
    form.all(FIELD).filter_map(read).collect()
}

/// What a form names, and what is new: a file that was chosen anew takes the place of the one that was kept.
pub fn with_new(app: &App, id: DossierId, form: &Form, new: Vec<Attached>) -> Vec<Attached> {
    let mut files = named(app, id, form);
    files.retain(|kept| !new.iter().any(|file| file.material == kept.material));
    files.extend(new);
    files
}

/// What the form says of a kept file, and the field that carries it on.
pub fn line(app: &App, visitor: &Visitor, id: DossierId, file: &Attached) -> Markup {
    html! {
        p { (icon("tick")) (visitor.tf("file-held", &[("size", &case_page::size(file.blob.size))])) }
        input type="hidden" name=(FIELD) value=(name(app, id, file));
    }
}

fn name(app: &App, id: DossierId, file: &Attached) -> String {
    let BlobRef { hash, size, media } = &file.blob;
    let said = format!("{} {hash} {size} {media}", file.material);
    format!("{said} {}", mark_of(app, id, &said))
}

fn mark_of(app: &App, id: DossierId, said: &str) -> String {
    let hash = Suite::Ed25519.hash(&[b"tongban held v1\0", &app.secret, id.bytes(), said.as_bytes()]);
    hex(&hash.bytes()[..16])
}
