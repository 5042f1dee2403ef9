//! Who may act for the brand: the people who work for it, the devices they sign in on, and the programs that hold a key.
//!
//! A *device* is enrolled for one store by a code somebody with the right to do so made; it keeps a token. On it the people
//! of that store (and nobody else's names) are listed; each signs in with a PIN and gets a *session*, which locks itself after
//! two idle minutes. Every reading of a pass is written to the scan log, and what changes who may do what to the audit.
//! Programs (POS, shop, partners) hold *API keys* with scopes. What each role may do is one table in `roles`.

pub mod answers;
pub mod api_keys;
pub mod audit;
mod code;
pub mod devices;
pub mod own_cards;
pub mod people;
mod pin;
mod roles;
pub mod scans;
pub mod sessions;
pub mod stores;

pub use devices::{Device, device_of};
pub use people::Person;
pub use pin::{BadPin, Pin};
pub use roles::{Permission, Role, covers};
pub use sessions::{SignIn, Signed, session_of, sign_in, sign_out};

use crate::app::App;
use crate::ids::{Actor, ActorKind};
use crate::store::On;

/// Removes what is long over (sessions, codes, first answers of the API), for the daily sweep. Gives the number of rows.
pub async fn sweep(app: &App) -> sqlx::Result<u64> {
    Ok(sessions::sweep(app).await? + devices::sweep_codes(app).await? + answers::sweep(app).await?)
}

/// How staff and programs call an actor: a person's name, a key's name, else the kind of actor.
pub async fn name_of(on: impl Into<On<'_>>, actor: &Actor) -> sqlx::Result<String> {
    let name = match actor.kind {
        ActorKind::Staff => match actor.id.parse() {
            Ok(id) => people::find(on, id).await?.map(|person| person.name),
            Err(_) => None,
        },
        ActorKind::Api => match actor.id.parse() {
            Ok(id) => api_keys::find(on, id).await?.map(|key| key.name),
            Err(_) => None,
        },
        ActorKind::Member | ActorKind::Operator | ActorKind::System => None,
    };
    Ok(name.unwrap_or_else(|| String::from(kind_word(actor.kind))))
}

fn kind_word(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::Member => "member",
        ActorKind::Staff => "staff",
        ActorKind::Api => "api",
        ActorKind::Operator => "operator",
        ActorKind::System => "system",
    }
}
