//! From LINE's request to a stored event, and from there to its effect: whatever order, however often.

mod door;
mod effects;
mod faults;
