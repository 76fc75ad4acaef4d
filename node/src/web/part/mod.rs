//! The design system: few parts, used by every page. All of them are shown on `/parts`.

mod field;
pub mod showcase;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use tongban_core::dossier::suite::hex;

pub use field::{Choice, Field, check, choices, file, select, textarea};

use super::asset::ASSETS;
use super::fault::form_encode;
use super::visitor::{Visitor, home_of};
use crate::store::{AccountRole, Place};

/// A whole page.
pub fn page(visitor: &Visitor, title: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(visitor.lang.tag()) class=[visitor.large.then_some("large")] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · " (visitor.t("product")) }
                link rel="stylesheet" href=(ASSETS.style);
                link rel="icon" href="data:,";
                script src=(ASSETS.script) type="module" {}
            }
            body {
                a class="skip" href="#main" { (visitor.t("skip-to-content")) }
                (header(visitor))
                @if visitor.drill { (drill_band(visitor)) }
                main id="main" tabindex="-1" { (body) }
                (footer(visitor))
                div id="live" role="status" aria-live="polite" {}
            }
        }
    }
}

fn header(visitor: &Visitor) -> Markup {
    let back = form_encode(&visitor.path);
    let (other, other_name) = match visitor.lang {
        crate::text::Lang::Zh => ("en", "English"),
        crate::text::Lang::En => ("zh", "中文"),
    };
    let (size, size_name) = if visitor.large { ("normal", "size-normal") } else { ("large", "size-large") };
    html! {
        header class="top" {
            div class="wide" {
                a class="brand" href="/" {
                    span class="mark" aria-hidden="true" { "通" }
                    span { strong { (visitor.t("product")) } small { (visitor.node_name) } }
                }
                nav aria-label=(visitor.t("nav-label")) {
                    ul {
                        @for (href, key) in navigation(visitor) {
                            @let here = visitor.path.split('?').next() == Some(href);
                            li { a href=(href) aria-current=[here.then_some("page")] { (visitor.t(key)) } }
                        }
                    }
                }
                div class="tools" {
                    a class="size" href=(format!("/size?to={size}&back={back}")) { (visitor.t(size_name)) }
                    a href=(format!("/lang?to={other}&back={back}")) lang=(other) { (other_name) }
                    @if let Some(account) = &visitor.account {
                        a class="who" href="/account/second" title=(visitor.t("second-title")) { (visitor.lang.pick(&account.name, &account.name_en)) }
                        form method="post" action="/logout" {
                            (hidden(visitor, "/"))
                            button class="quiet" type="submit" { (visitor.t("sign-out")) }
                        }
                    } @else {
                        a href="/login" { (visitor.t("sign-in")) }
                    }
                }
            }
        }
    }
}

fn navigation(visitor: &Visitor) -> Vec<(&'static str, &'static str)> {
    let mut links = vec![("/", "nav-home")];
    match visitor.account.as_ref().map(|account| account.role) {
        None => links.push(("/track", "nav-track")),
        Some(role @ (AccountRole::Applicant | AccountRole::Firm)) => {
            links.push((home_of(role), "nav-my"));
            links.push(("/track", "nav-track"));
        }
        Some(AccountRole::Clerk) => links.extend([("/window", "nav-window"), ("/window/new", "nav-window-new")]),
        Some(AccountRole::Officer) => links.push(("/authority", "nav-authority")),
        Some(AccountRole::Admin) => links.extend([
            ("/admin/accounts", "nav-accounts"),
            ("/admin/catalogue", "nav-catalogue"),
            ("/catalogue", "catalogue-link"),
            ("/admin/demand", "nav-demand"),
            ("/network", "nav-network"),
        ]),
        Some(AccountRole::Operator) => links.push(("/operator", "nav-operator")),
        Some(AccountRole::Registrar) => {
            links.extend([
                ("/registrar", "nav-registrar"),
                ("/network", "nav-network"),
                ("/catalogue", "catalogue-link"),
                ("/law", "law-link"),
            ]);
        }
    }
    links
}

fn drill_band(visitor: &Visitor) -> Markup {
    html! {
        aside class="drill" aria-label=(visitor.t("drill-data")) {
            strong { (visitor.t("drill-data")) }
            @if let Some(date) = visitor.shifted {
                span { (visitor.tf("drill-date", &[("date", &date.to_string())])) }
            }
            a href="/start" { (visitor.t("drill-start")) }
        }
    }
}

