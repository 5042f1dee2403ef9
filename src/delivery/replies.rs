//! Replies: free answers to what somebody just wrote. A reply is a row written with the event's effects, so that it is owed
//! exactly when these happened; it leaves after the commit while its token lives. LINE takes no retry key for replies, so
//! one whose answer was lost is never sent again (LINE docs, "Retry failed API requests", read 2026-08).

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::ready;
use futures_util::stream::{self, StreamExt as _};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::line_side;
use super::outcome::Heard;
use crate::app::App;
use crate::ids::{AccountId, LineUserId, MemberId, ReplyId};
use crate::jobs::guarded;
use crate::line::message::{self, Message};
use crate::members::keys;
use crate::secret::{DataKey, Sealed};
use crate::store::{On, Tx, page_by_page, query};

/// A try that has not come back after this long was cut off by a crash. Longer than any time-out of a request.
const CUT_OFF: TimeDelta = TimeDelta::seconds(60);

/// How long a reply may wait for the process that wrote it before another sends it.
const LEFT_BEHIND: TimeDelta = TimeDelta::seconds(2);

/// Settled replies are kept this long.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Replies of each kind looked at in one sweep.
const SWEEP: i64 = 100;

/// Replies a sweep sends at once.
const AT_ONCE: usize = 16;

/// A reply as it is owed.
#[derive(Debug, Clone)]
pub struct Owed<'a> {
    /// Through which account.
    pub account: AccountId,
    /// To whom at LINE.
    pub line_user_id: &'a LineUserId,
    /// Who that is.
    pub member: MemberId,
    /// The event it answers; one reply for each.
    pub event: &'a str,
    /// LINE's token: one use, about a minute.
    pub token: &'a str,
    /// One to five messages.
    pub messages: &'a [Message],
    /// The version of the consent text they show above a button that makes a member, if they do.
    pub consent: Option<String>,
    /// When the token dies.
    pub expires_at: DateTime<Utc>,
}

/// What became of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ReplyState {
    /// To be sent.
    Pending,
    /// On its way.
    Trying,
    /// LINE took it.
    Sent,
    /// Nobody knows whether LINE took it. Never sent again.
    Unknown,
    /// LINE refused it, or would have.
    Refused,
    /// Its token died first.
    Expired,
}

impl ReplyState {
    /// The word in rows and meters.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Trying => "trying",
            Self::Sent => "sent",
            Self::Unknown => "unknown",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    member: MemberId,
    sealed_token: Sealed<String>,
    sealed_messages: Sealed<Vec<Message>>,
    wrapped: Option<Vec<u8>>,
}

/// Writes a reply down within the event's own transaction; none when one is owed for the event already, or when her key is
/// gone. Send it after the commit, or a sweep will.
pub async fn owe(app: &App, tx: &mut Tx, owed: Owed<'_>) -> sqlx::Result<Option<ReplyId>> {
    let Some(key) = keys::of(app, &mut *tx, owed.member).await? else { return Ok(None) };
    let id: ReplyId = app.ids.make();
    let changed = query(
        tx,
        "insert into reply (id, account, line_user_id, member, event, sealed_token, sealed_messages, state, expires_at, created_at, consent)
         values ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $9, $10) on conflict (account, event) do nothing",
    )
    .bind(id)
    .bind(owed.account)
    .bind(owed.line_user_id)
    .bind(owed.member)
    .bind(owed.event)
    .bind(key.seal(&app.chance, &token_context(owed.member), &String::from(owed.token)))
    .bind(key.seal(&app.chance, &messages_context(owed.member), &owed.messages.to_vec()))
    .bind(owed.expires_at)
    .bind(app.clock.now())
    .bind(owed.consent)
    .execute()
    .await?;
    Ok((changed == 1).then_some(id))
}

/// Whether LINE took, from `since` to `until`, a reply to her that shows this version of the consent text.
pub async fn has_shown(
    on: impl Into<On<'_>>,
    account: AccountId,
    user: &LineUserId,
    version: &str,
    (since, until): (DateTime<Utc>, DateTime<Utc>),
) -> sqlx::Result<bool> {
    let shown = query(
        on,
        "select count(*) from reply where account = $1 and line_user_id = $2 and consent is not null and consent = $3
         and state = 'sent' and settled_at >= $4 and settled_at <= $5",
    );
    Ok(shown.bind(account).bind(user.clone()).bind(version).bind(since).bind(until).value::<i64>().await? > 0)
}

