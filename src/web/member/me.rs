//! `/m/me`: what we know of her, her language, and whether she wants offers.

use askama::Template;

use crate::web::pieces::Shell;
use crate::words::Lang;

/// The page.
#[derive(Debug, Template)]
#[template(path = "member/me.html")]
pub struct MePage {
    /// Around it.
    pub shell: Shell,
    /// Her name in LINE; empty when LINE did not tell it.
    pub name: String,
    /// The member number in groups of four.
    pub number: String,
    /// Since when she is a member, in words.
    pub since: String,
    /// Whether she agreed to offers by chat.
    pub wants_offers: bool,
    /// Which wording of that question she sees here.
    pub wording: String,
    /// The address of the privacy notice, where the brand has one.
    pub privacy: Option<String>,
    /// Whether something was just saved.
    pub is_saved: bool,
}

impl MePage {
    /// The languages to choose from: tag, its own name, whether it is the present one.
    pub fn languages(&self) -> [(&'static str, &'static str, bool); 3] {
        let present = self.shell.voice.lang;
        [(Lang::ZhHant, "繁體中文"), (Lang::Ja, "日本語"), (Lang::En, "English")]
            .map(|(lang, name)| (lang.tag(), name, lang == present))
    }
}
