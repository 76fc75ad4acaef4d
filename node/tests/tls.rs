//! HTTPS between two nodes, each its own process, trusting a certificate authority made for the test.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_tongban");

fn port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn tongban(arguments: &[&str]) -> String {
    let output = Command::new(PROGRAM).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A server process that is ended with the test.
struct Server(Child);

impl Server {
    fn start(folder: &Path, authority: &Path) -> Server {
        let child = Command::new(PROGRAM)
            .args(["serve", "--data", folder.to_str().unwrap()])
            .env("SSL_CERT_FILE", authority)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Server(child)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_exchange_over_https() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let authority_key = rcgen::KeyPair::generate().unwrap();
    let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = parameters.self_signed(&authority_key).unwrap();
    let issuer = rcgen::Issuer::new(parameters, authority_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate =
        rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    std::fs::write(at("ca.pem"), authority.pem()).unwrap();
    std::fs::write(at("cert.pem"), certificate.pem()).unwrap();
    std::fs::write(at("key.pem"), key.serialize_pem()).unwrap();

    let (registrar, other) = (port(), port());
    let address = |port: u16| format!("https://localhost:{port}");
    let data = |name: &str| at(name).to_str().unwrap().to_owned();
    let listen = |port: u16| format!("127.0.0.1:{port}");
    #[rustfmt::skip]
    let printed = tongban(&[
        "init", "--data", &data("registrar"), "--node", "registrar", "--name", "演练协调办", "--as-registrar", "--drill",
        "--listen", &listen(registrar), "--address", &address(registrar),
    ]);
    let fingerprint = printed.lines().find_map(|line| line.strip_prefix("fingerprint ")).unwrap().trim().to_owned();
    #[rustfmt::skip]
    tongban(&[
        "init", "--data", &data("anhui"), "--node", "anhui", "--name", "演练安徽", "--region", "340000", "--drill",
        "--listen", &listen(other), "--address", &address(other), "--registrar", &address(registrar), "--trust", &fingerprint,
    ]);
    tongban(&["trust", "add", "--data", &data("registrar"), &at("anhui").join("node-card.json").to_string_lossy()]);
    for name in ["registrar", "anhui"] {
        let path = at(name).join("tongban.toml");
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.push_str(&format!("\n[tls]\ncertificate = {:?}\nkey = {:?}\n", at("cert.pem"), at("key.pem")));
        std::fs::write(&path, text).unwrap();
    }

    let _one = Server::start(&at("registrar"), &at("ca.pem"));
    let _two = Server::start(&at("anhui"), &at("ca.pem"));
    let root = reqwest::Certificate::from_pem(authority.pem().as_bytes()).unwrap();
    let client = reqwest::Client::builder().no_proxy().tls_certs_merge([root]).build().unwrap();
    // Anhui begins without any trust list: that it knows two nodes it learnt over HTTPS.
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let mut nodes = 0;
        for port in [registrar, other] {
            if let Ok(answer) = client.get(format!("{}/healthz", address(port))).send().await {
                let health: serde_json::Value = answer.json().await.unwrap();
                nodes += health["nodes"].as_u64().unwrap_or(0);
            }
        }
        if nodes == 4 {
            break;
        }
        assert!(Instant::now() < until, "after 60 s the two nodes count {nodes} of 4");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // The doctor sees the same: all is well for who trusts the authority, and each node is named by who does not.
    let doctor = |trusted: bool| {
        let mut command = Command::new(PROGRAM);
        command.args(["doctor", &data("anhui"), "--lang", "en"]).env_remove("SSL_CERT_FILE");
        if trusted {
            command.env("SSL_CERT_FILE", at("ca.pem"));
        }
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, said) = doctor(true);
    assert!(code == Some(1) && said.contains("WRONG file-open") && said.contains("key.pem"), "{said}");
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(at("key.pem"), private).unwrap();
    let (code, said) = doctor(true);
    assert!(code == Some(0) && said.contains("The certificate is valid until"), "{said}");
    let (code, said) = doctor(false);
    let distrusted =
        said.lines().filter(|line| line.starts_with("WRONG peer-unreachable") && line.contains("certificate"));
    assert!(code == Some(1) && distrusted.count() == 2, "{said}");
    // Plain HTTP on that port is no answer.
    assert!(client.get(format!("http://localhost:{other}/healthz")).send().await.is_err());
}
