//! What a clerk does on a reading: stamps, takes a voucher, takes either back.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::guard::Clerk;
use super::sheet::is_full;
use super::{desk, words};
use crate::ids::{Actor, EntryId, MemberId, ScanId, VoucherId};
use crate::loyalty::coupons::VoucherState;
use crate::loyalty::{self, By, Key, Place, Redeem, Refusal, Stamp, Stamped, Undo, Undone, Why};
use crate::problem::Problem;
use crate::staff::scans::{self, Line};
use crate::staff::{self, Permission, Signed};
use crate::web::face::{Face, Scene};
use crate::web::form::Fields;
use crate::web::pieces::{Band, Tone, Undo as WayBack};
use crate::web::reader::Reader;

/// How long the bar with the way back is shown.
const UNDO_BAR: TimeDelta = TimeDelta::seconds(10);

/// Where she works.
pub(super) fn place_of(scene: &Scene, by: &Signed) -> Place {
    Place { store: by.store.clone(), zone: scene.zone() }
}

/// She, and what she may undo.
pub(super) fn right_of(by: &Signed) -> By {
    if by.may(Permission::UndoAny) { By::manager_of(by.actor(), &by.stores) } else { By::own(by.actor()) }
}

/// Stamps to be given on a reading.
#[derive(Deserialize)]
pub(super) struct Giving {
    scan: ScanId,
    programme: String,
    amount: i64,
}

/// `POST /counter/stamp`
pub(super) async fn stamp(
    State(face): State<Face>,
    reader: Reader,
    Clerk(by): Clerk,
    Fields(giving): Fields<Giving>,
) -> Result<Response, Problem> {
    let scene = face.scene(reader.lang).await?;
    let reading = scans::open(&face.app, &face.app.db, &by, giving.scan).await?.filter(Line::may_earn);
    let Some((reading, member)) = reading.and_then(shown) else {
        let band = words::band(&scene, Tone::Care, "refused-scan-old", &[]);
        return desk::refuse(&face, scene, reader, &by, band).await;
    };
    if giving.programme.contains(char::is_control) {
        let band = refused(&face, &scene, &Refusal::UnknownCard).await?;
        return desk::refuse(&face, scene, reader, &by, band).await;
    }
    let ask = Stamp {
        member,
        card: giving.programme.clone(),
        stamps: giving.amount,
        place: place_of(&scene, &by),
        key: Key::counter(by.device, &format!("stamp/{}/{}", reading.id, giving.programme)),
        pass: reading.pass_window,
        by: right_of(&by),
    };
    match loyalty::stamp(&face.app, &ask).await? {
        Ok(stamped) => {
            let band = band_of_stamps(&face, &scene, member, giving.amount, &stamped).await?;
            desk::done(&face, scene, reader, &by, band).await
        }
        Err(refusal) => {
            let band = refused(&face, &scene, &refusal).await?;
            desk::refuse(&face, scene, reader, &by, band).await
        }
    }
}

/// A voucher to be taken on a reading.
#[derive(Deserialize)]
pub(super) struct Taking {
    scan: ScanId,
    voucher: VoucherId,
}

/// `POST /counter/redeem`
pub(super) async fn redeem(
    State(face): State<Face>,
    reader: Reader,
    Clerk(by): Clerk,
    Fields(taking): Fields<Taking>,
) -> Result<Response, Problem> {
    let (app, scene) = (&face.app, face.scene(reader.lang).await?);
    let reading = scans::open(app, &app.db, &by, taking.scan).await?;
    let Some((reading, member)) = reading.and_then(shown) else {
        let band = words::band(&scene, Tone::Care, "refused-scan-old", &[]);
        return desk::refuse(&face, scene, reader, &by, band).await;
    };
    if !reading.may_spend(taking.voucher) {
        let next = scene.shell.say("no-redeeming-typed");
        let band = Band { tone: Tone::Care, words: scene.shell.say("refused-spend-typed"), next, undo: None };
        return desk::refuse(&face, scene, reader, &by, band).await;
    }
    let voucher = loyalty::voucher(&app.db, taking.voucher).await?.filter(|voucher| voucher.member == member);
    let answer = match voucher {
        Some(voucher) => {
            let ask = Redeem {
                code: voucher.code,
                place: place_of(&scene, &by),
                key: Key::counter(by.device, &format!("redeem/{}/{}", reading.id, voucher.id)),
                by: right_of(&by),
            };
            loyalty::redeem(app, &ask).await?
        }
        None => Err(Refusal::UnknownVoucher),
    };
    match answer {
        Ok(redeemed) => {
            let title = title_of(&face, &scene, redeemed.voucher.id).await?;
            let band = Band {
                tone: Tone::Done,
                words: scene.shell.fill("done-redeemed", "title", title),
                next: if redeemed.repeated { scene.shell.say("done-repeated-next") } else { String::new() },
                undo: way_back(&scene, member, redeemed.entry, redeemed.redemption.at),
            };
            desk::done(&face, scene, reader, &by, band).await
        }
        Err(refusal) => {
            let band = refused(&face, &scene, &refusal).await?;
            desk::refuse(&face, scene, reader, &by, band).await
        }
    }
}

/// An entry to be taken back, and why where that is asked.
#[derive(Deserialize)]
pub(super) struct TakingBack {
    member: MemberId,
    entry: EntryId,
    why: Option<Why>,
}

