//! What clients need to know to build forms.

use async_graphql::SimpleObject;
use taskhive_domain::listing::Take;
use taskhive_domain::task::{TaskDescription, TaskTitle};
use taskhive_domain::user::Password;

/// How this service is set up.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct ServerInfo {
    /// The version that is running.
    version: &'static str,
    /// Whether `register` is open.
    pub(crate) registration_open: bool,
    /// Whether `login` works here, or users sign in elsewhere.
    pub(crate) password_login: bool,
    /// The most items a page can have.
    max_page_size: u32,
    /// The longest title in characters.
    max_title_length: u32,
    /// The longest description in characters.
    max_description_length: u32,
    /// The shortest password in characters.
    min_password_length: u32,
}

impl ServerInfo {
    /// The limits are the domain's.
    pub(crate) fn new(registration_open: bool, password_login: bool) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            registration_open,
            password_login,
            max_page_size: Take::MAX,
            max_title_length: TaskTitle::MAX_LENGTH,
            max_description_length: TaskDescription::MAX_LENGTH,
            min_password_length: Password::MIN_LENGTH,
        }
    }
}
