//! Message templates: what the brand says, with blanks.
//!
//! A template is a YAML file of one to five messages, in one language or several. Its blanks (`{{ member.name }}`) stand in
//! the texts of a tree that was parsed before; a value that is filled in can never become a key, a bracket or another blank.
//! Nothing in a template reads a file, and a step limit ends one that would run for ever.

mod check;
mod data;
mod file;
mod render;

pub use check::check_blanks;
pub use data::{BrandData, CardData, Data, MemberData, Pages};
pub use file::{Flex, Piece, QuickReply, Template, TemplateFile};
pub use render::{Places, RenderFault};