/// `POST /counter/undo`
pub(super) async fn undo(
    State(face): State<Face>,
    reader: Reader,
    Clerk(by): Clerk,
    Fields(TakingBack { member, entry, why }): Fields<TakingBack>,
) -> Result<Response, Problem> {
    let scene = face.scene(reader.lang).await?;
    let ask = Undo {
        member,
        entry,
        place: place_of(&scene, &by),
        key: Key::counter(by.device, &format!("undo/{entry}")),
        by: right_of(&by),
    };
    match loyalty::undo_for(&face.app, &ask, why).await? {
        Ok(undone) => {
            let band = band_of_undoing(&face, &scene, member, &undone).await?;
            desk::done(&face, scene, reader, &by, band).await
        }
        Err(Refusal::NotYours) => {
            let who = who_did(&face, member, entry).await?;
            let band = if by.may(Permission::UndoAny) {
                words::band(&scene, Tone::Refused, "refused-undo-elsewhere", &[("by", who.into())])
            } else {
                words::refusal(&scene, &Refusal::NotYours, &who)
            };
            desk::refuse(&face, scene, reader, &by, band).await
        }
        Err(refusal) => {
            let band = refused(&face, &scene, &refusal).await?;
            desk::refuse(&face, scene, reader, &by, band).await
        }
    }
}

fn shown(reading: Line) -> Option<(Line, MemberId)> {
    let member = reading.member?;
    Some((reading, member))
}

/// A refusal in words, with the name of whoever did what stands in the way.
pub(super) async fn refused(face: &Face, scene: &Scene, refusal: &Refusal) -> Result<Band, Problem> {
    let by = match refusal {
        Refusal::AlreadyRedeemed { first } => staff::name_of(&face.app.db, &first.by).await?,
        _ => String::new(),
    };
    Ok(words::refusal(scene, refusal, &by))
}

async fn who_did(face: &Face, member: MemberId, entry: EntryId) -> Result<String, Problem> {
    match loyalty::line(&face.app.db, member, entry).await? {
        Some(line) => Ok(staff::name_of(&face.app.db, &Actor { kind: line.actor_kind, id: line.actor_id }).await?),
        None => Ok(String::new()),
    }
}

async fn title_of(face: &Face, scene: &Scene, voucher: VoucherId) -> Result<String, Problem> {
    let shelved = loyalty::shelved(&face.app.db, voucher).await?;
    Ok(shelved.map(|shelved| String::from(shelved.title.in_lang(scene.voice().lang))).unwrap_or_default())
}

/// The way back, while its bar is shown.
fn way_back(scene: &Scene, member: MemberId, entry: EntryId, at: DateTime<Utc>) -> Option<WayBack> {
    let seconds = (at + UNDO_BAR - scene.now).num_seconds();
    (seconds > 0).then(|| WayBack { member: member.to_string(), entry: entry.to_string(), seconds })
}

async fn band_of_stamps(
    face: &Face,
    scene: &Scene,
    member: MemberId,
    amount: i64,
    stamped: &Stamped,
) -> Result<Band, Problem> {
    let shell = &scene.shell;
    let mut gifts = Vec::new();
    for voucher in &stamped.vouchers {
        gifts.push(title_of(face, scene, voucher.id).await?);
    }
    let open = stamped.cards.last();
    let (after, goal) = open.map_or((0, 0), |card| (card.stamps, card.goal));
    let blanks = [("amount", amount.into()), ("after", after.into()), ("goal", goal.into())];
    let (words, mut next) = if gifts.is_empty() {
        (shell.voice.say_with("done-stamped", &blanks), String::new())
    } else {
        let gift = gifts.join(&shell.say("list-comma"));
        let key = if is_full(&stamped.cards) { "done-full" } else { "done-gift" };
        let [amount, after, goal] = blanks;
        let words = shell.voice.say_with(key, &[amount, after, goal, ("gift", gift.into())]);
        (words, shell.say("done-full-next"))
    };
    if stamped.dropped > 0 {
        next = shell.fill("done-dropped-next", "dropped", stamped.dropped);
    }
    if stamped.repeated {
        next = shell.say("done-repeated-next");
    }
    Ok(Band { tone: Tone::Done, words, next, undo: way_back(scene, member, stamped.entry, stamped.at) })
}

async fn band_of_undoing(face: &Face, scene: &Scene, member: MemberId, undone: &Undone) -> Result<Band, Problem> {
    let shell = &scene.shell;
    let given_back = undone.vouchers.iter().find(|voucher| voucher.state == VoucherState::Issued);
    let (words, next) = match given_back {
        Some(voucher) => {
            let title = title_of(face, scene, voucher.id).await?;
            (shell.say("done-unredeemed"), shell.fill("done-unredeemed-next", "title", title))
        }
        None => {
            let amount = loyalty::line(&face.app.db, member, undone.undoes).await?.map_or(0, |line| line.amount);
            let what = shell.fill("act-stamped", "amount", amount);
            let next = if undone.vouchers.is_empty() { "done-undone-next" } else { "done-undone-gift-next" };
            (shell.say("done-undone"), shell.fill(next, "what", what))
        }
    };
    let next = if undone.repeated { shell.say("done-undone-before-next") } else { next };
    Ok(Band { tone: Tone::Done, words, next, undo: None })
}
