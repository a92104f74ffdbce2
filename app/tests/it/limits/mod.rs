//! What keeps the service up when clients are too many, too slow, too large or too curious: limits of rate, headers, bodies,
//! connections. What operations answer is tested elsewhere.

mod audit;
mod bodies;
mod connections;
mod headers;
mod rates;
mod support;
