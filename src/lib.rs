//! Shuke (熟客, "regulars") turns a brand's LINE Official Account into its membership system.
//!
//! The crate is a house with floors: a module imports only from floors below its own, never sideways. `docs/architecture.md`
//! walks through it; `tests/it/architecture.rs` keeps it so.

// LINE in a box: for the demo, the tests and the benchmarks. Beside the floors; uses floor 0, `line` and `assets` alone.
pub mod sandbox;

// Floor 0: values without a home in any one room.
pub mod clock;
pub mod ids;
pub mod problem;
pub mod secret;
pub mod settings;
pub mod words;

// Floor 1a: the one room that knows there are two databases.
pub mod store;

// Floor 1b: what stands between us and the outside.
pub mod assets;
pub mod jobs;
pub mod line;
pub mod spec;

// Floor 1c: the parts every handler and job may use.
pub mod app;

// Floor 2: who there is.
pub mod members;
pub mod staff;

// Floor 3.
pub mod delivery;
pub mod segments;

// Floor 4: rewards.
pub mod loyalty;

// Floor 5.
pub mod conversations;

// Floor 6.
pub mod campaigns;

// Floor 7.
pub mod brand;
pub mod intake;

// Floor 8: the faces, and what runs beside them.
pub mod web;
pub mod worker;

// Floor 9.
pub mod commands;
