//! Every root field of the schema as an operation that would change or show something, if it were let through.

use apollo_compiler::Schema;
use apollo_compiler::ast::Type;
use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use serde_json::json;

use testkit::*;

/// A root field as an operation that would change or show something, if it were let through.
pub(super) struct RootField {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) public: bool,
    pub(super) document: String,
}

/// All of them. `task` is one of the user's, `new_address` belongs to nobody yet.
pub(super) fn root_fields(user: &TestUser, task: &str, new_address: &str) -> Vec<RootField> {
    let sdl = taskhive::graphql::sdl();
    let schema = Schema::parse_and_validate(&sdl, "schema.graphql").unwrap();
    let roots = [
        ("query", &schema.schema_definition.query),
        ("mutation", &schema.schema_definition.mutation),
        ("subscription", &schema.schema_definition.subscription),
    ];
    let mut fields = Vec::new();
    for (kind, root) in roots {
        let object = schema.get_object(root.as_ref().unwrap()).unwrap();
        for (name, field) in &object.fields {
            let words = Words {
                schema: &schema,
                user,
                task,
                new_address,
                field: name.as_str(),
            };
            fields.push(RootField {
                name: name.to_string(),
                kind,
                public: field.directives.has("public"),
                document: format!("{kind} {{ {} }}", words.call(field)),
            });
        }
    }
    fields
}

/// Finds values that make sense for arguments, by their names.
struct Words<'a> {
    schema: &'a Schema,
    user: &'a TestUser,
    task: &'a str,
    new_address: &'a str,
    field: &'a str,
}

impl Words<'_> {
    fn call(&self, field: &FieldDefinition) -> String {
        let required = field
            .arguments
            .iter()
            .filter(|argument| argument.is_required());
        let arguments: Vec<String> = required
            .map(|argument| {
                format!(
                    "{}: {}",
                    argument.name,
                    self.value(&argument.name, &argument.ty)
                )
            })
            .collect();
        let arguments = if arguments.is_empty() {
            String::new()
        } else {
            format!("({})", arguments.join(", "))
        };
        let leaf = matches!(
            self.schema.types.get(field.ty.inner_named_type()),
            Some(ExtendedType::Scalar(_) | ExtendedType::Enum(_))
        );
        format!(
            "{}{arguments}{}",
            field.name,
            if leaf { "" } else { " { __typename }" }
        )
    }

    fn value(&self, name: &str, ty: &Type) -> String {
        if let Some(ExtendedType::InputObject(input)) = self.schema.types.get(ty.inner_named_type())
        {
            let wanted = |name: &str, ty: &Type| {
                ty.is_non_null() || ["title", "refreshToken"].contains(&name)
            };
            let fields: Vec<String> = input
                .fields
                .values()
                .filter(|field| wanted(&field.name, &field.ty))
                .map(|field| format!("{}: {}", field.name, self.value(&field.name, &field.ty)))
                .collect();
            return format!("{{{}}}", fields.join(", "));
        }
        match name {
            "id" if self.field == "revokeSession" => json!(session_of(self.user)).to_string(),
            "id" => json!(self.task).to_string(),
            "ids" => json!([self.task]).to_string(),
            "email" if self.field == "register" => json!(self.new_address).to_string(),
            "email" => json!(self.user.email).to_string(),
            "password" | "currentPassword" => json!(self.user.password).to_string(),
            "refreshToken" => json!(self.user.refresh_token).to_string(),
            "title" | "newPassword" => "\"changed without right\"".to_owned(),
            "completed" => "true".to_owned(),
            other => panic!("say in this test what a good value for `{other}` is"),
        }
    }
}

/// The session of an access token.
fn session_of(user: &TestUser) -> String {
    let payload = super::credentials::decoded(&user.access_token, 1);
    payload["sid"].as_str().unwrap().to_owned()
}
