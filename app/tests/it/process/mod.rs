//! The program as operators meet it: started, killed, restarted, misconfigured. Each test has an empty directory and a port
//! of its own.

mod commands;
mod http;
mod lifetime;
mod service;
mod trouble;
mod users;
