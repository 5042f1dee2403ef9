//! The test cluster (`tests/postgres.sh`) and the template every PostgreSQL test copies.

use std::process::Command;
use std::sync::LazyLock;

use shuke::store::{Db, OpenOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// All test processes agree on one maker of the template by this lock.
const TEMPLATE_LOCK: i64 = 0x5348_554b;

/// The cluster's address: `SHUKE_TEST_PG` (`make test` sets it), else the one `tests/postgres.sh start` gives.
static CLUSTER: LazyLock<String> = LazyLock::new(|| {
    if let Ok(url) = std::env::var("SHUKE_TEST_PG") {
        return url;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/postgres.sh");
    let started = Command::new(script).arg("start").output().expect("tests/postgres.sh runs");
    assert!(
        started.status.success(),
        "no PostgreSQL for the tests: run `make test`, which installs and starts one, or set SHUKE_TEST_PG.\n{}",
        String::from_utf8_lossy(&started.stderr)
    );
    eprintln!("a PostgreSQL was started for the tests; `tests/postgres.sh stop` ends it");
    String::from_utf8(started.stdout).expect("an address").trim().to_owned()
});

/// Makes a database from the template; its address.
pub async fn fresh_database(name: &str) -> String {
    let template = format!("shuke_template_{}", fingerprint());
    let mut admin = admin().await;
    ensure_template(&mut admin, &template).await;
    run(&mut admin, format!("create database {name} template {template}")).await;
    address_of(name)
}

/// Removes a database, whoever is still connected to it.
pub async fn drop_database(url: &str) {
    let name = url.split('?').next().and_then(|path| path.rsplit('/').next()).expect("the address names a database");
    run(&mut admin().await, format!("drop database if exists {name} with (force)")).await;
}

/// Makes an empty database; its address. For tests of the migrations themselves.
pub async fn empty_database(name: &str) -> String {
    run(&mut admin().await, format!("create database {name} template template0")).await;
    address_of(name)
}

async fn ensure_template(admin: &mut PgConnection, template: &str) {
    sqlx::query("select pg_advisory_lock($1)").bind(TEMPLATE_LOCK).execute(&mut *admin).await.expect("the lock");
    let exists: bool = sqlx::query_scalar("select exists (select 1 from pg_database where datname = $1)")
        .bind(template)
        .fetch_one(&mut *admin)
        .await
        .expect("the list of databases");
    if !exists {
        let making = format!("{template}_making");
        run(admin, format!("drop database if exists {making}")).await;
        run(admin, format!("create database {making} template template0")).await;
        let db = Db::open(&address_of(&making), OpenOptions::default()).await.expect("the template opens");
        db.migrate().await.expect("the migrations run on PostgreSQL");
        db.close().await;
        run(admin, format!("alter database {making} rename to {template}")).await;
    }
    sqlx::query("select pg_advisory_unlock($1)").bind(TEMPLATE_LOCK).execute(admin).await.expect("the lock");
}

/// Changes with any migration's text, so that an old template is not taken for a new one.
fn fingerprint() -> String {
    let mut sum: u64 = 0xcbf2_9ce4_8422_2325;
    for migration in sqlx::migrate!("./migrations").iter() {
        for byte in migration.checksum.iter() {
            sum = (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{sum:016x}")
}

async fn admin() -> PgConnection {
    PgConnection::connect(&CLUSTER).await.expect("the test cluster answers; `tests/postgres.sh stop` and try again")
}

async fn run(admin: &mut PgConnection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(admin).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

fn address_of(database: &str) -> String {
    let (server, options) = CLUSTER.split_once('?').unwrap_or((&CLUSTER, ""));
    let (server, _) = server.rsplit_once('/').expect("the address names a database");
    format!("{server}/{database}?{options}")
}
