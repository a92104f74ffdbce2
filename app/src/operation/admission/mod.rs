//! Admission: one and the same gate for POST, GET, server-sent events and WebSocket. Nothing unbounded reaches
//! async-graphql, and nothing invalid is executed.
//!
//! In order: a scan of the bytes (`scan`), the compiler's parser and what it skips (`syntax`), the size of the expanded
//! document (`expansion`), the compiler's validation and what it misses (`unique_input_fields`, `variable_usage`), lowering
//! into the executor's types (`lowering`), what the executor runs and what is answered below it (`runnable`), and what the
//! execution may cost (`cost`). All that is kept per document in a bounded cache; a request then pays for choosing its
//! operation, its variables (`variables`), one sum and one copy of the root fields; and where `@skip` or `@include` ask a
//! variable, for applying them (`conditions`).
//!
//! The executor runs in `ValidationMode::Fast`, which leaves out every rule about types, names and values. All of them are
//! kept here instead, and `app/tests/it/judge` holds the outcome against graphql-js. Give its schema
//! `limit_recursive_depth(limits.nesting)`, since its own default is lower, and no other limit.
//!
//! Not here: access and rate limits, which look at [`ValidOperation::root_fields`], and HTTP status codes. What a custom scalar
//! holds is not looked at either: the domain says what is wrong with a day, together with everything else.

mod conditions;
mod cost;
mod diagnostics;
mod expansion;
mod limits;
mod line_index;
mod lowering;
mod operation_name;
mod prepared;
mod refusal;
mod runnable;
mod scan;
mod syntax;
mod unique_input_fields;
mod variable_usage;
mod variables;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use apollo_compiler::Schema;
use apollo_compiler::ast::OperationType;
use apollo_compiler::validation::Valid;
use async_graphql::Request;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde_json::{Map, Value};

use prepared::PreparedDocument;

pub use limits::Limits;
pub use operation_name::OperationName;
pub use prepared::RootField;
pub use refusal::{Refusal, RefusalError, RefusalKind};

/// The gate. Built once from the schema's text, shared by all transports.
pub struct Admission {
    schema: Valid<Schema>,
    limits: Limits,
    documents: Cache<Box<str>, Arc<PreparedDocument>, ByMemory>,
    /// Documents that were not in the cache, so far.
    missed: AtomicU64,
}

/// The cache of documents, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CacheStatus {
    /// Documents in it.
    pub(crate) documents: u64,
    /// Their memory, as estimated.
    pub(crate) bytes: u64,
    /// Documents that were not in it when they were asked for, since the start; those that were refused are among them.
    pub(crate) missed: u64,
}

/// What the executor answers and newer tools ask for, but the compiler's own introspection types lack.
const NEWER_INTROSPECTION: &str = "extend type __Type { isOneOf: Boolean }";

/// A schema that cannot be built from its text, which only a defect of the service can cause.
#[derive(Debug, thiserror::Error)]
#[error("the schema's text is not valid GraphQL: {0}")]
pub struct InvalidSchema(String);

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationKind {
    /// Reads.
    Query,
    /// Writes.
    Mutation,
    /// Listens.
    Subscription,
}

/// An operation that may be executed, as far as its form is concerned.
pub struct ValidOperation {
    /// What the operation does.
    pub kind: OperationKind,
    /// What the document calls it.
    pub name: Arc<OperationName>,
    /// Every root field the operation selects, through fragments and whatever `@skip` and `@include` say.
    pub root_fields: Arc<[RootField]>,
    /// The keys of the root in the order in which they are asked for, each once, which is the order a response must have.
    pub response_keys: Arc<[String]>,
    /// Ready for the executor: parsed, with coerced variables. It holds the chosen operation and no other.
    pub request: Request,
}

impl Admission {
    /// A gate in front of this schema, written in SDL.
    pub fn new(sdl: &str, limits: Limits) -> Result<Self, InvalidSchema> {
        let schema = Schema::builder()
            .parse(sdl, "schema.graphql")
            .parse(NEWER_INTROSPECTION, "introspection.graphql")
            .build()
            .and_then(Schema::validate)
            .map_err(|invalid| InvalidSchema(invalid.errors.to_string()))?;
        let documents =
            Cache::with_weighter(limits.cached_documents, limits.cached_bytes, ByMemory);
        Ok(Self {
            schema,
            limits,
            documents,
            missed: AtomicU64::new(0),
        })
    }

    /// How full the cache is.
    pub(crate) fn cache_status(&self) -> CacheStatus {
        CacheStatus {
            documents: self.documents.len() as u64,
            bytes: self.documents.weight(),
            missed: self.missed.load(Relaxed),
        }
    }

    /// Admits one operation of a document with its variables, or says why not. Takes time linear in the document the first
    /// time a document is seen, and hardly any after that.
    pub fn admit(
        &self,
        source: &str,
        operation_name: Option<&str>,
        variables: Map<String, Value>,
    ) -> Result<ValidOperation, Refusal> {
        let document = self.document(source)?;
        let operation = document.operation(operation_name)?;
        let coerced = variables::coerce(&self.schema, &operation.declared, variables)?;
        let complexity = operation.cost.with(&|name| coerced.get(name));
        if complexity > self.limits.complexity {
            return Err(Refusal::too_complex(format!(
                "The operation may resolve {complexity} fields, more than {}. Ask for smaller pages or fewer fields.",
                self.limits.complexity
            )));
        }
        let runnable = operation.runnable(&coerced);
        let mut request = Request::new("")
            .variables(variables::for_execution(coerced))
            .data(runnable.below_roots);
        request.set_parsed_query(runnable.document);
        Ok(ValidOperation {
            kind: operation.kind.into(),
            name: Arc::clone(&operation.name),
            root_fields: Arc::clone(&operation.roots),
            response_keys: runnable.response_keys,
            request,
        })
    }

    /// Refused documents are not kept: whoever sends rubbish must not push out what others use.
    fn document(&self, source: &str) -> Result<Arc<PreparedDocument>, Refusal> {
        // Not worth hashing: it cannot be among those kept.
        if source.len() <= self.limits.document_bytes
            && let Some(known) = self.documents.get(source)
        {
            return Ok(known);
        }
        self.missed.fetch_add(1, Relaxed);
        let document = Arc::new(PreparedDocument::prepare(
            source,
            &self.schema,
            &self.limits,
        )?);
        self.documents.insert(source.into(), Arc::clone(&document));
        Ok(document)
    }
}

/// Without the request: its variables may hold a password.
impl fmt::Debug for ValidOperation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ValidOperation")
            .field("kind", &self.kind)
            .field("root_fields", &self.root_fields)
            .finish_non_exhaustive()
    }
}

impl OperationKind {
    /// As the specification writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Subscription => "subscription",
        }
    }
}

impl From<OperationType> for OperationKind {
    fn from(kind: OperationType) -> Self {
        match kind {
            OperationType::Query => Self::Query,
            OperationType::Mutation => Self::Mutation,
            OperationType::Subscription => Self::Subscription,
        }
    }
}

#[derive(Clone)]
struct ByMemory;

impl Weighter<Box<str>, Arc<PreparedDocument>> for ByMemory {
    fn weight(&self, _source: &Box<str>, document: &Arc<PreparedDocument>) -> u64 {
        document.bytes
    }
}
