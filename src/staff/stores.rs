//! The stores of the published brand.

use crate::spec::brand_file::{BrandFile, Store};
use crate::spec::definitions;
use crate::store::On;

/// The brand as it was last published; none before the first time.
pub async fn brand(on: impl Into<On<'_>>) -> sqlx::Result<Option<BrandFile>> {
    Ok(definitions::latest::<BrandFile>(on, "brand").await?.map(|published| published.body))
}

/// The stores there are; none before a brand is published.
pub async fn all(on: impl Into<On<'_>>) -> sqlx::Result<Vec<Store>> {
    Ok(brand(on).await?.map(|brand| brand.stores).unwrap_or_default())
}

/// Their codes.
pub async fn codes(on: impl Into<On<'_>>) -> sqlx::Result<Vec<String>> {
    Ok(all(on).await?.iter().map(|store| String::from(store.code.as_str())).collect())
}
