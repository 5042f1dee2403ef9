//! The year of a group of members: what happened to each, in the order in which it did, by the rules of the house and on a
//! clock that stands at each instant in turn.

use anyhow::ensure;
use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use super::Hired;
use super::people::{Guest, Visit};
use crate::app::{App, Parts};
use crate::clock::Clock;
use crate::ids::{AccountId, Actor, Ids, MemberId};
use crate::loyalty::{Past, Place};
use crate::members::friends::{self, FriendState, Profile};
use crate::members::{self, consent, timeline};
use crate::sandbox::Sandbox;
use crate::spec::brand_file::BrandFile;
use crate::store::Tx;

/// The stamp card of the sample brand.
const CARD: &str = "coffee";

#[derive(Debug, Clone, Copy)]
enum Event {
    Joins,
    Comes(Visit),
    Blocks,
}

/// Writes the group's year, in one transaction.
pub(super) async fn live_through(
    app: &App,
    sandbox: &Sandbox,
    account: AccountId,
    brand: &BrandFile,
    hired: &Hired,
    group: &[Guest],
) -> anyhow::Result<()> {
    let now = app.clock.now();
    let events = events(group);
    let Some((first, ..)) = events.first() else { return Ok(()) };
    let past_app = app_at(app, *first);
    let mut tx = app.db.begin().await?;
    let mut past = Past::begin(&mut tx).await?;
    let mut known: Vec<Option<MemberId>> = vec![None; group.len()];
    let place = |store: &str| Place { store: String::from(store), zone: brand.zone() };
    for (at, who, event) in events {
        past_app.clock.advance(at - past_app.clock.now());
        match (event, known[who]) {
            (Event::Joins, _) => {
                let guest = &group[who];
                let picture = sandbox.picture_url(&guest.line_user_id);
                known[who] = Some(joins(&past_app, &mut tx, account, brand, guest, picture).await?);
            }
            (Event::Comes(visit), Some(member)) => {
                let clerk = if visit.store == "zhongshan" { hired.clerk } else { hired.manager };
                comes(&past_app, &mut past, member, visit, &place(visit.store), &Actor::staff(clerk))?;
            }
            (Event::Blocks, Some(member)) => blocks(&past_app, &mut tx, member).await?,
            (_, None) => {}
        }
    }
    past_app.clock.advance(now - past_app.clock.now());
    past.lapse(&past_app, &place(""))?;
    past.write(&past_app, &mut tx).await?;
    tx.commit().await?;
    Ok(())
}

/// What happens to whom, in order.
fn events(group: &[Guest]) -> Vec<(DateTime<Utc>, usize, Event)> {
    let mut events = Vec::new();
    for (who, guest) in group.iter().enumerate() {
        events.push((guest.joined_at, who, Event::Joins));
        events.extend(guest.visits.iter().map(|visit| (visit.at, who, Event::Comes(*visit))));
        events.extend(guest.blocked_at.map(|at| (at, who, Event::Blocks)));
    }
    events.sort_by_key(|(at, who, _)| (*at, *who));
    events
}

/// The service with a clock that stands at `at`, of whose doings nobody is told.
fn app_at(app: &App, at: DateTime<Utc>) -> App {
    let clock = Clock::still(at);
    App::new(Parts {
        db: app.db.clone(),
        ids: Ids::new(clock.clone(), app.chance.clone()),
        clock,
        chance: app.chance.clone(),
        line: app.line.clone(),
        settings: app.settings.clone(),
        secret: app.secret.clone(),
        words: app.words.clone(),
        holder: app.holder,
        subscribed: &[],
        jobs_bell: Notify::new(),
        sender_bell: Notify::new(),
    })
}

async fn joins(
    app: &App,
    tx: &mut Tx,
    account: AccountId,
    brand: &BrandFile,
    guest: &Guest,
    picture: String,
) -> anyhow::Result<MemberId> {
    let at = app.clock.now();
    let friend = friends::meet(app, tx, account, &guest.line_user_id).await?;
    let (member, actor) = (friend.member, Actor::member(friend.member));
    friends::set_state(tx, &friend, FriendState::Following, at).await?;
    let language = Some(String::from(guest.language));
    friends::keep_profile(app, tx, &friend, &Profile { name: guest.name.clone(), picture: Some(picture), language })
        .await?;
    timeline::record(app, tx, member, timeline::Entry::new("followed", at, &actor)).await?;
    let wording = &brand.membership.consent.version;
    members::join(app, tx, member, at, &actor, consent::Source::Chat, wording).await?;
    if guest.consents {
        let answer = consent::Answer {
            purpose: consent::MARKETING,
            granted: true,
            source: consent::Source::Chat,
            wording: &consent::Question::IN_CHAT.wording(brand.language),
            at,
        };
        consent::record(app, tx, member, answer, &actor).await?;
    }
    Ok(member)
}

fn comes(
    app: &App,
    past: &mut Past,
    member: MemberId,
    visit: Visit,
    place: &Place,
    clerk: &Actor,
) -> anyhow::Result<()> {
    if visit.redeems
        && let Some(voucher) = past.usable(app, member)
    {
        let redeemed = past.redeem(app, member, voucher.id, place, clerk)?;
        ensure!(redeemed.is_ok(), "A voucher of the demo was not taken: {redeemed:?}");
    }
    let stamped = past.stamp(app, member, CARD, visit.stamps, place, clerk)?;
    ensure!(stamped.is_ok(), "The demo's visits need the sample brand's stamp card {CARD}: {stamped:?}");
    Ok(())
}

async fn blocks(app: &App, tx: &mut Tx, member: MemberId) -> anyhow::Result<()> {
    let at = app.clock.now();
    for friend in friends::of_member(&mut *tx, member).await? {
        friends::set_state(tx, &friend, FriendState::Blocked, at).await?;
    }
    let actor = Actor::member(member);
    timeline::record(app, tx, member, timeline::Entry::new("unfollowed", at, &actor)).await?;
    Ok(())
}
