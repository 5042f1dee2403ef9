//! What the store holds of a member against what her ledger tells.

use std::collections::{BTreeMap, BTreeSet};

use super::chain::{self, BEGINNING};
use super::kept::{EntryRow, Kept};
use super::replay::{Books, Held, Reaching};
use super::types::{Entry, EntryKind, FORMAT};
use super::verify::{Difference, What};
use crate::ids::{CardId, EntryId, MemberId};
use crate::loyalty::calendar::business_day;
use crate::loyalty::coupons::Redemption;
use crate::loyalty::stamps::Card;

/// Everything in which the store differs from what a member's ledger tells.
pub(super) fn compare(member: MemberId, kept: &Kept) -> Vec<Difference> {
    let mut found = Found { member, differences: Vec::new() };
    let books = found.replay(&kept.entries);
    found.check_head(kept);
    let Books { cards, vouchers, milestones, redemptions } = &kept.books;
    found.table(What::Card, cards, &books.cards, card_facts, |id| format!("card {id}"));
    found.table(What::Voucher, vouchers, &books.vouchers, voucher_facts, |id| format!("voucher {id}"));
    let name =
        |(card, stamp, entry): &(CardId, i64, EntryId)| format!("milestone {stamp} of card {card}, entry {entry}");
    found.table(What::Milestone, milestones, &books.milestones, milestone_facts, name);
    found.table(What::Redemption, redemptions, &books.redemptions, redemption_facts, |id| format!("redemption {id}"));
    found.differences
}

struct Found {
    member: MemberId,
    differences: Vec<Difference>,
}

