//! The program as operators meet it: started, killed, restarted, misconfigured. Each test has an empty directory and a port
//! of its own.

mod commands;
mod lifetime;
mod trouble;
mod users;
