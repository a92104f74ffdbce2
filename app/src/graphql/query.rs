//! Everything that can be read.

use async_graphql::{Context, ID, Object};
use taskhive_domain::listing::{PageRequest, TaskOrder as DomainOrder};
use taskhive_domain::violation::Violations;
use taskhive_domain::{SessionId, TaskError, TaskId, UserId};

use super::context::{accounts, tasks, who};
use super::directive::public;
use super::errors::{ApiError, ErrorCode, ErrorReason};
use super::object::is_asked_for;
use super::types::account::{Session, User};
use super::types::changes::{self, TaskChanges};
use super::types::connection::{TaskConnection, TaskPage};
use super::types::cursor;
use super::types::filter::{TaskFilter, TaskOrder};
use super::types::node::Node;
use super::types::server_info::ServerInfo;
use super::types::take;
use super::types::task::{TagUsage, Task};

/// Reads. Everything is seen through the eyes of the signed-in user.
pub(crate) struct Query;

/// Reads. Everything is seen through the eyes of the signed-in user.
#[Object]
impl Query {
    /// The signed-in user.
    async fn me(&self, ctx: &Context<'_>) -> Result<User, ApiError> {
        let who = who(ctx)?;
        let user = accounts(ctx).me(who).await?;
        user.map(User::from).ok_or_else(ApiError::token_invalid)
    }

    /// One of your tasks. Null, with a `NOT_FOUND` error, if you have no task with this
    /// ID; whether somebody else has one is not revealed.
    async fn task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task's ID.")] id: ID,
    ) -> Option<Result<Task, ApiError>> {
        Some(find_task(ctx, &id).await)
    }

    /// Your tasks, a page at a time. Without `first` and `last` the page has 20 items.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a Relay connection"
    )]
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Take up to this many from the start of the range: 0 to 100. Not together with\n`last`."
        )]
        first: Option<i32>,
        #[graphql(desc = "Start the range after this cursor.")] after: Option<String>,
        #[graphql(
            desc = "Take up to this many from the end of the range: 0 to 100. Not together with\n`first`."
        )]
        last: Option<i32>,
        #[graphql(desc = "End the range before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which tasks to list.")] filter: Option<TaskFilter>,
        #[graphql(
            desc = "In what order. A cursor only fits the order it was made for.",
            default_with = "Some(TaskOrder::OpenFirst)"
        )]
        order_by: Option<TaskOrder>,
    ) -> Result<TaskConnection, ApiError> {
        let who = who(ctx)?;
        let arguments = PageArguments {
            first,
            after,
            last,
            before,
            filter,
            order_by,
        };
        let as_of = is_asked_for::<TaskConnection>(ctx, "asOf");
        let request = arguments.parse(who.user(), as_of)?;
        let tasks = tasks(ctx);
        let page = tasks.page(who, &request).await?;
        if as_of && page.as_of.is_none() {
            return Err(TaskError::AccountGone.into());
        }
        let page = TaskPage::new(page, who.user(), request.order);
        let total = if is_asked_for::<TaskConnection>(ctx, "totalCount") {
            let total = tasks.count(who, &request.filter).await?;
            Some(i32::try_from(total).unwrap_or(i32::MAX))
        } else {
            None
        };
        Ok(TaskConnection { page, total })
    }

    /// What changed in your tasks after a point, the earliest change first: the way to keep a
    /// copy. A task that changed several times comes once, as it is now; one that was deleted comes
    /// without `task`. Without `after`: everything you have. `CONFLICT` / `CURSOR_EXPIRED` if the point
    /// is older than what is remembered of deleted tasks: begin without `after`, and drop what does not
    /// come.
    async fn task_changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `cursor` or `asOf` of an earlier answer or event.")] after: Option<
            String,
        >,
        #[graphql(desc = "Take up to this many: 0 to 100. 100 if left out.")] first: Option<i32>,
    ) -> Result<TaskChanges, ApiError> {
        let who = who(ctx)?;
        let (after, first) = changes::range(who.user(), after.as_deref(), first)?;
        let changes = tasks(ctx).changes_since(who, after, first).await?;
        Ok(TaskChanges::new(who.user(), changes))
    }

    /// Your labels, in the order of the alphabet.
    async fn tags(&self, ctx: &Context<'_>) -> Result<Vec<TagUsage>, ApiError> {
        let usages = tasks(ctx).tags(who(ctx)?).await?;
        Ok(usages.into_iter().map(|usage| TagUsage { usage }).collect())
    }

    /// Where you are signed in, the most recently used first.
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<Session>, ApiError> {
        let who = who(ctx)?;
        let sessions = accounts(ctx).sessions(who).await?;
        let seen = |session| Session::seen_by(who, session);
        Ok(sessions.into_iter().map(seen).collect())
    }

    /// How this service is set up, for building forms that match its rules.
    #[graphql(directive = public::apply())]
    async fn server<'a>(&self, ctx: &Context<'a>) -> &'a ServerInfo {
        ctx.data_unchecked::<ServerInfo>()
    }

    /// Any object of yours by its ID, or null if there is none.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The object's ID.")] id: ID,
    ) -> Option<Result<Node, ApiError>> {
        find_node(ctx, &id).await.transpose()
    }

    /// Gives introspection a reason to list this enum of `extensions`, which SDKs need: it leaves out types that no field
    /// refers to. The library shows a name with two underscores nowhere, and admission knows the shown schema only.
    #[graphql(name = "__errorCode")]
    async fn error_code(&self) -> Option<ErrorCode> {
        None
    }

    /// The same for the other one.
    #[graphql(name = "__errorReason")]
    async fn error_reason(&self) -> Option<ErrorReason> {
        None
    }
}

