//! Who agreed to what, where, when, and to which wording. Append-only; the newest line for a purpose counts.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::timeline;
use crate::app::App;
use crate::ids::{Actor, MemberId};
use crate::store::{On, Tx, insert_rows, query};
use crate::words::Lang;

/// The purpose every campaign needs.
pub const MARKETING: &str = "marketing";

/// Where somebody answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Source {
    /// In the chat.
    Chat,
    /// On one of her pages.
    Page,
}

/// A question about offers in the product's own words. Whenever a word of it changes, in whatever language, its version grows:
/// it is stored with each answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// What it is called in the catalogues.
    pub key: &'static str,
    version: u32,
}

impl Question {
    /// The one the chat asks who has just joined.
    pub const IN_CHAT: Self = Self { key: "chat-consent-ask", version: 2 };
    /// The one on the page where she joins.
    pub const ON_JOINING: Self = Self { key: "join-offers", version: 1 };
    /// The one on the page about herself.
    pub const ON_HER_PAGE: Self = Self { key: "me-offers", version: 1 };

    /// What its present text in `lang` is filed as.
    pub fn wording(&self, lang: Lang) -> String {
        format!("{}/{}/{lang}", self.key, self.version)
    }

    /// What its first text in `lang` is filed as.
    pub fn first(&self, lang: Lang) -> String {
        Self { version: 1, ..*self }.wording(lang)
    }

    /// Whether there is or was a text of it that is filed as `wording`.
    pub fn knows(&self, wording: &str) -> bool {
        let texts = (1..=self.version).map(|version| Self { version, ..*self });
        texts.flat_map(|text| Lang::ALL.map(|lang| text.wording(lang))).any(|text| text == wording)
    }
}

/// One answer of a member.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// To what, [`MARKETING`] for campaigns.
    pub purpose: &'a str,
    /// Yes or no.
    pub granted: bool,
    /// Where she answered.
    pub source: Source,
    /// Which text she was shown, see [`Question::wording`]; `said/…` with her own words where she spoke unasked.
    pub wording: &'a str,
    /// When she answered.
    pub at: DateTime<Utc>,
}

/// Writes an answer down.
pub async fn record(app: &App, tx: &mut Tx, member: MemberId, answer: Answer<'_>, actor: &Actor) -> sqlx::Result<()> {
    let noted = Noted { id: app.ids.make(), member, recorded_at: app.clock.now(), answer, actor };
    let entry = noted.entry();
    write(tx, &[noted]).await?;
    timeline::record(app, tx, member, entry).await.map(drop)
}

/// An answer that has its place already.
#[derive(Debug)]
pub(super) struct Noted<'a> {
    pub(super) id: Uuid,
    pub(super) member: MemberId,
    pub(super) recorded_at: DateTime<Utc>,
    pub(super) answer: Answer<'a>,
    pub(super) actor: &'a Actor,
}

impl<'a> Noted<'a> {
    /// What her history says of it.
    pub(super) fn entry(&self) -> timeline::Entry<'a> {
        let kind = if self.answer.granted { "consented" } else { "consent_withdrawn" };
        timeline::Entry::new(kind, self.answer.at, self.actor).with("purpose", self.answer.purpose)
    }
}

/// Writes answers without a line in the history.
pub(super) async fn write(tx: &mut Tx, answers: &[Noted<'_>]) -> sqlx::Result<()> {
    let head =
        "insert into consent (member, purpose, at, id, granted, source, wording, recorded_at, actor_kind, actor_id)";
    insert_rows(tx, head, answers, "", |values, Noted { id, member, recorded_at, answer, actor }| {
        values.bind(*member).bind(answer.purpose).bind(answer.at).bind(*id).bind(answer.granted).bind(answer.source);
        values.bind(answer.wording).bind(*recorded_at).bind(actor.kind).bind(actor.id.clone());
    })
    .await
    .map(drop)
}

/// The time of an answer that is given now: after her newest one, whatever clock wrote that.
pub async fn now(app: &App, tx: &mut Tx, member: MemberId, purpose: &str) -> sqlx::Result<DateTime<Utc>> {
    let newest = query(tx, "select at from consent where member = $1 and purpose = $2 order by at desc limit 1");
    Ok(app.clock.now_after(newest.bind(member).bind(purpose).optional_value().await?))
}

/// Within so much of a yes on a page an earlier no of the chat counts all the same: our clock wrote the one, LINE's the other.
const DOUBT: TimeDelta = TimeDelta::minutes(5);

/// The time of an answer in the chat whose event is of `at`: that of the event, so that it does not matter when it arrives;
/// but after an answer that only another clock can have put later: one whose time is yet to come, too.
pub async fn heard(
    app: &App,
    tx: &mut Tx,
    member: MemberId,
    purpose: &str,
    granted: bool,
    at: DateTime<Utc>,
) -> sqlx::Result<DateTime<Utc>> {
    let newest = query(
        tx,
        "select at, granted, source from consent where member = $1 and purpose = $2 order by at desc, id desc limit 1",
    );
    let newest = newest.bind(member).bind(purpose).optional::<(DateTime<Utc>, bool, Source)>().await?;
    let Some((newest, stood, source)) = newest.filter(|(newest, ..)| *newest >= at) else { return Ok(at) };
    let is_withdrawal = source == Source::Page && stood && !granted && newest - at <= DOUBT;
    let is_to_come = newest > app.clock.now();
    Ok(if is_withdrawal || is_to_come { newest + TimeDelta::microseconds(1) } else { at })
}

/// Whether a member agrees at present; never asked counts as no.
pub async fn is_granted(on: impl Into<On<'_>>, member: MemberId, purpose: &str) -> sqlx::Result<bool> {
    let newest =
        query(on, "select granted from consent where member = $1 and purpose = $2 order by at desc, id desc limit 1")
            .bind(member)
            .bind(purpose)
            .optional::<(bool,)>()
            .await?;
    Ok(newest.is_some_and(|(granted,)| granted))
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::words::Words;

    #[test]
    fn a_question_whose_words_change_gets_a_new_version() {
        let words = Words::load();
        for (question, keys, known) in [
            (Question::IN_CHAT, ["chat-consent-ask"].as_slice(), "e83f0120554f"),
            (Question::ON_JOINING, &["join-offers"], "4da513333b18"),
            (Question::ON_HER_PAGE, &["me-offers", "me-offers-what"], "6f658ed24bb8"),
        ] {
            let texts = Lang::ALL.map(|lang| keys.iter().map(|key| words.voice(lang).say(key)).collect::<Vec<_>>());
            let hash = Sha256::digest(format!("{} {texts:?}", question.version));
            let print: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(print, known, "{} changed: give it the next version, and put its new print here", question.key);
        }
    }

    #[test]
    fn only_texts_of_the_question_are_known() {
        let question = Question { key: "ask", version: 2 };
        for (wording, known) in [
            ("ask/1/zh-Hant", true),
            ("ask/2/ja", true),
            ("ask/3/ja", false),
            ("ask/0/ja", false),
            ("ask/2/xx", false),
            ("asks/1/ja", false),
            ("ask", false),
            ("", false),
        ] {
            assert_eq!(question.knows(wording), known, "{wording}");
        }
        assert_eq!(question.wording(Lang::En), "ask/2/en");
        assert_eq!(question.first(Lang::En), "ask/1/en");
    }
}
