//! The program as operators meet it: started, killed, restarted, misconfigured. Each test has an empty directory and a port
//! of its own.

mod commands;
mod encrypted;
mod frozen;
mod lifetime;
mod metrics;
mod operating;
mod pooler;
mod request_log;
mod server;
mod storage;
mod traces;
mod trouble;
mod users;
