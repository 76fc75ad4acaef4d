//! A browser of one's own: its own profile, its own cookies.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};
use thirtyfour::LoggingPrefsLogLevel;
use thirtyfour::prelude::*;

use super::demo::{House, tool};

/// Only what a test machine needs: no network of its own, no shared memory, no first-run pages.
const FLAGS: [&str; 13] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--hide-scrollbars",
    "--lang=zh-CN",
    "--window-size=1280,900",
];

/// A browser.
pub struct Browser {
    driver: WebDriver,
    http: reqwest::Client,
    session: String,
}

impl Browser {
    /// Starts one.
    pub async fn start(house: &House) -> Browser {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let chromium = tool("TONGBAN_CHROMIUM");
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let profile = house.file(&format!("profile-{number}"));
        let mut wish = DesiredCapabilities::chrome();
        wish.set_binary(&chromium.to_string_lossy()).unwrap();
        for flag in FLAGS {
            wish.add_arg(flag).unwrap();
        }
        wish.add_arg(&format!("--user-data-dir={}", profile.display())).unwrap();
        wish.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(120)).build().unwrap();
        let driver = WebDriver::builder(&house.driver, wish).client(http.clone()).connect().await;
        let driver = driver.unwrap_or_else(|error| panic!("no browser: {error}"));
        driver.set_script_timeout(Duration::from_secs(60)).await.unwrap();
        let session = format!("{}/session/{}", house.driver, driver.handle().session_id());
        Browser { driver, http, session }
    }

    /// The driver's own interface.
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Ends it.
    pub async fn quit(self) {
        self.driver.quit().await.unwrap();
    }

    /// Runs a script and returns what it returns.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> WebDriverResult<Value> {
        self.driver.execute(script, arguments).await.map(|answer| answer.json().clone())
    }

    /// Runs a script that calls its last argument when it is done.
    pub async fn run_async(&self, script: &str, arguments: Vec<Value>) -> WebDriverResult<Value> {
        self.driver.execute_async(script, arguments).await.map(|answer| answer.json().clone())
    }

    /// A command of the browser's own protocol.
    pub async fn command(&self, name: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": name, "params": parameters });
        let answer = self.http.post(format!("{}/goog/cdp/execute", self.session)).json(&body).send().await.unwrap();
        let mut answer: Value = answer.json().await.unwrap();
        assert!(answer["value"]["error"].is_null(), "{name}: {answer}");
        answer["value"].take()
    }

    /// A command whose answer is a file.
    pub async fn file(&self, name: &str, parameters: Value) -> Vec<u8> {
        let answer = self.command(name, parameters).await;
        base64::engine::general_purpose::STANDARD.decode(answer["data"].as_str().unwrap_or_default()).unwrap()
    }

    /// A screen of another size; the narrow one is a telephone's.
    pub async fn resize(&self, width: u32, height: u32, mobile: bool) {
        #[rustfmt::skip]
        let screen = json!({
            "width": width, "height": height, "screenWidth": width, "screenHeight": height,
            "deviceScaleFactor": 1, "mobile": mobile,
        });
        self.command("Emulation.setDeviceMetricsOverride", screen).await;
        self.command("Emulation.setTouchEmulationEnabled", json!({ "enabled": mobile })).await;
    }

    /// The whole page as a picture.
    pub async fn picture(&self) -> Vec<u8> {
        let size = self.command("Page.getLayoutMetrics", json!({})).await;
        let size = &size["cssContentSize"];
        let clip = json!({ "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1 });
        let wish = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        self.file("Page.captureScreenshot", wish).await
    }
}