/// Sends a reply that is pending, once; its state afterwards, or none when somebody else has it.
pub async fn send(app: &App, id: ReplyId) -> sqlx::Result<Option<ReplyState>> {
    let now = app.clock.now();
    let taken = query(
        app.db.writer(),
        "update reply set state = 'trying', tried_at = $2 where id = $1 and state = 'pending' and expires_at > $3",
    )
    .bind(id)
    .bind(now)
    .bind(now)
    .execute()
    .await?;
    if taken == 0 {
        return Ok(None);
    }
    let row = query(
        &app.db,
        "select r.member, r.sealed_token, r.sealed_messages, k.wrapped from reply r left join member_key k on k.member = r.member where r.id = $1",
    )
    .bind(id)
    .one::<Row>()
    .await?;
    let (state, request_id, error) = match opened(app, &row) {
        Ok((token, messages)) => after(line_side::reply(app, &token, &messages).await),
        Err(why) => (ReplyState::Refused, None, Some(why)),
    };
    query(
        app.db.writer(),
        "update reply set state = $2, settled_at = $3, request_id = $4, error = $5 where id = $1 and state = 'trying'",
    )
    .bind(id)
    .bind(state)
    .bind(app.clock.now())
    .bind(request_id)
    .bind(&error)
    .execute()
    .await?;
    count(state, 1);
    if state != ReplyState::Sent {
        tracing::warn!(reply.id = %id, ?state, error, "a reply did not arrive for certain");
    }
    Ok(Some(state))
}

/// Token and messages, when they open and LINE would take them.
fn opened(app: &App, row: &Row) -> Result<(String, Vec<Message>), String> {
    let key: DataKey =
        row.wrapped.as_deref().and_then(|wrapped| keys::unwrap(app, row.member, wrapped)).ok_or("her key is gone")?;
    let token = key.open(&token_context(row.member), &row.sealed_token).map_err(|error| error.to_string())?;
    let messages = key.open(&messages_context(row.member), &row.sealed_messages).map_err(|error| error.to_string())?;
    message::check(&messages)
        .map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    Ok((token, messages))
}

/// What a try means for a reply. What surely did not arrive may be tried again while its token lives.
fn after(heard: Heard) -> (ReplyState, Option<String>, Option<String>) {
    match heard {
        Heard::Accepted { request_id } => (ReplyState::Sent, request_id, None),
        Heard::NotSent(why) => (ReplyState::Pending, None, Some(why)),
        Heard::TooFast { .. } => (ReplyState::Pending, None, Some(String::from("over LINE's rate limit"))),
        Heard::Silence(why) => (ReplyState::Unknown, None, Some(why)),
        Heard::Refused(why) => (ReplyState::Refused, None, Some(why)),
        Heard::TokenRefused => {
            (ReplyState::Refused, None, Some(String::from("LINE does not take the channel access token")))
        }
        Heard::Forbidden => (ReplyState::Refused, None, Some(String::from("LINE does not let the account send"))),
        Heard::UnknownRecipient(_) | Heard::SomebodyUnknown | Heard::MonthSpent | Heard::MonthReserved => {
            (ReplyState::Refused, None, Some(String::from("an answer that does not fit a reply")))
        }
    }
}

/// How many replies are owed and not yet settled.
pub async fn open(on: impl Into<On<'_>>) -> sqlx::Result<i64> {
    query(on, "select count(*) from reply where state in ('pending', 'trying')").value().await
}

/// Sweeps at every `period` until told to stop, also after a panic; a reply that is on its way then still hears its answer.
pub(super) async fn keep_sweeping(app: App, period: Duration, stop: CancellationToken) {
    let mut tick = tokio::time::interval(period);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        let swept = guarded(async {
            if let Err(error) = sweep_until(&app, &stop).await {
                tracing::warn!(%error, "the replies that were left could not be swept; they will again");
            }
        });
        if let Err(panic) = swept.await {
            tracing::error!(panic, "the replies that were left could not be swept; they will again");
        }
    }
}

