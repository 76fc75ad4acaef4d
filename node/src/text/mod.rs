//! Every sentence that people read, in Chinese and English. One file a room, in Fluent.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::langid;

/// The language of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// 中文.
    #[default]
    Zh,
    /// English.
    En,
}

/// The files: name, Chinese, English.
pub const FILES: &[(&str, &str, &str)] = &[
    ("common", include_str!("zh/common.ftl"), include_str!("en/common.ftl")),
    ("case", include_str!("zh/case.ftl"), include_str!("en/case.ftl")),
    ("fault", include_str!("zh/fault.ftl"), include_str!("en/fault.ftl")),
    ("sign-in", include_str!("zh/sign-in.ftl"), include_str!("en/sign-in.ftl")),
    ("refusal", include_str!("zh/refusal.ftl"), include_str!("en/refusal.ftl")),
    ("portal", include_str!("zh/portal.ftl"), include_str!("en/portal.ftl")),
    ("window", include_str!("zh/window.ftl"), include_str!("en/window.ftl")),
    ("help", include_str!("zh/help.ftl"), include_str!("en/help.ftl")),
    ("authority", include_str!("zh/authority.ftl"), include_str!("en/authority.ftl")),
    ("admin", include_str!("zh/admin.ftl"), include_str!("en/admin.ftl")),
    ("bundle", include_str!("zh/bundle.ftl"), include_str!("en/bundle.ftl")),
    ("told", include_str!("zh/told.ftl"), include_str!("en/told.ftl")),
    ("operate", include_str!("zh/operate.ftl"), include_str!("en/operate.ftl")),
    ("catalogue", include_str!("zh/catalogue.ftl"), include_str!("en/catalogue.ftl")),
    ("law", include_str!("zh/law.ftl"), include_str!("en/law.ftl")),
    ("evidence", include_str!("zh/evidence.ftl"), include_str!("en/evidence.ftl")),
    ("digest", include_str!("zh/digest.ftl"), include_str!("en/digest.ftl")),
    ("common-text", include_str!("zh/common-text.ftl"), include_str!("en/common-text.ftl")),
    ("network", include_str!("zh/network.ftl"), include_str!("en/network.ftl")),
    ("import", include_str!("zh/import.ftl"), include_str!("en/import.ftl")),
    ("report", include_str!("zh/report.ftl"), include_str!("en/report.ftl")),
    ("diagnosis", include_str!("zh/diagnosis.ftl"), include_str!("en/diagnosis.ftl")),
    ("picture", include_str!("zh/picture.ftl"), include_str!("en/picture.ftl")),
    ("change", include_str!("zh/change.ftl"), include_str!("en/change.ftl")),
];

static ZH: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(Lang::Zh));
static EN: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(Lang::En));

fn bundle(lang: Lang) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![match lang {
        Lang::Zh => langid!("zh-CN"),
        Lang::En => langid!("en"),
    }]);
    // No marks around values: they would stand in numbers and dates that people copy.
    bundle.set_use_isolating(false);
    for (name, zh, en) in FILES {
        let source = if lang == Lang::Zh { zh } else { en };
        match FluentResource::try_new((*source).to_owned()) {
            Ok(resource) => {
                if let Err(errors) = bundle.add_resource(resource) {
                    tracing::error!(file = name, ?errors, "a text stands twice");
                }
            }
            Err((_, errors)) => tracing::error!(file = name, ?errors, "a text file is malformed"),
        }
    }
    bundle
}

/// A count goes in as a number, so that a text can tell one from many. Everything else goes in as it stands: a code that
/// begins with zeros keeps them.
fn value_of(text: &str) -> FluentValue<'_> {
    match text.parse::<u32>() {
        Ok(number) if number.to_string() == text => FluentValue::from(number),
        _ => FluentValue::from(text),
    }
}

impl Lang {
    /// From a cookie or an address.
    pub fn from_name(name: &str) -> Option<Lang> {
        match name {
            "zh" => Some(Lang::Zh),
            "en" => Some(Lang::En),
            _ => None,
        }
    }

    /// The word in cookies and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Lang::Zh => "zh",
            Lang::En => "en",
        }
    }

    /// The value of the `lang` attribute.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    fn bundle(self) -> &'static FluentBundle<FluentResource> {
        match self {
            Lang::Zh => &ZH,
            Lang::En => &EN,
        }
    }

    /// The text under a key.
    pub fn t(self, key: &str) -> Cow<'static, str> {
        self.fill(key, None)
    }

    /// The text under a key, with values.
    pub fn tf(self, key: &str, values: &[(&str, &str)]) -> Cow<'static, str> {
        let mut args = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            args.set(*name, value_of(value));
        }
        self.fill(key, Some(&args))
    }

    /// Whether there is a text under a key.
    pub fn has(self, key: &str) -> bool {
        self.bundle().has_message(key)
    }

    fn fill(self, key: &str, args: Option<&FluentArgs<'_>>) -> Cow<'static, str> {
        let bundle = self.bundle();
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            tracing::error!(key, lang = self.name(), "no text");
            return Cow::Owned(key.to_owned());
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors);
        if !errors.is_empty() {
            tracing::error!(key, lang = self.name(), ?errors, "a text lacks a value");
        }
        Cow::Owned(text.into_owned())
    }

    /// Names in a row, as the language writes them.
    pub fn joined<S: AsRef<str>>(self, names: &[S]) -> String {
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        names.join(if self == Lang::Zh { "、" } else { ", " })
    }

    /// A name, and what is said of it.
    pub fn labelled(self, name: &str, text: &str) -> String {
        format!("{name}{}{text}", if self == Lang::Zh { "：" } else { ": " })
    }

    /// The one of two names that fits.
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        if self == Lang::En && !en.is_empty() { en } else { zh }
    }
}
