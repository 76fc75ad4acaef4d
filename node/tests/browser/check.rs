//! What must be so on every page.

use std::sync::LazyLock;

use serde_json::Value;

use super::demo::tool;
use super::driver::Browser;

/// axe-core, to be put into a page.
static AXE: LazyLock<String> = LazyLock::new(|| {
    let path = tool("TONGBAN_AXE");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}: run cargo xtask test", path.display()))
});

const RUN_AXE: &str = "
    const done = arguments[arguments.length - 1];
    const only = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] };
    axe.run(document, { runOnly: only, resultTypes: ['violations'] }).then(
        (result) => done(result.violations.map((one) => ({
            id: one.id, help: one.help, nodes: one.nodes.map((node) => node.html.slice(0, 240)),
        }))),
        (error) => done([{ id: 'axe-failed', help: String(error), nodes: [] }]),
    );";

const SIDEWAYS: &str = "
    const width = arguments[0];
    if (document.documentElement.scrollWidth <= width) return [];
    const wide = [...document.body.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > width + 0.5);
    const scrolls = (one) => one.closest('.scroll') !== null;
    return [document.documentElement.scrollWidth + ' px wide']
        .concat(wide.filter((one) => !scrolls(one)).slice(0, 5).map((one) => one.outerHTML.slice(0, 160)));";

/// What the console says and must not. That a refusal's own page has status 4xx is no fault.
pub async fn console(browser: &Browser) -> Vec<String> {
    let log = browser.driver().browser_log().await.unwrap();
    let here = browser.driver().current_url().await.map(|url| url.to_string()).unwrap_or_default();
    let page = here.split(['?', '#']).next().unwrap_or_default().to_owned();
    log.into_iter()
        .filter(|entry| entry.level == "SEVERE")
        .filter(|entry| {
            let answered = entry.message.contains("the server responded with a status of 4");
            !(answered && entry.message.starts_with(&page))
        })
        .map(|entry| format!("console: {}", entry.message))
        .collect()
}

/// Whether the page is wider than the screen, and by what.
pub async fn sideways(browser: &Browser, width: u32) -> Vec<String> {
    let found = browser.run(SIDEWAYS, vec![width.into()]).await.unwrap();
    let found: Vec<String> = texts(&found);
    if found.is_empty() { Vec::new() } else { vec![format!("sideways at {width}: {}", found.join("\n      "))] }
}

/// What axe-core finds.
pub async fn axe(browser: &Browser) -> Vec<String> {
    browser.run(&AXE, Vec::new()).await.unwrap();
    let found = browser.run_async(RUN_AXE, Vec::new()).await.unwrap();
    let violations = found.as_array().cloned().unwrap_or_default();
    let line =
        |one: &Value| format!("axe {}: {}\n      {}", one["id"], one["help"], texts(&one["nodes"]).join("\n      "));
    violations.iter().map(line).collect()
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect()
}
