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
use crate::loyalty::{self, Place};
use crate::members::consent;
use crate::members::friends::Profile;
use crate::members::past::{self, Newcomer};
use crate::sandbox::Sandbox;
use crate::spec::brand_file::BrandFile;

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
    let mut people = past::Past::of(account);
    let mut ledger = loyalty::Past::begin(&mut tx).await?;
    let mut known: Vec<Option<MemberId>> = vec![None; group.len()];
    let place = |store: &str| Place { store: String::from(store), zone: brand.zone() };
    for (at, who, event) in events {
        past_app.clock.advance(at - past_app.clock.now());
        match (event, known[who]) {
            (Event::Joins, _) => {
                let guest = &group[who];
                let picture = sandbox.picture_url(&guest.line_user_id);
                known[who] = Some(people.joins(&past_app, newcomer(guest, brand, picture)));
            }
            (Event::Comes(visit), Some(member)) => {
                let clerk = if visit.store == "zhongshan" { hired.clerk } else { hired.manager };
                comes(&past_app, &mut ledger, member, visit, &place(visit.store), &Actor::staff(clerk))?;
            }
            (Event::Blocks, Some(member)) => people.blocks(&past_app, member),
            (_, None) => {}
        }
    }
    past_app.clock.advance(now - past_app.clock.now());
    ledger.lapse(&past_app, &place(""))?;
    people.write(&past_app, &mut tx).await?;
    ledger.write(&past_app, &mut tx).await?;
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

fn newcomer<'a>(guest: &Guest, brand: &'a BrandFile, picture: String) -> Newcomer<'a> {
    let language = Some(String::from(guest.language));
    Newcomer {
        line_user_id: guest.line_user_id.clone(),
        profile: Profile { name: guest.name.clone(), picture: Some(picture), language },
        joins_under: &brand.membership.consent.version,
        consents_to: guest.consents.then(|| consent::Question::IN_CHAT.wording(brand.language)),
    }
}

fn comes(
    app: &App,
    ledger: &mut loyalty::Past,
    member: MemberId,
    visit: Visit,
    place: &Place,
    clerk: &Actor,
) -> anyhow::Result<()> {
    if visit.redeems
        && let Some(voucher) = ledger.usable(app, member)
    {
        let redeemed = ledger.redeem(app, member, voucher.id, place, clerk)?;
        ensure!(redeemed.is_ok(), "A voucher of the demo was not taken: {redeemed:?}");
    }
    let stamped = ledger.stamp(app, member, CARD, visit.stamps, place, clerk)?;
    ensure!(stamped.is_ok(), "The demo's visits need the sample brand's stamp card {CARD}: {stamped:?}");
    Ok(())
}
