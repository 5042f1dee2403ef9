use crate::app::App;
use crate::ids::MemberId;
use crate::web::face::Scene;
use crate::web::pieces::{StampLine, Ticket};
pub(super) struct Seen;
pub(super) async fn see(_: &App, _: &Scene, _: MemberId) -> sqlx::Result<Seen> { Ok(Seen) }
pub(super) async fn first_gift(_: &App, _: &Scene) -> sqlx::Result<String> { Ok(String::new()) }
impl Seen { pub fn lines(&self, _: &Scene) -> Vec<StampLine> { vec![] } pub fn next_ticket(&self, _: &Scene) -> Option<Ticket> { None } }
