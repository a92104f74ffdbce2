//! What is measured, in which order, and what it is to cost at most.

use crate::operation::Operation;

/// How requests follow one another.
#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// 32 clients, each with the next request as soon as it has an answer.
    Closed,
    /// So many a second, whether or not there are answers; a late start counts as waiting.
    PerSecond(u32),
}

/// One line of the report.
#[derive(Clone, Copy)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) pace: Pace,
    /// In hundredths: how often which.
    pub(crate) mix: &'static [(u32, Operation)],
    /// Of the server's and the database's CPU, as multiples of L's.
    pub(crate) goals: Option<(f64, Option<f64>)>,
    /// Of the CPU on SQLite, in milliseconds.
    pub(crate) sqlite_goal: Option<f64>,
    /// Leaves dead rows behind.
    pub(crate) writes: bool,
}

const READ: Scenario = Scenario {
    name: "",
    pace: Pace::Closed,
    mix: &[],
    goals: None,
    sqlite_goal: None,
    writes: false,
};

/// Reads first: writes make the tables a little different for each server.
pub(crate) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "`{__typename}`",
        mix: &[(100, Operation::Floor)],
        goals: Some((2.0, None)),
        ..READ
    },
    Scenario {
        name: "me",
        mix: &[(100, Operation::Me)],
        goals: Some((1.7, Some(1.3))),
        ..READ
    },
    Scenario {
        name: "get",
        mix: &[(100, Operation::Get)],
        goals: Some((1.9, Some(1.3))),
        ..READ
    },
    Scenario {
        name: "list 50, nodes",
        mix: &[(100, Operation::Nodes)],
        goals: Some((1.5, Some(1.1))),
        sqlite_goal: Some(0.30),
        ..READ
    },
    Scenario {
        name: "list 50, edges + fragment",
        mix: &[(100, Operation::Edges)],
        goals: Some((1.7, Some(1.1))),
        ..READ
    },
    Scenario {
        name: "list 50 at 100/s",
        pace: Pace::PerSecond(100),
        mix: &[(100, Operation::Nodes)],
        ..READ
    },
    Scenario {
        name: "toggle",
        mix: &[(100, Operation::Toggle)],
        goals: Some((2.1, Some(1.5))),
        sqlite_goal: Some(0.30),
        writes: true,
        ..READ
    },
    Scenario {
        name: "create",
        mix: &[(100, Operation::Create)],
        goals: Some((2.0, Some(1.5))),
        sqlite_goal: Some(0.30),
        writes: true,
        ..READ
    },
    Scenario {
        name: "80 list, 10 create, 10 toggle",
        mix: &[
            (80, Operation::Nodes),
            (10, Operation::Create),
            (10, Operation::Toggle),
        ],
        writes: true,
        ..READ
    },
    // Last: password hashing takes memory that stays.
    Scenario {
        name: "login at 10/s",
        pace: Pace::PerSecond(10),
        mix: &[(100, Operation::Login)],
        ..READ
    },
];

impl Scenario {
    /// The yardsticks have no passwords.
    pub(crate) fn needs_passwords(&self) -> bool {
        self.mix
            .iter()
            .any(|(_, operation)| *operation == Operation::Login)
    }
}

/// Which operation of a mix a number below 100 stands for.
pub(crate) fn pick(mix: &[(u32, Operation)], mut hundredths: u32) -> Operation {
    for (share, operation) in mix {
        if hundredths < *share {
            return *operation;
        }
        hundredths -= share;
    }
    Operation::Floor
}
