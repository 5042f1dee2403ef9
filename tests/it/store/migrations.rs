//! The one series of migrations, run on databases that hold rows as production has them.

use std::path::Path;

use shuke::store::{Db, MigrateError, OpenOptions, Schema, query};
use sqlx::migrate::{Migration, Migrator};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use crate::harness::{on_both, postgres};

static SERIES: Migrator = sqlx::migrate!("./migrations");

/// Applies every migration to a database that the rows of all those before it fill.
#[tokio::test]
async fn each_migration_runs_on_a_filled_database() {
    let folder = std::env::temp_dir().join(format!("shuke-migrations-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = format!("sqlite://{}/filled.db", folder.display());
    let server = postgres::empty_database(&format!("shuke_migrations_{}", std::process::id())).await;

    let mut sqlite = SqliteConnection::connect(&format!("{file}?mode=rwc")).await.expect("a file");
    let mut postgres = PgConnection::connect(&server).await.expect("a database");
    for migration in SERIES.iter() {
        let step = one(migration);
        step.run_direct(None, &mut sqlite, false)
            .await
            .unwrap_or_else(|e| panic!("{} on SQLite: {e}", migration.version));
        step.run_direct(None, &mut postgres, false)
            .await
            .unwrap_or_else(|e| panic!("{} on PostgreSQL: {e}", migration.version));
        let rows = rows_after(migration);
        sqlx::raw_sql(AssertSqlSafe(for_sqlite(&rows))).execute(&mut sqlite).await.expect("its rows fit SQLite");
        sqlx::raw_sql(AssertSqlSafe(rows)).execute(&mut postgres).await.expect("its rows fit PostgreSQL");
    }
    sqlite.close().await.expect("closed");
    postgres.close().await.expect("closed");

    for url in [&file, &server] {
        let db = Db::open(url, OpenOptions::default()).await.expect("it opens");
        assert_eq!(db.schema().await.expect("asked"), Schema::Current);
        every_table_has_rows(&db).await;
        db.close().await;
    }
    std::fs::remove_dir_all(folder).expect("removed");
    postgres::drop_database(&server).await;
}

/// A table without a row would let a migration pass that cannot move rows.
async fn every_table_has_rows(db: &Db) {
    let tables = if db.is_postgres() {
        "select table_name from information_schema.tables where table_schema = current_schema()"
    } else {
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
    };
    for table in query(db, tables).values::<String>().await.expect("the tables") {
        let has_rows: &'static str = Box::leak(format!("select count(*) from {table}").into_boxed_str());
        assert!(
            query(db, has_rows).value::<i64>().await.expect("counted") > 0,
            "tests/migrations has no row for {table}"
        );
    }
}

/// A series of this one migration, which does not mind what is there already.
fn one(migration: &Migration) -> Migrator {
    let mut step = Migrator::with_migrations(vec![migration.clone()]);
    step.set_ignore_missing(true);
    step
}

fn rows_after(migration: &Migration) -> String {
    let name = format!("{:04}_{}.sql", migration.version, migration.description.replace(' ', "_"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/migrations").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows are written for PostgreSQL. SQLite keeps an id and bytes as blobs: `uuid '0195…'` and `bytea '\x00'` become
/// `x'0195…'` and `x'00'`.
fn for_sqlite(rows: &str) -> String {
    let mut out = String::new();
    for (index, part) in rows.replace("bytea '\\x", "uuid '").split("uuid '").enumerate() {
        if index == 0 {
            out.push_str(part);
            continue;
        }
        let (digits, rest) = part.split_once('\'').expect("a literal ends");
        out.push_str(&format!("x'{}'{rest}", digits.replace('-', "")));
    }
    out
}

#[tokio::test]
async fn migrating_again_changes_nothing() {
    on_both(async |db| {
        assert_eq!(db.schema().await.expect("asked"), Schema::Current);
        db.migrate().await.expect("nothing is to do");
        assert_eq!(db.schema().await.expect("asked"), Schema::Current);
    })
    .await;
}

/// SQLite builds a table anew for each row it checks against a list of three values or more.
#[test]
fn no_check_is_slow_for_each_row() {
    for migration in SERIES.iter() {
        for check in migration.sql.as_str().lines().filter_map(|line| Some(line.split_once("check (")?.1)) {
            let list = check.split_once(" in (").and_then(|(_, list)| list.split_once(')'));
            assert!(list.is_none_or(|(list, _)| list.split(',').count() < 3), "say `or` in: check ({check}");
        }
    }
}

#[tokio::test]
async fn an_empty_database_says_what_it_lacks() {
    let folder = std::env::temp_dir().join(format!("shuke-empty-{}", std::process::id()));
    let server = postgres::empty_database(&format!("shuke_empty_{}", std::process::id())).await;
    for url in [&format!("sqlite://{}/deep/er/empty.db", folder.display()), &server] {
        let db = Db::open(url, OpenOptions::default()).await.expect("it opens");
        assert_eq!(db.schema().await.expect("asked"), Schema::Behind(SERIES.iter().count()));
        db.migrate().await.expect("it migrates");
        assert_eq!(db.schema().await.expect("asked"), Schema::Current);
        db.close().await;
    }
    std::fs::remove_dir_all(folder).expect("removed");
    postgres::drop_database(&server).await;
}

/// Two processes start at once on an empty database: both come up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_migrate_at_once_agree() {
    let folder = std::env::temp_dir().join(format!("shuke-twice-{}", std::process::id()));
    let server = postgres::empty_database(&format!("shuke_twice_{}", std::process::id())).await;
    for url in [format!("sqlite://{}/twice.db", folder.display()), server.clone()] {
        let starting: Vec<_> = (0..4)
            .map(|_| {
                let url = url.clone();
                tokio::spawn(async move {
                    let db = Db::open(&url, OpenOptions::default()).await.expect("it opens");
                    let migrated = db.migrate().await;
                    db.close().await;
                    migrated
                })
            })
            .collect();
        for one in starting {
            one.await.expect("it ends").expect("it migrates");
        }
    }
    std::fs::remove_dir_all(folder).expect("removed");
    postgres::drop_database(&server).await;
}

#[tokio::test]
async fn an_older_program_refuses_a_newer_database() {
    on_both(async |db| {
        query(
            db.writer(),
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
             values (9999, 'of the future', true, $1, 1)",
        )
        .bind(vec![1_u8])
        .execute()
        .await
        .expect("a newer program was here");
        assert_eq!(db.schema().await.expect("asked"), Schema::Newer(9999));
        let error = db.migrate().await.expect_err("it refuses");
        assert!(matches!(error, MigrateError::Newer { found: 9999, .. }), "{error}");
        assert!(error.to_string().contains("newer Shuke"), "{error}");
    })
    .await;
}
