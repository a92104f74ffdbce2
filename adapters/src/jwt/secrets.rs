//! The secrets that tokens are signed with: how they are written, which are refused, and which keys are made from them.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, EncodingKey};
use taskhive_domain::ports::{InfraError, InfraErrorKind};
use zeroize::Zeroizing;

/// As many bytes as SHA-256 puts out: RFC 7518 (3.2) asks for no less.
const MIN_BYTES: usize = 32;

/// What the samples in manuals and `.env` files have in common, in lower case and without punctuation. None of them is
/// likely to occur in 64 random characters.
const SAMPLE_WORDS: [&str; 10] = [
    "secret",
    "password",
    "changeme",
    "changethis",
    "replaceme",
    "replacethis",
    "example",
    "placeholder",
    "insecure",
    "taskhive",
];

/// The secrets of the service, newest first: the first signs, all verify.
///
/// To replace one without signing anybody out, deploy `old,new` everywhere, then `new,old`, and take `old` away when no
/// token can be left that it signed: after [`IDLE_LIFETIME`](taskhive_domain::session::IDLE_LIFETIME).
pub struct SigningSecrets(Vec<Zeroizing<String>>);

/// Why a list of secrets is refused. Never quotes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretRefusal {
    /// Nothing stands where a secret should.
    #[error("secret {0} is empty; make one with: openssl rand -base64 48")]
    Empty(usize),
    /// It could be found by trying.
    #[error("secret {0} has fewer than 32 bytes; make one with: openssl rand -base64 48")]
    TooShort(usize),
    /// It is what a manual shows, or a pattern.
    #[error(
        "secret {0} looks like a sample that others know too; make one with: openssl rand -base64 48"
    )]
    Sample(usize),
}

