//! What giving stamps would do.

use chrono::{DateTime, Utc};

use super::{is_own_card, stamp};
use crate::app::App;
use crate::ids::MemberId;
use crate::loyalty::spec::{Coupon, StampCard};
use crate::loyalty::stamps::Card;
use crate::loyalty::stamps::rules::{MANAGER_UNDO, OWN_UNDO};
use crate::loyalty::store;
use crate::loyalty::types::{Answer, Authority, By, Place, Refusal};
use crate::loyalty::wallet::{Giving, Now};
use crate::spec::{Texts, definitions};

/// Stamps one thinks of giving.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// To whom.
    pub member: MemberId,
    /// The stamp card's name.
    pub card: String,
    /// How many.
    pub stamps: i64,
    /// Where.
    pub place: Place,
    /// By whom.
    pub by: By,
}

/// What would happen. Nothing did.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// The stamp card's title.
    pub title: Texts,
    /// The card the stamps go onto as it is; none when they begin one.
    pub before: Option<Card>,
    /// The cards touched as they would stand, oldest first: each one filled, and last the one the next stamp goes onto.
    pub cards: Vec<Card>,
    /// What would be earned, in order.
    pub earns: Vec<Earned>,
    /// Stamps that would be lost beyond the goal.
    pub dropped: i64,
    /// Until when whoever gives the stamps could take them back.
    pub undo_until: DateTime<Utc>,
}

/// A reward that would be earned.
#[derive(Debug, Clone, PartialEq)]
pub struct Earned {
    /// At this stamp of its card.
    pub position: i64,
    /// What it is, as members read it.
    pub title: Texts,
    /// The first instant at which it would no longer be good.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Decides as [`stamp`](super::stamp()) would, and writes nothing.
pub async fn preview(app: &App, ask: &Ask) -> sqlx::Result<Answer<Preview>> {
    let Some(mut wallet) = store::look(&app.db, ask.member, &ask.card).await? else {
        return Ok(Err(Refusal::UnknownMember));
    };
    if is_own_card(&app.db, &ask.by, ask.member).await? {
        return Ok(Err(Refusal::OwnCard));
    }
    let now = Now::of(app);
    let giving = Giving { programme: &ask.card, stamps: ask.stamps, place: &ask.place, actor: &ask.by.actor };
    let entry = match stamp::decide(&app.db, &mut wallet, giving, now).await? {
        Ok(entry) => entry,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let entry = wallet.link(entry).ok_or(sqlx::Error::RowNotFound)?.entry.clone();
    let stamped = super::answers::stamped(&wallet, &entry, false);
    let before = stamped.cards.first().and_then(|card| wallet.before.cards.get(&card.id)).cloned();
    let title = definitions::latest::<StampCard>(&app.db, &ask.card).await?;
    let mut earns = Vec::new();
    for voucher in &stamped.vouchers {
        let reached = entry.moves.milestones.iter().find(|reached| reached.voucher == Some(voucher.id));
        let coupon = definitions::at_version::<Coupon>(&app.db, &voucher.coupon, voucher.version).await?;
        if let (Some(reached), Some(coupon)) = (reached, coupon) {
            let (position, title) = (reached.position, coupon.body.title);
            earns.push(Earned { position, title, expires_at: voucher.expires_at });
        }
    }
    let right = match &ask.by.authority {
        Authority::Own => OWN_UNDO,
        Authority::All | Authority::Stores(_) => MANAGER_UNDO,
    };
    Ok(Ok(Preview {
        title: title.ok_or(sqlx::Error::RowNotFound)?.body.title,
        before,
        cards: stamped.cards,
        earns,
        dropped: stamped.dropped,
        undo_until: now.at + right,
    }))
}
