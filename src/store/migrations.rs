//! The one series of migrations, and how far a database is along it.

use sqlx::migrate::{Migrate, Migrator};
use sqlx::{ConnectOptions, Connection};

use super::db::{Db, Engine};

static SERIES: Migrator = sqlx::migrate!("./migrations");

const TABLE: &str = "_sqlx_migrations";

/// How the schema of a database stands to this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// As this program knows it.
    Current,
    /// Older: this many migrations are to be run.
    Behind(usize),
    /// Made by a newer program, up to this migration, which this one does not know.
    Newer(i64),
}

/// Why a database was not migrated.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A newer program was here.
    #[error(
        "this database was migrated by a newer Shuke (migration {found}; this one knows up to {known}). \
         Start the newer program again, or restore the backup made before the upgrade"
    )]
    Newer {
        /// The newest migration in the database.
        found: i64,
        /// The newest this program knows.
        known: i64,
    },
    /// A migration that was applied is not the text this program has.
    #[error(
        "migration {0} was applied to this database in another form: it comes from a build between releases and cannot be brought along"
    )]
    Changed(i64),
    /// A migration failed; it was taken back.
    #[error("the database could not be migrated: {0}")]
    Failed(sqlx::migrate::MigrateError),
    /// The database could not be asked.
    #[error("the database could not be migrated: {0}")]
    Store(#[from] sqlx::Error),
}

impl Db {
    /// How the schema stands. Changes nothing.
    pub async fn schema(&self) -> sqlx::Result<Schema> {
        let applied = self.applied().await?;
        Ok(compare(&applied, &known()))
    }

    /// Brings the schema up to this program's, each migration in a transaction of its own. Safe to call from several
    /// processes at once and again after a crash. Refuses a database of a newer program.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        let known = known();
        if let Schema::Newer(found) = compare(&self.applied().await?, &known) {
            return Err(MigrateError::Newer { found, known: known.last().copied().unwrap_or_default() });
        }
        let outcome = match &*self.0 {
            Engine::Sqlite { file, .. } => {
                let mut connection = file.connect().await?;
                let outcome = under_a_file_lock(&mut connection).await;
                connection.close().await.ok();
                outcome
            }
            Engine::Postgres { pool, .. } => {
                let mut connection = pool.acquire().await?;
                sqlx::query("set statement_timeout = 0").execute(&mut *connection).await?;
                let outcome = SERIES.run_direct(None, &mut *connection, false).await;
                // Its settings and locks are not those of the pool any more.
                connection.detach().close().await.ok();
                outcome
            }
        };
        outcome.map_err(|error| match error {
            sqlx::migrate::MigrateError::VersionMismatch(version) => MigrateError::Changed(version),
            other => MigrateError::Failed(other),
        })
    }

    async fn applied(&self) -> sqlx::Result<Vec<i64>> {
        let table = match &*self.0 {
            Engine::Sqlite { .. } => {
                "select name from sqlite_master where type = 'table' and name = '_sqlx_migrations'"
            }
            Engine::Postgres { .. } => {
                "select table_name from information_schema.tables where table_schema = current_schema() and table_name = '_sqlx_migrations'"
            }
        };
        if super::query(self, table).optional::<(String,)>().await?.is_none() {
            return Ok(Vec::new());
        }
        super::query(self, "select version from _sqlx_migrations where success order by version").values().await
    }
}

/// sqlx locks PostgreSQL while it migrates but not a SQLite file; a second process that migrates at the same moment fails on
/// its first statement, finds the work done when it looks again, and goes on.
async fn under_a_file_lock(connection: &mut sqlx::SqliteConnection) -> Result<(), sqlx::migrate::MigrateError> {
    let mut tries = 0;
    loop {
        let before = connection.list_applied_migrations(TABLE).await.map(|applied| applied.len()).unwrap_or_default();
        match SERIES.run_direct(None, &mut *connection, false).await {
            Err(sqlx::migrate::MigrateError::ExecuteMigration(..)) if tries < 3 => {
                tries += 1;
                let after =
                    connection.list_applied_migrations(TABLE).await.map(|applied| applied.len()).unwrap_or_default();
                if after == before {
                    return SERIES.run_direct(None, &mut *connection, false).await;
                }
            }
            outcome => return outcome,
        }
    }
}

fn known() -> Vec<i64> {
    SERIES.iter().map(|migration| migration.version).collect()
}

fn compare(applied: &[i64], known: &[i64]) -> Schema {
    if let Some(found) = applied.iter().rev().find(|version| !known.contains(version)) {
        return Schema::Newer(*found);
    }
    match known.iter().filter(|version| !applied.contains(version)).count() {
        0 => Schema::Current,
        behind => Schema::Behind(behind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_schema_stands() {
        for (applied, known, stands) in [
            (&[][..], &[1][..], Schema::Behind(1)),
            (&[1], &[1], Schema::Current),
            (&[1], &[1, 2, 3], Schema::Behind(2)),
            (&[1, 2], &[1], Schema::Newer(2)),
            (&[1, 3], &[1, 2], Schema::Newer(3)),
        ] {
            assert_eq!(compare(applied, known), stands, "{applied:?} {known:?}");
        }
    }
}
