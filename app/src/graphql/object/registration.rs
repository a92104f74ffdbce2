//! How objects and interfaces get into the schema: the library's records, of which most entries are about federation,
//! visibility and caching, which this service does not have.

use async_graphql::OutputType;
use async_graphql::indexmap::IndexMap;
use async_graphql::registry::{
    CacheControl, Deprecation, MetaField, MetaInputValue, MetaType, MetaTypeId, Registry,
};

use super::Object;

/// What the schema says of a field.
pub(crate) struct FieldDefinition {
    pub(crate) name: &'static str,
    /// The lines of its description.
    pub(crate) description: &'static [&'static str],
    /// Registers the types of its arguments and says what they are.
    pub(crate) arguments: fn(&mut Registry) -> Vec<MetaInputValue>,
    /// Registers its type and says how the schema writes it.
    pub(crate) register: fn(&mut Registry) -> String,
}

/// An interface that an object implements.
pub(crate) struct InterfaceDefinition {
    pub(crate) name: &'static str,
    /// Registers it, with every type that implements it.
    pub(crate) register: fn(&mut Registry) -> String,
}

/// Puts an object into the schema, and says how the schema writes its type.
pub(crate) fn register<T: Object>(registry: &mut Registry) -> String {
    let written =
        registry.create_output_type::<T, _>(MetaTypeId::Object, |registry| MetaType::Object {
            name: T::NAME.to_owned(),
            description: Some(joined(T::DESCRIPTION)),
            fields: fields(registry, T::FIELDS),
            cache_control: CacheControl::default(),
            extends: false,
            shareable: false,
            resolvable: true,
            inaccessible: false,
            interface_object: false,
            tags: Vec::new(),
            keys: None,
            visible: None,
            is_subscription: false,
            rust_typename: Some(std::any::type_name::<T>()),
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        });
    for interface in T::INTERFACES {
        registry.add_implements(T::NAME, interface.name);
        (interface.register)(registry);
    }
    written
}

/// Puts an interface into the schema; `implemented_by` are the names of its objects.
pub(crate) fn register_interface<T: OutputType>(
    registry: &mut Registry,
    description: &'static [&'static str],
    definitions: &[FieldDefinition],
    implemented_by: &[&str],
) -> String {
    registry.create_output_type::<T, _>(MetaTypeId::Interface, |registry| MetaType::Interface {
        name: T::type_name().into_owned(),
        description: Some(joined(description)),
        fields: fields(registry, definitions),
        possible_types: implemented_by.iter().map(|&name| name.to_owned()).collect(),
        extends: false,
        keys: None,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(std::any::type_name::<T>()),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    })
}

fn fields(registry: &mut Registry, definitions: &[FieldDefinition]) -> IndexMap<String, MetaField> {
    let field = |definition: &FieldDefinition| MetaField {
        name: definition.name.to_owned(),
        description: Some(joined(definition.description)),
        args: (definition.arguments)(registry)
            .into_iter()
            .map(|argument| (argument.name.clone(), argument))
            .collect(),
        ty: (definition.register)(registry),
        deprecation: Deprecation::NoDeprecated,
        cache_control: CacheControl::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    };
    let named = |field: MetaField| (field.name.clone(), field);
    definitions.iter().map(field).map(named).collect()
}

/// A doc comment as a description: each of its lines begins with a blank.
fn joined(lines: &[&str]) -> String {
    let lines: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
    lines.join("\n").trim().to_owned()
}
