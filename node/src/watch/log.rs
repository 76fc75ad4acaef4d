//! The node's log: one line an event on standard error.

use std::io::IsTerminal as _;

use clap::ValueEnum;

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogForm {
    /// One JSON object a line, for programs
    Json,
    /// For people
    Text,
}

/// Begins to log. Without a form: text on a terminal, JSON elsewhere. `TONGBAN_LOG` chooses what is logged.
pub fn start_log(form: Option<LogForm>) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("TONGBAN_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,sqlx=warn"));
    let terminal = std::io::stderr().is_terminal();
    let form = form.unwrap_or(if terminal { LogForm::Text } else { LogForm::Json });
    // A line that cannot be written, as on a full disk, is lost. Saying so on the same standard error would panic, and end
    // whoever wanted to log: the writer, for one.
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false);
    match form {
        LogForm::Text => builder.with_ansi(terminal).init(),
        // Fields at the top and the span beside them: what is searched for stands once.
        LogForm::Json => builder.json().flatten_event(true).with_span_list(false).init(),
    }
}
