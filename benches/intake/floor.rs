//! The floor: what any program must do that acknowledges webhooks durably, and nothing else. axum, signature, parse, one table
//! that refuses repeats, commits shared by all who wait; sqlx as in the product.

use std::process::ExitCode;
use std::str::FromStr as _;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;
use shuke::line::signature;
use shuke::sandbox::Channel;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use super::place;

/// Rows of one statement: what was fastest on each engine.
const SQLITE_ROWS: usize = 64;
/// Rows written with one commit, at most, as in the product.
const GROUP: usize = 2000;

const TABLE: &str = "create table event (id text primary key, at bigint not null, person text, raw bytea not null)";

#[derive(Deserialize)]
struct Webhook<'a> {
    #[serde(borrow)]
    events: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    webhook_event_id: String,
    timestamp: i64,
    source: Source,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    user_id: Option<String>,
}

struct Row {
    id: String,
    at: i64,
    person: Option<String>,
    raw: Vec<u8>,
}

type Request = (Vec<Row>, oneshot::Sender<()>);

#[derive(Clone)]
struct Floor {
    secret: String,
    journal: mpsc::Sender<Request>,
}

/// Serves the floor until it is killed.
pub async fn serve(url: &str) -> Result<ExitCode, String> {
    let (journal, waiting) = mpsc::channel(4096);
    let store = Store::open(url).await.map_err(|error| error.to_string())?;
    tokio::spawn(write_groups(store, waiting));
    let floor = Floor { secret: Channel::made_up().secret, journal };
    let router = Router::new().route("/line/webhook", post(webhook)).with_state(floor);
    let listener = place::announced().await?;
    axum::serve(listener, router).await.map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
}

async fn webhook(State(floor): State<Floor>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let answer = async {
        signature::verify_headers(&floor.secret, &body, &headers).map_err(|_| StatusCode::UNAUTHORIZED)?;
        let rows = rows(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
        let (done, is_done) = oneshot::channel();
        floor.journal.send((rows, done)).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
        is_done.await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)
    };
    answer.await.map_or_else(|status| status, |()| StatusCode::OK)
}

fn rows(body: &[u8]) -> serde_json::Result<Vec<Row>> {
    let webhook: Webhook<'_> = serde_json::from_slice(body)?;
    let row = |raw: &RawValue| {
        let event: Event = serde_json::from_str(raw.get())?;
        Ok(Row {
            id: event.webhook_event_id,
            at: event.timestamp,
            person: event.source.user_id,
            raw: raw.get().as_bytes().to_vec(),
        })
    };
    webhook.events.into_iter().map(row).collect()
}

async fn write_groups(mut store: Store, mut waiting: mpsc::Receiver<Request>) {
    while let Some((mut rows, done)) = waiting.recv().await {
        let mut told = vec![done];
        while rows.len() < GROUP
            && let Ok((more, done)) = waiting.try_recv()
        {
            rows.extend(more);
            told.push(done);
        }
        store.write(&rows).await.expect("the floor writes");
        for done in told {
            let _ = done.send(());
        }
    }
}

enum Store {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Store {
    async fn open(url: &str) -> sqlx::Result<Self> {
        if url.starts_with("postgres") {
            let server = PgConnectOptions::from_str(url)?.options([("synchronous_commit", "on")]);
            let mut connection = server.disable_statement_logging().connect().await?;
            sqlx::query(TABLE).execute(&mut connection).await?;
            return Ok(Self::Postgres(connection));
        }
        let file = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let mut connection = file.disable_statement_logging().connect().await?;
        sqlx::query(TABLE).execute(&mut connection).await?;
        Ok(Self::Sqlite(connection))
    }

    async fn write(&mut self, rows: &[Row]) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(connection) => {
                let mut tx = connection.begin().await?;
                let mut rest = rows;
                while !rest.is_empty() {
                    // Sizes that are powers of two, so that few statements stay prepared.
                    let (now, later) = rest.split_at((1 << rest.len().ilog2()).min(SQLITE_ROWS));
                    rest = later;
                    let marks = vec!["(?, ?, ?, ?)"; now.len()].join(", ");
                    let sql = format!("insert into event (id, at, person, raw) values {marks} on conflict do nothing");
                    let mut insert = sqlx::query(AssertSqlSafe(sql));
                    for row in now {
                        insert = insert.bind(&row.id).bind(row.at).bind(&row.person).bind(&row.raw);
                    }
                    insert.execute(&mut *tx).await?;
                }
                tx.commit().await
            }
            // One statement is its own transaction.
            Self::Postgres(connection) => sqlx::query(
                "insert into event (id, at, person, raw)
                 select * from unnest($1::text[], $2::bigint[], $3::text[], $4::bytea[]) on conflict do nothing",
            )
            .bind(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.at).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.person.as_deref()).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.raw.as_slice()).collect::<Vec<_>>())
            .execute(connection)
            .await
            .map(drop),
        }
    }
}
