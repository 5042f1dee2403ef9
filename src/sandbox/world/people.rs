//! The people of the sandbox: who they are on LINE and how they stand to our account.

use serde::{Deserialize, Serialize};

use crate::ids::LineUserId;

/// A LINE user as the sandbox made her. Names are plainly invented.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// LINE's id for her under this provider.
    pub id: LineUserId,
    /// The name on her profile.
    pub name: String,
    /// BCP 47; none when she has not accepted LINE's privacy policy, as LINE then leaves it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What her phone runs; LIFF tells it to the page.
    #[serde(default)]
    pub os: Os,
}

/// What a phone runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Os {
    /// An iPhone.
    #[default]
    Ios,
    /// An Android phone.
    Android,
}

/// How a user stands to our account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Friendship {
    /// She never added it.
    #[default]
    Stranger,
    /// She follows it.
    Following,
    /// She blocked it.
    Blocked,
}

/// A user and her phone's standing.
#[derive(Debug, Clone, Serialize)]
pub struct Person {
    /// Who she is.
    #[serde(flatten)]
    pub user: User,
    /// How she stands to our account.
    pub friendship: Friendship,
    /// True once she wrote to the account in 1:1: LINE then gives her profile although she is no friend.
    pub has_written: bool,
}

impl Person {
    /// Whether LINE gives her profile to the account: friends, and others who wrote and did not block.
    /// Messaging API reference, "Get profile", read 2026-08.
    pub fn profile_is_open(&self) -> bool {
        match self.friendship {
            Friendship::Following => true,
            Friendship::Stranger => self.has_written,
            Friendship::Blocked => false,
        }
    }
}

/// The letter that stands for a name: a Chinese or Japanese one ends with what tells people apart, others begin with it.
fn initial(name: &str) -> char {
    let mut letters = name.chars().filter(|c| c.is_alphanumeric());
    let first = letters.next().unwrap_or('?');
    if first.is_ascii() { first.to_ascii_uppercase() } else { letters.next_back().unwrap_or(first) }
}

/// The picture of a profile: an initial on a disc whose colour the id decides. SVG, drawn here.
pub fn picture(user: &User) -> String {
    let hue = u16::from_str_radix(&user.id.as_str()[1..4], 16).unwrap_or_default() % 360;
    let initial = initial(&user.name);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 96 96\"><circle cx=\"48\" cy=\"48\" r=\"48\" \
         fill=\"hsl({hue} 38% 42%)\"/><text x=\"48\" y=\"64\" font-family=\"sans-serif\" font-size=\"44\" fill=\"#fff\" \
         text-anchor=\"middle\">{initial}</text></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_open_to_friends_and_to_who_wrote() {
        let user = User {
            id: format!("U{}", "1".repeat(32)).parse().expect("an id"),
            name: String::from("測試小美"),
            language: None,
            os: Os::Ios,
        };
        for (friendship, has_written, open) in [
            (Friendship::Following, false, true),
            (Friendship::Stranger, false, false),
            (Friendship::Stranger, true, true),
            (Friendship::Blocked, true, false),
        ] {
            let person = Person { user: user.clone(), friendship, has_written };
            assert_eq!(person.profile_is_open(), open, "{friendship:?} {has_written}");
        }
    }

    #[test]
    fn a_name_has_its_letter() {
        for (name, letter) in
            [("測試小美", '美'), ("mei", 'M'), ("測", '測'), ("小美🐣", '美'), ("<b>", 'B'), ("🐣", '?')]
        {
            assert_eq!(initial(name), letter, "{name}");
        }
    }

    #[test]
    fn a_name_cannot_break_out_of_the_picture() {
        let id = format!("U{}", "2".repeat(32)).parse().expect("an id");
        let drawn = picture(&User { id, name: String::from("<script>"), language: None, os: Os::Ios });
        assert!(!drawn.contains("<script"), "{drawn}");
    }
}
