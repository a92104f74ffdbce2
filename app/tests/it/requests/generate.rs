//! Valid requests in many shapes, made from the schema.

use std::fmt::Write;

use apollo_compiler::Schema;
use apollo_compiler::ast::{OperationType, Type};
use apollo_compiler::schema::{ExtendedType, FieldDefinition, InputValueDefinition};
use apollo_compiler::validation::Valid;
use serde_json::{Map, Value};

use super::Case;
use testkit::Random;

pub(crate) struct Generator {
    schema: Valid<Schema>,
}

/// A request in the making.
pub(crate) struct Draft<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) random: &'a mut Random,
    fragments: String,
    pub(crate) declarations: Vec<String>,
    pub(crate) variables: Map<String, Value>,
    names: usize,
    /// Keeps requests short enough to read when one is disputed.
    fields_left: usize,
}

impl Generator {
    pub(crate) fn new(sdl: &str) -> Self {
        let schema = Schema::parse_and_validate(sdl, "schema.graphql").expect("a schema");
        Self { schema }
    }

    pub(crate) fn case(&self, random: &mut Random) -> Case {
        let kind = *random.pick(&[
            OperationType::Query,
            OperationType::Query,
            OperationType::Query,
            OperationType::Mutation,
            OperationType::Mutation,
            OperationType::Subscription,
        ]);
        let root = self
            .schema
            .root_operation(kind)
            .expect("all three")
            .to_string();
        let mut draft = Draft {
            schema: &self.schema,
            random,
            fragments: String::new(),
            declarations: Vec::new(),
            variables: Map::new(),
            names: 0,
            fields_left: 25,
        };
        let body = if kind == OperationType::Query {
            draft.selection(&root, 0)
        } else {
            draft.single_root(&root)
        };
        let name = draft.random.percent(60).then(|| "Chosen".to_owned());
        let mut query = match (&name, draft.declarations.as_slice()) {
            (None, []) if kind == OperationType::Query && draft.random.percent(60) => body,
            (name, []) => format!(
                "{} {} {body}",
                kind.name(),
                name.as_deref().unwrap_or_default()
            ),
            (name, declared) => {
                let name = name.as_deref().unwrap_or_default();
                format!("{} {name}({}) {body}", kind.name(), declared.join(", "))
            }
        };
        query += &draft.fragments;
        if name.is_some() && draft.random.percent(20) {
            query += " query Other { __typename }";
        }
        Case {
            operation_name: name.filter(|_| query.contains("Other") || draft.random.percent(50)),
            query,
            variables: draft.variables,
        }
    }
}

impl Draft<'_> {
    pub(crate) fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    fn single_root(&mut self, root: &str) -> String {
        let fields: Vec<_> = self
            .schema
            .get_object(root)
            .expect("a root")
            .fields
            .values()
            .cloned()
            .collect();
        let field = self.random.pick(&fields).clone();
        let field = self.field(&field, 0);
        format!("{{ {field} }}")
    }

    fn selection(&mut self, type_name: &str, depth: usize) -> String {
        let fields: Vec<_> = match &self.schema.types[type_name] {
            ExtendedType::Object(object) => object.fields.values().cloned().collect(),
            ExtendedType::Interface(interface) => interface.fields.values().cloned().collect(),
            _ => Vec::new(),
        };
        let mut body = String::from("{");
        for _ in 0..=self.random.below(3) {
            let field = self.random.pick(&fields).clone();
            let part = match self.random.below(12) {
                0 => " __typename".to_owned(),
                1 if depth < 4 => self.inline(type_name, depth),
                2 if depth < 4 => self.fragment(type_name, depth),
                3 if type_name == "Query" => {
                    " __type(name: \"Task\") { name fields { name } }".to_owned()
                }
                _ => self.field(&field, depth),
            };
            body += &part;
        }
        body + " }"
    }

    fn inline(&mut self, type_name: &str, depth: usize) -> String {
        let condition = match self.random.below(3) {
            0 => String::new(),
            1 if type_name == "Node" => " on Task".to_owned(),
            _ => format!(" on {type_name}"),
        };
        let inside = if condition == " on Task" {
            "Task"
        } else {
            type_name
        };
        let directive = self.directive();
        let body = self.selection(inside, depth + 1);
        format!(" ...{condition}{directive} {body}")
    }

    fn fragment(&mut self, type_name: &str, depth: usize) -> String {
        let name = self.name("F");
        let body = self.selection(type_name, depth + 1);
        let _ = write!(self.fragments, " fragment {name} on {type_name} {body}");
        let directive = self.directive();
        let again = if self.random.percent(20) {
            format!(" ...{name}")
        } else {
            String::new()
        };
        format!(" ...{name}{directive}{again}")
    }

    fn field(&mut self, definition: &FieldDefinition, depth: usize) -> String {
        let inner = definition.ty.inner_named_type().to_string();
        let composite = !self.schema.types[inner.as_str()].is_leaf();
        if composite && (depth > 4 || self.fields_left == 0) {
            return " __typename".to_owned();
        }
        self.fields_left = self.fields_left.saturating_sub(1);
        let arguments = self.arguments(&definition.arguments);
        // Two fields of one name must agree in their arguments and types: an own name for each keeps out of that.
        let alias = if arguments.is_empty() && self.random.percent(85) {
            String::new()
        } else {
            format!("{}: ", self.name("a"))
        };
        let directive = if depth == 0
            && self
                .schema
                .get_object("Subscription")
                .is_some_and(|root| root.fields.contains_key(&definition.name))
        {
            String::new()
        } else {
            self.directive()
        };
        let below = if composite {
            format!(" {}", self.selection(&inner, depth + 1))
        } else {
            String::new()
        };
        format!(" {alias}{}{arguments}{directive}{below}", definition.name)
    }

    fn directive(&mut self) -> String {
        if !self.random.percent(8) {
            return String::new();
        }
        let name = *self.random.pick(&["skip", "include"]);
        let value = self.value(&Type::NonNullNamed(apollo_compiler::name!("Boolean")), 0);
        format!(" @{name}(if: {value})")
    }

    fn arguments(&mut self, definitions: &[apollo_compiler::Node<InputValueDefinition>]) -> String {
        let mut written = Vec::new();
        for definition in definitions {
            if definition.is_required() || self.random.percent(40) {
                written.push(format!(
                    "{}: {}",
                    definition.name,
                    self.value(&definition.ty, 0)
                ));
            }
        }
        if written.is_empty() {
            String::new()
        } else {
            format!("({})", written.join(", "))
        }
    }
}