async fn find_task(ctx: &Context<'_>, id: &str) -> Result<Task, ApiError> {
    let id = TaskId::parse(id).map_err(|violations| violations.at("id"))?;
    let who = who(ctx)?;
    let task = tasks(ctx).find(who, id).await?;
    let task = task.map(|task| Task::new(who.user(), task));
    task.ok_or_else(ApiError::task_not_found)
}

/// What is not an ID of any kind we know belongs to nobody, like an ID that somebody made up.
async fn find_node(ctx: &Context<'_>, id: &str) -> Result<Option<Node>, ApiError> {
    let who = who(ctx)?;
    if let Ok(id) = TaskId::parse(id) {
        let task = tasks(ctx).find(who, id).await?;
        return Ok(task.map(|task| Node::Task(Task::new(who.user(), task))));
    }
    if UserId::parse(id) == Ok(who.user()) {
        let user = accounts(ctx).me(who).await?;
        return Ok(user.map(|user| Node::User(user.into())));
    }
    if let Ok(id) = SessionId::parse(id) {
        let session = accounts(ctx).session(who, id).await?;
        return Ok(session.map(|session| Node::Session(Session::seen_by(who, session))));
    }
    Ok(None)
}

/// The arguments of `tasks`, as they came.
struct PageArguments {
    first: Option<i32>,
    after: Option<String>,
    last: Option<i32>,
    before: Option<String>,
    filter: Option<TaskFilter>,
    order_by: Option<TaskOrder>,
}

impl PageArguments {
    fn parse(self, owner: UserId, as_of: bool) -> Result<PageRequest, Violations> {
        let mut violations = Violations::default();
        let order = self
            .order_by
            .map_or(DomainOrder::default(), DomainOrder::from);
        let mut position = |field, text: Option<String>| {
            text.and_then(|text| violations.collect(field, cursor::decode(owner, order, &text)))
        };
        let (after, before) = (
            position("after", self.after),
            position("before", self.before),
        );
        let filter = self.filter.unwrap_or_default().parse();
        let filter = violations.collect("filter", filter).unwrap_or_default();
        let take = match take::parse(self.first, self.last) {
            Ok(take) => take,
            Err(broken) => return Err(violations.and(broken)),
        };
        violations.or(PageRequest {
            filter,
            order,
            take,
            after,
            before,
            as_of,
        })
    }
}
