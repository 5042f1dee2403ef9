//! Making a plan: the rule asked page by page, each person in or out with a reason, messages written and frozen, the month and the
//! money worked out, and a digest over it. Nothing is sent, nothing published.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::cost::cost;
use super::digest::{Digest, Fingerprint};
use super::history::{self, Standing};
use super::message::{Press, Written};
use super::proposal::Proposal;
use super::store;
use super::types::{More, People, Plan, QuotaLine, Sample, counts};
use crate::app::App;
use crate::delivery::{self, QuotaError, Reason, bodies, gate, runs};
use crate::ids::{AccountId, MemberId, PlanId, RunId};
use crate::loyalty::{Holding, holdings};
use crate::members::{accounts, friends, keys};
use crate::secret::DataKey;
use crate::segments::{Chosen, Moment, audience};
use crate::spec::Defined as _;
use crate::spec::definitions::Pin;
use crate::store::Tx;
use crate::words::Lang;

/// People written in one transaction: it stays far below a quarter of a second.
const PAGE: usize = 100;

/// People asked for in one statement.
const ASKED: usize = 10 * PAGE;

/// Members shown with what they would read.
const SAMPLES: usize = 3;

/// Why there is no plan, or none could be applied.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// The database.
    #[error(transparent)]
    Store(#[from] sqlx::Error),
    /// The month's quota is not known.
    #[error(transparent)]
    Quota(#[from] QuotaError),
}

/// Plans a campaign.
pub async fn plan(app: &App, proposal: &Proposal<'_>) -> Result<Plan, PushError> {
    let began = app.clock.now();
    let quota = delivery::quota(app).await?;
    let account = accounts::ensure(app).await?;
    let mut print = proposal.fingerprint();
    let ended = |run: &Standing| run.under_way().is_none().then_some(run.run);
    print.after = history::runs(&app.db, proposal.campaign.name()).await?.iter().filter_map(ended).collect();
    let id = store::begin(app, proposal.campaign.name(), began).await?;
    let mut draft = Draft::new(app, proposal, id, account, print.after.clone());
    let moment = Moment { now: began, zone: proposal.brand.zone() };
    let mut last = None;
    loop {
        let chosen = audience(&app.db, account, &proposal.segment.rule, moment, last, ASKED).await?;
        for page in chosen.chunks(PAGE) {
            draft.write(page).await?;
        }
        last = chosen.last().map(|person| person.member);
        if chosen.len() < ASKED {
            break;
        }
    }

    let (multicasts, pushes) = store::requests(&app.db, id).await?;
    let Draft { digest, out, inside, samples, .. } = draft;
    let tariff = &proposal.brand.tariff;
    let used = quota.used + quota.promised;
    let mut plan = Plan {
        campaign: String::from(proposal.campaign.name()),
        digest: digest.finish(&print),
        audience: People { inside, out: counts(out) },
        messages: inside,
        requests: multicasts + pushes,
        quota: QuotaLine { limit: quota.limit, used: quota.used, after: used + inside },
        cost: cost(tariff, proposal.brand.currency, used, inside),
        samples: samples.pick(),
        changes: proposal.changes.clone(),
        more: More {
            plan: id,
            title: proposal.campaign.title.clone(),
            segment: String::from(proposal.segment.name()),
            template: proposal.template.path.clone(),
            multicasts,
            promised: quota.promised,
            fits: quota.left_after(inside).is_none_or(|left| left >= 0),
            free_messages: i64::from(tariff.free_messages),
            tariff: tariff.plan.clone(),
            under_way: None,
        },
    };
    store::finish(app, id, &plan.digest, &print, without_bodies(&plan)).await?;
    plan.more.under_way = history::runs(&app.db, &plan.campaign).await?.iter().find_map(Standing::under_way);
    Ok(plan)
}

/// What is kept of a plan's words: all but what members would read, which is sealed under their keys.
fn without_bodies(plan: &Plan) -> Value {
    let mut summary = serde_json::to_value(plan).expect("a plan is plain data with text keys");
    summary["samples"] = plan.samples.iter().map(|sample| json!({ "member": sample.member })).collect();
    summary
}

/// Plans what the brand's files would publish, without a campaign; the digest `apply` accepts.
pub async fn plan_definitions(app: &App, pins: Vec<Pin>) -> sqlx::Result<String> {
    let print = Fingerprint { definitions: pins, ..Fingerprint::default() };
    let digest = Digest::new(&print.after, &print.definitions).finish(&print);
    let id = store::begin(app, "", app.clock.now()).await?;
    store::finish(app, id, &digest, &print, json!({})).await?;
    Ok(digest)
}

/// What there was of a person before.
#[derive(Clone, Copy)]
struct Before<'a> {
    /// What she has, where her message speaks of it.
    holding: Option<&'a Holding>,
    /// Whether an earlier run of the campaign reached her, or may have.
    got_it: bool,
}

/// A plan in the making.
struct Draft<'a> {
    app: &'a App,
    id: PlanId,
    account: AccountId,
    /// The runs the campaign has had.
    after: Vec<RunId>,
    press: Press<'a>,
    digest: Digest,
    inside: i64,
    out: BTreeMap<Reason, i64>,
    samples: Samples,
}

