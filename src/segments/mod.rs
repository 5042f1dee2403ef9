//! Who: a segment is a rule over what is known of a person; the people it gives at one moment are an audience.
//!
//! Marketers write segments in `campaigns/segments.yaml` (see [`spec`]).

mod audience;
mod rule;
pub mod spec;
mod sql;

pub use audience::{Chosen, audience};
pub use rule::{Explained, Person, explain, fits, person};
pub use spec::{Group, LastVisit, Predicate, Segment, SegmentsFile, Stamps};
pub use sql::{Moment, push_rule};
