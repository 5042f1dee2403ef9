//! The PIN a person of staff types on an enrolled device, and how often it may be tried.
//!
//! A PIN has four to six digits, so a thief of the database could try them all. It is therefore first keyed with
//! `SHUKE_SECRET` (HMAC-SHA256, bound to the person), and that is hashed by argon2id: the database alone is worth nothing.
//! Guessing at the counter is held back by [`lock_after`].

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};

use crate::clock::Chance;
use crate::ids::StaffId;
use crate::secret::Secret;

const PURPOSE: &str = "staff.pin";
/// Memory of one hash in KiB. OWASP's Password Storage Cheat Sheet (read 2026-08) gives 9 MiB with four passes as one of its
/// equal choices; the smallest memory that leaves a small machine's footprint alone. About 20 ms on two 2024 server cores.
const MEMORY_KIB: u32 = 9 * 1024;
/// Passes over that memory.
const PASSES: u32 = 4;
/// Lanes; more would only help who has many cores to guess with.
const LANES: u32 = 1;

/// Wrong tries before the first lock.
pub const TRIES: i64 = 5;
/// How long each lock lasts, in minutes: the first after [`TRIES`] wrong PINs, one more with each further one.
/// At the last step one person's PIN can be tried 24 times a day on a device.
const LOCK_MINUTES: [i64; 4] = [1, 5, 15, 60];
/// How far the clocks of replicas may lie apart. A lock of a try that lies further ahead was written by a clock that was wrong,
/// and holds no longer.
pub const CLOCKS_APART: TimeDelta = TimeDelta::minutes(1);

/// A PIN as typed: four to six digits. Never printed.
#[derive(Debug, Clone)]
pub struct Pin(SecretString);

/// Why a text is no PIN, or none that may be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPin {
    /// Not four to six digits.
    #[error("a PIN has 4 to 6 digits")]
    Form,
    /// Among the first anybody would try.
    #[error("this PIN is one of the first anybody would try; choose one without repeats or runs")]
    Trivial,
}

impl Pin {
    /// Reads what was typed at sign-in; full-width digits are forgiven.
    pub fn typed(text: &str) -> Result<Self, BadPin> {
        if text.len() > 32 {
            return Err(BadPin::Form);
        }
        let digits: String = text
            .trim()
            .chars()
            .map(|c| match c {
                '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10).unwrap_or(c),
                other => other,
            })
            .collect();
        let is_pin = (4..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if is_pin { Ok(Self(digits.into())) } else { Err(BadPin::Form) }
    }

    /// Reads a PIN somebody chose: trivial ones are refused.
    pub fn chosen(text: &str) -> Result<Self, BadPin> {
        let pin = Self::typed(text)?;
        if is_trivial(pin.0.expose_secret()) { Err(BadPin::Trivial) } else { Ok(pin) }
    }

    /// A random PIN of six digits, not a trivial one.
    pub fn random(chance: &Chance) -> Self {
        loop {
            let digits = format!("{:06}", chance.below(1_000_000));
            if !is_trivial(&digits) {
                return Self(digits.into());
            }
        }
    }

    /// The digits, to show them once to whoever hands the PIN on.
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }

    fn keyed(&self, key: &crate::secret::DataKey, whose: StaffId) -> [u8; 32] {
        key.mac(format!("{whose}/{}", self.reveal()).as_bytes())
    }
}

/// The hash to store. Takes about 20 ms of one core: call it on a blocking thread.
pub(super) fn hash(secret: &Secret, chance: &Chance, whose: StaffId, pin: &Pin) -> String {
    let salt = chance.bytes::<16>();
    hasher()
        .hash_password_with_salt(&pin.keyed(&secret.key_for(PURPOSE), whose), &salt)
        .expect("the parameters and the salt's length are fixed and good")
        .to_string()
}

/// How a typed PIN fits a stored hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// It is another.
    Wrong,
    /// It is the one.
    Right,
    /// It is the one, hashed under the previous secret.
    RightBefore,
}

