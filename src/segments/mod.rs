//! Who: a segment is a rule over what is known of a person; the people it gives at one moment are an audience.
//!
//! Marketers write segments in `campaigns/segments.yaml` (see [`spec`]).

pub mod spec;

pub use spec::{Group, LastVisit, Predicate, Segment, SegmentsFile, Stamps};
