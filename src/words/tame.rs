//! Texts of people where a screen shows them: what steers a terminal or turns the direction of writing is not shown as itself.

/// Whether a sign does something to the text around it instead of being seen: control characters (C0, DEL, C1), line and
/// paragraph separators, and those that embed, override or isolate a direction (Unicode 16, UAX #9, "Explicit Directional
/// Formatting Characters"). Joiners of emoji and the marks of right-to-left scripts are none of them.
pub fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text made safe to show: a tab as one space, each other sign that [`steers`] as U+FFFD, so that its letters keep their
/// places.
pub fn tame(text: &str) -> String {
    let seen = |c| match c {
        '\t' => ' ',
        c if steers(c) => '\u{fffd}',
        c => c,
    };
    text.chars().map(seen).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_replaced_and_names_stay_as_they_are() {
        for (text, shown) in [
            ("小\u{1b}[2A\u{1b}[2K美", "小\u{fffd}[2A\u{fffd}[2K美"),
            ("a\u{9b}2Jb\u{7f}\r\n\0", "a\u{fffd}2Jb\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
            ("美\u{202e}小\u{2066}x\u{2069}\u{2028}", "美\u{fffd}小\u{fffd}x\u{fffd}\u{fffd}"),
            ("a\tb", "a b"),
        ] {
            assert_eq!(tame(text), shown);
        }
        for name in ["林小美", "👩‍👩‍👧家", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "❤️", "שרה\u{200f}", "می‌خواهم", "Zoë"]
        {
            assert_eq!(tame(name), name);
        }
    }
}
