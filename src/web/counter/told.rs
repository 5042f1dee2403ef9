//! What an answer that leads on tells the page it leads to, in its address: a page that answers a form is asked for again by
//! Back, one that was led to is not.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

/// The fields of an address.
pub(super) type Said = HashMap<String, String>;

/// An instant as a field holds it: in whole seconds since 1970, none of them too early.
pub(super) fn seconds(at: DateTime<Utc>) -> i64 {
    at.timestamp() + i64::from(at.timestamp_subsec_nanos() > 0)
}

/// The instant in a field; none where there is none, or one no clock of ours shows.
pub(super) fn instant(said: &Said, name: &str) -> Option<DateTime<Utc>> {
    let seconds: u32 = said.get(name)?.parse().ok()?;
    DateTime::from_timestamp(i64::from(seconds), 0)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn an_instant_comes_back_never_too_early_and_no_other_text_is_one() {
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let back = |text: String| instant(&Said::from([(String::from("until"), text)]), "until");
        assert_eq!(back(seconds(at).to_string()), Some(at));
        assert_eq!(back(seconds(at + TimeDelta::microseconds(1)).to_string()), Some(at + TimeDelta::seconds(1)));
        for text in ["", "x", "-1", "99999999999999999999", "4294967296"] {
            assert_eq!(back(String::from(text)), None, "{text}");
        }
        assert_eq!(instant(&Said::new(), "until"), None);
    }
}
