//! What Diesel has to know of statements that are written here. Those with a fixed text come first: Diesel prepares the INSERTs and UPDATEs of its DSL anew for every execution, which is three
//! round trips instead of one; a type of our own with a static id is prepared once per connection.

/// Declares a statement: pieces of SQL, read from top to bottom, each followed by the value that is bound
/// there, or by a part that statements have in common.
macro_rules! statement {
    (
        $(#[$doc:meta])*
        $name:ident -> $row:ty {
            $($sql:expr $(=> $field:ident: $value:ty as $sql_type:ty)? $(=> [$part:ident: $part_type:ty])?;)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, diesel::query_builder::QueryId)]
        pub(super) struct $name {
            $($(pub(super) $field: $value,)? $(pub(super) $part: $part_type,)?)+
        }

        impl<C> diesel::RunQueryDsl<C> for $name {}

        impl<C> diesel::RunQueryDsl<C> for &$name {}

        impl diesel::query_builder::Query for $name {
            type SqlType = $row;
        }

        impl diesel::query_builder::QueryFragment<super::backend::Db> for $name {
            fn walk_ast<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, super::backend::Db>,
            ) -> diesel::QueryResult<()> {
                $(
                    out.push_sql($sql);
                    $(out.push_bind_param::<$sql_type, _>(&self.$field)?;)?
                    $(self.$part.walk_ast(out.reborrow())?;)?
                )+
                Ok(())
            }
        }
    };
}

/// Statements whose text varies, each with the type of its rows, `()` if nothing comes back. They have no static id: the text
/// is the key under which they stay prepared.
macro_rules! varying {
    ($name:ident -> $row:ty) => {
        impl diesel::query_builder::QueryId for $name {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }

        impl<C> diesel::RunQueryDsl<C> for $name {}

        impl<C> diesel::RunQueryDsl<C> for &$name {}

        impl diesel::query_builder::Query for $name {
            type SqlType = $row;
        }
    };
}

pub(super) use {statement, varying};
