//! Users, their addresses and their passwords.

use std::fmt;
use std::sync::LazyLock;

use zeroize::Zeroizing;

use crate::id::UserId;
use crate::text::{check_length, is_invisible, refuse_nul};
use crate::time::Timestamp;
use crate::violation::{Reason, Violation, Violations};

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Identifies the user.
    pub id: UserId,
    /// The address the user signs in with.
    pub email: EmailAddress,
    /// When the account was created.
    pub created_at: Timestamp,
}

impl User {
    /// A user who is seen for the first time. Without an address of their own they get one that leads nowhere.
    #[must_use]
    pub fn first_seen(email: Option<EmailAddress>, now: Timestamp) -> Self {
        let id = UserId::new(now);
        Self {
            id,
            email: email.unwrap_or_else(|| EmailAddress::placeholder(id)),
            created_at: now,
        }
    }
}

/// An address, in lower case: that is how it is stored, shown and compared.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The longest address, in characters (RFC 5321 4.5.3.1.3, less the angle brackets).
    pub const MAX_LENGTH: u32 = 254;

    /// Trims and lower-cases. The form is that of `<input type=email>` in the HTML standard, opened to all scripts
    /// (RFC 6531). Invisible characters are refused: an address pasted with one could never be typed again. Whether mail
    /// arrives there, only mail can tell.
    pub fn parse(text: &str) -> Result<Self, Violations> {
        let address = text.trim().to_lowercase();
        if address.is_empty() {
            return Err(Violation::new(Reason::Blank, "An e-mail address is needed.").into());
        }
        let mut violations = Violations::default();
        check_length(&mut violations, &address, Self::MAX_LENGTH);
        if !has_address_form(&address) {
            violations.add(Violation::new(
                Reason::Malformed,
                "Must be an e-mail address, such as ada@example.org.",
            ));
        }
        violations.or(Self(address))
    }

    /// An address as it was stored, by the rules of its day: those of today are for what is written. Asks only what every
    /// address has always been, so it must never get stricter: something, an `@`, and something.
    #[must_use]
    pub fn from_stored(text: String) -> Option<Self> {
        let (local, domain) = text.rsplit_once('@')?;
        (!local.is_empty() && !domain.is_empty()).then_some(Self(text))
    }

    /// For users whose address is not known, or belongs to another account. Nothing ever arrives there (RFC 2606, 2), and
    /// no two users have the same.
    #[must_use]
    pub fn placeholder(user: UserId) -> Self {
        Self(format!("{user}@users.invalid"))
    }

    /// The address, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Addresses are personal: they must not get into a log by way of `{:?}`.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

fn has_address_form(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return false;
    };
    let is_local = |c: char| is_letter(c) || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    let is_label = |label: &str| {
        let inner = |c: char| is_letter(c) || c == '-';
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    !local.is_empty() && local.chars().all(is_local) && domain.split('.').all(is_label)
}

/// Beyond ASCII everything that shows: also the marks that scripts write their vowels with, or that lower-casing leaves
/// behind (`İ` becomes `i` and U+0307).
fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || !(c.is_ascii() || c.is_control() || is_invisible(c))
}