/// Facts of a row by name, as text.
type Facts = Vec<(&'static str, String)>;

impl Found {
    fn add(&mut self, seq: Option<i64>, what: What, detail: String) {
        self.differences.push(Difference { member: Some(self.member), seq, day: None, what, detail });
    }

    /// Hashes every entry and replays it. A wrong entry is named once: the next is hashed over what stands stored.
    fn replay(&mut self, entries: &[EntryRow]) -> Books {
        let mut books = Books::default();
        let mut before = BEGINNING.to_vec();
        let mut next = 1;
        let mut undoable: BTreeSet<EntryId> = BTreeSet::new();
        for row in entries {
            let is_next = row.seq == next;
            if !is_next {
                let detail = format!("entry {next} is missing; the next one there is {}", row.seq);
                self.add(Some(next), What::Gap, detail);
            }
            next = row.seq + 1;
            let sealed = <[u8; 32]>::try_from(&before[..]).map(|before| chain::link(&before, &row.payload));
            if is_next && !sealed.is_ok_and(|hash| hash[..] == row.hash[..]) {
                let detail =
                    String::from("its hash is not that of its text and the entry before it: one of them was changed");
                self.add(Some(row.seq), What::Hash, detail);
            }
            before.clone_from(&row.hash);
            let entry = match chain::read(&row.payload) {
                Ok(entry) => entry,
                Err(error) => {
                    self.add(Some(row.seq), What::Unreadable, error.to_string());
                    continue;
                }
            };
            self.check_columns(row, &entry);
            if let Some(undone) = entry.reverses
                && !undoable.remove(&undone)
            {
                let detail = format!("it undoes {undone}, which is not there, or undone already, or cannot be undone");
                self.add(Some(row.seq), What::Contradiction, detail);
            }
            if matches!(entry.kind, EntryKind::Stamped | EntryKind::VoucherRedeemed) {
                undoable.insert(entry.id);
            }
            if let Err(astray) = books.apply(&entry) {
                self.add(Some(row.seq), What::Contradiction, astray.to_string());
            }
        }
        books
    }

    fn check_columns(&mut self, row: &EntryRow, entry: &Entry) {
        let day = business_day(entry.at, entry.zone);
        if entry.business_day != day {
            let detail =
                format!("its text says it counts for {}; by the store's zone that is {day}", entry.business_day);
            self.add(Some(row.seq), What::Contradiction, detail);
        }
        let stored: Facts = vec![
            ("member", format!("{}", row.member)),
            ("seq", format!("{}", row.seq)),
            ("id", format!("{}", row.id)),
            ("kind", row.kind.clone()),
            ("format", format!("{}", row.format)),
            ("at", format!("{}", row.at)),
            ("recorded_at", format!("{}", row.recorded_at)),
            ("business_day", format!("{}", row.business_day)),
            ("store", row.store.clone()),
            ("actor", format!("{:?} {}", row.actor_kind, row.actor_id)),
            ("programme", row.programme.clone()),
            ("amount", format!("{}", row.amount)),
            ("reverses", format!("{:?}", row.reverses)),
        ];
        let told: Facts = vec![
            ("member", format!("{}", entry.member)),
            ("seq", format!("{}", entry.seq)),
            ("id", format!("{}", entry.id)),
            ("kind", String::from(entry.kind.word())),
            ("format", format!("{FORMAT}")),
            ("at", format!("{}", entry.at)),
            ("recorded_at", format!("{}", entry.recorded_at)),
            ("business_day", format!("{}", entry.business_day)),
            ("store", entry.store.clone()),
            ("actor", format!("{:?} {}", entry.actor.kind, entry.actor.id)),
            ("programme", entry.programme.clone()),
            ("amount", format!("{}", entry.amount)),
            ("reverses", format!("{:?}", entry.reverses)),
        ];
        if let Some(detail) = unlike(&stored, &told) {
            self.add(Some(row.seq), What::Column, format!("its row: {detail}"));
        }
    }

    fn check_head(&mut self, kept: &Kept) {
        let nothing = (0, BEGINNING.to_vec());
        let last = kept.entries.last().map_or_else(|| nothing.clone(), |row| (row.seq, row.hash.clone()));
        let head = kept.head.clone().unwrap_or(nothing);
        if head.0 != last.0 {
            let detail = format!("the chain is said to end with entry {}; the last one there is {}", head.0, last.0);
            self.add(Some(head.0), What::Head, detail);
        } else if head.1 != last.1 {
            self.add(Some(head.0), What::Head, String::from("the hash at the chain's end is not the last entry's"));
        }
    }

    /// Compares a table's rows with those the ledger gives.
    fn table<K: Ord, V: PartialEq>(
        &mut self,
        what: What,
        stored: &BTreeMap<K, V>,
        told: &BTreeMap<K, V>,
        facts: fn(&V) -> Facts,
        name: impl Fn(&K) -> String,
    ) {
        for (key, row) in stored {
            match told.get(key) {
                None => self.add(None, what, format!("{}: no entry made it", name(key))),
                Some(said) if said != row => {
                    let detail = unlike(&facts(row), &facts(said)).unwrap_or_default();
                    self.add(None, what, format!("{}: {detail}", name(key)));
                }
                Some(_) => {}
            }
        }
        for key in told.keys().filter(|key| !stored.contains_key(key)) {
            self.add(None, what, format!("{}: the ledger has it, the store has not", name(key)));
        }
    }
}

/// In which facts two rows differ, in words; none when they are alike.
fn unlike(stored: &Facts, told: &Facts) -> Option<String> {
    let pairs = stored.iter().zip(told).filter(|(stored, told)| stored != told);
    let words: Vec<String> =
        pairs.map(|((name, stored), (_, told))| format!("{name} is {stored}, the ledger says {told}")).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

fn card_facts(card: &Card) -> Facts {
    vec![
        ("stamps", format!("{}", card.stamps)),
        ("state", format!("{:?}", card.state)),
        ("programme", card.programme.clone()),
        ("version", format!("{}", card.version)),
        ("ordinal", format!("{}", card.ordinal)),
        ("goal", format!("{}", card.goal)),
        ("opened_at", format!("{}", card.opened_at)),
        ("last_stamp_at", format!("{:?}", card.last_stamp_at)),
        ("completed_at", format!("{:?}", card.completed_at)),
        ("expires_at", format!("{:?}", card.expires_at)),
    ]
}

fn voucher_facts(held: &Held) -> Facts {
    vec![
        ("state", format!("{:?}", held.state)),
        ("coupon", held.issued.coupon.clone()),
        ("version", format!("{}", held.issued.version)),
        ("code's hash", held.issued.code_hash.clone()),
        ("expires_at", format!("{:?}", held.issued.expires_at)),
        ("entry", format!("{}", held.entry)),
        ("issued_at", format!("{}", held.issued_at)),
        ("changed_at", format!("{}", held.changed_at)),
    ]
}

fn milestone_facts(reaching: &Reaching) -> Facts {
    vec![
        ("voucher", format!("{:?}", reaching.voucher)),
        ("reached_at", format!("{}", reaching.reached_at)),
        ("reversed_at", format!("{:?}", reaching.reversed_at)),
    ]
}

fn redemption_facts(used: &Redemption) -> Facts {
    vec![
        ("voucher", format!("{}", used.voucher)),
        ("at", format!("{}", used.at)),
        ("store", used.store.clone()),
        ("actor", format!("{:?} {}", used.actor_kind, used.actor_id)),
        ("entry", format!("{}", used.entry)),
        ("reversed_at", format!("{:?}", used.reversed_at)),
    ]
}
