//! The sandbox never runs beside a real channel.

/// What names a real channel.
const REAL: [&str; 5] =
    ["LINE_CHANNEL_SECRET", "LINE_CHANNEL_ID", "LINE_CHANNEL_ACCESS_TOKEN", "LINE_LOGIN_CHANNEL_ID", "LIFF_ID"];

/// Refuses when LINE credentials are set from outside: someone's real friends must never meet made-up messages. `lookup`
/// reads the environment.
///
/// # Errors
/// A sentence that names what is set and what to do.
pub fn refuse_real_credentials(lookup: impl Fn(&str) -> Option<String>) -> Result<(), String> {
    let is_set = |name: &String| lookup(name).is_some_and(|value| !value.trim().is_empty());
    let names = REAL.iter().flat_map(|name| [String::from(*name), format!("{name}_FILE")]);
    let set: Vec<String> = names.filter(is_set).collect();
    if set.is_empty() {
        return Ok(());
    }
    Err(format!(
        "The sandbox does not start while LINE credentials are set: {}. It makes up its own channel. Unset them, or use `shuke serve` for the real one.",
        set.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_credentials_are_refused_by_name() {
        let none = |_: &str| None;
        assert!(refuse_real_credentials(none).is_ok());
        let empty = |name: &str| (name == "LIFF_ID").then(|| String::from(" "));
        assert!(refuse_real_credentials(empty).is_ok());
        let file = |name: &str| (name == "LINE_CHANNEL_SECRET_FILE").then(|| String::from("/run/secret"));
        assert!(refuse_real_credentials(file).expect_err("refused").contains("LINE_CHANNEL_SECRET_FILE"));
    }
}