impl SigningSecrets {
    /// Reads secrets with commas in between; white space around each does not count. The number in a refusal is that of
    /// the secret, from 1.
    pub fn parse(text: &str) -> Result<Self, SecretRefusal> {
        text.split(',')
            .map(str::trim)
            .zip(1..)
            .map(|(secret, number)| match secret {
                "" => Err(SecretRefusal::Empty(number)),
                _ if secret.len() < MIN_BYTES => Err(SecretRefusal::TooShort(number)),
                _ if looks_like_a_sample(secret) => Err(SecretRefusal::Sample(number)),
                _ => Ok(Zeroizing::new(secret.to_owned())),
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// A secret that nobody has seen, in a form that [`Self::parse`] reads: what `openssl rand -base64 48` prints.
    pub fn make() -> Result<Zeroizing<String>, InfraError> {
        let mut bytes = Zeroizing::new([0; 48]);
        aws_lc_rs::rand::fill(&mut *bytes).map_err(|error| {
            let context = "the operating system gave no random bytes for a secret";
            InfraError::new(InfraErrorKind::Unavailable, context, error)
        })?;
        Ok(Zeroizing::new(STANDARD.encode(*bytes)))
    }

    /// The keys of each secret, in the same order.
    pub(super) fn keys(&self) -> impl Iterator<Item = KeySet> {
        self.0.iter().map(|secret| KeySet::of(secret))
    }
}

impl fmt::Debug for SigningSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningSecrets({} × …)", self.0.len())
    }
}

/// What is made from one secret: a key per kind of token, so that one kind can never pass for the other, and a name.
pub(super) struct KeySet {
    /// Public: tells which secret signed an access token, and nothing about the secret.
    pub(super) id: String,
    /// Of access tokens; `verifying` is the same key.
    pub(super) signing: EncodingKey,
    pub(super) verifying: DecodingKey,
    pub(super) refresh: hmac::Key,
}

impl KeySet {
    /// HMAC-SHA-256 under the secret, of a label per use: a pseudo-random function of keys with at least 256 bits of
    /// text. The secret is not stretched, which is why short ones are refused.
    fn of(secret: &str) -> Self {
        let root = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let derive =
            |label: &str| Zeroizing::new(hmac::sign(&root, label.as_bytes()).as_ref().to_vec());
        let id: Vec<u8> = derive("taskhive 1 key id")
            .iter()
            .copied()
            .take(9)
            .collect();
        let access = derive("taskhive 1 access token");
        Self {
            id: URL_SAFE_NO_PAD.encode(id),
            signing: EncodingKey::from_secret(&access),
            verifying: DecodingKey::from_secret(&access),
            refresh: hmac::Key::new(hmac::HMAC_SHA256, &derive("taskhive 1 refresh token")),
        }
    }
}

/// Whether somebody typed it, copied it, or let a key repeat.
fn looks_like_a_sample(secret: &str) -> bool {
    let letters: String = secret
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    SAMPLE_WORDS.iter().any(|word| letters.contains(word)) || has_a_pattern(secret.as_bytes())
}

/// A few characters only, a piece that repeats, or mostly steps to the next letter or digit. Random text of 32 characters,
/// hexadecimal included, is never so.
fn has_a_pattern(secret: &[u8]) -> bool {
    let different = (0..=u8::MAX).filter(|byte| secret.contains(byte)).count();
    let repeats = (1..=secret.len() / 2).any(|period| {
        secret
            .iter()
            .zip(secret.iter().skip(period))
            .all(|(a, b)| a == b)
    });
    let steps = secret
        .iter()
        .zip(secret.iter().skip(1))
        .filter(|(a, b)| a.checked_add(1) == Some(**b))
        .count();
    different < 8 || repeats || steps > secret.len() / 2
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOD: &str = "3HkTbh1uPwYq2vXzJ8sR5mN0cLfGdEaW";

    fn refusal(text: &str) -> Option<SecretRefusal> {
        SigningSecrets::parse(text).err()
    }

    #[test]
    fn a_list_keeps_its_order() {
        let both = format!(" {GOOD} ,\n{}", GOOD.replace('3', "4"));
        let ids = |text: &str| -> Vec<String> {
            let secrets = SigningSecrets::parse(text).unwrap();
            secrets.keys().map(|keys| keys.id).collect()
        };
        assert_eq!(ids(&both).len(), 2);
        assert_eq!(ids(&both)[..1], ids(GOOD)[..]);
    }

    #[test]
    fn a_refusal_says_which_one_and_how_to_make_a_better_one() {
        let short = &GOOD[1..];
        assert_eq!(refusal(short), Some(SecretRefusal::TooShort(1)));
        assert_eq!(refusal(""), Some(SecretRefusal::Empty(1)));
        assert_eq!(refusal(&format!("{GOOD},")), Some(SecretRefusal::Empty(2)));
        assert_eq!(
            refusal(&format!("{GOOD}, {short}")),
            Some(SecretRefusal::TooShort(2))
        );
        let shown = refusal(short).unwrap().to_string();
        assert!(shown.contains("openssl rand -base64 48"), "{shown}");
        assert!(!shown.contains(short), "{shown}");
    }

    #[test]
    fn samples_are_refused() {
        for sample in [
            "change-me-change-me-change-me-change-me",
            "CHANGE_ME_to_a_long_random_string_1234567890",
            "please change this to a long random value",
            "your-256-bit-secret-your-256-bit-secret",
            "supersecretsupersecretsupersecret1",
            "my_jwt_password_that_is_long_enough_9",
            "<replace-me-with-openssl-rand-base64-48>",
            "00000000000000000000000000000000000",
            "abababababababababababababababababab",
            "3HkTbh1uPwYq2v3HkTbh1uPwYq2v3HkTbh1uPwYq2v",
            "0123456789abcdef0123456789abcdef",
            "abcdefghijklmnopqrstuvwxyz123456",
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef",
        ] {
            assert_eq!(refusal(sample), Some(SecretRefusal::Sample(1)), "{sample}");
        }
    }

    #[test]
    fn made_secrets_are_good_and_differ() {
        let first = SigningSecrets::make().unwrap();
        let second = SigningSecrets::make().unwrap();
        assert_eq!(refusal(&first), None);
        assert_ne!(*first, *second);
        assert_eq!(first.len(), 64);
    }

    #[test]
    fn each_use_has_a_key_of_its_own() {
        let secrets = SigningSecrets::parse(GOOD).unwrap();
        let keys = secrets.keys().next().unwrap();
        let refresh = hmac::sign(&keys.refresh, b"x");
        for other in [keys.signing.as_bytes(), GOOD.as_bytes()] {
            let key = hmac::Key::new(hmac::HMAC_SHA256, other);
            assert!(hmac::verify(&key, b"x", refresh.as_ref()).is_err());
        }
        assert!(
            !URL_SAFE_NO_PAD
                .encode(keys.signing.as_bytes())
                .contains(&keys.id)
        );
    }

    #[test]
    fn debug_output_hides_the_secrets() {
        let shown = format!("{:?}", SigningSecrets::parse(GOOD).unwrap());
        assert_eq!(shown, "SigningSecrets(1 × …)");
    }

    proptest! {
        #[test]
        fn random_hexadecimal_digits_are_no_pattern(bytes in any::<[u8; 16]>()) {
            use std::fmt::Write;
            let mut text = String::new();
            for byte in bytes {
                write!(text, "{byte:02x}").unwrap();
            }
            // Proptest likes zeros; the machine's generator does not.
            prop_assume!(bytes.iter().collect::<std::collections::HashSet<_>>().len() > 12);
            prop_assert_eq!(refusal(&text), None);
        }
    }
}
