//! `shuke staff`: the people who work for the brand, and their PINs.

use serde_json::{Value, json};

use super::device::unknown_store;
use super::open::Place;
use super::pin::{self, NotGiven};
use super::print::{List, Out};
use super::{Acts, Exit};
use crate::app::App;
use crate::ids::Actor;
use crate::members::{self, Number};
use crate::staff::own_cards::{self, Linked};
use crate::staff::people::{self, Added, LONGEST_NAME, NewPerson, Person, State};
use crate::staff::{Pin, Role};

/// People who work for the brand.
#[derive(Debug, clap::Subcommand)]
pub enum Act {
    /// Add somebody. The PIN is asked for on a terminal, or read as the first line of standard input.
    Add {
        /// How colleagues call them.
        name: String,
        /// clerk (serves), manager or owner (both also take back what others did at their stores). Devices and people are
        /// the operator's to add, with these commands.
        #[arg(long)]
        role: Role,
        /// A store they work for; give it once for each. Left out: every store.
        #[arg(long = "store", value_name = "STORE")]
        stores: Vec<String>,
        /// Make up a PIN and print it.
        #[arg(long)]
        make_pin: bool,
    },
    /// List everybody, also those who left.
    List,
    /// Give somebody another PIN; signs them out everywhere and lifts their locks.
    Pin {
        /// Who.
        name: String,
        /// Make up a PIN and print it.
        #[arg(long)]
        make_pin: bool,
    },
    /// Say which member card is somebody's own: they may not stamp it or redeem from it.
    Link {
        /// Who.
        name: String,
        /// The number on the card, eight digits with the check digit.
        number: String,
    },
    /// Forget which member card is somebody's own.
    Unlink {
        /// Who.
        name: String,
    },
    /// Let somebody in no more. What they did stays in the history.
    Disable {
        /// Who.
        name: String,
    },
}

/// Adds, lists or disables people, gives one another PIN, or says which card is hers.
pub async fn staff(place: &Place, args: Acts<Act>) -> anyhow::Result<Exit> {
    let app = place.app().await?;
    let mut out = Out::new(args.format);
    match args.act {
        Act::Add { name, role, stores, make_pin } => {
            add(&app, &mut out, NewStaff { name, role, stores }, make_pin).await
        }
        Act::List => list(&app, &mut out).await,
        Act::Pin { name, make_pin } => change_pin(&app, &mut out, &name, make_pin).await,
        Act::Link { name, number } => link(&app, &mut out, &name, &number).await,
        Act::Unlink { name } => unlink(&app, &mut out, &name).await,
        Act::Disable { name } => disable(&app, &mut out, &name).await,
    }
}

struct NewStaff {
    name: String,
    role: Role,
    stores: Vec<String>,
}

async fn add(app: &App, out: &mut Out, new: NewStaff, make_pin: bool) -> anyhow::Result<Exit> {
    let pin = match pin_for(app, make_pin).await? {
        Ok(pin) => pin,
        Err(exit) => return Ok(exit),
    };
    let made = make_pin.then(|| String::from(pin.reveal()));
    let NewStaff { name, role, stores } = new;
    let person = NewPerson { name: name.clone(), role, stores: stores.clone(), pin };
    let id = match people::add(app, person, &Actor::operator()).await? {
        Added::Added(id) => id,
        Added::BadName => {
            eprintln!("The name must have 1 to {LONGEST_NAME} letters, without line breaks. Nobody was added.");
            return Ok(Exit::Failed);
        }
        Added::NameTaken => {
            eprintln!("Somebody who works here is called {name:?} already; on a device nobody could tell them apart.");
            return Ok(Exit::Failed);
        }
        Added::UnknownStore { store, known } => return Ok(unknown_store(&store, &known)),
    };
    let name = name.trim();
    let place = if stores.is_empty() { String::from("every store") } else { stores.join(", ") };
    let words = format!("{name} may sign in as {role} at {place}.");
    done(out, json!({ "id": id, "name": name, "role": role, "stores": stores }), words, made)
}

async fn list(app: &App, out: &mut Out) -> anyhow::Result<Exit> {
    let mut people = Vec::new();
    for person in people::all(&app.db).await? {
        let card = match person.member {
            Some(member) => members::find(&app.db, member).await?.map(|member| member.number),
            None => None,
        };
        people.push((person, card));
    }
    let none = "Nobody yet. `shuke staff add NAME --role clerk --store STORE` adds somebody.";
    let item = |(person, card): &(Person, Option<Number>)| {
        json!({
            "id": person.id, "name": person.name, "role": person.role, "stores": person.stores.0,
            "state": person.state, "created_at": person.created_at, "card": card,
        })
    };
    let row = |(person, card): &(Person, Option<Number>)| {
        let stores = if person.stores.is_empty() { String::from("every store") } else { person.stores.join(", ") };
        let state = match person.state {
            State::Active => "active",
            State::Disabled => "disabled",
        };
        let card = card.as_ref().map(Number::grouped).unwrap_or_default();
        [person.name.clone(), person.role.to_string(), stores, String::from(state), card]
    };
    out.list(&List::whole(people), none, item, ["NAME", "ROLE", "STORES", "STATE", "OWN CARD"], row)
}

