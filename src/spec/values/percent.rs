//! Shares of a whole.

use std::fmt;

use super::{Written, written};
use crate::spec::{Fault, Place};

/// A share: `10%`, `2.5%`; from 0 to 100 in steps of a hundredth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent {
    /// The share in hundredths of a percent: 1,000 for `10%`.
    pub basis_points: u32,
}

written!(Percent, "A share: 10%, 2.5%.", "^(100(\\.0{1,2})?|[0-9]{1,2}(\\.[0-9]{1,2})?)%$");

impl Written for Percent {
    fn read(text: &str) -> Result<Self, Fault> {
        let bad = || Fault::new("bad-percent", Place::default()).hint("bad-percent-hint");
        let number = text.strip_suffix('%').ok_or_else(bad)?.trim_end();
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(fraction) || whole.len() > 9 || fraction.len() > 2 {
            return Err(bad());
        }
        let whole: u64 = whole.parse().map_err(|_| bad())?;
        let hundredths: u64 = format!("{fraction:0<2}").parse().map_err(|_| bad())?;
        match u32::try_from(whole * 100 + hundredths) {
            Ok(basis_points) if basis_points <= 10_000 => Ok(Self { basis_points }),
            _ => Err(Fault::new("percent-range", Place::default()).hint("bad-percent-hint")),
        }
    }

    fn stand_in() -> Self {
        Self { basis_points: 0 }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, hundredths) = (self.basis_points / 100, self.basis_points % 100);
        match hundredths {
            0 => write!(f, "{whole}%"),
            tenths if tenths % 10 == 0 => write!(f, "{whole}.{}%", tenths / 10),
            _ => write!(f, "{whole}.{hundredths:02}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_and_written_alike() {
        for (text, basis_points) in [("10%", 1_000), ("2.5%", 250), ("0.05%", 5), ("100%", 10_000), ("0%", 0)] {
            let share: Percent = text.parse().expect(text);
            assert_eq!((share.basis_points, share.to_string().as_str()), (basis_points, text));
        }
        for text in ["10", "120%", "100.01%", "-1%", "1.234%", "%", ".5%", "1.%", "99999999999%"] {
            assert!(text.parse::<Percent>().is_err(), "{text}");
        }
    }
}