/// A password as a person typed it. Overwritten when dropped, never shown.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// The shortest password, in characters (OWASP ASVS 5.0, 6.2.1).
    pub const MIN_LENGTH: u32 = 8;
    /// The longest password, in characters: long enough for every passphrase, short enough to hash.
    pub const MAX_LENGTH: u32 = 128;

    /// A password to be set. Neither trimmed nor truncated, and there are no composition rules; but it must not be one of
    /// those that everybody tries first, in whatever case.
    pub fn parse(text: &str) -> Result<Self, Violations> {
        let mut violations = Violations::default();
        if text.chars().count() < Self::MIN_LENGTH as usize {
            let message = format!("At least {} characters are needed.", Self::MIN_LENGTH);
            violations.add(Violation::with_limit(
                Reason::TooShort,
                Self::MIN_LENGTH,
                message,
            ));
        }
        check_length(&mut violations, text, Self::MAX_LENGTH);
        refuse_nul(&mut violations, text);
        if is_common(text) {
            let message =
                "Everybody tries this password first. Take one that only you would think of.";
            violations.add(Violation::new(Reason::TooCommon, message));
        }
        violations.or(Self(Zeroizing::new(text.to_owned())))
    }

    /// A password somebody claims to have: whatever could have been set at any time, by these or
    /// older rules. `None` belongs to nobody.
    #[must_use]
    pub fn claimed(text: &str) -> Option<Self> {
        let plausible = text.chars().count() <= Self::MAX_LENGTH as usize && !text.contains('\0');
        plausible.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// For hashers: the text.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// The passwords of at least 8 characters among the 20,000 most common ones, lower case, sorted by byte: the list that the
/// Django framework keeps (BSD licence), compiled by Royce Williams from breaches.
const COMMON_PASSWORDS: &str = include_str!("common_passwords.txt");

fn is_common(password: &str) -> bool {
    static SORTED: LazyLock<Vec<&str>> = LazyLock::new(|| COMMON_PASSWORDS.lines().collect());
    SORTED
        .binary_search(&password.to_lowercase().as_str())
        .is_ok()
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// What is stored of a password: a PHC string. Never shown.
#[derive(Clone)]
pub struct PasswordHash(Zeroizing<String>);

impl PasswordHash {
    /// A string that a hasher made.
    #[must_use]
    pub fn new(phc: String) -> Self {
        Self(Zeroizing::new(phc))
    }

    /// What is stored for a user who signs in elsewhere: no password has this hash.
    #[must_use]
    pub fn unusable() -> Self {
        Self::new("!".to_owned())
    }

    /// The hash, if a password can have it.
    #[must_use]
    pub fn usable(&self) -> Option<&Self> {
        (self.reveal() != "!").then_some(self)
    }

    /// For hashers and repositories: the string.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// What a person gives to get an account.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The address to sign in with.
    pub email: EmailAddress,
    /// The password to sign in with.
    pub password: Password,
}

impl Registration {
    /// Reports everything wrong with both fields at once.
    pub fn parse(email: &str, password: &str) -> Result<Self, Violations> {
        let mut violations = Violations::default();
        let email = violations.collect("email", EmailAddress::parse(email));
        let password = violations.collect("password", Password::parse(password));
        match (email, password) {
            (Some(email), Some(password)) => Ok(Self { email, password }),
            _ => Err(violations),
        }
    }
}

/// What a person gives to sign in. An address or password that could never have been registered is not an error of form
/// here: it is wrong, like any other wrong one, and takes as long to find out.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// `None` if the text is no address.
    pub email: Option<EmailAddress>,
    /// `None` if the text cannot be a password.
    pub password: Option<Password>,
}

impl Credentials {
    /// Never fails: what is not well-formed belongs to nobody.
    #[must_use]
    pub fn parse(email: &str, password: &str) -> Self {
        Self {
            email: EmailAddress::parse(email).ok(),
            password: Password::claimed(password),
        }
    }
}

/// What a signed-in person gives to change their password.
#[derive(Debug, Clone)]
pub struct NewPassword {
    /// The password as it is; `None` if the text cannot be one.
    pub current: Option<Password>,
    /// The password as it shall be.
    pub new: Password,
}

impl NewPassword {
    /// Only the new password has a form to keep; the current one is right or wrong.
    pub fn parse(current: &str, new: &str) -> Result<Self, Violations> {
        let mut violations = Violations::default();
        match violations.collect("new_password", Password::parse(new)) {
            Some(new) => Ok(Self {
                current: Password::claimed(current),
                new,
            }),
            None => Err(violations),
        }
    }
}

/// A user as [`UserRepository`](crate::ports::UserRepository) knows them at sign-in.
#[derive(Debug, Clone)]
pub struct StoredCredentials {
    /// Who it is.
    pub user: User,
    /// What the password must match.
    pub hash: PasswordHash,
}

impl StoredCredentials {
    /// Whether the stored hash is this one.
    #[must_use]
    pub fn has(&self, expected: &PasswordHash) -> bool {
        expected.reveal() == self.hash.reveal()
    }
}

#[cfg(test)]
mod tests;
