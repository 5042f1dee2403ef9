//! Every id type, and the one place that makes new ids. Ids are UUID v7: they sort by the time they were made.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::{Chance, Clock};

/// A text that is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id looks like 0192f0c1-7a3e-7cc4-9d4b-2f6a51b7e8d0; the lists show those there are")]
pub struct NotAnId;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
        #[sqlx(transparent)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                text.parse().map(Self).map_err(|_| NotAnId)
            }
        }
    )*};
}

id! {
    /// One LINE Official Account, that is one Messaging API channel.
    AccountId;
    /// A person. The row exists from the first event that names their LINE account.
    MemberId;
    /// One line of a member's history.
    TimelineId;
    /// One member's copy of a stamp card.
    CardId;
    /// One line of the ledger.
    EntryId;
    /// One member's copy of a coupon.
    VoucherId;
    /// One use of a voucher.
    RedemptionId;
    /// One reading of a pass at a counter.
    ScanId;
    /// A person who works for the brand.
    StaffId;
    /// A phone, tablet or till that was enrolled for a store.
    DeviceId;
    /// A signed-in clerk on a device.
    StaffSessionId;
    /// A key of the API.
    ApiKeyId;
    /// A reply owed to a chat event.
    ReplyId;
    /// One request to LINE: up to 500 members under one retry key.
    BatchId;
    /// What one campaign would do at one moment, with its audience frozen.
    PlanId;
    /// One execution of a campaign.
    RunId;
    /// One durable job.
    JobId;
    /// One line of the audit.
    AuditId;
    /// A process that holds leases.
    HolderId;
    /// One installation of the product: a store and the processes on it.
    InstallId;
}

/// A LINE user id: `U` and 32 lower-case hexadecimal digits. LINE gives one for each provider.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, sqlx::Type, utoipa::ToSchema)]
#[sqlx(transparent)]
#[serde(transparent)]
pub struct LineUserId(String);

impl LineUserId {
    /// The id as LINE writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LineUserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no LINE user id.
#[derive(Debug, thiserror::Error)]
#[error("a LINE user id is U and 32 digits of 0-9 and a-f")]
pub struct NotALineUserId;

impl FromStr for LineUserId {
    type Err = NotALineUserId;

    fn from_str(text: &str) -> Result<Self, NotALineUserId> {
        let well_formed = text.len() == 33
            && text.starts_with('U')
            && text[1..].bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if well_formed { Ok(Self(String::from(text))) } else { Err(NotALineUserId) }
    }
}

impl<'de> Deserialize<'de> for LineUserId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Who did something: one of ours, a member, a program, or the product itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// What sort of actor.
    pub kind: ActorKind,
    /// The actor's own id within its sort; the name of the part for `System`.
    pub id: String,
}

/// The sorts of actors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ActorKind {
    /// A member, in chat or on her page.
    Member,
    /// A clerk or manager at a counter or in the console.
    Staff,
    /// A program with an API key.
    Api,
    /// Whoever runs the command line.
    Operator,
    /// A rule of the product acting by itself.
    System,
}

impl Actor {
    /// The member herself.
    pub fn member(id: MemberId) -> Self {
        Self { kind: ActorKind::Member, id: id.to_string() }
    }

    /// A clerk or manager.
    pub fn staff(id: StaffId) -> Self {
        Self { kind: ActorKind::Staff, id: id.to_string() }
    }

    /// A program with a key.
    pub fn api(id: ApiKeyId) -> Self {
        Self { kind: ActorKind::Api, id: id.to_string() }
    }

    /// The product itself; `part` says which.
    pub fn system(part: &str) -> Self {
        Self { kind: ActorKind::System, id: String::from(part) }
    }

    /// Whoever runs the command line.
    pub fn operator() -> Self {
        Self { kind: ActorKind::Operator, id: String::from("cli") }
    }
}

/// Makes ids. Within one process they grow strictly, also within a millisecond and when the clock steps back.
#[derive(Debug, Clone)]
pub struct Ids {
    clock: Clock,
    chance: Chance,
    last: Arc<Mutex<(u64, u16)>>,
}

impl Ids {
    /// Ids that take their time from `clock` and their random part from `chance`.
    pub fn new(clock: Clock, chance: Chance) -> Self {
        Self { clock, chance, last: Arc::default() }
    }

    /// A new id of the wanted type.
    pub fn make<T: From<Uuid>>(&self) -> T {
        let now = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or_default();
        let mut random = self.chance.bytes::<10>();
        let (millis, counter) = {
            let mut last = self.last.lock().expect("no thread panicked while making an id");
            *last = match *last {
                (then, counter) if now <= then && counter < 0xfff => (then, counter + 1),
                (then, _) if now <= then => (then + 1, 0),
                _ => (now, u16::from(random[0])),
            };
            *last
        };
        random[..2].copy_from_slice(&counter.to_be_bytes());
        T::from(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// A random UUID without time in it, for what outsiders see and must not order (LINE's retry keys).
    pub fn random_uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.chance.bytes()).into_uuid()
    }

    /// Random bytes, for keys and codes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        self.chance.bytes()
    }

    /// A number in `0..below`.
    pub fn below(&self, below: u64) -> u64 {
        self.chance.below(below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids() -> Ids {
        Ids::new(Clock::still(chrono::DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000)), Chance::seeded(1))
    }

    #[test]
    fn ids_grow_while_the_clock_stands_still() {
        let ids = ids();
        let made: Vec<MemberId> = (0..10_000).map(|_| ids.make()).collect();
        assert!(made.windows(2).all(|w| w[0] < w[1]));
    }

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        assert_eq!(ids().make::<MemberId>(), ids().make::<MemberId>());
    }

    #[test]
    fn a_line_user_id_is_checked_where_it_enters() {
        assert!("U8e742f61d673b39c7fff3cecb7536ef0".parse::<LineUserId>().is_ok());
        for wrong in [
            "",
            "U",
            "C8e742f61d673b39c7fff3cecb7536ef0",
            "U8E742f61d673b39c7fff3cecb7536ef0",
            "U8e742f61d673b39c7fff3cecb7536ef",
            "Ué742f61d673b39c7fff3cecb7536ef0",
        ] {
            assert!(wrong.parse::<LineUserId>().is_err(), "{wrong}");
        }
    }
}