impl<'a> Draft<'a> {
    fn new(app: &'a App, proposal: &'a Proposal<'a>, id: PlanId, account: AccountId, after: Vec<RunId>) -> Self {
        Self {
            app,
            id,
            account,
            press: Press::new(app, proposal),
            digest: Digest::new(&after, &proposal.pins),
            after,
            inside: 0,
            out: BTreeMap::new(),
            samples: Samples::default(),
        }
    }

    /// Decides about the next people, who come in order of their ids, and writes them down.
    async fn write(&mut self, page: &[Chosen]) -> sqlx::Result<()> {
        let members: Vec<MemberId> = page.iter().map(|chosen| chosen.member).collect();
        let holdings = self.holdings(&members).await?;
        let got = runs::may_have_got(&self.app.db, &self.after, &members).await?;
        let mut shared: BTreeMap<Vec<u8>, String> = BTreeMap::new();
        let mut people: Vec<store::Person> = Vec::with_capacity(page.len());
        for chosen in page {
            let before = Before { holding: holdings.get(&chosen.member), got_it: got.contains(&chosen.member) };
            people.push(self.decide(chosen, before, &mut shared));
        }
        let mut tx: Tx = self.app.db.begin().await?;
        for (hash, messages) in &shared {
            store::add_body(&mut tx, self.id, hash, messages).await?;
        }
        store::add_people(&mut tx, self.id, people).await?;
        tx.commit().await
    }

    async fn holdings(&mut self, members: &[MemberId]) -> sqlx::Result<HashMap<MemberId, Holding>> {
        if !self.press.asks_holdings {
            return Ok(HashMap::new());
        }
        let holdings = holdings(&self.app.db, members, self.app.clock.now()).await?;
        self.press.learn_titles(holdings.values()).await?;
        Ok(holdings)
    }

    /// In, with her messages; or out, with the reason.
    fn decide(&mut self, chosen: &Chosen, before: Before<'_>, shared: &mut BTreeMap<Vec<u8>, String>) -> store::Person {
        let mut person = store::Person {
            member: chosen.member,
            account: self.account,
            line_user_id: chosen.line_user_id.clone(),
            reason: None,
            body_hash: None,
            sealed_body: None,
        };
        match self.message(chosen, before) {
            Ok((key, Written { hash, text })) => {
                self.inside += 1;
                self.digest.person(chosen.member, &hash);
                self.samples.offer(self.press.lang_of(chosen), chosen, &key, &text);
                if self.press.is_personal {
                    person.sealed_body = Some(bodies::seal(self.app, &key, chosen.member, &text));
                } else {
                    shared.entry(hash.clone()).or_insert(text);
                }
                person.body_hash = Some(hash);
            }
            Err(reason) => {
                *self.out.entry(reason).or_default() += 1;
                person.reason = Some(reason);
            }
        }
        person
    }

    fn message(&mut self, chosen: &Chosen, before: Before<'_>) -> Result<(DataKey, Written), Reason> {
        gate::pass(gate::Facts {
            reach: chosen.reach,
            is_joined: chosen.is_joined,
            has_consented: chosen.has_consented,
            is_test: chosen.is_test,
        })?;
        if before.got_it {
            return Err(Reason::AlreadyGotIt);
        }
        let wrapped = chosen.wrapped_key.as_deref();
        let key = wrapped.and_then(|wrapped| keys::unwrap(self.app, chosen.member, wrapped)).ok_or(Reason::Erased)?;
        let written = self.press.print(chosen, &key, before.holding).ok_or(Reason::UnfitMessage)?;
        Ok((key, written))
    }
}

/// Members to show: a few of each language, picked by their ids alone, so that the same plan shows the same ones.
#[derive(Default)]
struct Samples(BTreeMap<&'static str, Vec<(u64, Sample)>>);

impl Samples {
    fn offer(&mut self, lang: Lang, chosen: &Chosen, key: &DataKey, text: &str) {
        let score = u64::from_be_bytes(std::array::from_fn(|i| chosen.member.0.as_bytes()[i + 8]));
        let best = self.0.entry(lang.tag()).or_default();
        let place = best.partition_point(|(other, _)| *other < score);
        if place == SAMPLES {
            return;
        }
        let name = chosen.sealed_name.as_ref().and_then(|name| friends::opened_name(key, chosen.member, name));
        let sample = Sample {
            member: chosen.member,
            body: serde_json::from_str(text).unwrap_or_default(),
            number: chosen.number.clone(),
            name: friends::masked(&name.unwrap_or_default()),
        };
        best.insert(place, (score, sample));
        best.truncate(SAMPLES);
    }

    /// One of each language in turn.
    fn pick(self) -> Vec<Sample> {
        let mut langs: Vec<_> = self.0.into_values().map(Vec::into_iter).collect();
        let mut picked = Vec::with_capacity(SAMPLES);
        while picked.len() < SAMPLES {
            let round: Vec<Sample> =
                langs.iter_mut().filter_map(|best| best.next().map(|(_, sample)| sample)).collect();
            if round.is_empty() {
                break;
            }
            picked.extend(round);
        }
        picked.truncate(SAMPLES);
        picked
    }
}
