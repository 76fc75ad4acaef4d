//! A network with a slider through time: the controls, and a file that has all periods in it.
//!
//! A page shows one period and asks for the others when the slider first moves (`web/asset/slider.js`); a file carries the
//! same script. Without scripts a page has the choice of a period and links to the next.

use base64::Engine as _;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use tongban_core::dossier::Suite;

use super::{Picture, Stage, Style};
use crate::network::Block;
use crate::network::document::STYLE;
use crate::text::Lang;

/// What moves the slider, on pages and in files.
const SCRIPT: &str = include_str!("../../web/asset/slider.js");

/// The look of the controls in a file; a page has its own.
const CONTROLS: &str = "button{font:inherit;min-height:44px;padding:.35rem 1.1rem;margin-right:.6rem;border:1px solid #14508c;\
    border-radius:6px;background:#fff;color:#14508c;cursor:pointer}button[aria-disabled=true]{border-color:#d5dbe1;\
    color:#4a5561;cursor:default}:focus-visible{outline:3px solid #8a4b00;outline-offset:2px}\
    input[type=range]{width:100%;min-height:44px;accent-color:#14508c}label{font-weight:600}output{font-weight:600}\
    summary{min-height:44px;cursor:pointer}figure{margin:1rem 0}figcaption{color:#4a5561}[hidden]{display:none!important}";

/// A network through time, and which period of it is shown first: its number, or the whole time.
pub struct Slider<'a> {
    /// Everyone in their place.
    pub stage: &'a Stage,
    /// What is shown first.
    pub at: Option<usize>,
    /// The language of its words.
    pub lang: Lang,
}

impl Slider<'_> {
    /// The element in which the picture stands that the slider changes.
    pub const SHOWN: &'static str = "shown";

    /// Whether there is anything to choose.
    pub fn is_needed(&self) -> bool {
        self.stage.periods().len() > 1
    }

    /// What can be shown: the key in the address and its number. The whole time is the first, without a key.
    pub fn frames(&self) -> Vec<(String, Option<usize>)> {
        let periods = self.stage.periods().enumerate().map(|(at, period)| (period.key(), Some(at)));
        std::iter::once((String::new(), None)).chain(periods).collect()
    }

    fn name(&self, at: Option<usize>) -> String {
        let period = at.and_then(|at| self.stage.periods().nth(at));
        period.map_or_else(|| self.lang.t("picture-slider-whole").into_owned(), |period| period.name(self.lang))
    }

    /// The period, and how many ties there are in it.
    fn told(&self, at: Option<usize>) -> String {
        let ties = self.stage.ties(at).to_string();
        self.lang.labelled(&self.name(at), &self.lang.tf("picture-panel", &[("ties", &ties)]))
    }

    /// The controls. `address` opens what has a key without scripts; in a file there is none.
    pub fn controls(&self, address: Option<&dyn Fn(&str) -> String>) -> Markup {
        let t = |key: &str| self.lang.t(key);
        let frames = self.frames();
        let now = self.at.map_or(0, |at| at + 1);
        let every = self.stage.periods().next().map_or("month", |period| period.every().name());
        // The whole time is the first, and no period: one before the first there is not.
        let step = |step: &str, to: Option<usize>, label: &str| {
            let to = to.and_then(|to| frames.get(to));
            let is_end = if to.is_none() { "true" } else { "false" };
            html! {
                @if let Some(address) = address {
                    a class="button" data-step=(step) aria-disabled=(is_end) href=[to.map(|(key, _)| address(key))] { (label) }
                } @else {
                    button type="button" data-step=(step) aria-disabled=(is_end) { (label) }
                }
            }
        };
        let (back, on) = (format!("picture-slider-back-{every}"), format!("picture-slider-on-{every}"));
        html! {
            div class="field" data-plain {
                label for="at" { (t("picture-slider-when")) }
                select id="at" name="at" autocomplete="off" {
                    @for (key, at) in &frames {
                        option value=(key) data-told=(self.told(*at)) selected[*at == self.at] { (self.name(*at)) }
                    }
                }
            }
            @if address.is_some() { button type="submit" data-plain { (t("picture-slider-look")) } }
            div class="field slide" data-scripted hidden {
                label for="slide" { (t("picture-slider-drag")) }
                input id="slide" type="range" min="0" max=(frames.len() - 1) step="1" value=(now) autocomplete="off"
                    aria-valuetext=(self.name(self.at));
            }
            p class="buttons" {
                (step("whole", (now > 0).then_some(0), &t("picture-slider-whole")))
                (step("-1", (now > 1).then(|| now - 1), &t(&back)))
                (step("1", Some(now + 1), &t(&on)))
                button type="button" hidden data-play=(t("picture-slider-play")) data-pause=(t("picture-slider-pause")) {
                    (t("picture-slider-play"))
                }
            }
            p { output for="slide" aria-live="polite" { (self.told(self.at)) } }
        }
    }

    /// Frames that wait until the slider shows them.
    pub fn waiting(&self, frame: impl Fn(Option<usize>) -> Markup) -> Markup {
        html! { @for (key, at) in self.frames() { template data-at=(key) { (frame(at)) } } }
    }

    /// The picture of the whole time; its table has the ties of each period below those of the whole.
    pub fn whole(&self, style: &Style<'_>) -> Picture {
        let mut whole = self.stage.draw(None, style);
        let mut table =
            vec![[vec![self.lang.t("picture-column-period").into_owned()], whole.table[0].clone()].concat()];
        whole.links.clear();
        for (_, at) in self.frames() {
            let picture = self.stage.draw(at, style);
            let name = self.name(at);
            table.extend(picture.table.into_iter().skip(1).map(|row| [vec![name.clone()], row].concat()));
            whole.links.extend(picture.links);
        }
        whole.table = table;
        whole
    }

    /// A page that stands alone: nothing is asked of any network, and nothing runs but its own script.
    pub fn page(&self, style: &Style<'_>) -> String {
        let t = |key: &str| self.lang.t(key);
        let look = format!("{STYLE}{CONTROLS}");
        let hash = |text: &str| {
            let hash = Suite::Ed25519.hash(&[text.as_bytes()]);
            base64::engine::general_purpose::STANDARD.encode(hash.bytes())
        };
        let policy = format!(
            "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
            hash(SCRIPT),
            hash(&look)
        );
        let frame = |at: Option<usize>| drawn(&self.stage.draw(at, style), self.lang);
        let page = html! {
            (DOCTYPE)
            html lang=(self.lang.tag()) {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (t("picture-network")) }
                    style { (PreEscaped(&look)) }
                }
                body {
                    main {
                        h1 { (t("picture-network")) }
                        div data-slider=(Self::SHOWN) hidden { (self.controls(None)) }
                        noscript { p { (t("picture-slider-script")) } }
                        div id=(Self::SHOWN) { (frame(self.at)) }
                        (self.waiting(frame))
                    }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        };
        page.into_string()
    }
}

/// A picture with its caption and its table, in a file.
fn drawn(picture: &Picture, lang: Lang) -> Markup {
    let title = lang.t("picture-network");
    let mut rows = picture.table.iter();
    let heads = rows.next().cloned().unwrap_or_default();
    let rows = rows.map(|row| row.iter().map(|cell| vec![cell.clone()]).collect()).collect();
    let caption = lang.t("network-picture-table").into_owned();
    html! {
        figure {
            div class="scroll" tabindex="0" role="region" aria-label=(title) { (PreEscaped(&picture.svg)) }
            figcaption { (picture.caption) }
        }
        details { summary { (caption) } (Block::Table { caption: caption.clone(), heads, rows }.html()) }
    }
}
