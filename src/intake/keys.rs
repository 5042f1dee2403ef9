//! The key of each day, under which raw events are sealed. Dropping a day's key erases its events in every copy.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use tokio::sync::RwLock;

use super::Unavailable;
use crate::app::App;
use crate::secret::DataKey;
use crate::store::{On, query};

/// The keys this process has used, by day.
#[derive(Default)]
pub(super) struct DayKeys(RwLock<BTreeMap<NaiveDate, DataKey>>);

impl DayKeys {
    /// The key of `day`, made at the first event of that day.
    pub async fn of(&self, app: &App, day: NaiveDate) -> Result<DataKey, Unavailable> {
        if let Some(key) = self.0.read().await.get(&day) {
            return Ok(key.clone());
        }
        let key = make(app, day).await?;
        let mut known = self.0.write().await;
        known.insert(day, key.clone());
        while known.len() > 3 {
            known.pop_first();
        }
        Ok(key)
    }
}

async fn make(app: &App, day: NaiveDate) -> Result<DataKey, Unavailable> {
    let mut tx = app.db.begin().await?;
    let wrapped = app.secret.wrap(&app.chance, &context(day), &DataKey::new(&app.chance));
    query(&mut tx, "insert into day_key (day, wrapped, created_at) values ($1, $2, $3) on conflict (day) do nothing")
        .bind(day)
        .bind(wrapped)
        .bind(app.clock.now())
        .execute()
        .await?;
    let key = stored(app, &mut tx, day).await?;
    tx.commit().await?;
    key.ok_or_else(|| {
        Unavailable(String::from("the key of the day does not open; is SHUKE_SECRET the one it was made under?"))
    })
}

/// The key of a day; none when it was dropped or does not open.
pub(super) async fn stored(app: &App, on: impl Into<On<'_>>, day: NaiveDate) -> sqlx::Result<Option<DataKey>> {
    let row = query(on, "select wrapped from day_key where day = $1").bind(day).optional::<(Vec<u8>,)>().await?;
    Ok(row.and_then(|(wrapped,)| app.secret.unwrap(&context(day), &wrapped).ok()))
}

fn context(day: NaiveDate) -> String {
    format!("day_key/{day}")
}
