//! Every field of every object in the schema is resolved to what the schema promises.

use std::collections::BTreeSet;

use apollo_compiler::Schema as PrintedSchema;
use apollo_compiler::ast::Type;
use apollo_compiler::schema::ExtendedType;
use async_graphql::parser::parse_query;
use serde_json::Value;
use taskhive_domain::SessionId;
use taskhive_domain::change::{ChangeNumber, Changed, ChangedTo, Changes, Position, StoredTask};
use taskhive_domain::event::{TaskChange, TaskEvent as DomainEvent};
use taskhive_domain::session::Session as DomainSession;
use taskhive_domain::task::{Tag, TagUsage as DomainUsage};
use taskhive_domain::user::{EmailAddress, User as DomainUser};

use super::*;
use crate::accounts::guarded::Offer;
use crate::graphql::types::account::{
    AuthPayload, DeleteAccountPayload, LogoutPayload, RevokeOtherSessionsPayload,
    RevokeSessionPayload, Session, User,
};
use crate::graphql::types::batches::{CreateTasksPayload, DeleteTasksPayload, UpdateTasksPayload};
use crate::graphql::types::changes::{RestoreTasksPayload, TaskChanges, TaskEvent};
use crate::graphql::types::server_info::ServerInfo;
use crate::graphql::types::task::{
    CreateTaskPayload, DeleteTaskPayload, MoveTaskPayload, SetTaskCompletedPayload, TagUsage, Task,
    ToggleTaskPayload, UpdateTaskPayload,
};

/// Holds objects against the printed schema.
struct Check {
    schema: PrintedSchema,
    /// Objects of which none was looked at yet.
    missing: BTreeSet<String>,
}

impl Check {
    fn new() -> Self {
        let schema = PrintedSchema::parse_and_validate(crate::graphql::sdl(), "schema.graphql");
        let schema = schema.unwrap().into_inner();
        let roots = ["Query", "Mutation", "Subscription"];
        let objects = schema.types.iter().filter(|(name, definition)| {
            definition.is_object() && !definition.is_built_in() && !roots.contains(&name.as_str())
        });
        Self {
            missing: objects.map(|(name, _)| name.to_string()).collect(),
            schema,
        }
    }

    /// Asks the object for all there is, which must be there and of the right type.
    fn object<T: Object>(&mut self, object: &T) {
        let everything = self.everything(T::NAME);
        let document = parse_query(&everything).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let set = &operation.node.selection_set.node;
        let plan = Plan::of::<T>(&[Selections::new(set, &document.fragments)]).unwrap();
        let value = serde_json::from_slice(&plan.answer(object).unwrap()).unwrap();
        self.fits(T::NAME, &value);
    }

    /// A selection of every field, and below it of every field.
    fn everything(&self, type_name: &str) -> String {
        match self.schema.types.get(type_name) {
            Some(ExtendedType::Object(object)) => {
                let fields = object.fields.iter().map(|(name, field)| {
                    let below = self.everything(field.ty.inner_named_type());
                    format!("{name} {below}")
                });
                format!("{{ {} }}", fields.collect::<Vec<_>>().join(" "))
            }
            _ => String::new(),
        }
    }

    fn fits(&mut self, type_name: &str, value: &Value) {
        let definition = self.schema.types.get(type_name).unwrap().clone();
        let fits = match (&definition, value) {
            (ExtendedType::Object(object), Value::Object(fields)) => {
                let names: Vec<_> = object
                    .fields
                    .keys()
                    .map(apollo_compiler::Name::as_str)
                    .collect();
                let keys: Vec<_> = fields.keys().map(String::as_str).collect();
                assert_eq!(keys, names, "{type_name}");
                for (name, field) in &object.fields {
                    self.fits_written(&field.ty, &fields[name.as_str()]);
                }
                self.missing.remove(type_name);
                true
            }
            (ExtendedType::Enum(definition), Value::String(name)) => {
                definition.values.contains_key(name.as_str())
            }
            (ExtendedType::Scalar(scalar), value) => match scalar.name.as_str() {
                "Int" => {
                    matches!(value, Value::Number(number) if number.is_i64() || number.is_u64())
                }
                "Boolean" => matches!(value, Value::Bool(_)),
                _ => matches!(value, Value::String(_)),
            },
            _ => false,
        };
        assert!(fits, "{type_name}: {value}");
    }

