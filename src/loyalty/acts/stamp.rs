//! Giving stamps.

use super::answers::{self, Stamped};
use super::{Begun, begin, keep, read_due};
use crate::app::App;
use crate::ids::MemberId;
use crate::loyalty::keys::{self, Content, Key};
use crate::loyalty::store;
use crate::loyalty::terms::Terms;
use crate::loyalty::types::{Answer, By, Place, Refusal};
use crate::loyalty::wallet::{Giving, Now, Wallet};
use crate::members;
use crate::staff::stores;
use crate::store::{On, Tx};

/// Stamps to be given for one visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// To whom.
    pub member: MemberId,
    /// The stamp card's name.
    pub card: String,
    /// How many.
    pub stamps: i64,
    /// Where.
    pub place: Place,
    /// What it is done once by.
    pub key: Key,
    /// The window of the rotating pass she showed, where she showed one. It earns once on each stamp card.
    pub pass: Option<i64>,
    /// By whom.
    pub by: By,
}

/// Gives stamps, and what they earn.
pub async fn stamp(app: &App, ask: &Stamp) -> sqlx::Result<Answer<Stamped>> {
    let mut tx = app.db.begin().await?;
    let answer = stamp_in(app, &mut tx, ask).await?;
    tx.commit().await?;
    Ok(answer)
}

/// The same within a transaction, which has to be committed whatever the answer is.
pub async fn stamp_in(app: &App, tx: &mut Tx, ask: &Stamp) -> sqlx::Result<Answer<Stamped>> {
    // No stamp card is called so, and PostgreSQL takes no such text.
    if ask.card.contains('\0') {
        return Ok(Err(Refusal::UnknownCard));
    }
    let content = Content::of(&[&"stamp", &ask.member, &ask.card, &ask.stamps, &ask.place.store]);
    let mut wallet = match begin(tx, ask.member, &ask.by, &ask.key, &content).await? {
        Begun::Anew(wallet) => wallet,
        Begun::Before(wallet, entry) => return Ok(Ok(answers::stamped(&wallet, &entry, true))),
        Begun::Not(refusal) => return Ok(Err(refusal)),
    };
    store::load_visits(&mut *tx, &mut wallet, &ask.card).await?;
    let now = Now::of(app);
    let terms = match ready(&mut *tx, &mut wallet, &ask.card, &ask.place, now).await? {
        Ok(terms) => terms,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let giving = Giving { programme: &ask.card, stamps: ask.stamps, place: &ask.place, actor: &ask.by.actor };
    let entry = match wallet.stamp(&terms, giving, now)? {
        Ok(entry) => entry,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Some(window) = ask.pass
        && is_pass_used(&mut *tx, ask.member, window, &ask.card).await?
    {
        return Ok(Err(Refusal::PassUsed));
    }
    if !keep(app, tx, &wallet, &ask.key, &content, entry).await? {
        return Ok(Err(Refusal::OtherContent));
    }
    if let Some(window) = ask.pass {
        let shown = Key::pass(ask.member, window, &ask.card);
        keys::set(tx, &shown, &content, ask.member, entry, app.clock.now()).await?;
    }
    let link = wallet.link(entry).ok_or(sqlx::Error::RowNotFound)?;
    Ok(Ok(answers::stamped(&wallet, &link.entry, false)))
}

/// Whether this window of her pass earned stamps on this stamp card, by a visit that was not taken back.
pub async fn is_pass_used(on: impl Into<On<'_>>, member: MemberId, window: i64, card: &str) -> sqlx::Result<bool> {
    let mut on = on.into();
    let Some(entry) = keys::entry_under(on.by_ref(), &Key::pass(member, window, card)).await? else { return Ok(false) };
    Ok(store::reversal(on, member, entry).await?.is_none())
}

/// Makes a wallet, in which are the newest visits, ready for a visit: reads the terms, and ends what has run out.
pub(super) async fn ready(
    on: impl Into<On<'_>>,
    wallet: &mut Wallet,
    card: &str,
    place: &Place,
    now: Now<'_>,
) -> sqlx::Result<Answer<Terms>> {
    let mut on = on.into();
    let mut terms = Terms::default();
    terms.read_card(on.by_ref(), card, wallet.versions_of(card)).await?;
    let Some(offered) = terms.offered(card) else { return Ok(Err(Refusal::UnknownCard)) };
    let must_have_joined = offered.terms.joined_only || needed_for_rewards(on.by_ref()).await?;
    if must_have_joined && !is_joined(on.by_ref(), wallet.member).await? {
        return Ok(Err(Refusal::NotJoined));
    }
    read_due(on, &mut terms, wallet, now.at).await?;
    wallet.lapse(&terms, place.zone, now)?;
    Ok(Ok(terms))
}

async fn needed_for_rewards(on: impl Into<On<'_>>) -> sqlx::Result<bool> {
    Ok(stores::brand(on).await?.is_none_or(|brand| brand.membership.needed_for_rewards))
}

async fn is_joined(on: impl Into<On<'_>>, member: MemberId) -> sqlx::Result<bool> {
    Ok(members::find(on, member).await?.is_some_and(|member| member.is_joined()))
}
