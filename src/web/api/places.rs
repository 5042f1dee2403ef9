//! Stores as programs name them.

use crate::loyalty::Place;
use crate::problem::Problem;
use crate::staff::stores;
use crate::store::Tx;

/// The place a store's code stands for, or a 422 that lists the stores there are.
pub(super) async fn of_store(tx: &mut Tx, code: &str) -> sqlx::Result<Result<Place, Problem>> {
    let brand = stores::brand(&mut *tx).await?;
    let Some(brand) = brand else {
        return Ok(Err(Problem::refused("unknown_store", "No brand is published yet, so there are no stores.")));
    };
    if brand.stores.iter().any(|store| store.code.as_str() == code) {
        return Ok(Ok(Place { store: String::from(code), zone: brand.timezone.0 }));
    }
    let known: Vec<&str> = brand.stores.iter().map(|store| store.code.as_str()).collect();
    let detail = format!("There is no store {code:?}; there are {}.", known.join(", "));
    Ok(Err(Problem::refused("unknown_store", detail).with("known", known)))
}
