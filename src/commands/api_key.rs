//! `shuke api-key`: the keys of programs that act for the brand. A key is shown once, when it is made.

use serde_json::json;

use super::open::Place;
use super::print::{self, List, Out};
use super::{Acts, Exit};
use crate::app::App;
use crate::ids::Actor;
use crate::staff::api_keys::{self, Created, LONGEST_NAME, Scope};

/// Keys of programs.
#[derive(Debug, clap::Subcommand)]
pub enum Act {
    /// Make a key and print it, this once.
    Create {
        /// What the key is for, for example the till it is given to.
        name: String,
        /// What it may be used for: members:read, members:write, loyalty:write, campaigns:read, campaigns:write. Give it
        /// once for each.
        #[arg(long = "scope", value_name = "SCOPE", required = true)]
        scopes: Vec<Scope>,
    },
    /// List all keys, revoked ones too, without the keys themselves.
    List,
    /// Shut a key out, at once and for ever.
    Revoke {
        /// The key's name.
        name: String,
    },
}

/// Makes, lists or revokes keys.
pub async fn api_key(place: &Place, args: Acts<Act>) -> anyhow::Result<Exit> {
    let app = place.app().await?;
    let mut out = Out::new(args.format);
    match args.act {
        Act::Create { name, scopes } => create(&app, &mut out, &name, &scopes).await,
        Act::List => list(&app, &mut out).await,
        Act::Revoke { name } => revoke(&app, &mut out, &name).await,
    }
}

async fn create(app: &App, out: &mut Out, name: &str, scopes: &[Scope]) -> anyhow::Result<Exit> {
    let (id, token) = match api_keys::create(app, name, scopes, &Actor::operator()).await? {
        Created::Key { id, token } => (id, token),
        Created::BadName => {
            eprintln!("The name must have 1 to {LONGEST_NAME} letters, without line breaks. Nothing was made.");
            return Ok(Exit::Failed);
        }
        Created::NameTaken => {
            eprintln!(
                "There is, or was, a key called {name:?}; names are not used twice, so that the history stays clear.\n\
                 Choose another; `shuke api-key list` shows those taken."
            );
            return Ok(Exit::Failed);
        }
        Created::NoScope => {
            eprintln!("A key without a scope could do nothing. Give --scope {}.", Scope::MembersRead);
            return Ok(Exit::Failed);
        }
    };
    let name = name.trim();
    out.done(
        &json!({ "id": id, "name": name, "scopes": scopes, "key": token }),
        format!(
            "{token}\n\nThis key is not shown again: put it where {name} reads its secrets.\nIt may be used for {}.",
            words(scopes)
        ),
    )
}

async fn list(app: &App, out: &mut Out) -> anyhow::Result<Exit> {
    let none = format!("No keys yet. `shuke api-key create NAME --scope {}` makes one.", Scope::MembersRead);
    let item = |key: &api_keys::ApiKey| {
        json!({
            "id": key.id, "name": key.name, "scopes": key.scopes.0, "created_at": key.created_at,
            "used_at": key.used_at, "revoked_at": key.revoked_at,
        })
    };
    let row =
        |key: &api_keys::ApiKey| [key.name.clone(), words(&key.scopes), print::use_of(key.used_at, key.revoked_at)];
    let list = List::whole(api_keys::all(&app.db).await?);
    out.list(&list, none, item, ["NAME", "SCOPES", "STATE"], row)
}

async fn revoke(app: &App, out: &mut Out, name: &str) -> anyhow::Result<Exit> {
    let Some(key) = api_keys::by_name(&app.db, name.trim()).await? else {
        eprintln!("There is no key called {name:?}; `shuke api-key list` shows those there are.");
        return Ok(Exit::Failed);
    };
    let changed = api_keys::revoke(app, key.id, &Actor::operator()).await?;
    let words = if changed { "is shut out from now on" } else { "was shut out before" };
    out.done(&json!({ "name": key.name, "revoked": true, "changed": changed }), format!("{} {words}.", key.name))
}

fn words(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.word()).collect::<Vec<_>>().join(" ")
}