    fn fits_written(&mut self, written: &Type, value: &Value) {
        match (written, value) {
            (Type::Named(_) | Type::List(_), Value::Null) => {}
            (Type::List(item) | Type::NonNullList(item), Value::Array(values)) => {
                for value in values {
                    self.fits_written(item, value);
                }
            }
            (Type::Named(name) | Type::NonNullNamed(name), value) => self.fits(name, value),
            _ => panic!("{written}: {value}"),
        }
    }
}

fn user() -> User {
    User::from(DomainUser {
        id: owner(),
        email: EmailAddress::parse("ada@example.org").unwrap(),
        created_at: Timestamp::from_millis(0),
    })
}

#[test]
fn every_field_of_every_object_is_resolved() {
    let at = Timestamp::from_millis(1_700_000_000_123);
    let mut check = Check::new();
    let some_task = || Task::new(owner(), task(1, Some(at)));
    check.object(&some_task());
    check.object(&Task::new(owner(), task(2, None)));
    check.object(&user());
    check.object(&connection());
    let offer = Offer {
        password_login: false,
        registration_open: true,
        sign_in_url: None,
    };
    check.object(&ServerInfo::new(offer));
    check.object(&CreateTaskPayload { task: some_task() });
    check.object(&UpdateTaskPayload { task: some_task() });
    check.object(&SetTaskCompletedPayload { task: some_task() });
    check.object(&ToggleTaskPayload { task: some_task() });
    check.object(&DeleteTaskPayload {
        id: task(1, None).id,
    });
    for change in [
        TaskChange::Created(task(1, None)),
        TaskChange::Updated(task(1, None)),
        TaskChange::Deleted,
    ] {
        let event = DomainEvent {
            task: task(1, None).id,
            change,
            occurred_at: at,
            position: Position::after(ChangeNumber::new(7)),
        };
        check.object(&TaskEvent::new(owner(), event));
    }
    let stored = StoredTask {
        task: task(1, None),
        created_change: ChangeNumber::new(7),
    };
    let deleted = Changed {
        task: task(2, None).id,
        number: ChangeNumber::new(8),
        outcome: ChangedTo::Deleted { at },
    };
    let changes = Changes {
        changes: vec![stored.into(), deleted],
        has_more: false,
        end: Position::after(ChangeNumber::new(8)),
    };
    check.object(&TaskChanges::new(owner(), changes));
    let tag = Tag::parse("home").unwrap();
    let usage = DomainUsage { tag, open_tasks: 3 };
    check.object(&TagUsage { usage });
    check.object(&CreateTasksPayload {
        tasks: vec![some_task()],
    });
    check.object(&UpdateTasksPayload {
        tasks: vec![some_task()],
    });
    check.object(&DeleteTasksPayload {
        ids: vec![task(1, None).id],
    });
    check.object(&MoveTaskPayload { task: some_task() });
    check.object(&RestoreTasksPayload {
        tasks: vec![some_task()],
    });
    check.object(&AuthPayload {
        access_token: "a".to_owned(),
        expires_in: 1,
        refresh_token: Some("r".to_owned()),
        user: user(),
    });
    check.object(&LogoutPayload { success: true });
    check.object(&Session {
        session: DomainSession::begin(owner(), "a browser", at),
        current: true,
    });
    let session = SessionId::new(at);
    check.object(&RevokeSessionPayload { id: session });
    check.object(&RevokeOtherSessionsPayload {
        ids: vec![session, session],
    });
    check.object(&DeleteAccountPayload { id: owner() });
    assert_eq!(check.missing, BTreeSet::new(), "nobody looked at these");
}
