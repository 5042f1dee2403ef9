//! `shuke device`: the phones, tablets and tills of the stores. A code enrols one; a lost one is revoked.

use serde_json::json;

use super::open::Place;
use super::print::{self, List, Out};
use super::{Acts, Exit};
use crate::app::App;
use crate::ids::{Actor, DeviceId};
use crate::staff::devices::{self, LONGEST_NAME, Listed, Made};

/// Devices of the stores.
#[derive(Debug, clap::Subcommand)]
pub enum Act {
    /// Make a code that enrols one device within ten minutes.
    Code {
        /// The store's code, as in brand.yaml.
        store: String,
        /// What staff will call the device; the store's code where it is left out.
        #[arg(long, default_value = "")]
        name: String,
    },
    /// List all devices, revoked ones too.
    List,
    /// Shut a device out and end every session on it.
    Revoke {
        /// The device's id, as `list` shows it.
        id: DeviceId,
    },
}

/// Enrols, lists or revokes devices.
pub async fn device(place: &Place, args: Acts<Act>) -> anyhow::Result<Exit> {
    let app = place.app().await?;
    let mut out = Out::new(args.format);
    match args.act {
        Act::Code { store, name } => code(&app, &mut out, &store, &name).await,
        Act::List => list(&app, &mut out).await,
        Act::Revoke { id } => revoke(&app, &mut out, id).await,
    }
}

async fn code(app: &App, out: &mut Out, store: &str, name: &str) -> anyhow::Result<Exit> {
    let code = match devices::make_code(app, store, name, &Actor::operator()).await? {
        Made::Code(code) => code,
        Made::BadName => {
            eprintln!("The name may have {LONGEST_NAME} letters, without line breaks. Nothing was made.");
            return Ok(Exit::Failed);
        }
        Made::UnknownStore { known } => return Ok(unknown_store(store, &known)),
    };
    out.done(
        &json!({ "code": code.text, "store": store, "expires_at": code.expires_at }),
        format!(
            "{}\n\nType it at {}/counter/ on the device that is to work for {store}. It works once, within {} minutes.",
            code.text,
            app.settings.public_url,
            (code.expires_at - app.clock.now()).num_minutes()
        ),
    )
}

/// Says which stores there are.
pub(super) fn unknown_store(store: &str, known: &[String]) -> Exit {
    if known.is_empty() {
        eprintln!(
            "No brand is published yet, so there are no stores. `shuke serve` publishes the brand's files at its first start."
        );
    } else {
        eprintln!("The brand has no store {store:?}; it has {}.", known.join(", "));
    }
    Exit::Failed
}

async fn list(app: &App, out: &mut Out) -> anyhow::Result<Exit> {
    let none = "No devices yet. `shuke device code STORE` makes a code that enrols one.";
    let item = |device: &Listed| {
        json!({
            "id": device.id, "store": device.store, "name": device.name, "enrolled_at": device.enrolled_at,
            "seen_at": device.seen_at, "revoked_at": device.revoked_at,
        })
    };
    let row = |device: &Listed| {
        let state = print::use_of(device.seen_at, device.revoked_at);
        [device.id.to_string(), device.store.clone(), device.name.clone(), state]
    };
    let list = List::whole(devices::all(&app.db).await?);
    out.list(&list, none, item, ["ID", "STORE", "NAME", "STATE"], row)
}

async fn revoke(app: &App, out: &mut Out, id: DeviceId) -> anyhow::Result<Exit> {
    if !devices::all(&app.db).await?.iter().any(|device| device.id == id) {
        eprintln!("There is no device {id}; `shuke device list` shows those there are.");
        return Ok(Exit::Failed);
    }
    let changed = devices::revoke(app, id, &Actor::operator()).await?;
    let words = if changed {
        "The device is shut out; whoever was signed in on it is signed out."
    } else {
        "The device was shut out before."
    };
    out.done(&json!({ "id": id, "revoked": true, "changed": changed }), words)
}
