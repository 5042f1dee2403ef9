//! Taking the requests that may leave now: in one transaction the lease is checked, the gate asked again for everybody in
//! them, their messages taken from the approved number, and the bytes that will leave fixed by their hash.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::bodies::{self, Hash};
use super::gate::{self, Facts, Reason};
use super::lanes::Room;
use super::outcome::{AHEAD, Retry, is_of_another_month, longest_wait, may_retry};
use super::pauses::Pause;
use super::runs::Kind;
use super::sender::Rooms;
use super::{approval, fault, line_side, settle};
use crate::app::App;
use crate::ids::{BatchId, LineUserId, MemberId, RunId};
use crate::members::friends::FriendState;
use crate::members::{consent, keys};
use crate::secret::Sealed;
use crate::store::lease::{self, Lease};
use crate::store::{Tx, query};

/// Requests in one transaction, at most, and people in them together: a transaction stays far below a quarter of a second.
const MOST_BATCHES: usize = 32;
const MOST_PEOPLE: i64 = 2_000;

/// A request that is to leave now: its key and the hash of its bytes are on disk.
#[derive(Debug, Clone)]
pub(super) struct Claimed {
    pub id: BatchId,
    pub run: RunId,
    pub kind: Kind,
    pub retry_key: Uuid,
    pub body: Bytes,
    /// In the order of the request.
    pub recipients: Vec<MemberId>,
    /// Tries that may have been accepted, this one included.
    pub attempts: i64,
    pub first_tried_at: DateTime<Utc>,
    pub reserved_since: Option<DateTime<Utc>>,
}

/// What was taken.
#[derive(Debug, Default)]
pub(super) struct Claim {
    pub batches: Vec<Claimed>,
    /// When it is worth looking again, as far as known.
    pub next_at: Option<DateTime<Utc>>,
}

/// A batch as it is looked for.
#[derive(Debug, sqlx::FromRow)]
struct Due {
    id: BatchId,
    recipients: i64,
    attempts: i64,
    first_tried_at: Option<DateTime<Utc>>,
    next_at: DateTime<Utc>,
}

impl Due {
    fn is_due(&self, now: DateTime<Utc>) -> bool {
        let is_ahead = self.first_tried_at.is_some_and(|first| first > now + AHEAD);
        self.next_at <= now || is_ahead || self.next_at - now > longest_wait(self.attempts)
    }
}

/// A batch as it is taken.
#[derive(Debug, sqlx::FromRow)]
struct Batch {
    id: BatchId,
    run: RunId,
    kind: Kind,
    retry_key: Uuid,
    body_hash: Hash,
    is_tried: bool,
    attempts: i64,
    first_tried_at: Option<DateTime<Utc>>,
    reserved_since: Option<DateTime<Utc>>,
}

/// One person of a batch, with what the gate asks for.
#[derive(Debug, sqlx::FromRow)]
struct Person {
    batch: BatchId,
    member: MemberId,
    line_user_id: LineUserId,
    body_hash: Hash,
    sealed_body: Option<Sealed<String>>,
    wrapped_key: Option<Vec<u8>>,
    reach: Option<FriendState>,
    is_joined: bool,
    is_test: bool,
    has_consented: bool,
}

/// Takes requests that are due, as many as there is room for, leaving out those `in_flight`.
pub(super) async fn claim(app: &App, lease: &Lease, rooms: Rooms, in_flight: &HashSet<BatchId>) -> sqlx::Result<Claim> {
    let mut claim = Claim::default();
    let due = due(app, rooms, in_flight, &mut claim).await?;
    if due.is_empty() {
        return Ok(claim);
    }
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    if lease::still_held(&mut tx, lease, now).await? {
        fault::point("leased");
        let batches = locked(&mut tx, &due).await?;
        let mut people = people_of(&mut tx, &batches).await?;
        let mut texts = HashMap::new();
        for batch in batches {
            let people = people.remove(&batch.id).unwrap_or_default();
            if is_of_another_month(batch.reserved_since, now) {
                if approval::pause(app, &mut tx, batch.run, Pause::QuotaSpent).await? {
                    tracing::error!(run.id = %batch.run, "a month ended while another delivery held its messages reserved; the run is paused");
                }
                continue;
            }
            let is_tried = batch.is_tried;
            let taken = if is_tried {
                again(app, &mut tx, batch, people, &mut texts, now).await?
            } else {
                first(app, &mut tx, batch, people, &mut texts, now).await?
            };
            if is_tried && taken.is_none() {
                // It may be among the untried by now.
                claim.look_again(now);
            }
            claim.batches.extend(taken);
        }
    }
    tx.commit().await?;
    Ok(claim)
}

