//! What a member has, put into the pieces her pages are drawn from.

use uuid::Uuid;

use super::HistoryLine;
use crate::app::App;
use crate::ids::MemberId;
use crate::loyalty::coupons::VoucherState;
use crate::loyalty::ledger::EntryKind;
use crate::loyalty::{self, Act, Shelved, Standing};
use crate::web::face::{Face, Scene};
use crate::web::pieces::{Deadline, Gift, Slot, StampGrid, StampLine, Ticket, TicketState, good_in, turn};

/// A card that ends within so many days is marked.
const SOON: i64 = 14;

/// Her stamp cards, one line each.
pub(super) fn lines(scene: &Scene, standing: &[Standing]) -> Vec<StampLine> {
    let line = |card: &Standing| StampLine {
        title: said(scene, &card.title),
        stamps: card.stamps,
        goal: card.goal,
        gift: gift(scene, card),
    };
    standing.iter().map(line).collect()
}

/// A stamp card with its places. A place keeps the turn of its print, whatever comes after it.
pub(super) fn grid(scene: &Scene, card: &Standing) -> StampGrid {
    let prints = card.card.map_or(0, |card| card.0.as_u128());
    let slots = (1..=card.goal).map(|position| Slot {
        position,
        print: (position <= card.stamps).then(|| turn(Uuid::from_u128(prints ^ u128::from(position.unsigned_abs())))),
        gift: card.milestones.iter().find(|next| next.position == position).map(|next| said(scene, &next.title)),
    });
    let last = card.expires_at.map(|end| scene.last_day(end));
    let expiry = match last {
        Some(last) => scene.shell.fill("stamps-expiry", "day", scene.voice().until_day(last, scene.today())),
        None if card.stamps > 0 => scene.shell.say("stamps-no-expiry"),
        None => String::new(),
    };
    StampGrid {
        title: said(scene, &card.title),
        stamps: card.stamps,
        goal: card.goal,
        slots: slots.collect(),
        gift: gift(scene, card),
        expiry,
        ends_soon: last.is_some_and(|last| (last - scene.today()).num_days() <= SOON),
    }
}

fn gift(scene: &Scene, card: &Standing) -> Option<Gift> {
    let next = card.next.as_ref()?;
    Some(Gift { more: (next.position - card.stamps).max(0), name: said(scene, &next.title) })
}

/// What the first stamp card promises, for who has not joined; empty where nothing is.
pub(super) async fn first_gift(app: &App, scene: &Scene, member: MemberId) -> sqlx::Result<String> {
    let standing = loyalty::standing(app, &app.db, member).await?;
    let promised = standing.iter().find_map(|card| card.next.as_ref());
    Ok(promised.map_or_else(String::new, |next| {
        let blanks = [("goal", next.position.into()), ("gift", said(scene, &next.title).into())];
        scene.voice().say_with("join-gift", &blanks)
    }))
}

/// A voucher as a ticket.
pub(super) fn ticket(face: &Face, scene: &Scene, held: &Shelved) -> Ticket {
    let state = match (&held.used, held.voucher.state) {
        (Some(used), _) => TicketState::Used { at: scene.on_the_wall(used.at), store: scene.store_name(&used.store) },
        (None, _) if held.is_usable(scene.now) => TicketState::Ready,
        (None, _) => TicketState::Expired,
    };
    // One that was taken back did not run out: it has no day to show.
    let end = held.voucher.expires_at.filter(|_| held.voucher.state != VoucherState::Revoked);
    Ticket {
        href: face.address(&format!("/vouchers/{}", held.voucher.id)),
        title: said(scene, &held.title),
        condition: String::new(),
        deadline: end.map(|end| Deadline { last: scene.last_day(end), today: scene.today() }),
        stores: good_in(scene, &held.stores),
        state,
        today: scene.today(),
    }
}

/// Those that can be used, the one that ends first in front.
pub(super) fn ready<'a>(scene: &Scene, shelf: &'a [Shelved]) -> Vec<&'a Shelved> {
    let mut ready: Vec<&Shelved> = shelf.iter().filter(|held| held.is_usable(scene.now)).collect();
    ready.sort_by_key(|held| (held.voucher.expires_at.is_none(), held.voucher.expires_at, held.voucher.id));
    ready
}

/// Her ledger as she reads it: what was taken back is marked where it stood, not told twice; what stamps earned, of all she
/// ever had in `shelf`, stands with them.
pub(super) fn told(scene: &Scene, acts: &[Act], shelf: &[Shelved]) -> Vec<HistoryLine> {
    acts.iter().filter_map(|act| line(scene, act, shelf)).collect()
}

fn line(scene: &Scene, act: &Act, shelf: &[Shelved]) -> Option<HistoryLine> {
    let title = said(scene, &act.title);
    let (what, amount) = match act.line.kind {
        EntryKind::Stamped => {
            let earned = shelf.iter().rev().filter(|held| held.voucher.entry == act.line.id);
            let earned: Vec<String> = earned.map(|held| said(scene, &held.title)).collect();
            let stamped = scene.shell.fill("history-stamped", "amount", act.line.amount);
            (with_gifts(scene, stamped, &earned), format!("+{}", act.line.amount))
        }
        EntryKind::VoucherRedeemed => (scene.shell.fill("history-redeemed", "title", title), String::new()),
        EntryKind::CardExpired => (scene.shell.say("history-card-ended"), signed(act.line.amount)),
        EntryKind::VoucherExpired => (scene.shell.fill("history-voucher-ended", "title", title), String::new()),
        EntryKind::StampReversed | EntryKind::RedemptionReversed => return None,
    };
    let store = if act.line.store.is_empty() { String::new() } else { scene.store_name(&act.line.store) };
    Some(HistoryLine { when: scene.moment(act.line.at), what, store, amount, is_undone: act.line.is_undone })
}

/// 「蓋了 9 點，獲得拿鐵兌換券」, where stamps earned something.
fn with_gifts(scene: &Scene, what: String, earned: &[String]) -> String {
    if earned.is_empty() {
        return what;
    }
    let gift = earned.join(&scene.shell.say("list-comma"));
    scene.voice().say_with("history-gift", &[("what", what.into()), ("gift", gift.into())])
}

/// `−3`, with a minus as long as a plus is wide; empty for nothing.
fn signed(amount: i64) -> String {
    match amount {
        0 => String::new(),
        ..0 => format!("−{}", amount.unsigned_abs()),
        1.. => format!("+{amount}"),
    }
}

fn said(scene: &Scene, texts: &crate::spec::Texts) -> String {
    String::from(texts.in_lang(scene.voice().lang))
}
