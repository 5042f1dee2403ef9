//! Which member card is somebody's own: whoever works here neither stamps nor redeems on it.

use serde_json::json;

use super::audit;
use crate::app::App;
use crate::ids::{Actor, MemberId, StaffId};
use crate::store::{Tx, query};

/// What became of linking a member card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Linked {
    /// It is hers from now on.
    Now,
    /// It was before.
    Already,
    /// It belongs to a colleague who works here; her name.
    Colleagues(String),
    /// She does not work here.
    NotHere,
}

/// Says which member card is her own, which she may not stamp. A card is one person's.
pub async fn link(app: &App, id: StaffId, member: MemberId, actor: &Actor) -> sqlx::Result<Linked> {
    let mut tx = app.db.begin().await?;
    let linked = link_one(&mut tx, id, member).await?;
    if linked == Linked::Now {
        audit::record(app, &mut tx, actor, "staff.card_linked", &id.to_string(), json!({ "member": member })).await?;
    }
    tx.commit().await?;
    Ok(linked)
}

async fn link_one(tx: &mut Tx, id: StaffId, member: MemberId) -> sqlx::Result<Linked> {
    // All who may have the card, in one order, so that two who link at once come one after another.
    let rows = query(&mut *tx, "select id, name, member from staff where state = 'active' order by id")
        .lock_rows(" for update")
        .all::<(StaffId, String, Option<MemberId>)>()
        .await?;
    let Some(own) = rows.iter().find(|(whose, ..)| *whose == id) else { return Ok(Linked::NotHere) };
    if own.2 == Some(member) {
        return Ok(Linked::Already);
    }
    if let Some((_, name, _)) = rows.iter().find(|(.., card)| *card == Some(member)) {
        return Ok(Linked::Colleagues(name.clone()));
    }
    query(tx, "update staff set member = $2 where id = $1").bind(id).bind(member).execute().await?;
    Ok(Linked::Now)
}

/// Forgets which card is hers; false when none was linked.
pub async fn unlink(app: &App, id: StaffId, actor: &Actor) -> sqlx::Result<bool> {
    let mut tx = app.db.begin().await?;
    let changed = query(&mut tx, "update staff set member = null where id = $1 and member is not null")
        .bind(id)
        .execute()
        .await?;
    if changed == 1 {
        audit::record(app, &mut tx, actor, "staff.card_unlinked", &id.to_string(), json!({})).await?;
    }
    tx.commit().await?;
    Ok(changed == 1)
}
