//! Rows to JSON, from the bytes on the wire: no value in between, no allocation but the answer's.

use std::error::Error;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use taskhive_bench::Failure;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};

/// 2000-01-01, from which PostgreSQL counts its microseconds.
const PG_EPOCH_MILLIS: i64 = 946_684_800_000;
const DAY_MILLIS: i64 = 86_400_000;

/// A column as it came.
struct Wire<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Wire<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl Wire<'_> {
    fn micros(&self) -> Result<i64, Failure> {
        Ok(i64::from_be_bytes(self.0.try_into()?))
    }
}

/// Columns: id, email, created_at.
pub(crate) fn user(out: &mut Vec<u8>, row: &Row) -> Result<(), Failure> {
    out.extend_from_slice(br#"{"id":"user_"#);
    hex(out, row.try_get::<_, Wire<'_>>(0)?.0);
    out.extend_from_slice(br#"","email":"#);
    string(out, row.try_get::<_, Wire<'_>>(1)?.0);
    out.extend_from_slice(br#","createdAt":"#);
    time(out, row.try_get::<_, Wire<'_>>(2)?.micros()?);
    out.push(b'}');
    Ok(())
}

/// Columns: id, title, description, created_at, updated_at, completed_at.
pub(crate) fn task(out: &mut Vec<u8>, row: &Row) -> Result<(), Failure> {
    let completed = row.try_get::<_, Option<Wire<'_>>>(5)?.is_some();
    out.extend_from_slice(br#"{"id":"task_"#);
    hex(out, row.try_get::<_, Wire<'_>>(0)?.0);
    out.extend_from_slice(br#"","title":"#);
    string(out, row.try_get::<_, Wire<'_>>(1)?.0);
    out.extend_from_slice(br#","description":"#);
    string(out, row.try_get::<_, Wire<'_>>(2)?.0);
    out.extend_from_slice(br#","completed":"#);
    out.extend_from_slice(if completed { b"true" } else { b"false" });
    out.extend_from_slice(br#","createdAt":"#);
    time(out, row.try_get::<_, Wire<'_>>(3)?.micros()?);
    out.extend_from_slice(br#","updatedAt":"#);
    time(out, row.try_get::<_, Wire<'_>>(4)?.micros()?);
    out.push(b'}');
    Ok(())
}

/// A page as it grows.
pub(crate) struct Page {
    out: Vec<u8>,
    cursors: bool,
    cursor: String,
    len: usize,
    pub(crate) more: bool,
}

impl Page {
    pub(crate) fn new(cursors: bool) -> Self {
        let mut out = Vec::with_capacity(20_000);
        let head: &[u8] = if cursors {
            br#"{"edges":["#
        } else {
            br#"{"nodes":["#
        };
        out.extend_from_slice(head);
        Self {
            out,
            cursors,
            cursor: String::new(),
            len: 0,
            more: false,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn push(&mut self, row: &Row) -> Result<(), Failure> {
        if self.len > 0 {
            self.out.push(b',');
        }
        self.len += 1;
        if !self.cursors {
            // The cursor of the last task goes into every answer.
            if self.len == 50 {
                self.read_cursor(row)?;
            }
            return task(&mut self.out, row);
        }
        self.read_cursor(row)?;
        self.out.extend_from_slice(br#"{"cursor":""#);
        self.out.extend_from_slice(self.cursor.as_bytes());
        self.out.extend_from_slice(br#"","node":"#);
        task(&mut self.out, row)?;
        self.out.push(b'}');
        Ok(())
    }

    /// The sort key: whether it is open, when it was created, its id.
    fn read_cursor(&mut self, row: &Row) -> Result<(), Failure> {
        let mut key = [0; 25];
        key[0] = u8::from(row.try_get::<_, Option<Wire<'_>>>(5)?.is_none());
        key[1..9].copy_from_slice(
            row.try_get::<_, Wire<'_>>(3)?
                .0
                .try_into()
                .map(|a: &[u8; 8]| a)?,
        );
        key[9..].copy_from_slice(
            row.try_get::<_, Wire<'_>>(0)?
                .0
                .try_into()
                .map(|a: &[u8; 16]| a)?,
        );
        self.cursor.clear();
        URL_SAFE_NO_PAD.encode_string(key, &mut self.cursor);
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.out
            .extend_from_slice(br#"],"pageInfo":{"hasNextPage":"#);
        self.out
            .extend_from_slice(if self.more { b"true" } else { b"false" });
        self.out.extend_from_slice(br#","endCursor":""#);
        self.out.extend_from_slice(self.cursor.as_bytes());
        self.out.extend_from_slice(br#""}}"#);
        self.out
    }
}

fn hex(out: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        out.push(DIGITS[usize::from(byte >> 4)]);
        out.push(DIGITS[usize::from(byte & 15)]);
    }
}

/// PostgreSQL sends valid UTF-8 only.
fn string(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    let mut rest = text;
    while let Some(at) = rest.iter().position(|b| matches!(b, 0..32 | b'"' | b'\\')) {
        out.extend_from_slice(&rest[..at]);
        match rest[at] {
            byte @ (b'"' | b'\\') => out.extend_from_slice(&[b'\\', byte]),
            byte => {
                out.extend_from_slice(b"\\u00");
                hex(out, &[byte]);
            }
        }
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// RFC 3339 in UTC with milliseconds, for the years that have four digits.
fn time(out: &mut Vec<u8>, micros: i64) {
    let millis = micros.div_euclid(1000) + PG_EPOCH_MILLIS;
    let (days, of_day) = (millis.div_euclid(DAY_MILLIS), millis.rem_euclid(DAY_MILLIS));
    // Howard Hinnant's civil_from_days.
    let z = days + 719_468;
    let (era, doe) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let (day, month) = (
        doy - (153 * mp + 2) / 5 + 1,
        if mp < 10 { mp + 3 } else { mp - 9 },
    );
    let year = yoe + era * 400 + i64::from(month <= 2);
    let mut text = *b"\"0000-00-00T00:00:00.000Z\"";
    let mut put = |at: usize, digits: usize, mut number: i64| {
        for place in (at..at + digits).rev() {
            text[place] = b'0' + u8::try_from(number % 10).unwrap_or(0);
            number /= 10;
        }
    };
    put(1, 4, year);
    put(6, 2, month);
    put(9, 2, day);
    put(12, 2, of_day / 3_600_000);
    put(15, 2, of_day / 60_000 % 60);
    put(18, 2, of_day / 1000 % 60);
    put(21, 3, of_day % 1000);
    out.extend_from_slice(&text);
}
