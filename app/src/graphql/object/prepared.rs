//! What is selected below the root fields of an operation that was prepared, and the plans made of it: once for every time it
//! runs.

use std::sync::{Arc, OnceLock};

use async_graphql::parser::types::SelectionSet;
use async_graphql::{Context, ContextSelectionSet, Name, ServerResult, Value};

use super::selections::{Fragments, Selections};
use super::{Object, Plan, written};
use crate::graphql::errors::ApiError;

/// The root fields of one operation. The executor is given this beside a document that selects nothing below them.
pub(crate) struct PreparedRoots {
    roots: Vec<PreparedRoot>,
    fragments: Fragments,
}

struct PreparedRoot {
    key: Name,
    selected: SelectionSet,
    /// Of which type of object, and how it is answered. A field of an interface has one for the type that came first.
    plan: OnceLock<(&'static str, Arc<Plan>)>,
}

impl PreparedRoots {
    /// `roots` are the keys of the response, each with what is selected below it.
    pub(crate) fn new(
        roots: impl IntoIterator<Item = (Name, SelectionSet)>,
        fragments: Fragments,
    ) -> Self {
        let prepared = |(key, selected)| PreparedRoot {
            key,
            selected,
            plan: OnceLock::new(),
        };
        Self {
            roots: roots.into_iter().map(prepared).collect(),
            fragments,
        }
    }

    fn plan<T: Object>(&self, key: &Name) -> Option<ServerResult<Arc<Plan>>> {
        let root = self.roots.iter().find(|root| root.key == *key)?;
        if let Some((name, plan)) = root.plan.get()
            && *name == T::NAME
        {
            return Some(Ok(Arc::clone(plan)));
        }
        let selections = Selections::new(&root.selected, &self.fragments);
        Some(Plan::of::<T>(&[selections]).map(|plan| {
            let plan = Arc::new(plan);
            // If somebody else was faster, theirs is the same.
            let _ = root.plan.set((T::NAME, Arc::clone(&plan)));
            plan
        }))
    }
}

/// Whether the object in the field that is being resolved is asked for the field of that name, under whatever key. A plan
/// that cannot be made fails when the object is answered.
pub(crate) fn is_asked_for<T: Object>(ctx: &Context<'_>, name: &str) -> bool {
    planned::<T>(ctx).is_ok_and(|plan| plan.asks_for::<T>(name))
}

/// Fails if the object in the field that is being resolved could not be answered because of an argument below it. Whoever
/// changes something asks before: afterwards it would be done, and reported as refused.
pub(crate) fn can_be_answered<T: Object>(ctx: &Context<'_>) -> Result<(), ApiError> {
    Ok(planned::<T>(ctx).map(drop)?)
}

fn planned<T: Object>(ctx: &Context<'_>) -> ServerResult<Arc<Plan>> {
    let prepared = ctx.data_opt::<Arc<PreparedRoots>>();
    prepared
        .and_then(|roots| roots.plan::<T>(&ctx.item.node.response_key().node))
        .unwrap_or_else(|| Ok(Arc::new(Plan::of::<T>(&[Selections::in_field(ctx)])?)))
}

/// Answers an object that stands in a root field, under that key. Without preparation a key may have another answer yet, and
/// the library must be able to put the two together.
pub(crate) fn resolve<T: Object>(
    object: &T,
    key: &Name,
    ctx: &ContextSelectionSet<'_>,
) -> ServerResult<Value> {
    let prepared = ctx.data_opt::<Arc<PreparedRoots>>();
    match prepared.and_then(|roots| roots.plan::<T>(key)) {
        Some(plan) => written::into_value(plan?.answer(object)?),
        None => written::read(&Plan::of::<T>(&[Selections::of(ctx)])?.answer(object)?),
    }
}
