//! LINE Official Accounts. One is configured today; every key already names which.

use crate::app::App;
use crate::ids::{AccountId, InstallId};
use crate::store::{On, query};

/// The configured account, its row made at the first start. Replicas that start at once wait for each other on the
/// installation's row: two accounts would leave it open whose the webhooks are.
pub async fn ensure(app: &App) -> sqlx::Result<AccountId> {
    let mut tx = app.db.begin().await?;
    query(&mut tx, "select id from install").lock_rows(" for update").optional_value::<InstallId>().await?;
    let known = query(&mut tx, "select id from account order by created_at limit 1").optional::<(AccountId,)>().await?;
    let id = match known {
        Some((id,)) => id,
        None => {
            let id: AccountId = app.ids.make();
            query(&mut tx, "insert into account (id, created_at) values ($1, $2)")
                .bind(id)
                .bind(app.clock.now())
                .execute()
                .await?;
            id
        }
    };
    tx.commit().await?;
    Ok(id)
}

/// The accounts of this service, read once at the start.
#[derive(Debug, Clone)]
pub struct Directory(Vec<(AccountId, Option<String>)>);

impl Directory {
    /// Reads them.
    pub async fn load(on: impl Into<On<'_>>) -> sqlx::Result<Self> {
        query(on, "select id, bot_user_id from account order by created_at").all().await.map(Self)
    }

    /// The account a webhook's `destination` names; where only one is configured that one, whatever it says.
    pub fn of_destination(&self, destination: Option<&str>) -> Option<AccountId> {
        match self.0.as_slice() {
            [(only, _)] => Some(*only),
            several => {
                several.iter().find(|(_, bot)| bot.is_some() && bot.as_deref() == destination).map(|(id, _)| *id)
            }
        }
    }
}

/// Keeps what LINE says of the account.
pub async fn keep_info(
    app: &App,
    account: AccountId,
    bot_user_id: &str,
    name: &str,
    basic_id: &str,
) -> sqlx::Result<()> {
    query(app.db.writer(), "update account set bot_user_id = $2, name = $3, basic_id = $4 where id = $1")
        .bind(account)
        .bind(bot_user_id)
        .bind(name)
        .bind(basic_id)
        .execute()
        .await
        .map(drop)
}
