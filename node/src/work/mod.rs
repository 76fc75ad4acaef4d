//! What a node does by itself, without anybody at a desk: bounded loops over what the store says is due. With several
//! processes over one database it is done by whoever holds the lease.

mod clock;
mod department;
mod erase;
mod joint;
mod moves;

use tongban_core::dossier::{By, Role};

use crate::app::App;

/// Works until the process ends.
pub async fn run(app: App) {
    tokio::join!(
        joint::follow(&app),
        clock::watch(&app),
        department::serve(&app),
        moves::follow(&app),
        erase::follow(&app)
    );
}

/// The node itself, by rule and without a person.
fn system() -> By {
    By { org: None, role: Role::System, staff: None }
}
