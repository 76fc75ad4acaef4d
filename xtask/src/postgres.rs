//! A private PostgreSQL cluster: made for one run on a free port of loopback, gone after it.

use crate::shell::{self, Fault};
use std::{
    env, fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

/// The variable by which tests and benchmarks find the server.
pub const VARIABLE: &str = "TONGBAN_POSTGRES";

/// A running cluster.
pub struct Cluster {
    bin: PathBuf,
    folder: PathBuf,
    port: u16,
}

/// Where the programs of the newest version installed are, if any is.
pub fn programs() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = debian
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").is_file())
        .collect();
    found.sort();
    let on_path = || Some(shell::find(&["initdb"])?.parent()?.to_owned());
    found.pop().map(|(_, bin)| bin).or_else(on_path)
}

impl Cluster {
    /// Makes and starts one. `durable`: whether what is committed is written through, as in service.
    pub fn start(durable: bool) -> Result<Cluster, Fault> {
        let bin = programs().ok_or_else(|| Fault::new("no PostgreSQL"))?;
        let folder = env::temp_dir().join(format!("tongban-postgres-{}", std::process::id()));
        let io = |e: std::io::Error| Fault::new(format!("{}: {e}", folder.display()));
        fs::create_dir_all(&folder).map_err(io)?;
        if is_root() {
            shell::run(shell::command("chown").arg("postgres").arg(&folder))?;
        }
        let port = TcpListener::bind(("127.0.0.1", 0)).and_then(|free| free.local_addr()).map_err(io)?.port();
        let cluster = Cluster { bin, folder, port };
        let data = cluster.folder.join("data");
        let mut initdb = cluster.command("initdb");
        shell::run(initdb.arg("-D").arg(&data).args([
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        ]))?;
        let settings = format!(
            "port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 300\n\
             shared_buffers = 256MB\nfsync = {durable}\nlogging_collector = off\n"
        );
        let write = format!("printf '%s' \"$1\" >> {}/postgresql.conf", data.display());
        shell::run(cluster.shell(&write).arg(settings))?;
        let mut start = cluster.command("pg_ctl");
        shell::run(start.arg("-D").arg(&data).arg("-l").arg(cluster.folder.join("log")).args(["-w", "-s", "start"]))?;
        Ok(cluster)
    }

    /// How to reach it: an address to which the name of a database is added.
    pub fn address(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/", self.port)
    }

    fn command(&self, program: &str) -> Command {
        as_postgres(&self.bin.join(program))
    }

    fn shell(&self, text: &str) -> Command {
        let mut sh = as_postgres(Path::new("/bin/sh"));
        sh.args(["-c", text, "sh"]);
        sh
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = self.command("pg_ctl");
        stop.arg("-D").arg(self.folder.join("data")).args(["-m", "immediate", "-w", "-s", "stop"]);
        if let Err(fault) = shell::run(&mut stop) {
            println!("{fault}");
        }
        // The server is ended; a file that is still held goes in a moment.
        if fs::remove_dir_all(&self.folder).is_err() {
            thread::sleep(Duration::from_secs(1));
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

fn is_root() -> bool {
    shell::output(shell::command("id").arg("-u")).as_deref() == Some("0")
}

/// The server refuses to run as root.
fn as_postgres(program: &Path) -> Command {
    let mut command = if is_root() {
        let mut runuser = shell::command("runuser");
        runuser.args(["-u", "postgres", "--"]).arg(program);
        runuser
    } else {
        shell::command(program)
    };
    command.current_dir("/");
    command
}
