//! `shuke api-key`: the keys of programs that act for the brand. A key is shown once, when it is made.

use std::io::Write;

use serde_json::json;

use super::open::Place;
use super::{Exit, Format, print};
use crate::app::App;
use crate::ids::Actor;
use crate::staff::api_keys::{self, Created, LONGEST_NAME, Scope};

/// Keys of programs.
#[derive(Debug, clap::Args)]
pub struct ApiKey {
    #[command(subcommand)]
    act: Act,
    /// How to print.
    #[arg(long, value_enum, default_value_t, global = true)]
    format: Format,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
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
pub async fn api_key(place: &Place, args: ApiKey) -> anyhow::Result<Exit> {
    let app = place.app().await?;
    let mut out = std::io::stdout().lock();
    match args.act {
        Act::Create { name, scopes } => create(&app, &mut out, &name, &scopes, args.format).await,
        Act::List => list(&app, &mut out, args.format).await,
        Act::Revoke { name } => revoke(&app, &mut out, &name, args.format).await,
    }
}

async fn create(app: &App, out: &mut impl Write, name: &str, scopes: &[Scope], format: Format) -> anyhow::Result<Exit> {
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
    match format {
        Format::Json => print::json(out, &json!({ "id": id, "name": name.trim(), "scopes": scopes, "key": token }))?,
        Format::Human => writeln!(
            out,
            "{token}\n\nThis key is not shown again: put it where {} reads its secrets.\nIt may be used for {}.",
            name.trim(),
            words(scopes)
        )?,
    }
    Ok(Exit::Ok)
}

async fn list(app: &App, out: &mut impl Write, format: Format) -> anyhow::Result<Exit> {
    let keys = api_keys::all(&app.db).await?;
    match format {
        Format::Json => {
            let item = |key: &api_keys::ApiKey| {
                json!({
                    "id": key.id, "name": key.name, "scopes": key.scopes.0, "created_at": key.created_at,
                    "used_at": key.used_at, "revoked_at": key.revoked_at,
                })
            };
            let items: Vec<_> = keys.iter().map(item).collect();
            print::json(out, &json!({ "items": items, "next": null }))?;
        }
        Format::Human if keys.is_empty() => {
            writeln!(out, "No keys yet. `shuke api-key create NAME --scope {}` makes one.", Scope::MembersRead)?;
        }
        Format::Human => {
            let row = |key: &api_keys::ApiKey| {
                let state = match (key.revoked_at, key.used_at) {
                    (Some(at), _) => format!("revoked {}", print::moment(at)),
                    (None, Some(at)) => format!("used {}", print::moment(at)),
                    (None, None) => String::from("never used"),
                };
                [key.name.clone(), words(&key.scopes), state]
            };
            let rows: Vec<_> = keys.iter().map(row).collect();
            print::table(out, ["NAME", "SCOPES", "STATE"], &rows)?;
        }
    }
    Ok(Exit::Ok)
}

async fn revoke(app: &App, out: &mut impl Write, name: &str, format: Format) -> anyhow::Result<Exit> {
    let Some(key) = api_keys::by_name(&app.db, name.trim()).await? else {
        eprintln!("There is no key called {name:?}; `shuke api-key list` shows those there are.");
        return Ok(Exit::Failed);
    };
    let changed = api_keys::revoke(app, key.id, &Actor::operator()).await?;
    match format {
        Format::Json => print::json(out, &json!({ "name": key.name, "revoked": true, "changed": changed }))?,
        Format::Human if changed => writeln!(out, "{} is shut out from now on.", key.name)?,
        Format::Human => writeln!(out, "{} was shut out before.", key.name)?,
    }
    Ok(Exit::Ok)
}

fn words(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.word()).collect::<Vec<_>>().join(" ")
}
