//! Three SQL types that exist on both databases under different names, so that one schema and one text of queries serve both:
//! ids (`uuid`, 16-byte `BLOB`), points in time (`timestamptz`, `INTEGER` of milliseconds) and days (`date`, `INTEGER` of days).

use std::io::Write;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Binary, Integer, SqlType};
use diesel::sqlite::{Sqlite, SqliteValue};
use taskhive_domain::Timestamp;
use taskhive_domain::task::DueDay;
use uuid::Uuid;

/// The SQL type of an id.
#[derive(Debug, Clone, Copy, SqlType, QueryId)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct Uid;

/// The SQL type of a point in time.
#[derive(Debug, Clone, Copy, SqlType, QueryId)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
#[diesel(sqlite_type(name = "Long"))]
pub struct Millis;

/// The SQL type of a day of the calendar.
#[derive(Debug, Clone, Copy, SqlType, QueryId)]
#[diesel(postgres_type(oid = 1082, array_oid = 1182))]
#[diesel(sqlite_type(name = "Integer"))]
pub struct Day;

/// An id in a row or a bind.
#[derive(Debug, Clone, Copy, AsExpression, FromSqlRow)]
#[diesel(sql_type = Uid)]
pub struct DbId(pub(crate) Uuid);

/// A point in time in a row or a bind.
#[derive(Debug, Clone, Copy, AsExpression, FromSqlRow)]
#[diesel(sql_type = Millis)]
pub struct DbTime(pub(crate) Timestamp);

/// A day in a row or a bind.
#[derive(Debug, Clone, Copy, AsExpression, FromSqlRow)]
#[diesel(sql_type = Day)]
pub struct DbDay(pub(crate) DueDay);

impl ToSql<Uid, Pg> for DbId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<diesel::sql_types::Uuid, Pg>::to_sql(&self.0, out)
    }
}

impl FromSql<Uid, Pg> for DbId {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        FromSql::<diesel::sql_types::Uuid, Pg>::from_sql(value).map(Self)
    }
}

impl ToSql<Uid, Sqlite> for DbId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_bytes().as_slice());
        Ok(IsNull::No)
    }
}

impl FromSql<Uid, Sqlite> for DbId {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let bytes: Vec<u8> = FromSql::<Binary, Sqlite>::from_sql(value)?;
        Ok(Self(Uuid::from_slice(&bytes)?))
    }
}

/// 2000-01-01T00:00:00Z, from which PostgreSQL counts its microseconds.
const PG_EPOCH_MILLIS: i64 = 946_684_800_000;
/// The first and the last millisecond that a `timestamptz` can hold (4714 BC, 294276 AD), counted from there.
const PG_RANGE_MILLIS: (i64, i64) = (-211_813_488_000_000, 9_223_371_331_199_999);

impl ToSql<Millis, Pg> for DbTime {
    /// Clamps to what PostgreSQL can hold. No clock leaves that range; a forged cursor may, and compares the same way.
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let (first, last) = PG_RANGE_MILLIS;
        let millis = self.0.millis().saturating_sub(PG_EPOCH_MILLIS);
        let micros = millis.clamp(first, last) * 1000;
        out.write_all(&micros.to_be_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<Millis, Pg> for DbTime {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let micros: i64 = FromSql::<BigInt, Pg>::from_sql(value)?;
        if matches!(micros, i64::MIN | i64::MAX) {
            return Err("a point in time is infinite".into());
        }
        let millis = micros.div_euclid(1000) + PG_EPOCH_MILLIS;
        Ok(Self(Timestamp::from_millis(millis)))
    }
}

impl ToSql<Millis, Sqlite> for DbTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.millis());
        Ok(IsNull::No)
    }
}

impl FromSql<Millis, Sqlite> for DbTime {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let millis = FromSql::<BigInt, Sqlite>::from_sql(value)?;
        Ok(Self(Timestamp::from_millis(millis)))
    }
}

/// From 1970-01-01 to 2000-01-01, from which PostgreSQL counts its days.
const PG_EPOCH_DAYS: i32 = 10_957;

impl ToSql<Day, Pg> for DbDay {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let days = self.0.days() - PG_EPOCH_DAYS;
        out.write_all(&days.to_be_bytes())?;
        Ok(IsNull::No)
    }
}

impl FromSql<Day, Pg> for DbDay {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let days: i32 = FromSql::<Integer, Pg>::from_sql(value)?;
        day(days.checked_add(PG_EPOCH_DAYS))
    }
}

impl ToSql<Day, Sqlite> for DbDay {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.days());
        Ok(IsNull::No)
    }
}

impl FromSql<Day, Sqlite> for DbDay {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        day(Some(FromSql::<Integer, Sqlite>::from_sql(value)?))
    }
}

fn day(days: Option<i32>) -> deserialize::Result<DbDay> {
    let day = days.and_then(DueDay::from_days);
    day.map(DbDay)
        .ok_or_else(|| "a day is beyond the years that were ever allowed".into())
}
