//! The demo's five nodes, and the driver: processes of their own that end with the test.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

/// The binary under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_tongban");

/// The password of every trial account.
pub const PASSWORD: &str = "yanlian2026";

/// Cases that the demo plays by itself, and in the month before; more than that many seconds it may not take.
const CASES: u32 = 12;
const LAST_MONTH: u32 = 60;
const READY_S: u64 = 180;

/// In the order of their ports.
const NODES: [&str; 5] = ["registrar", "shanghai", "jiangsu", "zhejiang", "anhui"];

/// Every process and folder of this test binary.
pub struct House {
    folder: PathBuf,
    port: u16,
    /// Fingerprint that an export is verified by.
    pub trust: String,
    /// Where chromedriver listens.
    pub driver: String,
    _processes: Vec<Tied>,
}

impl House {
    /// The one house of this binary; built by the first who asks.
    pub async fn get() -> &'static House {
        static HOUSE: OnceCell<House> = OnceCell::const_new();
        HOUSE.get_or_init(|| async { tokio::task::spawn_blocking(House::build).await.unwrap() }).await
    }

    fn build() -> House {
        let chromedriver = tool("TONGBAN_CHROMEDRIVER");
        // Statics are never dropped: a folder of the last run is cleared by the next one.
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let port = free_ports(NODES.len() as u16);
        let data = folder.join("demo");
        let mut demo = Command::new(PROGRAM);
        demo.arg("demo").arg("--data").arg(&data).args(["--port", &port.to_string(), "--cases", &CASES.to_string()]);
        demo.args(["--last-month", &LAST_MONTH.to_string()]);
        let demo = Tied::start(&demo, folder.join("demo.log"));
        let greeting = demo.read_until("cases played", READY_S);
        let trust = greeting.lines().skip_while(|line| !line.contains("trust fingerprint")).nth(1).unwrap().trim();
        let at = free_ports(1);
        let mut driver = Command::new(chromedriver);
        driver
            .arg(format!("--port={at}"))
            .arg("--log-level=SEVERE")
            .env("LANGUAGE", "zh_CN")
            .env("LANG", "zh_CN.UTF-8");
        let driver = Tied::start(&driver, folder.join("chromedriver.log"));
        driver.read_until("started successfully", 30);
        House {
            trust: trust.to_owned(),
            driver: format!("http://127.0.0.1:{at}"),
            folder,
            port,
            _processes: vec![demo, driver],
        }
    }

    /// An address on a node.
    pub fn at(&self, node: &str, path: &str) -> String {
        let number = NODES.iter().position(|name| *name == node).unwrap();
        format!("http://127.0.0.1:{}{path}", usize::from(self.port) + number)
    }

    /// A place for files of the test.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A scan, different from every other.
    pub fn scan(&self, name: &str) -> PathBuf {
        let path = self.file(&format!("{name}.pdf"));
        let text = format!(
            "%PDF-1.4\n% {name}\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
             3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
        );
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The node's database, to make time pass.
    pub async fn database(&self, node: &str) -> sqlx::SqlitePool {
        let path = self.folder.join("demo").join(node).join("tongban.db");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).busy_timeout(Duration::from_secs(10));
        sqlx::SqlitePool::connect_with(options).await.unwrap()
    }
}

/// A program that the tests need, as `cargo xtask test` found it.
pub fn tool(variable: &str) -> PathBuf {
    let Some(path) = std::env::var_os(variable) else {
        panic!("{variable} is not set: run cargo xtask test");
    };
    PathBuf::from(path)
}

/// The first of so many ports in a row that are free now.
fn free_ports(count: u16) -> u16 {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if first < u16::MAX - count && (first..first + count).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok())
        {
            return first;
        }
    }
}

/// A process that ends when this one does, however this one ends: a shell waits for the end of its input and then ends
/// the program by its id, and every browser that it left behind by the id in the browser's own lock.
struct Tied {
    shell: Child,
    log: PathBuf,
    input: Option<ChildStdin>,
}

const TIE: &str = r#"
    "$@" </dev/null & program=$!
    cat >/dev/null
    kill -TERM $program
    wait $program
    for lock in "$FOLDER"/profile-*/SingletonLock; do
        if [ -L "$lock" ]; then kill -TERM "$(readlink "$lock" | sed 's/.*-//')"; fi
    done
"#;

impl Tied {
    fn start(command: &Command, log: PathBuf) -> Tied {
        let output = File::create(&log).unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", TIE, "sh"]).arg(command.get_program()).args(command.get_args());
        shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.env("FOLDER", log.parent().unwrap());
        shell.stdin(Stdio::piped()).stdout(output.try_clone().unwrap()).stderr(output);
        let mut shell = shell.spawn().unwrap();
        let input = shell.stdin.take();
        Tied { shell, log, input }
    }

    /// What the program said, as soon as this is among it.
    fn read_until(&self, word: &str, seconds: u64) -> String {
        let until = Instant::now() + Duration::from_secs(seconds);
        loop {
            let said = std::fs::read_to_string(&self.log).unwrap_or_default();
            if said.contains(word) {
                return said;
            }
            assert!(Instant::now() < until, "no “{word}” within {seconds} s:\n{said}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Tied {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.shell.wait();
    }
}