/// The ids of what is due, oldest run first.
async fn due(app: &App, rooms: Rooms, in_flight: &HashSet<BatchId>, claim: &mut Claim) -> sqlx::Result<Vec<BatchId>> {
    let (mut ids, mut people) = (Vec::new(), 0);
    let mut lanes = [(Kind::Multicast, rooms.multicast), (Kind::Push, rooms.push)];
    for run in approval::open_runs(app).await? {
        for (kind, room) in &mut lanes {
            let due = due_in(app, run, *kind, *room, in_flight, claim).await?;
            room.count -= due.len();
            for batch in due {
                if ids.len() == MOST_BATCHES || (people > 0 && people + batch.recipients > MOST_PEOPLE) {
                    claim.look_again(app.clock.now());
                    return Ok(ids);
                }
                people += batch.recipients;
                ids.push(batch.id);
            }
        }
    }
    Ok(ids)
}

/// What is due in one run by one way, oldest first, as much as there is room for.
async fn due_in(
    app: &App,
    run: RunId,
    kind: Kind,
    room: Room,
    in_flight: &HashSet<BatchId>,
    claim: &mut Claim,
) -> sqlx::Result<Vec<Due>> {
    let now = app.clock.now();
    let rows = query(
        &app.db,
        "select id, recipients, attempts, first_tried_at, next_at from batch where run = $1 and kind = $2 and state in ('ready', 'trying') order by next_at, id limit $3",
    )
    .bind(run)
    .bind(kind)
    .bind(i64::try_from(room.count + in_flight.len() + 1).unwrap_or(i64::MAX))
    .all::<Due>()
    .await?;
    let (mut due, later): (Vec<Due>, Vec<Due>) =
        rows.into_iter().filter(|batch| !in_flight.contains(&batch.id)).partition(|batch| batch.is_due(now));
    if let Some(first) = later.first() {
        claim.look_again(first.next_at);
    }
    if due.len() > room.count {
        // Without an instant the room is taken by requests on their way, and their answers wake the sender.
        due.truncate(room.count);
        room.again_at.into_iter().for_each(|at| claim.look_again(at));
    }
    Ok(due)
}

impl Claim {
    fn look_again(&mut self, at: DateTime<Utc>) {
        self.next_at = Some(self.next_at.map_or(at, |known| known.min(at)));
    }
}

async fn locked(tx: &mut Tx, ids: &[BatchId]) -> sqlx::Result<Vec<Batch>> {
    query(tx, "select id, run, kind, retry_key, body_hash, state = 'trying' as is_tried, attempts, first_tried_at, reserved_since from batch where id in (")
        .push_list(ids.iter().copied())
        .push(") and state in ('ready', 'trying') order by id")
        .lock_rows(" for update")
        .all()
        .await
}

