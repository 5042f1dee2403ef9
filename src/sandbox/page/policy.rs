//! What the page may load and show: nothing but what the sandbox serves, the service's pages in frames, and the pictures of
//! messages. WebAssembly is the reader of codes. Styles on elements are allowed because drawn Flex messages are made of them; their values are numbers, colours
//! and words of ours.

use axum::http::{HeaderName, header};

use crate::sandbox::Config;

/// Headers beside the policy.
pub const HEADERS: [(HeaderName, &str); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
];

/// The content security policy.
pub fn of(config: &Config) -> String {
    let frames = [Some(config.liff_endpoint.as_str()), config.counter_url.as_deref()];
    let mut frames: Vec<String> = frames.into_iter().flatten().filter_map(origin_of).collect();
    frames.dedup();
    let frames = if frames.is_empty() { String::from("'none'") } else { frames.join(" ") };
    let home = origin_of(&config.public_url).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; style-src-attr 'unsafe-inline'; \
         img-src 'self' data: https: {home}; connect-src 'self'; frame-src {frames}; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'"
    )
}

/// Scheme, host and port of an address, with every phone's host name in one; none for what is no address.
fn origin_of(address: &str) -> Option<String> {
    let address = address.replace("{phone}", "*");
    let (scheme, rest) = address.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"))?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-.:*[]".contains(&b);
    (!host.is_empty() && host.bytes().all(is_plain)).then(|| format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_names_the_frames_and_lets_no_script_in() {
        let policy = of(&Config::beside(8090, 8080));
        assert!(policy.contains("frame-src http://*.shuke.localhost:8080 http://shuke.localhost:8080;"), "{policy}");
        assert!(
            policy.contains("script-src 'self' 'wasm-unsafe-eval';") && policy.contains("default-src 'none'"),
            "{policy}"
        );
        let broken = Config { counter_url: Some(String::from("http://a; script-src *")), ..Config::in_memory() };
        assert!(of(&broken).contains("frame-src http://localhost:8080;"), "an address cannot smuggle in a rule");
    }
}