/// Puts right what a crash left: dead tokens are marked, tries that were cut off become unknown, and what is still pending is
/// sent. Any replica may do it at any time. How many were sent.
pub async fn sweep(app: &App) -> sqlx::Result<usize> {
    sweep_until(app, &CancellationToken::new()).await
}

async fn sweep_until(app: &App, stop: &CancellationToken) -> sqlx::Result<usize> {
    let now = app.clock.now();
    let cut_off = query(
        &app.db,
        "select id from reply where state = 'trying' and (tried_at is null or tried_at <= $1) order by created_at limit $2",
    )
    .bind(now - CUT_OFF)
    .bind(SWEEP)
    .values::<ReplyId>()
    .await?;
    for id in cut_off {
        settle_left(app, id, ReplyState::Trying, ReplyState::Unknown).await?;
    }
    let pending = query(
        &app.db,
        "select id, expires_at from reply where state = 'pending' and (expires_at <= $1 or coalesce(tried_at, created_at) <= $2)
         order by created_at limit $3",
    )
    .bind(now)
    .bind(now - LEFT_BEHIND)
    .bind(SWEEP)
    .all::<(ReplyId, DateTime<Utc>)>()
    .await?;
    let (dead, alive): (Vec<_>, Vec<_>) = pending.into_iter().partition(|(_, expires_at)| *expires_at <= now);
    for (id, _) in dead {
        settle_left(app, id, ReplyState::Pending, ReplyState::Expired).await?;
    }
    let sends = stream::iter(alive).take_while(|_| ready(!stop.is_cancelled())).map(|(id, _)| guarded(send(app, id)));
    let states: Vec<_> = sends.buffer_unordered(AT_ONCE).collect().await;
    let mut sent = 0;
    for state in states {
        match state {
            Ok(state) => sent += usize::from(state? == Some(ReplyState::Sent)),
            // Nobody knows whether LINE took it, which a later sweep writes down.
            Err(panic) => tracing::error!(panic, "the program panicked over a reply that was left"),
        }
    }
    Ok(sent)
}

/// Removes replies that were settled long ago, whose words nobody needs any more; how many.
pub async fn forget(app: &App) -> sqlx::Result<u64> {
    let before = app.clock.now() - KEPT;
    page_by_page(|page| {
        query(
            app.db.writer(),
            "delete from reply where id in
                 (select id from reply where state not in ('pending', 'trying') and settled_at < $1 limit $2)",
        )
        .bind(before)
        .bind(page)
    })
    .await
}

async fn settle_left(app: &App, id: ReplyId, from: ReplyState, to: ReplyState) -> sqlx::Result<()> {
    let changed = query(app.db.writer(), "update reply set state = $3, settled_at = $4 where id = $1 and state = $2")
        .bind(id)
        .bind(from)
        .bind(to)
        .bind(app.clock.now())
        .execute()
        .await?;
    count(to, changed);
    Ok(())
}

/// A reply that goes back to pending is counted too: how often that happens tells how LINE does.
fn count(state: ReplyState, replies: u64) {
    metrics::counter!("shuke_replies_total", "state" => state.word()).increment(replies);
}

fn token_context(member: MemberId) -> String {
    format!("reply.token/{member}")
}

fn messages_context(member: MemberId) -> String {
    format!("reply.messages/{member}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_surely_did_not_arrive_is_tried_again() {
        let words = || String::from("x");
        let table = [
            (Heard::Accepted { request_id: None }, ReplyState::Sent),
            (Heard::NotSent(words()), ReplyState::Pending),
            (Heard::TooFast { wait: None }, ReplyState::Pending),
            (Heard::Silence(words()), ReplyState::Unknown),
            (Heard::Refused(words()), ReplyState::Refused),
            (Heard::TokenRefused, ReplyState::Refused),
            (Heard::Forbidden, ReplyState::Refused),
            (Heard::MonthSpent, ReplyState::Refused),
        ];
        for (heard, state) in table {
            assert_eq!(after(heard.clone()).0, state, "{heard:?}");
        }
    }
}
