//! The way out: everything that reaches a phone passes here, and nothing passes twice.
//!
//! - A **reply** answers what somebody just wrote. It is free, leaves once, and is never repeated ([`replies`]).
//! - A **run** is a push to many. Who is in it was frozen by a plan; each person has one delivery, and people with equal
//!   messages share a batch: one request to LINE under one retry key, which is on disk before the first byte leaves. After a
//!   crash or a lost answer the same bytes go out under the same key, and LINE answers 409 when it had taken them already.
//! - The **gate** ([`gate`]) is asked when the plan is made and again right before every try. What was never sent leaves
//!   without whom it stops; a request in doubt in which somebody withdrew is not sent again.
//! - The **approval** ([`approval`]) counts: message N+1 does not leave.
//!
//! One process sends at a time, under a fenced lease ([`Sender`]).

pub mod approval;
pub mod bodies;
mod claim;
pub mod copies;
pub mod fault;
pub mod gate;
mod lanes;
mod line_side;
mod outcome;
mod pauses;
mod quota;
pub mod replies;
pub mod runs;
mod sender;
mod settle;

pub use approval::{Approval, Resumed, State, pause, resume};
pub use gate::Reason;
pub use pauses::Pause;
pub use quota::{Quota, QuotaError, quota};
pub use sender::{Sender, Stepped, is_alive};

use crate::app::App;
use crate::ids::RunId;
use crate::members::timeline::Happened;
use crate::store::{Tx, query};

/// Ends a run: what did not leave does not leave any more, what LINE took stays. False when it had ended already. Call
/// [`end_cancelled`] after the commit.
pub async fn cancel(app: &App, tx: &mut Tx, run: RunId) -> sqlx::Result<bool> {
    let changed = query(
        tx,
        "update approval set state = 'cancelled', changed_at = $2 where run = $1 and state in ('preparing', 'open', 'paused')",
    )
    .bind(run)
    .bind(app.clock.now())
    .execute()
    .await?;
    Ok(changed == 1)
}

/// Marks what has not been tried of cancelled runs. The sender does it too, within a second.
pub async fn end_cancelled(app: &App) -> sqlx::Result<()> {
    while settle::end_cancelled(app, &[], true).await? {}
    Ok(())
}

/// Takes a person who blocked the account out of everything that has not been tried yet.
pub async fn on_unfollowed(app: &App, happened: &Happened) -> sqlx::Result<u64> {
    settle::skip_blocked(app, happened.member).await
}
