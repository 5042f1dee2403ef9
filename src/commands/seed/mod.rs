//! What the demo's shop holds at its first start: its staff, and members with a year of visits.

mod people;
mod year;

use anyhow::Context as _;

use self::people::Guest;
use crate::app::App;
use crate::ids::{Actor, StaffId};
use crate::members::{self, Member, accounts, tags};
use crate::sandbox::{NewUser, Sandbox};
use crate::staff::people::{self as staff, Added, NewPerson};
use crate::staff::{Pin, Role, own_cards, stores};

/// Somebody who works in the demo's shop. The PINs are public, as everything in the demo is.
#[derive(Debug)]
pub struct Colleague {
    /// Her name on the counter.
    pub name: &'static str,
    /// Her PIN.
    pub pin: &'static str,
    role: Role,
    stores: &'static [&'static str],
}

/// The clerk the demo prints.
pub const CLERK: Colleague = Colleague { name: "小安", pin: "2807", role: Role::Clerk, stores: &["zhongshan"] };
/// The manager.
pub const MANAGER: Colleague = Colleague { name: "店長阿哲", pin: "6391", role: Role::Manager, stores: &[] };
/// The owner.
pub const OWNER: Colleague = Colleague { name: "老闆", pin: "740258", role: Role::Owner, stores: &[] };

/// Members made in one transaction. Each such group is there as a whole or not at all.
const GROUP: usize = 25;

/// The people at the counters.
struct Hired {
    clerk: StaffId,
    manager: StaffId,
}

/// Fills an empty shop; a second call finds everything and changes nothing. Gives the number of members.
pub async fn fill(app: &App, sandbox: &Sandbox, members: usize) -> anyhow::Result<usize> {
    let hired = Box::pin(hire(app)).await?;
    let account = accounts::ensure(app).await?;
    let brand = stores::brand(&app.db).await?.context("No brand is published yet")?;
    let now = app.clock.now();
    let guests: Vec<Guest> = (0..members).map(|number| people::guest(number, now, brand.zone())).collect();
    sandbox.seed(guests.iter().map(phone));
    for group in guests.chunks(GROUP) {
        let Some(first) = group.first() else { continue };
        if members::in_account_of(&app.db, account, &first.line_user_id).await?.is_none() {
            Box::pin(year::live_through(app, sandbox, account, &brand, &hired, group)).await?;
        }
    }
    if let Some(last) = guests.last() {
        link_clerk(app, &hired, members::in_account_of(&app.db, account, &last.line_user_id).await?).await?;
    }
    Ok(members)
}

fn phone(guest: &Guest) -> NewUser {
    NewUser {
        id: Some(guest.line_user_id.clone()),
        name: guest.name.clone(),
        language: Some(String::from(guest.language)),
        os: guest.os,
        following: guest.blocked_at.is_none(),
        blocked: guest.blocked_at.is_some(),
    }
}

async fn hire(app: &App) -> anyhow::Result<Hired> {
    // Hashing a PIN takes its time, so they are hashed side by side.
    let (clerk, manager, _) = tokio::try_join!(hire_one(app, &CLERK), hire_one(app, &MANAGER), hire_one(app, &OWNER))?;
    Ok(Hired { clerk, manager })
}

async fn hire_one(app: &App, colleague: &Colleague) -> anyhow::Result<StaffId> {
    if let Some(known) = staff::by_name(&app.db, colleague.name).await? {
        return Ok(known.id);
    }
    let pin = Pin::chosen(colleague.pin)?;
    let stores = colleague.stores.iter().map(|store| String::from(*store)).collect();
    let new = NewPerson { name: String::from(colleague.name), role: colleague.role, stores, pin };
    match staff::add(app, new, &Actor::operator()).await? {
        Added::Added(id) => Ok(id),
        wrong => anyhow::bail!("{} cannot be added to the demo's staff: {wrong:?}", colleague.name),
    }
}

/// The last of the made-up members is the clerk herself, who may not stamp her own card.
async fn link_clerk(app: &App, hired: &Hired, member: Option<Member>) -> anyhow::Result<()> {
    let clerk = staff::find(&app.db, hired.clerk).await?;
    let (Some(member), Some(clerk)) = (member, clerk) else { return Ok(()) };
    if clerk.member.is_none() {
        own_cards::link(app, hired.clerk, member.id, &Actor::operator()).await?;
        let mut tx = app.db.begin().await?;
        tags::set_now(app, &mut tx, member.id, "staff", true, &Actor::operator()).await?;
        tx.commit().await?;
    }
    Ok(())
}
