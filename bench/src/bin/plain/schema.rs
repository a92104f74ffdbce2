//! The part of the API that is measured, resolved in the plain way.

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, EmptySubscription, ID, InputObject, Object, Result, SimpleObject};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, SubsecRound, Utc};
use diesel::prelude::*;
use diesel_async::pooled_connection::deadpool::{Object as Pooled, Pool};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use taskhive_bench::parse_id;
use uuid::Uuid;

diesel::table! {
    users (id) {
        id -> Uuid,
        email -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    tasks (owner_id, id) {
        owner_id -> Uuid,
        id -> Uuid,
        title -> Text,
        title_folded -> Text,
        description -> Text,
        description_folded -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        completed_at -> Nullable<Timestamptz>,
        is_open -> Bool,
        version -> Integer,
        change -> BigInt,
    }
}

/// Everything.
pub(crate) type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// The signed-in user.
pub(crate) struct Viewer(pub(crate) Uuid);

pub(crate) fn build(pool: Pool<AsyncPgConnection>) -> Schema {
    Schema::build(Query, Mutation, EmptySubscription)
        .data(pool)
        .finish()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct UserRow {
    id: Uuid,
    email: String,
    created_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = tasks)]
struct TaskRow {
    id: Uuid,
    title: String,
    description: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    completed_at: Option<DateTime<Utc>>,
    version: i32,
}

#[derive(Insertable)]
#[diesel(table_name = tasks)]
struct NewTask {
    owner_id: Uuid,
    id: Uuid,
    title: String,
    title_folded: String,
    description: String,
    description_folded: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i32,
    change: i64,
}

#[derive(SimpleObject)]
struct User {
    id: ID,
    email: String,
    created_at: DateTime<Utc>,
}

#[derive(SimpleObject)]
struct Task {
    id: ID,
    title: String,
    description: String,
    completed: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    completed_at: Option<DateTime<Utc>>,
    version: i32,
}

impl From<TaskRow> for Task {
    fn from(row: TaskRow) -> Self {
        Self {
            id: format!("task_{}", row.id.simple()).into(),
            title: row.title,
            description: row.description,
            completed: row.completed_at.is_some(),
            created_at: row.created_at,
            updated_at: row.updated_at,
            completed_at: row.completed_at,
            version: row.version,
        }
    }
}

#[derive(InputObject)]
struct CreateTaskInput {
    title: String,
    description: Option<String>,
}

#[derive(InputObject)]
struct ToggleTaskInput {
    id: ID,
}

/// What a mutation did.
#[derive(SimpleObject)]
struct TaskPayload {
    task: Task,
}

fn viewer(context: &Context<'_>) -> Result<Uuid> {
    Ok(context.data::<Viewer>()?.0)
}

async fn connection(context: &Context<'_>) -> Result<Pooled<AsyncPgConnection>> {
    Ok(context.data::<Pool<AsyncPgConnection>>()?.get().await?)
}

fn task_id(id: &ID) -> Result<Uuid> {
    parse_id(id, "task_").ok_or_else(|| "no such task".into())
}

pub(crate) struct Query;

#[Object]
impl Query {
    async fn me(&self, context: &Context<'_>) -> Result<User> {
        let row: UserRow = users::table
            .find(viewer(context)?)
            .select(UserRow::as_select())
            .first(&mut connection(context).await?)
            .await?;
        Ok(User {
            id: format!("user_{}", row.id.simple()).into(),
            email: row.email,
            created_at: row.created_at,
        })
    }

    async fn task(&self, context: &Context<'_>, id: ID) -> Result<Option<Task>> {
        let row: Option<TaskRow> = tasks::table
            .find((viewer(context)?, task_id(&id)?))
            .select(TaskRow::as_select())
            .first(&mut connection(context).await?)
            .await
            .optional()?;
        Ok(row.map(Task::from))
    }

    async fn tasks(
        &self,
        context: &Context<'_>,
        first: Option<i32>,
    ) -> Result<Connection<String, Task, EmptyFields, EmptyFields>> {
        let first = usize::try_from(first.unwrap_or(20))?.min(100);
        let mut rows: Vec<TaskRow> = tasks::table
            .filter(tasks::owner_id.eq(viewer(context)?))
            .order((
                tasks::is_open.desc(),
                tasks::created_at.desc(),
                tasks::id.desc(),
            ))
            .limit(i64::try_from(first)? + 1)
            .select(TaskRow::as_select())
            .load(&mut connection(context).await?)
            .await?;
        let mut page = Connection::new(false, rows.len() > first);
        rows.truncate(first);
        page.edges.extend(rows.into_iter().map(|row| {
            let open = u8::from(row.completed_at.is_none());
            let key = format!("{open}|{}|{}", row.created_at.timestamp_micros(), row.id);
            Edge::new(URL_SAFE_NO_PAD.encode(key), Task::from(row))
        }));
        Ok(page)
    }
}

pub(crate) struct Mutation;

#[Object]
impl Mutation {
    async fn create_task(
        &self,
        context: &Context<'_>,
        input: CreateTaskInput,
    ) -> Result<TaskPayload> {
        let now = Utc::now().trunc_subsecs(3);
        let description = input.description.unwrap_or_default();
        let task = NewTask {
            owner_id: viewer(context)?,
            id: Uuid::now_v7(),
            title_folded: input.title.to_lowercase(),
            title: input.title,
            description_folded: description.to_lowercase(),
            description,
            created_at: now,
            updated_at: now,
            version: 1,
            // A number of its own, or a trigger would give it one.
            change: 1,
        };
        let row: TaskRow = diesel::insert_into(tasks::table)
            .values(&task)
            .returning(TaskRow::as_returning())
            .get_result(&mut connection(context).await?)
            .await?;
        Ok(TaskPayload { task: row.into() })
    }

    async fn toggle_task(
        &self,
        context: &Context<'_>,
        input: ToggleTaskInput,
    ) -> Result<TaskPayload> {
        let now = Utc::now().trunc_subsecs(3);
        let completed_at = diesel::dsl::case_when(
            tasks::completed_at.is_null(),
            now.into_sql::<diesel::sql_types::Nullable<diesel::sql_types::Timestamptz>>(),
        );
        let row: TaskRow =
            diesel::update(tasks::table.find((viewer(context)?, task_id(&input.id)?)))
                .set((
                    tasks::completed_at.eq(completed_at),
                    tasks::updated_at.eq(now),
                    tasks::version.eq(tasks::version + 1),
                ))
                .returning(TaskRow::as_returning())
                .get_result(&mut connection(context).await?)
                .await?;
        Ok(TaskPayload { task: row.into() })
    }
}
