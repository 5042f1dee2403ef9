//! Holds the colours of `web/styles/tokens.css` to 4.5 : 1 (WCAG 2.2, success criterion 1.4.3).

use std::collections::BTreeMap;

const TOKENS: &str = include_str!("../../../web/styles/tokens.css");

/// The colour tokens of the light look, or of the dark one over it.
fn tokens(dark: bool) -> BTreeMap<&'static str, [f64; 3]> {
    let (light_part, dark_part) = TOKENS.split_once("@media (prefers-color-scheme: dark)").expect("a dark part");
    let mut colours = BTreeMap::new();
    for part in if dark { vec![light_part, dark_part] } else { vec![light_part] } {
        for line in part.lines() {
            if let Some((name, value)) = line.trim().trim_end_matches(';').split_once(": #") {
                let channel =
                    |i: usize| f64::from(u8::from_str_radix(&value[i..i + 2], 16).expect("a colour of six digits"));
                colours.insert(name, [channel(0), channel(2), channel(4)]);
            }
        }
    }
    colours
}

/// Relative luminance as WCAG 2.2 defines it.
fn luminance(colour: [f64; 3]) -> f64 {
    let linear = colour.map(|channel| {
        let share = channel / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

fn ratio(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_pair_of_colours_can_be_read() {
    assert!((ratio([0.0; 3], [255.0; 3]) - 21.0).abs() < 0.01);
    for dark in [false, true] {
        let colours = tokens(dark);
        let on_grounds = ["--ink", "--ink-2", "--seal", "--leaf", "--amber", "--blood"];
        let pairs = on_grounds.iter().flat_map(|text| [(*text, "--paper"), (*text, "--sheet")]).chain([
            ("--on-seal", "--seal"),
            ("--on-leaf", "--leaf"),
            ("--on-amber", "--amber"),
            ("--on-blood", "--blood"),
        ]);
        for (text, ground) in pairs {
            let ratio = ratio(colours[text], colours[ground]);
            assert!(ratio >= 4.5, "{text} on {ground}, dark: {dark}: {ratio:.2}");
        }
    }
}
