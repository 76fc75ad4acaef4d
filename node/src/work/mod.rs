//! What a node does by itself, without anybody at a desk: bounded loops over what the store says is due. With several
//! processes over one database it is done by whoever holds the lease.

mod clock;
mod department;
mod digest;
mod erase;
mod joint;
mod moves;
mod network;
mod post;
mod public;
mod staff;
mod tell;

use crate::app::App;

pub use post::{Post, Stuck};
pub use staff::office_hours_before;

/// Works until the process ends.
pub async fn run(app: App) {
    let post = match Post::new(&app.config.notify) {
        Ok(post) => post,
        Err(error) => {
            tracing::error!(
                error,
                "mail and messages cannot be sent: mend `notify` in the configuration and start again"
            );
            Post::none()
        }
    };
    tokio::join!(
        joint::follow(&app),
        clock::watch(&app),
        department::serve(&app),
        moves::follow(&app),
        network::follow(&app),
        public::follow(&app),
        public::read(&app),
        digest::follow(&app),
        erase::follow(&app),
        tell::follow(&app, &post),
        staff::follow(&app, &post)
    );
}
