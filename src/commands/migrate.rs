//! `shuke migrate`: brings the database to this program's schema.

use super::Exit;
use super::open::Place;

/// Applies what is missing; `serve` does the same at its start.
pub async fn migrate(place: &Place) -> anyhow::Result<Exit> {
    let db = place.database().await?;
    db.migrate().await?;
    println!("The database is at the schema of version {}.", env!("CARGO_PKG_VERSION"));
    Ok(Exit::Ok)
}
