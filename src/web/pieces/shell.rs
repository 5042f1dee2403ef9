//! What stands around the content of every page, and the page that only says what is so.

use askama::Template;
use fluent_bundle::FluentValue;

use crate::assets;
use crate::words::{Lang, Voice};

/// What every page of a face needs besides its content.
#[derive(Debug, Clone)]
pub struct Shell {
    /// Speaks the reader's language.
    pub voice: Voice,
    /// The brand's name, as on the shop's sign.
    pub brand: String,
    /// The address of the face, `/m` or `/counter`, without a slash at the end. Every link starts with it.
    pub base: String,
    /// The address of a stylesheet with the brand's own colours. Default: none, the seal is vermilion.
    pub theme: Option<String>,
}

impl Shell {
    /// The sentence `key`.
    pub fn say(&self, key: &str) -> String {
        self.voice.say(key)
    }

    /// The sentence `key` with one blank filled.
    pub fn fill<'a>(&self, key: &str, blank: &'a str, value: impl Into<FluentValue<'a>>) -> String {
        self.voice.say_with(key, &[(blank, value.into())])
    }

    /// The `lang` of the page.
    pub fn lang(&self) -> &'static str {
        match self.voice.lang {
            Lang::ZhHant => "zh-Hant-TW",
            other => other.tag(),
        }
    }

    /// The address of a bundle.
    pub fn asset(&self, name: &str) -> String {
        assets::asset(name)
    }

    /// The icon `name`.
    pub fn icon(&self, name: &'static str) -> Icon {
        Icon { sprite: assets::asset("icons.svg"), name }
    }

    /// Whether the bundles were never built, so that the page looks bare and its islands sleep.
    pub fn is_bare(&self) -> bool {
        !assets::missing().is_empty()
    }
}

/// One thing to do next, as a link.
#[derive(Debug, Clone)]
pub struct Next {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub label: String,
}

/// What is so, why, and what to do next: an empty list, a refusal, a page that is not there.
#[derive(Debug, Clone)]
pub struct Plain {
    /// The icon's name.
    pub icon: &'static str,
    /// What is so, in one sentence.
    pub what: String,
    /// Why, or what it means; empty when the first sentence says it all.
    pub why: String,
    /// The one action.
    pub next: Option<Next>,
}

/// A whole page with nothing but that, for the member (`member.css`) or the counter (`counter.css`).
#[derive(Debug, Template)]
#[template(path = "pieces/plain_page.html")]
pub struct PlainPage {
    /// Around it.
    pub shell: Shell,
    /// Which stylesheet: `member.css` or `counter.css`.
    pub css: &'static str,
    /// What it says.
    pub plain: Plain,
}

/// An icon of the sprite; decoration only, the word stands beside it.
#[derive(Debug, Clone)]
pub struct Icon {
    sprite: String,
    name: &'static str,
}

impl std::fmt::Display for Icon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { sprite, name } = self;
        write!(f, r##"<svg class="icon" aria-hidden="true" focusable="false"><use href="{sprite}#{name}"/></svg>"##)
    }
}

// Both parts are ours: a bundle's address and a name from the program's text.
impl askama::filters::HtmlSafe for Icon {}
