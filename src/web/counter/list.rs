//! The list of what was done lately, on the desk and on a member's sheet.

use chrono::TimeDelta;

use super::Act;
use super::acts::right_of;
use crate::ids::Actor;
use crate::loyalty;
use crate::loyalty::ledger::EntryKind;
use crate::members::friends;
use crate::problem::Problem;
use crate::staff::scans;
use crate::staff::{Permission, Signed};
use crate::web::face::{Face, Scene};

/// How many acts the desk lists.
const LISTED: usize = 3;
/// How far back the list goes: a shift.
const SHIFT: TimeDelta = TimeDelta::hours(12);
/// Readings looked at to find who else worked on this device.
const READINGS: i64 = 50;

/// The last acts: her own, and for who may undo anybody's, everybody's on this device.
pub(super) async fn last(face: &Face, scene: &Scene, by: &Signed) -> Result<Vec<Act>, Problem> {
    let (app, since) = (&face.app, scene.now - SHIFT);
    let mut actors = vec![by.actor()];
    if by.may(Permission::UndoAny) {
        for reading in scans::shown_on(&app.db, by.device, None, since, READINGS).await? {
            let actor = Actor::staff(reading.staff);
            if !actors.contains(&actor) {
                actors.push(actor);
            }
        }
    }
    let lately = loyalty::lately(app, &right_of(by), &actors, &by.store, since, LISTED).await?;
    let mut acts = Vec::with_capacity(lately.len());
    for act in lately {
        let face_of = friends::face_of(app, &app.db, act.member).await?;
        let about = face_of.map(|face| face.masked()).unwrap_or_default();
        acts.push(told(scene, &act, about));
    }
    Ok(acts)
}

/// An act in words. `about` is what of it the place where it stands does not say already.
pub(super) fn told(scene: &Scene, act: &loyalty::Act, about: String) -> Act {
    let what = match act.line.kind {
        EntryKind::VoucherRedeemed => scene.shell.fill("act-redeemed", "title", act.title.in_lang(scene.voice().lang)),
        _ => scene.shell.fill("act-stamped", "amount", act.line.amount),
    };
    Act {
        member: act.member.to_string(),
        entry: act.line.id.to_string(),
        when: scene.moment(act.line.at),
        about,
        what,
        can_undo: act.may_undo,
        asks_why: act.asks_why,
        is_undone: act.line.is_undone,
    }
}