async fn change_pin(app: &App, out: &mut Out, name: &str, make_pin: bool) -> anyhow::Result<Exit> {
    let Some(person) = find(app, name).await? else { return Ok(Exit::Failed) };
    let pin = match pin_for(app, make_pin).await? {
        Ok(pin) => pin,
        Err(exit) => return Ok(exit),
    };
    let made = make_pin.then(|| String::from(pin.reveal()));
    if !people::reset_pin(app, person.id, pin, &Actor::operator()).await? {
        eprintln!("{} does not work here any more.", person.name);
        return Ok(Exit::Failed);
    }
    let words = format!("{} has a new PIN and signs in again.", person.name);
    done(out, json!({ "name": person.name, "changed": true }), words, made)
}

async fn link(app: &App, out: &mut Out, name: &str, number: &str) -> anyhow::Result<Exit> {
    let Some(person) = find(app, name).await? else { return Ok(Exit::Failed) };
    let number: Number = match number.parse() {
        Ok(number) => number,
        Err(wrong) => {
            eprintln!(
                "{number:?} is no member number: {wrong}. It stands on her card, as in 1234 5678. Nothing was changed."
            );
            return Ok(Exit::Failed);
        }
    };
    let Some(member) = members::by_number(&app.db, &number).await? else {
        eprintln!("No member has the number {}. Nothing was changed.", number.grouped());
        return Ok(Exit::Failed);
    };
    let changed = match own_cards::link(app, person.id, member.id, &Actor::operator()).await? {
        Linked::Now => true,
        Linked::Already => false,
        Linked::Colleagues(other) => {
            eprintln!("The card {} is {other}'s own. `shuke staff unlink {other}` frees it.", number.grouped());
            return Ok(Exit::Failed);
        }
        Linked::NotHere => {
            eprintln!("{} does not work here any more.", person.name);
            return Ok(Exit::Failed);
        }
    };
    out.done(
        &json!({ "name": person.name, "number": number, "linked": true, "changed": changed }),
        format!("The card {1} is {0}'s own: colleagues serve it, {0} may not.", person.name, number.grouped()),
    )
}

async fn unlink(app: &App, out: &mut Out, name: &str) -> anyhow::Result<Exit> {
    let Some(person) = find(app, name).await? else { return Ok(Exit::Failed) };
    let changed = own_cards::unlink(app, person.id, &Actor::operator()).await?;
    let words = if changed {
        format!("No card is {}'s own any more.", person.name)
    } else {
        format!("No card was {}'s own.", person.name)
    };
    out.done(&json!({ "name": person.name, "linked": false, "changed": changed }), words)
}

async fn disable(app: &App, out: &mut Out, name: &str) -> anyhow::Result<Exit> {
    let Some(person) = find(app, name).await? else { return Ok(Exit::Failed) };
    let changed = people::disable(app, person.id, &Actor::operator()).await?;
    out.done(
        &json!({ "name": person.name, "disabled": true, "changed": changed }),
        format!("{} is let in no more and is signed out everywhere.", person.name),
    )
}

async fn find(app: &App, name: &str) -> anyhow::Result<Option<Person>> {
    let person = people::by_name(&app.db, name.trim()).await?;
    if person.is_none() {
        eprintln!("Nobody who works here is called {name:?}; `shuke staff list` shows who does.");
    }
    Ok(person)
}

/// The PIN to set: made up, asked for, or read.
async fn pin_for(app: &App, make: bool) -> anyhow::Result<Result<Pin, Exit>> {
    if make {
        return Ok(Ok(Pin::random(&app.chance)));
    }
    Ok(pin::ask().await?.map_err(|why| {
        match why {
            NotGiven::Bad(why) => eprintln!("{why}. Nothing was changed."),
            NotGiven::Different => eprintln!("The two PINs differ. Nothing was changed."),
            NotGiven::Nothing => {
                eprintln!("No PIN was given: type one, send one on standard input, or use --make-pin.")
            }
        }
        Exit::Failed
    }))
}

/// Says that it is done, and shows the PIN that was made up.
fn done(out: &mut Out, mut value: Value, mut words: String, made: Option<String>) -> anyhow::Result<Exit> {
    if let Some(pin) = made {
        words += &format!("\nPIN: {pin}   (not shown again)");
        value["pin"] = pin.into();
    }
    out.done(&value, words)
}
