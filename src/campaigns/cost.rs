//! What messages cost by the brand's tariff.

use crate::spec::brand_file::Tariff;
use crate::spec::{Currency, Money};

/// The price of `need` messages after `used` of the month: those within the plan's fee cost nothing more. Where none can be
/// bought LINE refuses what goes beyond, so nothing beyond is paid.
pub(super) fn cost(tariff: &Tariff, currency: Currency, used: i64, need: i64) -> Money {
    let beyond = |messages: i64| (messages - i64::from(tariff.free_messages)).max(0);
    let bought = beyond(used + need) - beyond(used);
    match &tariff.price_per_message {
        Some(price) => price.value.times(bought),
        None => Money { amount: 0, currency },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::At;

    fn tariff(price: Option<&str>) -> Tariff {
        Tariff {
            plan: String::from("高用量"),
            free_messages: 6_000,
            price_per_message: price.map(|price| At::nowhere(price.parse().expect("a price"))),
            source: String::from("a table of the tests"),
            read_on: "2026-08-01".parse().expect("a day"),
        }
    }

    #[test]
    fn only_what_goes_beyond_the_fee_is_paid() {
        let high = tariff(Some("0.2 TWD"));
        for (used, need, cost_is) in [
            (0, 0, "0 TWD"),
            (0, 6_000, "0 TWD"),
            (5_990, 11, "0.2 TWD"),
            (6_000, 1_428, "285.6 TWD"),
            (9_000, 1, "0.2 TWD"),
        ] {
            assert_eq!(cost(&high, Currency::Twd, used, need).to_string(), cost_is, "{used} + {need}");
        }
        assert_eq!(cost(&tariff(None), Currency::Twd, 7_000, 10).to_string(), "0 TWD");
    }
}
