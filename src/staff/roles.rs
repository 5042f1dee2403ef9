//! Who may do what: one table of roles and permissions, and the stores a person works for. Deny by default.

use serde::{Deserialize, Serialize};

/// What a person of staff is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Role {
    /// Stands at the counter.
    Clerk,
    /// Runs a store: takes back what clerks did there, also later.
    Manager,
    /// Runs the brand; at a counter she may do what a manager may.
    Owner,
}

impl Role {
    /// All of them, least first.
    pub const ALL: [Self; 3] = [Self::Clerk, Self::Manager, Self::Owner];

    /// The word in the database, the command line and the logs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Clerk => "clerk",
            Self::Manager => "manager",
            Self::Owner => "owner",
        }
    }

    /// Whether the table lets this role do it.
    pub fn may(self, permission: Permission) -> bool {
        TABLE.iter().any(|(listed, roles)| *listed == permission && roles.contains(&self))
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

impl std::str::FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|role| role.word() == text)
            .ok_or_else(|| String::from("one of clerk, manager, owner"))
    }
}

/// One thing somebody may or may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Read a pass or a number and see who it is, her cards and vouchers.
    SeeMember,
    /// Make a person a member at the counter.
    JoinMember,
    /// Give stamps.
    Stamp,
    /// Take a voucher.
    Redeem,
    /// Take back what one did oneself, within the time the brand gives.
    UndoOwn,
    /// Take back what anybody did, also later.
    UndoAny,
    /// See what happened at the counters of one's stores.
    SeeLog,
    /// Make codes that enrol a device, see and revoke devices. No page offers it: it is done on the command line, by whoever
    /// runs that.
    EnrolDevice,
    /// Add, disable and re-PIN people. No page offers it either.
    ManageStaff,
}

impl Permission {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::SeeMember,
        Self::JoinMember,
        Self::Stamp,
        Self::Redeem,
        Self::UndoOwn,
        Self::UndoAny,
        Self::SeeLog,
        Self::EnrolDevice,
        Self::ManageStaff,
    ];
}

/// The table: what is not in it, nobody may.
const TABLE: [(Permission, &[Role]); 9] = [
    (Permission::SeeMember, &[Role::Clerk, Role::Manager, Role::Owner]),
    (Permission::JoinMember, &[Role::Clerk, Role::Manager, Role::Owner]),
    (Permission::Stamp, &[Role::Clerk, Role::Manager, Role::Owner]),
    (Permission::Redeem, &[Role::Clerk, Role::Manager, Role::Owner]),
    (Permission::UndoOwn, &[Role::Clerk, Role::Manager, Role::Owner]),
    (Permission::UndoAny, &[Role::Manager, Role::Owner]),
    (Permission::SeeLog, &[Role::Manager, Role::Owner]),
    (Permission::EnrolDevice, &[Role::Manager, Role::Owner]),
    (Permission::ManageStaff, &[Role::Owner]),
];

/// Whether somebody who works for `stores` works at `store`. An empty list means every store.
pub fn covers(stores: &[String], store: &str) -> bool {
    stores.is_empty() || stores.iter().any(|covered| covered == store)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_may_what_is_written_here_and_no_more() {
        // clerk, manager, owner
        let expected = [
            (Permission::SeeMember, [true, true, true]),
            (Permission::JoinMember, [true, true, true]),
            (Permission::Stamp, [true, true, true]),
            (Permission::Redeem, [true, true, true]),
            (Permission::UndoOwn, [true, true, true]),
            (Permission::UndoAny, [false, true, true]),
            (Permission::SeeLog, [false, true, true]),
            (Permission::EnrolDevice, [false, true, true]),
            (Permission::ManageStaff, [false, false, true]),
        ];
        assert_eq!(
            expected.map(|(permission, _)| permission),
            Permission::ALL,
            "the table lists every permission once"
        );
        for (permission, answers) in expected {
            assert_eq!(Role::ALL.map(|role| role.may(permission)), answers, "{permission:?}");
        }
    }

    #[test]
    fn a_higher_role_may_all_a_lower_one_may() {
        for permission in Permission::ALL {
            assert!(
                Role::ALL.windows(2).all(|pair| !pair[0].may(permission) || pair[1].may(permission)),
                "{permission:?}"
            );
        }
    }

    #[test]
    fn an_empty_list_of_stores_is_every_store() {
        let two = [String::from("zhongshan"), String::from("yongkang")];
        for (stores, store, answer) in [
            (&[][..], "zhongshan", true),
            (&two[..], "yongkang", true),
            (&two[..], "online", false),
            (&two[..], "zhong", false),
            (&two[..], "", false),
        ] {
            assert_eq!(covers(stores, store), answer, "{stores:?} {store}");
        }
    }

    #[test]
    fn roles_read_as_they_are_written() {
        for role in Role::ALL {
            assert_eq!(role.word().parse(), Ok(role));
        }
        assert!("admin".parse::<Role>().is_err());
    }
}
