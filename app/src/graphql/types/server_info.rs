//! What clients need to know to build forms.

use taskhive_domain::listing::Take;
use taskhive_domain::task::{Tag, Tags, TaskDescription, TaskTitle};
use taskhive_domain::user::Password;

use crate::accounts::guarded::Offer;
use crate::graphql::object::object;

object! {
    /// How this service is set up.
    pub(crate) struct ServerInfo {
        offer: Offer,
    } => {
        /// The version that is running.
        version: &str => env!("CARGO_PKG_VERSION"),
        /// Whether `register` is open.
        registrationOpen: bool => offer.registration_open,
        /// Whether `login` works here, or users sign in elsewhere.
        passwordLogin: bool => offer.password_login,
        /// Where people sign in elsewhere: the address of a page, for a link. Null if that is here, or nobody said where it is.
        signInUrl: Option<&str> => offer.sign_in_url.as_deref(),
        /// The most items a page can have.
        maxPageSize: u32 => Take::MAX,
        /// The longest title in characters.
        maxTitleLength: u32 => TaskTitle::MAX_LENGTH,
        /// The longest description in characters.
        maxDescriptionLength: u32 => TaskDescription::MAX_LENGTH,
        /// The shortest password in characters.
        minPasswordLength: u32 => Password::MIN_LENGTH,
        /// The most labels of a task.
        maxTags: u32 => Tags::MAX,
        /// The longest label in characters.
        maxTagLength: u32 => Tag::MAX_LENGTH,
    }
}

impl ServerInfo {
    /// The limits are the domain's.
    pub(crate) fn new(offer: Offer) -> Self {
        Self { offer }
    }
}
