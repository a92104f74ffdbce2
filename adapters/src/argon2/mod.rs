//! Passwords, hashed with Argon2id: the parameters, what is compared with what, and the one thing a hash costs.
//!
//! Who may hash when is the business of `queue`. Rules for passwords are the domain's.

mod memory;
mod queue;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash as Phc, Salt};
use argon2::{Algorithm, Argon2, Params, Version};
use async_trait::async_trait;
use taskhive_domain::ports::{InfraError, InfraErrorKind, PasswordHasher, Verification};
use taskhive_domain::user::{Password, PasswordHash};
use zeroize::Zeroizing;

use self::memory::WorkingMemory;
use self::queue::Queue;

/// 16 bytes, as RFC 9106 (3.1) recommends for password hashing.
const SALT_BYTES: usize = 16;
/// 256 bit: nobody gains from more.
const OUTPUT_BYTES: usize = 32;
/// A stored hash that asks for more memory or passes than these is damaged; to obey it would be an attack on ourselves.
const STORED_MEMORY_KIB: u32 = 256 * 1024;
const STORED_ITERATIONS: u32 = 16;

/// What one Argon2id hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon2Parameters {
    /// Memory, in KiB: at least 8 for each lane.
    pub memory_kib: u32,
    /// Passes over the memory, at least 1.
    pub iterations: u32,
    /// Lanes, at least 1. They are computed one after the other.
    pub lanes: u32,
}

impl Argon2Parameters {
    /// The first choice of the OWASP Password Storage Cheat Sheet that does not need more than 19 MiB.
    pub const OWASP: Self = Self {
        memory_kib: 19_456,
        iterations: 2,
        lanes: 1,
    };
}

/// How many hashes are computed and awaited at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashingCapacity {
    /// Computed at once. More than there are cores makes every one of them slower and none earlier.
    pub at_once: usize,
    /// Callers that may wait for their turn. One more is refused at once.
    pub waiting: usize,
    /// How long a caller waits for its turn.
    pub max_wait: Duration,
}

/// How many passwords are hashed and wait for it, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashingStatus {
    /// Are being hashed.
    pub working: usize,
    /// Wait for their turn.
    pub waiting: usize,
}

impl HashingCapacity {
    /// One hash per core; 64 callers wait for up to 2 s. At 20 ms a hash, two cores serve a full queue in 0.7 s.
    #[must_use]
    pub const fn per_core(cores: usize) -> Self {
        Self {
            at_once: cores,
            waiting: 64,
            max_wait: Duration::from_secs(2),
        }
    }
}

/// Hashes passwords with Argon2id, on blocking threads, a bounded number at once.
///
/// The working memory of a hash is kept for the next one, which saves a third of the time; it takes at most `at_once` ×
/// `memory_kib` for good. It is wiped in between, because what is left in it tells the password: its first block can be
/// computed back, and depends on the password directly, so that a guess is checked in microseconds instead of by a whole hash.
pub struct Argon2Hasher {
    live: Params,
    queue: Queue,
    memory: Arc<WorkingMemory>,
}

impl Argon2Hasher {
    /// With the parameters of OWASP, for a machine with this many cores. Fails only if the library refuses them.
    pub fn new(cores: usize) -> Result<Self, InfraError> {
        Self::with(Argon2Parameters::OWASP, HashingCapacity::per_core(cores))
    }

    /// With other parameters. Fails if Argon2 does not know such.
    pub fn with(
        parameters: Argon2Parameters,
        capacity: HashingCapacity,
    ) -> Result<Self, InfraError> {
        let Argon2Parameters {
            memory_kib,
            iterations,
            lanes,
        } = parameters;
        let live = Params::new(memory_kib, iterations, lanes, Some(OUTPUT_BYTES))
            .map_err(|error| broken("the Argon2 parameters are not valid", error))?;
        Ok(Self {
            queue: Queue::new(capacity),
            memory: Arc::new(WorkingMemory::new(live.block_count())),
            live,
        })
    }

    /// How busy it is.
    #[must_use]
    pub fn status(&self) -> HashingStatus {
        self.queue.status()
    }

    /// Waits for its turn and computes on a blocking thread. The permit goes along: a caller that goes away meanwhile
    /// does not make room for another hash before this one is finished.
    async fn compute(
        &self,
        spec: HashSpec,
        password: Option<&Password>,
    ) -> Result<Output, InfraError> {
        let permit = self.queue.acquire().await?;
        let (password, memory) = (password.cloned(), Arc::clone(&self.memory));
        tokio::task::spawn_blocking(move || {
            let output = spec.compute(password.as_ref(), &memory);
            drop(permit);
            output
        })
        .await
        .map_err(|error| broken("the thread that hashed a password ended early", error))?
    }
}

