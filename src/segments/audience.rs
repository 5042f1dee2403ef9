//! The people a rule gives, page by page, each with what the gate and her message ask of her.

use super::spec::Group;
use super::sql::{Moment, push_rule};
use crate::ids::{AccountId, LineUserId, MemberId};
use crate::members::friends::FriendState;
use crate::members::{Number, consent};
use crate::secret::Sealed;
use crate::store::{Db, query};
use crate::words::Lang;

/// A person who fits a rule.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Chosen {
    /// Who.
    pub member: MemberId,
    /// What she reads out at the counter.
    pub number: Number,
    /// The language she reads, as far as known.
    pub language: Option<Lang>,
    /// LINE's id for her in the account; of several the one that follows, then the newest.
    pub line_user_id: Option<LineUserId>,
    /// How she stands to the account; none when no LINE user of it is known for her.
    pub reach: Option<FriendState>,
    /// Whether she took her card.
    pub is_joined: bool,
    /// Staff or a tester.
    pub is_test: bool,
    /// Whether she agrees to marketing at present.
    pub has_consented: bool,
    /// Her name in LINE.
    pub sealed_name: Option<Sealed<String>>,
    /// Her key; none after an erasure.
    pub wrapped_key: Option<Vec<u8>>,
}

/// Up to `limit` people who fit `rule` at `moment`, in order of their ids, after the person `after`. Fewer than `limit` are the
/// last. A statement for each page, so that none of them runs long however many people there are.
pub async fn audience(
    db: &Db,
    account: AccountId,
    rule: &Group,
    moment: Moment,
    after: Option<MemberId>,
    limit: usize,
) -> sqlx::Result<Vec<Chosen>> {
    let select = query(
        db,
        "select m.id as member, m.number, m.language, f.line_user_id, f.state as reach, m.joined_at is not null as is_joined, m.is_test,
                coalesce((select c.granted from consent c where c.member = m.id and c.purpose = $1
                          order by c.at desc, c.id desc limit 1), false) as has_consented,
                f.sealed_name, k.wrapped as wrapped_key
         from member m left join member_key k on k.member = m.id
         left join friend f on f.account = $2 and f.line_user_id =
             (select x.line_user_id from friend x where x.account = $3 and x.member = m.id
              order by case x.state when 'following' then 0 else 1 end, x.state_at desc, x.line_user_id limit 1)
         where ",
    )
    .bind(consent::MARKETING)
    .bind(account)
    .bind(account);
    let mut select = push_rule(select, rule, moment);
    if let Some(after) = after {
        select = select.push(" and m.id > ").push_bind(after);
    }
    select.push(" order by m.id limit ").push_bind(i64::try_from(limit).unwrap_or(i64::MAX)).all().await
}