/// Whether `pin` is the one `stored` was made of, under the current secret or the previous one. As slow as [`hash`].
pub(super) fn fit(secret: &Secret, whose: StaffId, pin: &Pin, stored: &str) -> Fit {
    let Ok(stored) = PasswordHash::new(stored) else {
        tracing::error!(staff.id = %whose, "a stored PIN hash cannot be read");
        return Fit::Wrong;
    };
    let is_right = |key| hasher().verify_password(&pin.keyed(key, whose), &stored).is_ok();
    match secret.keys_for(PURPOSE).iter().position(is_right) {
        None => Fit::Wrong,
        Some(0) => Fit::Right,
        Some(_) => Fit::RightBefore,
    }
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// How long the `misses`-th wrong PIN in a row locks a person out of a device; none for the first four.
pub(super) fn lock_after(misses: i64) -> Option<TimeDelta> {
    let step = usize::try_from(misses - TRIES).ok()?;
    let minutes = LOCK_MINUTES.get(step).or(LOCK_MINUTES.last())?;
    Some(TimeDelta::minutes(*minutes))
}

/// PINs people choose first: one digit, two in turn, runs up or down, pairs, the middle column of the keys, and numbers that
/// mean something aloud (520, 1314).
fn is_trivial(digits: &str) -> bool {
    const KNOWN: [&str; 8] = ["2580", "0852", "1314", "0520", "5200", "5201", "520520", "131420"];
    let bytes = digits.as_bytes();
    let steps = |by: u8| bytes.windows(2).all(|pair| (pair[0] - b'0' + by) % 10 == pair[1] - b'0');
    let repeats = |period: usize| bytes.iter().zip(bytes.iter().skip(period)).all(|(a, b)| a == b);
    let pairs = bytes.len().is_multiple_of(2)
        && bytes.chunks(2).all(|pair| pair[0] == pair[1])
        && bytes.chunks(2).zip(bytes.chunks(2).skip(1)).all(|(a, b)| (a[0] - b'0' + 1) % 10 == b[0] - b'0');
    let halves = bytes.len() == 6 && repeats(3);
    steps(0) || steps(1) || steps(9) || repeats(2) || pairs || halves || KNOWN.contains(&digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret {
        Secret::parse(&"s".repeat(32)).unwrap()
    }

    #[test]
    fn a_pin_is_four_to_six_digits() {
        for good in ["4071", "40718", "407182", " 4071 ", "４０７１"] {
            assert!(Pin::typed(good).is_ok(), "{good}");
        }
        for bad in ["", "407", "4071829", "40a1", "-4071", "4 071", "٤٠٧١", "' or 1=1 --", &"4".repeat(100_000)] {
            assert_eq!(Pin::typed(bad).err(), Some(BadPin::Form), "{bad}");
        }
    }

    #[test]
    fn what_anybody_would_try_first_cannot_be_chosen() {
        for trivial in [
            "0000", "1111", "999999", "1234", "0123", "7890", "4321", "654321", "1212", "121212", "1122", "112233",
            "123123", "2580", "1314", "520520",
        ] {
            assert_eq!(Pin::chosen(trivial).err(), Some(BadPin::Trivial), "{trivial}");
            assert!(Pin::typed(trivial).is_ok(), "typing {trivial} is a wrong PIN, not a malformed one");
        }
        for fine in ["4071", "1235", "1021", "739205", "1133", "90210"] {
            assert!(Pin::chosen(fine).is_ok(), "{fine}");
        }
    }

    #[test]
    fn a_random_pin_may_be_chosen() {
        let chance = Chance::seeded(3);
        for _ in 0..1_000 {
            assert!(Pin::chosen(Pin::random(&chance).reveal()).is_ok());
        }
    }

    #[test]
    fn the_lock_grows_with_each_further_miss() {
        let minutes: Vec<_> = (1..=10).map(|misses| lock_after(misses).map_or(0, |lock| lock.num_minutes())).collect();
        assert_eq!(minutes, [0, 0, 0, 0, 1, 5, 15, 60, 60, 60]);
    }

    #[test]
    fn only_the_right_pin_of_the_right_person_under_the_right_secret_opens() {
        let (mei, ken) = (StaffId(uuid::Uuid::from_u128(1)), StaffId(uuid::Uuid::from_u128(2)));
        let pin = Pin::chosen("4071").unwrap();
        let stored = hash(&secret(), &Chance::seeded(1), mei, &pin);
        assert!(stored.starts_with("$argon2id$v=19$m=9216,t=4,p=1$"), "{stored}");
        assert_eq!(fit(&secret(), mei, &pin, &stored), Fit::Right);
        assert_eq!(fit(&secret(), mei, &Pin::typed("4072").unwrap(), &stored), Fit::Wrong);
        assert_eq!(fit(&secret(), ken, &pin, &stored), Fit::Wrong, "another person's");
        let other = Secret::parse(&"t".repeat(32)).unwrap();
        assert_eq!(fit(&other, mei, &pin, &stored), Fit::Wrong, "another installation's");
        let changed = Secret::parse(&format!("{},{}", "t".repeat(32), "s".repeat(32))).unwrap();
        assert_eq!(fit(&changed, mei, &pin, &stored), Fit::RightBefore, "the secret was changed, the PIN was not");
        assert_eq!(fit(&secret(), mei, &pin, "not a hash"), Fit::Wrong);
    }

    #[test]
    fn a_pin_is_never_printed() {
        assert!(!format!("{:?}", Pin::typed("4071").unwrap()).contains("4071"));
    }
}
