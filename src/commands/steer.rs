//! `shuke pause`, `resume` and `cancel`: a person's hand on the newest run of a campaign.

use std::io::Write as _;

use serde_json::json;

use super::open::Place;
use super::status::{Args, after_cancel, after_restore, never_ran, teller};
use super::{Exit, Format, print};
use crate::campaigns::{self, Steered};
use crate::delivery::State;
use crate::ids::{Actor, RunId};

/// What is to become of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// To stand still.
    Pause,
    /// To go on.
    Resume,
    /// To end.
    Cancel,
}

/// Does it and says so. Asking for what is so already changes nothing and is no failure.
pub async fn steer(place: &Place, args: Args, wish: Wish) -> anyhow::Result<Exit> {
    let app = place.app().await?;
    let (name, actor) = (args.name.as_str(), Actor::operator());
    let steered = match wish {
        Wish::Pause => campaigns::pause(&app, name, &actor).await?,
        Wish::Resume => campaigns::resume(&app, name, &actor).await?,
        Wish::Cancel => campaigns::cancel(&app, name, &actor).await?,
    };
    let teller = teller(place, &app).await?;
    let mut out = std::io::stdout().lock();
    let campaign = ("campaign", name.into());
    let (run, state, said, exit) = match steered {
        Steered::NeverRun => return never_ran(&mut out, &teller, name, args.format),
        Steered::Done(run) => {
            let (key, state) = match wish {
                Wish::Pause => ("push-paused-now", State::Paused),
                Wish::Resume => ("push-resumed-now", State::Open),
                Wish::Cancel => ("push-cancelled-now", State::Cancelled),
            };
            let mut said = teller.say_with(key, &[campaign]);
            if wish == Wish::Cancel {
                said = format!("{said}\n{}", after_cancel(&teller, name));
            }
            (run, state, said, Exit::Ok)
        }
        Steered::Not(run, state) => {
            let said = teller.say_with("push-not-running", &[campaign, ("state", teller.state(state).into())]);
            (run, state, said, if is_so(wish, state) { Exit::Ok } else { Exit::Failed })
        }
        Steered::RestoredCopy(run) => {
            let said = format!("{}\n{}", teller.say("push-restored-copy"), after_restore(&teller, name));
            (run, State::Paused, said, Exit::Refused)
        }
    };
    let is_done = matches!(steered, Steered::Done(_));
    match args.format {
        Format::Json => print::json(&mut out, &answer(name, run, state, is_done))?,
        Format::Human if exit == Exit::Ok => writeln!(out, "{said}")?,
        Format::Human => eprintln!("{said}"),
    }
    Ok(exit)
}

/// Whether a run in this state is what was wished for.
fn is_so(wish: Wish, state: State) -> bool {
    match wish {
        Wish::Pause => state == State::Paused,
        Wish::Resume => matches!(state, State::Preparing | State::Open),
        Wish::Cancel => state == State::Cancelled,
    }
}

fn answer(campaign: &str, run: RunId, state: State, is_done: bool) -> serde_json::Value {
    json!({ "campaign": campaign, "run": run, "state": state, "changed": is_done })
}
