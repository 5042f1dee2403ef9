//! A fresh database for one test, gone afterwards.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::FutureExt;
use shuke::store::{Db, OpenOptions};

use super::postgres;

/// A database made for one test.
pub struct Fresh {
    /// `SQLite` or `PostgreSQL`, for messages.
    pub engine: &'static str,
    /// Its address, for a second handle or a process.
    pub url: String,
    /// Migrated and open.
    pub db: Db,
    folder: Option<PathBuf>,
}

/// Runs `body` on a fresh SQLite file, then on a fresh PostgreSQL database.
pub async fn on_both(body: impl AsyncFn(Db)) {
    each_engine(OpenOptions::default(), async |fresh| body(fresh.db.clone()).await).await;
}

/// The same for a test that needs the address, or other options.
pub async fn each_engine(options: OpenOptions, body: impl AsyncFn(&Fresh)) {
    for fresh in [Fresh::sqlite(options.clone()).await, Fresh::postgres(options.clone()).await] {
        let outcome = AssertUnwindSafe(body(&fresh)).catch_unwind().await;
        let engine = fresh.engine;
        fresh.remove().await;
        if let Err(panic) = outcome {
            eprintln!("this failed on {engine}");
            std::panic::resume_unwind(panic);
        }
    }
}

impl Fresh {
    /// A new SQLite file in a temporary folder.
    pub async fn sqlite(options: OpenOptions) -> Self {
        let folder = fresh_folder(&format!("shuke-it-{}", unique()));
        let url = format!("sqlite://{}/shuke.db", folder.display());
        let db = Db::open(&url, options).await.expect("a SQLite file opens");
        db.migrate().await.expect("the migrations run on SQLite");
        Self { engine: "SQLite", url, db, folder: Some(folder) }
    }

    /// A copy of the migrated template in the test cluster.
    pub async fn postgres(options: OpenOptions) -> Self {
        let url = postgres::fresh_database(&format!("shuke_it_{}", unique())).await;
        let db = Db::open(&url, options).await.expect("a PostgreSQL database opens");
        Self { engine: "PostgreSQL", url, db, folder: None }
    }

    /// A second handle on the same database, as another process would have.
    pub async fn open_again(&self, options: OpenOptions) -> Db {
        Db::open(&self.url, options).await.expect("it opens a second time")
    }

    /// Closes and removes it.
    pub async fn remove(self) {
        self.db.close().await;
        match self.folder {
            Some(folder) => std::fs::remove_dir_all(folder).expect("the folder can be removed"),
            None => postgres::drop_database(&self.url).await,
        }
    }
}

/// A name in the temporary folder, without what an earlier process of the same number may have left there.
pub fn fresh_folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(name);
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

/// nextest runs each test in a process of its own, cargo test all in one.
fn unique() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}
