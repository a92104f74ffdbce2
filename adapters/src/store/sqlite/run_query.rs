//! Runs a statement on the thread that asks, so a row becomes a value while SQLite still holds it. What `diesel-async` offers for
//! SQLite sends each statement to another thread and copies every value on the way back.

use std::future::{Ready, ready};

use diesel::QueryResult;
use diesel::query_dsl::methods::{ExecuteDsl, LoadQuery};

use super::Conn;

/// The methods of the trait of this name in `diesel-async`, as far as the queries use them; their futures are ready.
pub(crate) trait RunQueryDsl: Sized {
    /// The number of rows that were touched.
    fn execute(self, conn: &mut Conn) -> Ready<QueryResult<usize>>
    where
        Self: ExecuteDsl<Conn>,
    {
        ready(ExecuteDsl::execute(self, conn))
    }

    /// All rows.
    fn load<'query, U>(self, conn: &mut Conn) -> Ready<QueryResult<Vec<U>>>
    where
        Self: LoadQuery<'query, Conn, U>,
    {
        ready(diesel::RunQueryDsl::load(self, conn))
    }

    /// All rows, of a statement that changes them.
    fn get_results<'query, U>(self, conn: &mut Conn) -> Ready<QueryResult<Vec<U>>>
    where
        Self: LoadQuery<'query, Conn, U>,
    {
        ready(diesel::RunQueryDsl::get_results(self, conn))
    }

    /// The first row, or `NotFound`.
    fn get_result<'query, U>(self, conn: &mut Conn) -> Ready<QueryResult<U>>
    where
        Self: LoadQuery<'query, Conn, U>,
    {
        ready(diesel::RunQueryDsl::get_result(self, conn))
    }
}

impl<T> RunQueryDsl for T {}