fn footer(visitor: &Visitor) -> Markup {
    html! {
        footer {
            div class="wide" {
                // On a telephone the head of the page has no room for a name.
                @if let Some(account) = &visitor.account {
                    p class="who-below" {
                        (visitor.tf("footer-as", &[("name", visitor.lang.pick(&account.name, &account.name_en))]))
                        " " a href="/account/second" { (visitor.t("second-title")) }
                    }
                }
                p { (visitor.t("footer-text")) }
                ul {
                    li { a href="/start" { (visitor.t("footer-start")) } }
                    li { a href="/catalogue/matrix" { (visitor.t("matrix-title")) } }
                    li { a href="/cannot" { (visitor.t("cannot-link")) } }
                    li { a href="/catalogue" { (visitor.t("catalogue-link")) } }
                    li { a href="/law" { (visitor.t("law-link")) } }
                    li { a href="/network/digests" { (visitor.t("digest-link")) } }
                }
            }
        }
    }
}

/// Links through a list: back to its beginning, and on to what comes next. `address` is given the place; empty is the
/// beginning.
pub fn turn(visitor: &Visitor, is_further: bool, next: Option<&Place>, address: impl Fn(&str) -> String) -> Markup {
    html! {
        @if is_further || next.is_some() {
            nav class="pages" aria-label=(visitor.t("list-pages")) {
                @if is_further { (button_link(&address(""), &visitor.t("page-first"))) }
                @if let Some(next) = next { (button_link(&address(&next.to_string()), &visitor.t("page-next"))) }
            }
        }
    }
}

/// What stands hidden in every form: the session's secret, the form's own key, and the page it stands on.
pub fn hidden(visitor: &Visitor, page: &str) -> Markup {
    html! {
        input type="hidden" name="csrf" value=(visitor.csrf());
        input type="hidden" name="once" value=(hex(&rand::random::<[u8; 8]>()));
        input type="hidden" name="page" value=(page);
    }
}

/// What went wrong, at the top, with the focus: one line each, linked to its field.
pub fn error_summary(visitor: &Visitor, errors: &[(Option<&str>, String)]) -> Markup {
    if errors.is_empty() {
        return html! {};
    }
    html! {
        div class="problem" role="alert" tabindex="-1" id="problem" autofocus {
            h2 { (visitor.t("problem-title")) }
            ul {
                @for (field, text) in errors {
                    li { @if let Some(field) = field { a href=(format!("#{field}")) { (text) } } @else { (text) } }
                }
            }
        }
    }
}

/// A quiet remark.
pub fn note(text: &str) -> Markup {
    html! { p class="note" { (text) } }
}

/// Something that needs attention but is no error.
pub fn attention(text: &str) -> Markup {
    html! { p class="attention" role="note" { (icon("bell")) (text) } }
}

/// Something that was done.
pub fn done(text: &str) -> Markup {
    html! { p class="done" role="status" { (icon("tick")) (text) } }
}

/// The button for the one thing to do.
pub fn primary(label: &str) -> Markup {
    html! { button class="primary" type="submit" { (label) } }
}

/// A button for something else.
pub fn secondary(label: &str) -> Markup {
    html! { button type="submit" { (label) } }
}

/// A link that looks like a button.
pub fn button_link(href: &str, label: &str) -> Markup {
    html! { a class="button" href=(href) { (label) } }
}

/// A short word for a state; `tone` is `plain`, `move` (someone's turn), `late` or `good`.
pub fn badge(tone: &str, text: &str) -> Markup {
    html! { span class=(format!("badge {tone}")) { (text) } }
}

/// A table with its caption. Cells are markup.
pub fn table(caption: &str, heads: &[&str], rows: &[Vec<Markup>]) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="region" aria-label=(caption) {
            table {
                caption { (caption) }
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody { @for row in rows { tr { @for (at, cell) in row.iter().enumerate() {
                    td data-head=(heads.get(at).copied().unwrap_or_default()) { div { (cell) } }
                } } } }
            }
        }
    }
}

/// Few icons, always beside words.
pub fn icon(name: &str) -> Markup {
    let path = match name {
        "tick" => "M4 12l5 5L20 6",
        "bell" => "M6 17V11a6 6 0 0112 0v6l2 2H4zM10 21h4",
        "clock" => "M12 3a9 9 0 100 18 9 9 0 000-18zM12 7v5l3 3",
        "person" => "M12 12a4 4 0 100-8 4 4 0 000 8zM4 21a8 8 0 0116 0",
        "place" => "M12 21s7-7 7-12a7 7 0 10-14 0c0 5 7 12 7 12zM12 7a2 2 0 100 4 2 2 0 000-4z",
        "paper" => "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
        _ => "M12 5v14M5 12h14",
    };
    html! {
        svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false" {
            path d=(path) fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" {}
        }
    }
}

/// A QR code as inline SVG, with its content as its name. Empty if the text is too long for a code.
pub fn qr(text: &str, label: &str) -> Markup {
    use fast_qr::convert::{Builder as _, Shape, svg::SvgBuilder};
    let Ok(code) = fast_qr::QRBuilder::new(text).build() else { return html! {} };
    let svg = SvgBuilder::default().shape(Shape::Square).to_str(&code);
    html! { div class="qr" role="img" aria-label=(label) { (PreEscaped(svg)) } }
}
