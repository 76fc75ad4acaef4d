//! Fields of forms: one accessible shape for all.

use maud::{Markup, html};

use crate::web::visitor::Visitor;

/// A labelled input.
#[derive(Clone, Debug)]
pub struct Field<'a> {
    name: &'a str,
    label: &'a str,
    hint: Option<&'a str>,
    value: &'a str,
    kind: &'a str,
    required: bool,
    error: Option<&'a str>,
    autocomplete: Option<&'a str>,
    inputmode: Option<&'a str>,
    autofocus: bool,
}

impl<'a> Field<'a> {
    /// A text field.
    pub fn new(name: &'a str, label: &'a str) -> Field<'a> {
        Field {
            name,
            label,
            hint: None,
            value: "",
            kind: "text",
            required: false,
            error: None,
            autocomplete: None,
            inputmode: None,
            autofocus: false,
        }
    }

    /// A sentence below the label.
    pub fn hint(mut self, hint: &'a str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// What stands in it.
    pub fn value(mut self, value: &'a str) -> Self {
        self.value = value;
        self
    }

    /// The input's type.
    pub fn kind(mut self, kind: &'a str) -> Self {
        self.kind = kind;
        self
    }

    /// Must be filled in.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// What is wrong with it.
    pub fn error(mut self, error: Option<&'a str>) -> Self {
        self.error = error;
        self
    }

    /// What the browser may fill in.
    pub fn autocomplete(mut self, what: &'a str) -> Self {
        self.autocomplete = Some(what);
        self
    }

    /// Which keyboard a telephone shows.
    pub fn inputmode(mut self, mode: &'a str) -> Self {
        self.inputmode = Some(mode);
        self
    }

    /// Typing begins here. For desks only: one field a page, and none where something is wrong.
    pub fn autofocus(mut self, is_first: bool) -> Self {
        self.autofocus = is_first;
        self
    }

    /// The markup.
    pub fn render(&self, visitor: &Visitor) -> Markup {
        let (hint_id, error_id) = (format!("{}-hint", self.name), format!("{}-error", self.name));
        let described = described(self.hint.is_some().then_some(&hint_id), self.error.is_some().then_some(&error_id));
        html! {
            div class=(if self.error.is_some() { "field wrong" } else { "field" }) {
                label for=(self.name) {
                    (self.label)
                    @if !self.required { span class="optional" { (visitor.t("field-optional")) } }
                }
                @if let Some(hint) = self.hint { p class="hint" id=(hint_id) { (hint) } }
                @if let Some(error) = self.error { p class="error" id=(error_id) { (error) } }
                input id=(self.name) name=(self.name) type=(self.kind) value=[(self.kind != "password").then_some(self.value)]
                    required[self.required] autofocus[self.autofocus] autocomplete=[self.autocomplete] inputmode=[self.inputmode]
                    aria-describedby=[described] aria-invalid=[self.error.map(|_| "true")];
            }
        }
    }
}

fn described(hint: Option<&String>, error: Option<&String>) -> Option<String> {
    let both: Vec<&str> = [hint, error].into_iter().flatten().map(String::as_str).collect();
    (!both.is_empty()).then(|| both.join(" "))
}

/// One of a few options.
#[derive(Clone, Debug)]
pub struct Choice<'a> {
    /// Value.
    pub value: &'a str,
    /// Label.
    pub label: String,
}

/// A drop-down list.
pub fn select(name: &str, label: &str, options: &[Choice<'_>], selected: &str) -> Markup {
    html! {
        div class="field" {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                @for option in options {
                    option value=(option.value) selected[option.value == selected] { (option.label) }
                }
            }
        }
    }
}

/// A few options to see at once.
pub fn choices(name: &str, label: &str, options: &[Choice<'_>], selected: &str) -> Markup {
    html! {
        fieldset class="choices" id=(name) {
            legend { (label) }
            @for option in options {
                label { input type="radio" name=(name) value=(option.value) checked[option.value == selected]; span { (option.label) } }
            }
        }
    }
}

/// A box to tick.
pub fn check(name: &str, value: &str, label: &str, checked: bool) -> Markup {
    html! {
        label class="check" { input type="checkbox" name=(name) value=(value) checked[checked]; span { (label) } }
    }
}

/// Several lines of text.
pub fn textarea(name: &str, label: &str, hint: Option<&str>, value: &str, error: Option<&str>) -> Markup {
    let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
    let described = described(hint.map(|_| &hint_id), error.map(|_| &error_id));
    html! {
        div class=(if error.is_some() { "field wrong" } else { "field" }) {
            label for=(name) { (label) }
            @if let Some(hint) = hint { p class="hint" id=(hint_id) { (hint) } }
            @if let Some(error) = error { p class="error" id=(error_id) { (error) } }
            textarea id=(name) name=(name) rows="3" aria-describedby=[described] { (value) }
        }
    }
}

/// A file to choose.
pub fn file(name: &str, label: &str, hint: &str) -> Markup {
    let hint_id = format!("{name}-hint");
    html! {
        div class="field" {
            label for=(name) { (label) }
            p class="hint" id=(hint_id) { (hint) }
            input id=(name) name=(name) type="file" accept=".pdf,.jpg,.jpeg,.png" aria-describedby=(hint_id);
        }
    }
}
