//! How an object is answered: which fields under which keys, in the order of the response.

use async_graphql::indexmap::IndexMap;
use async_graphql::{ServerError, ServerResult};

use super::selections::Selections;
use super::written::{self, Json};
use super::{Arguments, GivenArgument, Object, ParsedArguments};

/// What is asked of an object: fragments are spread, and a key that is selected twice is one key with what both selections
/// want (GraphQL, "Field Selection Merging"). The same for every object that a document asks for in one place.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    fields: Vec<PlannedField>,
    /// Those of the field that the object stands in, or whatever else it holds.
    arguments: Option<ParsedArguments>,
}

#[derive(Debug)]
struct PlannedField {
    /// The key with its quotes and colon, as it stands in the answer. A name needs no escaping.
    key: String,
    field: Planned,
}

/// A key; the name of its field, all that is selected below, and the arguments with where they stand.
type Merged<'a> = (
    &'a str,
    (
        &'a str,
        Vec<Selections<'a>>,
        (&'a [GivenArgument], Selections<'a>),
    ),
);

#[derive(Debug)]
enum Planned {
    TypeName,
    /// A field, by its place in [`Object::FIELDS`], and what is asked of the objects in it.
    Field(usize, Plan),
}

impl Plan {
    /// The plan for a `T` of which all of this is selected.
    pub(crate) fn of<T: Object>(selected: &[Selections<'_>]) -> ServerResult<Self> {
        let mut merged = IndexMap::<_, (_, Vec<_>, _)>::new();
        for selections in selected {
            selections.each::<T>(&mut |field| {
                // By validation, all selections of one key are of one field.
                let key = merged.entry(field.response_key().node.as_str());
                // And with the same arguments.
                let name = field.name.node.as_str();
                let arguments = (field.arguments.as_slice(), *selections);
                let (_, below, _) = key.or_insert((name, Vec::new(), arguments));
                below.push(selections.within(&field.selection_set));
            });
        }
        let plan = |(key, (name, below, (arguments, within))): Merged<'_>| {
            let field = match name {
                "__typename" => Planned::TypeName,
                name => {
                    let number = number_of::<T>(name)?;
                    let mut plan = T::plan_below(number, &below)?;
                    plan.arguments = T::parse_arguments(number, arguments, within)?;
                    Planned::Field(number, plan)
                }
            };
            let key = format!("\"{key}\":");
            Ok(PlannedField { key, field })
        };
        let fields = merged.into_iter().map(plan).collect::<ServerResult<_>>()?;
        Ok(Self {
            fields,
            arguments: None,
        })
    }

    /// The arguments of the field that this plan is for.
    pub(crate) fn arguments<T: Arguments>(&self) -> ServerResult<&T> {
        let arguments = self.arguments.as_deref();
        let arguments = arguments.and_then(|arguments| arguments.downcast_ref());
        arguments.ok_or_else(|| ServerError::new("a field lacks its arguments", None))
    }

    /// Whether the field of that name is asked for, under whatever key.
    pub(crate) fn asks_for<T: Object>(&self, name: &str) -> bool {
        self.fields.iter().any(|planned| match planned.field {
            Planned::Field(number, _) => T::FIELDS.get(number).is_some_and(|f| f.name == name),
            Planned::TypeName => false,
        })
    }

    /// The object as it was asked for.
    pub(crate) fn answer<T: Object>(&self, object: &T) -> ServerResult<Json> {
        let mut json = Json::new();
        self.write(object, &mut json)?;
        Ok(json)
    }

    /// The same, at the end of a longer answer.
    pub(crate) fn write<T: Object>(&self, object: &T, json: &mut Json) -> ServerResult<()> {
        json.push(b'{');
        for (place, planned) in self.fields.iter().enumerate() {
            if place > 0 {
                json.push(b',');
            }
            json.extend_from_slice(planned.key.as_bytes());
            match &planned.field {
                Planned::TypeName => written::leaf(T::NAME, json)?,
                Planned::Field(number, below) => object.write_field(*number, below, json)?,
            }
        }
        json.push(b'}');
        Ok(())
    }
}

/// Admission knows the same list of fields, so it has refused every other name. Were one to get here, the error has no code:
/// it is masked and logged.
fn number_of<T: Object>(name: &str) -> ServerResult<usize> {
    let number = T::FIELDS.iter().position(|field| field.name == name);
    number.ok_or_else(|| ServerError::new(format!("`{}` has no field `{name}`", T::NAME), None))
}
