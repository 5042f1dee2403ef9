//! Amounts of money, and prices of very small things.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Written, written};
use crate::spec::{Fault, Place};

/// The currencies of the countries where LINE accounts are kept, and the US dollar. Digits after ISO 4217.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// New Taiwan dollar.
    Twd,
    /// Yen.
    Jpy,
    /// Baht.
    Thb,
    /// Rupiah.
    Idr,
    /// Hong Kong dollar.
    Hkd,
    /// US dollar.
    Usd,
}

impl Currency {
    const ALL: [Self; 6] = [Self::Twd, Self::Jpy, Self::Thb, Self::Idr, Self::Hkd, Self::Usd];

    /// The three letters.
    pub fn code(self) -> &'static str {
        match self {
            Self::Twd => "TWD",
            Self::Jpy => "JPY",
            Self::Thb => "THB",
            Self::Idr => "IDR",
            Self::Hkd => "HKD",
            Self::Usd => "USD",
        }
    }

    /// Digits after the point: the smallest unit is 10 to the minus this.
    pub fn digits(self) -> u32 {
        if self == Self::Jpy { 0 } else { 2 }
    }

    fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|currency| currency.code() == text)
    }
}

/// An amount of money: `80 TWD`, `0.5 USD`. Never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// The amount in the currency's smallest unit: 8000 for `80 TWD`.
    pub amount: i64,
    /// The currency.
    pub currency: Currency,
}

written!(Money, "An amount and a currency: 80 TWD.", "^[0-9]{1,12}(\\.[0-9]{1,2})? (TWD|JPY|THB|IDR|HKD|USD)$");

impl Written for Money {
    fn read(text: &str) -> Result<Self, Fault> {
        let (amount, currency) = parts(text, |currency| currency.digits())?;
        Ok(Self { amount, currency })
    }

    fn stand_in() -> Self {
        Self { amount: 0, currency: Currency::Twd }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", decimal(self.amount, self.currency.digits()), self.currency.code())
    }
}

/// The price of one small thing, such as a message: `0.2 TWD`, to a millionth of the currency. Never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnitPrice {
    /// The price in millionths of the currency (not of its smallest unit): 200,000 for `0.2 TWD`.
    pub millionths: i64,
    /// The currency.
    pub currency: Currency,
}

written!(UnitPrice, "A price and a currency: 0.2 TWD.", "^[0-9]{1,12}(\\.[0-9]{1,6})? (TWD|JPY|THB|IDR|HKD|USD)$");

impl UnitPrice {
    /// What `count` of them cost, rounded up to the smallest unit.
    pub fn times(self, count: i64) -> Money {
        let unit = 10_i128.pow(6 - self.currency.digits());
        let total = i128::from(self.millionths) * i128::from(count.max(0));
        let amount = i64::try_from((total + unit - 1) / unit).unwrap_or(i64::MAX);
        Money { amount, currency: self.currency }
    }
}

impl Written for UnitPrice {
    fn read(text: &str) -> Result<Self, Fault> {
        let (millionths, currency) = parts(text, |_| 6)?;
        Ok(Self { millionths, currency })
    }

    fn stand_in() -> Self {
        Self { millionths: 0, currency: Currency::Twd }
    }
}

impl fmt::Display for UnitPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", decimal(self.millionths, 6), self.currency.code())
    }
}

/// `12.5 TWD` as a whole number of units of `digits` digits after the point.
fn parts(text: &str, digits: impl Fn(Currency) -> u32) -> Result<(i64, Currency), Fault> {
    let bad = || Fault::new("bad-money", Place::default()).hint("bad-money-hint");
    let (number, code) = text.split_once(' ').ok_or_else(bad)?;
    let currency = Currency::read(code.trim_start()).ok_or_else(|| bad().hint("bad-currency-hint"))?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || !is_number(whole) || !is_number(fraction) || number.ends_with('.') {
        return Err(bad());
    }
    let digits = digits(currency) as usize;
    if fraction.len() > digits {
        return Err(Fault::new("money-digits", Place::default())
            .with("digits", digits)
            .with("currency", currency.code()));
    }
    let amount = format!("{whole}{fraction:0<digits$}").parse().map_err(|_| bad())?;
    Ok((amount, currency))
}

/// A whole number of units as a decimal, without zeros at its end.
fn decimal(amount: i64, digits: u32) -> String {
    let unit = 10_i64.pow(digits);
    let whole = amount / unit;
    match amount % unit {
        0 => whole.to_string(),
        fraction => {
            let fraction = format!("{fraction:0width$}", width = digits as usize);
            format!("{whole}.{}", fraction.trim_end_matches('0'))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_kept_in_the_smallest_unit() {
        for (text, amount) in [("80 TWD", 8_000), ("0.5 USD", 50), ("120 JPY", 120), ("0 TWD", 0)] {
            let money: Money = text.parse().expect(text);
            assert_eq!((money.amount, money.to_string().as_str()), (amount, text));
        }
        for text in [
            "80",
            "80TWD",
            "-1 TWD",
            "1.234 TWD",
            "1.5 JPY",
            "1. TWD",
            ".5 TWD",
            "80 NTD",
            "1,000 TWD",
            "9999999999999 TWD",
        ] {
            assert!(text.parse::<Money>().is_err(), "{text}");
        }
    }

    #[test]
    fn small_prices_add_up_and_round_up_once() {
        let price: UnitPrice = "0.2 TWD".parse().expect("a price");
        assert_eq!(price.times(1_428).to_string(), "285.6 TWD");
        let price: UnitPrice = "0.011 TWD".parse().expect("a price");
        assert_eq!(price.times(1).to_string(), "0.02 TWD");
        assert_eq!(price.times(1_000).to_string(), "11 TWD");
        assert_eq!(price.times(0).amount, 0);
    }
}
