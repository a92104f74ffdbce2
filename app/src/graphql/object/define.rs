//! The macro that defines an output object.

/// Defines an output object: what it is made of, and its fields in the schema. A field has a description, a type and a
/// value. The value is an expression over the parts, all of which are in scope by reference, and is made only when the
/// field is selected; the schema's type is that of the expression. A field may have arguments: a name for all of them in the
/// expression, and their type.
///
/// ```text
/// object! {
///     /// A task and its place in a list.
///     pub(crate) struct TaskEdge<'a>: Node { page: &'a TaskPage, task: &'a Task } => {
///         /// Pass it as `after` or `before` to continue from here.
///         cursor: String => page.cursor_of(task),
///         /// The task.
///         node: &Task => task,
///         /// Where the task stands in that list.
///         place(list: ListArguments): Option<String> => list.place_of(task),
///     }
/// }
/// ```
macro_rules! object {
    (@register) => { |_| Vec::new() };
    (@register $arguments:ty) => { <$arguments as $crate::graphql::object::Arguments>::register };
    (@parse $given:ident $within:ident) => {{
        // Validation lets none through where none are declared.
        let _ = ($given, $within);
        Ok(None)
    }};
    (@parse $given:ident $within:ident $arguments:ty) => {
        $crate::graphql::object::parse_arguments::<$arguments>($given, $within).map(Some)
    };
    (
        $(#[doc = $description:literal])+
        $vis:vis struct $name:ident $(<$life:lifetime>)? $(: $interface:ident)? {
            $($(#[doc = $part_doc:literal])* $part_vis:vis $part:ident: $part_type:ty),* $(,)?
        } => {
            $($(#[doc = $field_description:literal])+ $field:ident $(($arguments:ident: $arguments_type:ty))? : $type:ty => $value:expr,)+
        }
    ) => {
        $(#[doc = $description])+
        $vis struct $name $(<$life>)? {
            $($(#[doc = $part_doc])* $part_vis $part: $part_type,)*
        }

        const _: () = {
            use $crate::graphql::object::{
                Eager, FieldDefinition, GivenArgument, InterfaceDefinition, Json, Object, ParsedArguments, Plan, Selections,
                no_such_field, resolve,
            };

            #[derive(Clone, Copy)]
            #[expect(non_camel_case_types, reason = "they are the names of the schema")]
            enum Field { $($field),+ }

            const BY_NUMBER: &[Field] = &[$(Field::$field),+];

            impl $(<$life>)? Object for $name $(<$life>)? {
                const NAME: &'static str = stringify!($name);
                const DESCRIPTION: &'static [&'static str] = &[$($description),+];
                const INTERFACES: &'static [InterfaceDefinition] = &[$(InterfaceDefinition {
                    name: stringify!($interface),
                    register: <$interface as async_graphql::OutputType>::create_type_info,
                })?];
                const FIELDS: &'static [FieldDefinition] = &[$(FieldDefinition {
                    name: stringify!($field),
                    description: &[$($field_description),+],
                    arguments: $crate::graphql::object::object!(@register $($arguments_type)?),
                    register: |registry| <$type as async_graphql::OutputType>::create_type_info(registry),
                }),+];

                fn plan_below(
                    field: usize,
                    selected: &[Selections<'_>],
                ) -> async_graphql::ServerResult<Plan> {
                    match BY_NUMBER.get(field) {
                        $(Some(Field::$field) => <$type as Eager>::plan(selected),)+
                        None => Err(no_such_field::<Self>(field)),
                    }
                }

                fn parse_arguments(
                    field: usize,
                    given: &[GivenArgument],
                    within: Selections<'_>,
                ) -> async_graphql::ServerResult<Option<ParsedArguments>> {
                    match BY_NUMBER.get(field) {
                        $(Some(Field::$field) => $crate::graphql::object::object!(@parse given within $($arguments_type)?),)+
                        None => Err(no_such_field::<Self>(field)),
                    }
                }

                fn write_field(
                    &self,
                    field: usize,
                    below: &Plan,
                    json: &mut Json,
                ) -> async_graphql::ServerResult<()> {
                    let Self { $($part),* } = self;
                    match BY_NUMBER.get(field) {
                        $(Some(Field::$field) => {
                            $(let $arguments = below.arguments::<$arguments_type>()?;)?
                            let value: $type = $value;
                            value.write(below, json)
                        })+
                        None => Err(no_such_field::<Self>(field)),
                    }
                }
            }

            impl $(<$life>)? async_graphql::OutputType for $name $(<$life>)? {
                fn type_name() -> std::borrow::Cow<'static, str> {
                    <Self as Object>::NAME.into()
                }

                fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
                    $crate::graphql::object::register::<Self>(registry)
                }

                async fn resolve(
                    &self,
                    ctx: &async_graphql::ContextSelectionSet<'_>,
                    field: &async_graphql::Positioned<async_graphql::parser::types::Field>,
                ) -> async_graphql::ServerResult<async_graphql::Value> {
                    resolve(self, &field.node.response_key().node, ctx)
                }
            }

            impl $(<$life>)? Eager for $name $(<$life>)? {
                fn plan(selected: &[Selections<'_>]) -> async_graphql::ServerResult<Plan> {
                    Plan::of::<Self>(selected)
                }

                fn write(self, plan: &Plan, json: &mut Json) -> async_graphql::ServerResult<()> {
                    plan.write(&self, json)
                }
            }
        };
    };
}

pub(crate) use object;