/// The people still waiting in these batches, in the order of the request.
async fn people_of(tx: &mut Tx, batches: &[Batch]) -> sqlx::Result<HashMap<BatchId, Vec<Person>>> {
    let rows = query(
        tx,
        "select d.batch, d.member, d.line_user_id, d.body_hash, d.sealed_body, k.wrapped as wrapped_key, f.state as reach,
                m.joined_at is not null as is_joined, coalesce(m.is_test, false) as is_test,
                coalesce((select c.granted from consent c where c.member = d.member and c.purpose = $1
                          order by c.at desc, c.id desc limit 1), false) as has_consented
         from delivery d left join member m on m.id = d.member left join member_key k on k.member = d.member
         left join friend f on f.account = d.account and f.line_user_id = d.line_user_id and f.member = d.member
         where d.state = 'planned' and d.batch in (",
    )
    .bind(consent::MARKETING)
    .push_list(batches.iter().map(|batch| batch.id))
    .push(") order by d.batch, d.line_user_id")
    .all::<Person>()
    .await?;
    let mut people: HashMap<BatchId, Vec<Person>> = HashMap::new();
    for person in rows {
        people.entry(person.batch).or_default().push(person);
    }
    Ok(people)
}

/// The first try: here the recipients and the bytes are fixed.
async fn first(
    app: &App,
    tx: &mut Tx,
    batch: Batch,
    people: Vec<Person>,
    texts: &mut HashMap<(RunId, Hash), String>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Claimed>> {
    let (mut inside, mut skipped) = (Vec::with_capacity(people.len()), Vec::new());
    for person in people {
        match gate::pass(person.facts()) {
            Ok(()) => inside.push(person),
            Err(reason) => skipped.push((person.member, reason)),
        }
    }
    let messages = messages_of(app, tx, batch.run, &inside, texts).await?;
    if messages.is_none() {
        skipped.extend(inside.drain(..).map(|person| (person.member, Reason::Erased)));
    }
    let count = i64::try_from(inside.len()).unwrap_or(i64::MAX);
    if count > 0 && !approval::take(tx, batch.run, count).await? {
        if approval::find(&mut *tx, batch.run).await?.is_some_and(|approval| approval.state != approval::State::Open) {
            return Ok(None);
        }
        tracing::error!(run.id = %batch.run, batch.id = %batch.id, count, "held back messages beyond the approved number");
        skipped.extend(inside.drain(..).map(|person| (person.member, Reason::OverPlan)));
    }
    settle::skip(tx, batch.run, &skipped, now).await?;
    let (Some(messages), false) = (messages, inside.is_empty()) else {
        settle::empty(tx, batch.id, now).await?;
        return Ok(None);
    };
    let id = batch.id;
    let claimed = match batch.claimed(&messages, inside, 1, now) {
        Ok(claimed) => claimed,
        Err(why) => {
            settle::unpreparable(tx, id, &why, now).await?;
            return Ok(None);
        }
    };
    let body_hash = bodies::hash(app, &claimed.body);
    query(
        tx,
        "update batch set state = 'trying', attempts = 1, first_tried_at = $2, next_at = $3, recipients = $4, body_hash = $5 where id = $1",
    )
    .bind(claimed.id)
    .bind(now)
    .bind(now)
    .bind(count)
    .bind(body_hash)
    .execute()
    .await?;
    Ok(Some(claimed))
}

/// A further try: the same bytes under the same key, or none. None leaves a run that a person has stopped meanwhile, and none
/// that holds somebody who has since withdrawn: she was told that no offers come. Nobody can be taken out of it, for under
/// this key LINE wants the same request, and under another one those beside her could get a second copy. So nobody in it is
/// written to again, and all of them stay unknown, with reasons of their own.
async fn again(
    app: &App,
    tx: &mut Tx,
    batch: Batch,
    people: Vec<Person>,
    texts: &mut HashMap<(RunId, Hash), String>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Claimed>> {
    if !approval::lock_open(tx, batch.run).await? {
        return Ok(None);
    }
    let first_tried_at = batch.first_tried_at.unwrap_or(now);
    match may_retry(batch.attempts, first_tried_at, now) {
        Retry::Go => {}
        Retry::Fresh => {
            settle::untry(app, tx, batch.id, batch.run, people.len(), now).await?;
            return Ok(None);
        }
        Retry::Never => {
            settle::unknown(tx, batch.id, Reason::NoAnswer, "no answer in time", now).await?;
            return Ok(None);
        }
    }
    let withdrawn: Vec<MemberId> =
        people.iter().filter(|person| gate::pass_again(person.facts()).is_err()).map(|person| person.member).collect();
    if !withdrawn.is_empty() {
        settle::withdrawn(tx, batch.id, withdrawn, now).await?;
        return Ok(None);
    }
    let Some(messages) = messages_of(app, tx, batch.run, &people, texts).await? else {
        settle::unknown(tx, batch.id, Reason::Erased, "the messages cannot be opened any more", now).await?;
        return Ok(None);
    };
    let (id, fixed, attempts) = (batch.id, batch.body_hash.clone(), batch.attempts + 1);
    let claimed = batch
        .claimed(&messages, people, attempts, first_tried_at)
        .ok()
        .filter(|claimed| bodies::is_hash_of(app, &fixed, &claimed.body));
    let Some(claimed) = claimed else {
        tracing::error!(batch.id = %id, "a request can no longer be made as it first left; it is not sent again");
        settle::unknown(tx, id, Reason::NoAnswer, "the request cannot be made again as it first left", now).await?;
        return Ok(None);
    };
    query(tx, "update batch set attempts = $2, next_at = $3 where id = $1")
        .bind(id)
        .bind(attempts)
        .bind(now)
        .execute()
        .await?;
    Ok(Some(claimed))
}

/// The messages these people share: from the run's bodies, or from whoever's own copy still opens.
async fn messages_of(
    app: &App,
    tx: &mut Tx,
    run: RunId,
    people: &[Person],
    texts: &mut HashMap<(RunId, Hash), String>,
) -> sqlx::Result<Option<String>> {
    let Some(any) = people.first() else { return Ok(None) };
    let own = people.iter().find_map(|person| {
        let key = keys::unwrap(app, person.member, person.wrapped_key.as_deref()?)?;
        bodies::open(&key, person.member, person.sealed_body.as_ref()?).ok()
    });
    if own.is_some() {
        return Ok(own);
    }
    let place = (run, any.body_hash.clone());
    if !texts.contains_key(&place) {
        let text = query(tx, "select messages from run_body where run = $1 and hash = $2")
            .bind(run)
            .bind(&any.body_hash)
            .optional_value()
            .await?;
        let Some(text) = text else { return Ok(None) };
        texts.insert(place.clone(), text);
    }
    Ok(texts.get(&place).cloned())
}

impl Person {
    fn facts(&self) -> Facts {
        Facts { reach: self.reach, is_joined: self.is_joined, has_consented: self.has_consented, is_test: self.is_test }
    }
}

impl Batch {
    /// The request as it leaves.
    fn claimed(
        self,
        messages: &str,
        people: Vec<Person>,
        attempts: i64,
        first_tried_at: DateTime<Utc>,
    ) -> Result<Claimed, String> {
        let to: Vec<LineUserId> = people.iter().map(|person| person.line_user_id.clone()).collect();
        Ok(Claimed {
            id: self.id,
            run: self.run,
            kind: self.kind,
            retry_key: self.retry_key,
            body: line_side::prepare(self.kind, &to, messages)?,
            recipients: people.into_iter().map(|person| person.member).collect(),
            attempts,
            first_tried_at,
            reserved_since: self.reserved_since,
        })
    }
}
