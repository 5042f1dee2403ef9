//! Work whose panic ends nothing but itself.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;

/// Runs `work`; a panic in it ends neither the loop it stands in nor what runs beside it, and is given as a sentence.
pub async fn guarded<T>(work: impl Future<Output = T>) -> Result<T, String> {
    AssertUnwindSafe(Box::pin(work)).catch_unwind().await.map_err(|panic| {
        let said = panic.downcast_ref::<&str>().map(|text| String::from(*text));
        let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        format!("the program panicked over it: {said}")
    })
}
