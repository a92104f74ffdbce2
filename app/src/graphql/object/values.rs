//! What the fields of an object may hold.

use async_graphql::{Error, ID, OutputType, Pos, ServerResult};

use super::written::{self, Json};
use super::{Object, Plan, Selections};

/// A value that is there: it is written into an answer without waiting for anything.
pub(crate) trait Eager: OutputType {
    /// How the objects in it are answered if all of this is selected of them. Only objects look at that.
    fn plan(_: &[Selections<'_>]) -> ServerResult<Plan> {
        Ok(Plan::default())
    }

    /// Writes it at the end of an answer.
    fn write(self, plan: &Plan, json: &mut Json) -> ServerResult<()>;
}

/// Lets scalars and enums stand in answers, as `serde` writes what the expression makes of them.
macro_rules! leaf {
    ($($type:ty),+: |$value:ident| $written:expr) => {
        $(impl $crate::graphql::object::Eager for $type {
            fn write(
                self,
                _: &$crate::graphql::object::Plan,
                json: &mut $crate::graphql::object::Json,
            ) -> async_graphql::ServerResult<()> {
                let $value = self;
                $crate::graphql::object::write_leaf($written, json)
            }
        })+
    };
}

leaf!(bool, i32, u32, &str, String, ID: |value| &value);

impl<T: Eager> Eager for Option<T> {
    fn plan(selected: &[Selections<'_>]) -> ServerResult<Plan> {
        T::plan(selected)
    }

    fn write(self, plan: &Plan, json: &mut Json) -> ServerResult<()> {
        match self {
            Some(value) => value.write(plan, json),
            None => written::leaf(&(), json),
        }
    }
}

impl<T: Eager> Eager for Vec<T> {
    fn plan(selected: &[Selections<'_>]) -> ServerResult<Plan> {
        T::plan(selected)
    }

    fn write(self, plan: &Plan, json: &mut Json) -> ServerResult<()> {
        written::list(self, json, |item, json| item.write(plan, json))
    }
}

impl<T: Object> Eager for &T {
    fn plan(selected: &[Selections<'_>]) -> ServerResult<Plan> {
        Plan::of::<T>(selected)
    }

    fn write(self, plan: &Plan, json: &mut Json) -> ServerResult<()> {
        plan.write(self, json)
    }
}

impl<T: Object> Eager for &[T] {
    fn plan(selected: &[Selections<'_>]) -> ServerResult<Plan> {
        Plan::of::<T>(selected)
    }

    fn write(self, plan: &Plan, json: &mut Json) -> ServerResult<()> {
        written::list(self, json, |item, json| plan.write(item, json))
    }
}

/// For what must be there once it was asked for. The error has no code, so it is masked and logged.
impl<T: Eager> Eager for Result<T, Error> {
    fn plan(selected: &[Selections<'_>]) -> ServerResult<Plan> {
        T::plan(selected)
    }

    fn write(self, plan: &Plan, json: &mut Json) -> ServerResult<()> {
        self.map_err(|error| error.into_server_error(Pos::default()))?
            .write(plan, json)
    }
}

pub(crate) use leaf;