#[async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, InfraError> {
        let spec = HashSpec::live(&self.live)?;
        let salt = spec.salt;
        let output = self.compute(spec, Some(password)).await?;
        let params = ParamsString::try_from(&self.live)
            .map_err(|error| broken("the Argon2 parameters cannot be written", error))?;
        let phc = Phc {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params,
            salt: Some(salt),
            hash: Some(output),
        };
        Ok(PasswordHash::new(phc.to_string()))
    }

    async fn verify(
        &self,
        password: Option<&Password>,
        hash: Option<&PasswordHash>,
    ) -> Result<Verification, InfraError> {
        let (Some(password), Some(hash)) = (password, hash) else {
            // Nothing to compare, which must not show: the same turn, the same work, and the result thrown away.
            self.compute(HashSpec::live(&self.live)?, password).await?;
            return Ok(Verification::Mismatch);
        };
        let (spec, expected) = HashSpec::stored(hash)?;
        let outdated = !spec.is_as_good_as(&self.live);
        let output = self.compute(spec, Some(password)).await?;
        // `Output` compares in constant time.
        Ok(if output != expected {
            Verification::Mismatch
        } else if outdated {
            Verification::MatchOutdated
        } else {
            Verification::Match
        })
    }
}

impl fmt::Debug for Argon2Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Argon2Hasher")
            .field("parameters", &self.live)
            .finish_non_exhaustive()
    }
}

/// Everything that goes into a hash but the password.
struct HashSpec {
    algorithm: Algorithm,
    version: Version,
    params: Params,
    salt: Salt,
    output_bytes: usize,
}

impl HashSpec {
    /// How passwords are hashed today, with a salt of its own.
    fn live(params: &Params) -> Result<Self, InfraError> {
        let unavailable = |error| {
            let context = "the operating system gave no random salt";
            InfraError::new(InfraErrorKind::Unavailable, context, error)
        };
        let mut salt = [0; SALT_BYTES];
        aws_lc_rs::rand::fill(&mut salt).map_err(unavailable)?;
        Ok(Self {
            algorithm: Algorithm::Argon2id,
            version: Version::V0x13,
            params: params.clone(),
            salt: Salt::new(&salt).map_err(|error| broken("the salt is not valid", error))?,
            output_bytes: OUTPUT_BYTES,
        })
    }

    /// How a stored hash was made, and what came out. The error does not quote the hash.
    fn stored(hash: &PasswordHash) -> Result<(Self, Output), InfraError> {
        Self::read(hash.reveal()).ok_or_else(|| {
            let context = "a stored password hash is not an Argon2 hash that can be checked";
            InfraError::bare(InfraErrorKind::Broken, context)
        })
    }

    fn read(phc: &str) -> Option<(Self, Output)> {
        let phc = Phc::new(phc).ok()?;
        let params = Params::try_from(&phc).ok()?;
        if params.m_cost() > STORED_MEMORY_KIB || params.t_cost() > STORED_ITERATIONS {
            return None;
        }
        let expected = phc.hash?;
        let spec = Self {
            algorithm: Algorithm::try_from(phc.algorithm.as_str()).ok()?,
            version: Version::try_from(phc.version?).ok()?,
            params,
            salt: phc.salt?,
            output_bytes: expected.len(),
        };
        Some((spec, expected))
    }

    /// Whether a hash made so could have been made today.
    fn is_as_good_as(&self, live: &Params) -> bool {
        self.algorithm == Algorithm::Argon2id
            && self.version == Version::V0x13
            && self.params == *live
            && self.salt.len() >= SALT_BYTES
    }

    /// The slow part. No password costs as much as any other.
    fn compute(
        &self,
        password: Option<&Password>,
        memory: &WorkingMemory,
    ) -> Result<Output, InfraError> {
        let argon2 = Argon2::new(self.algorithm, self.version, self.params.clone());
        let password = password.map_or(&[][..], |password| password.reveal().as_bytes());
        let mut output = Zeroizing::new(vec![0; self.output_bytes]);
        memory
            .lend(self.params.block_count(), |blocks| {
                argon2.hash_password_into_with_memory(password, &self.salt, &mut output, blocks)
            })
            .map_err(|error| broken("Argon2 refused to hash", error))?;
        Output::new(&output).map_err(|error| broken("Argon2 made no hash", error))
    }
}

fn broken(
    context: &'static str,
    error: impl std::error::Error + Send + Sync + 'static,
) -> InfraError {
    InfraError::new(InfraErrorKind::Broken, context, error)
}

#[cfg(test)]
mod tests;
