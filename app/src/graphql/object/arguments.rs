//! Arguments of fields of objects. They are read once, when the plan is made: in a prepared document, variables have been
//! replaced by their values by then.

use std::any::Any;
use std::sync::Arc;

use async_graphql::indexmap::IndexMap;
use async_graphql::registry::{MetaInputValue, Registry};
use async_graphql::{Name, Positioned, ServerError, ServerResult, Value as ConstValue};
use async_graphql_value::Value;

use super::Selections;

/// An argument as it stands in the document.
pub(crate) type GivenArgument = (Positioned<Name>, Positioned<Value>);

/// The arguments of one field, read: an [`Arguments`].
pub(crate) type ParsedArguments = Arc<dyn Any + Send + Sync>;

/// All arguments of a field.
pub(crate) trait Arguments: Any + Send + Sync + Sized {
    /// Registers their types and says what the schema says of them.
    fn register(registry: &mut Registry) -> Vec<MetaInputValue>;

    /// Reads them from an object with a field for each that was given.
    fn parse(given: ConstValue) -> ServerResult<Self>;
}

/// Reads the arguments of a field.
pub(crate) fn parse_arguments<T: Arguments>(
    given: &[GivenArgument],
    within: Selections<'_>,
) -> ServerResult<ParsedArguments> {
    let mut values = IndexMap::new();
    for (name, value) in given {
        let value = match &value.node {
            // Without a value it is as if nothing had been given.
            Value::Variable(variable) => match within.variable(variable) {
                Some(value) => value,
                None => continue,
            },
            value => value.clone().into_const_with(|variable| {
                let value = within.variable(&variable).unwrap_or_default();
                Ok::<_, ServerError>(value)
            })?,
        };
        values.insert(name.node.clone(), value);
    }
    Ok(Arc::new(T::parse(ConstValue::Object(values))?))
}
