//! Output objects: their types in the schema and their answers, from one list of fields.
//!
//! [`object!`] makes of the list the same type in the schema as the library's derives would, and a way to write the object as
//! JSON at once: the library makes a future, a box and a value of every field, which for a page of tasks costs more than
//! reading it from the database. Here a [`Plan`] says what is asked of an object. It is made once for a document
//! ([`PreparedRoots`]), and then asks every object for what is selected, and for nothing else: an ID or a cursor becomes text
//! when somebody wants it. Fields of objects do not wait and do not fail; whatever needs a use case is a root field, and
//! those stay with the library. What is wrong with arguments is found when the plan is made, so it fails the root field.

mod arguments;
mod define;
mod plan;
mod prepared;
mod registration;
mod selections;
mod values;
mod written;

use async_graphql::{OutputType, ServerError, ServerResult};

pub(crate) use arguments::{Arguments, GivenArgument, ParsedArguments, parse_arguments};
pub(crate) use define::object;
pub(crate) use plan::Plan;
pub(crate) use prepared::{PreparedRoots, can_be_answered, is_asked_for, resolve};
pub(crate) use registration::{FieldDefinition, InterfaceDefinition, register, register_interface};
pub(crate) use selections::{Fragments, Selections};
pub(crate) use values::{Eager, leaf};
pub(crate) use written::{Json, into_text, leaf as write_leaf, write_value};

/// An object of the schema. Implemented by [`object!`] alone.
pub(crate) trait Object: OutputType {
    /// Its name in the schema.
    const NAME: &'static str;
    /// The lines of its description.
    const DESCRIPTION: &'static [&'static str];
    /// The interfaces it implements.
    const INTERFACES: &'static [InterfaceDefinition];
    /// Its fields in the order of the schema.
    const FIELDS: &'static [FieldDefinition];

    /// How the objects in one field are answered if all of this is selected of them; `field` is its place in
    /// [`Self::FIELDS`].
    fn plan_below(field: usize, selected: &[Selections<'_>]) -> ServerResult<Plan>;

    /// Reads the arguments of one field; `None` if it has none.
    fn parse_arguments(
        field: usize,
        given: &[GivenArgument],
        within: Selections<'_>,
    ) -> ServerResult<Option<ParsedArguments>>;

    /// Writes the value of one field at the end of an answer.
    fn write_field(&self, field: usize, below: &Plan, json: &mut Json) -> ServerResult<()>;
}

/// A plan that was made for another type, which only a defect of the service can cause: masked and logged.
pub(crate) fn no_such_field<T: Object>(field: usize) -> ServerError {
    ServerError::new(format!("`{}` has no field number {field}", T::NAME), None)
}

#[cfg(test)]
mod tests;
