//! What the fields of an object may hold.

use async_graphql::{Error, ID, OutputType, Pos, ServerResult, Value};

use super::{Object, Selections};

/// A value that is there: it is made into an answer without waiting for anything.
pub(crate) trait Eager: OutputType {
    /// The answer. `below` is what was selected in it; only objects look at that.
    fn into_value(self, below: Selections<'_>) -> ServerResult<Value>;
}

/// Makes scalars and enums into answers.
macro_rules! leaf {
    ($($type:ty),+: |$value:ident| $answer:expr) => {
        $(impl $crate::graphql::object::Eager for $type {
            fn into_value(
                self,
                _: $crate::graphql::object::Selections<'_>,
            ) -> async_graphql::ServerResult<async_graphql::Value> {
                let $value = self;
                Ok($answer)
            }
        })+
    };
}

leaf!(bool, i32, u32, &str, String, ID: |value| value.into());

impl<T: Eager> Eager for Option<T> {
    fn into_value(self, below: Selections<'_>) -> ServerResult<Value> {
        self.map_or(Ok(Value::Null), |value| value.into_value(below))
    }
}

impl<T: Eager> Eager for Vec<T> {
    fn into_value(self, below: Selections<'_>) -> ServerResult<Value> {
        let values = self.into_iter().map(|item| item.into_value(below));
        Ok(Value::List(values.collect::<Result<_, _>>()?))
    }
}

impl<T: Object> Eager for &T {
    fn into_value(self, below: Selections<'_>) -> ServerResult<Value> {
        below.resolve(self)
    }
}

impl<T: Object> Eager for &[T] {
    fn into_value(self, below: Selections<'_>) -> ServerResult<Value> {
        let values = self.iter().map(|item| below.resolve(item));
        Ok(Value::List(values.collect::<Result<_, _>>()?))
    }
}

/// For what must be there once it was asked for. The error has no code, so it is masked and logged.
impl<T: Eager> Eager for Result<T, Error> {
    fn into_value(self, below: Selections<'_>) -> ServerResult<Value> {
        self.map_err(|error| error.into_server_error(Pos::default()))?
            .into_value(below)
    }
}

pub(crate) use leaf;
