//! The key of each day, under which raw events are sealed. Dropping a day's key erases its events in every copy.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use tokio::sync::RwLock;

use super::Unavailable;
use crate::app::App;
use crate::secret::{DataKey, Wrapping};
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

/// Wraps the days' keys anew where only the previous secret opens them: how many, and how many open under neither. There are
/// some thirty of them. One that was dropped or changed meanwhile stays as it is.
pub async fn rewrap_day_keys(app: &App) -> sqlx::Result<(u64, u64)> {
    let (mut anew, mut closed) = (0, 0);
    let mut tx = app.db.begin().await?;
    for (day, wrapped) in query(&mut tx, "select day, wrapped from day_key order by day").all().await? {
        let (day, wrapped): (NaiveDate, Vec<u8>) = (day, wrapped);
        match app.secret.rewrap(&app.chance, &context(day), &wrapped) {
            Wrapping::Current => {}
            Wrapping::Closed => closed += 1,
            Wrapping::Anew(fresh) => {
                anew += query(&mut tx, "update day_key set wrapped = $1 where day = $2 and wrapped = $3")
                    .bind(fresh)
                    .bind(day)
                    .bind(wrapped)
                    .execute()
                    .await?;
            }
        }
    }
    tx.commit().await?;
    Ok((anew, closed))
}

/// Whether the newest day's key opens; none without one.
pub async fn newest_day_key_opens(app: &App) -> sqlx::Result<Option<bool>> {
    let row = query(&app.db, "select day, wrapped from day_key order by day desc limit 1");
    let row = row.optional::<(NaiveDate, Vec<u8>)>().await?;
    Ok(row.map(|(day, wrapped)| app.secret.unwrap(&context(day), &wrapped).is_ok()))
}

fn context(day: NaiveDate) -> String {
    format!("day_key/{day}")
}
