//! Connections belong to the runtime that opened them: its thread reads what the server answers. A request that used
//! another runtime's connection would have to be woken up from there, which costs more than to send the statement.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::runtime::{Handle, Id};

/// One of something for each Tokio runtime that asks for it. There are few: one for each core.
pub(super) struct PerRuntime<T>(RwLock<Vec<(Id, Arc<T>)>>);

impl<T> PerRuntime<T> {
    pub(super) fn new() -> Self {
        Self(RwLock::default())
    }

    /// All that were made so far.
    pub(super) fn all(&self) -> Vec<Arc<T>> {
        let made = self.0.read().unwrap_or_else(PoisonError::into_inner);
        made.iter().map(|(_, one)| Arc::clone(one)).collect()
    }

    /// The one of the current runtime, made if there is none yet. Must be called within a runtime.
    pub(super) fn here<E>(&self, make: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        let runtime = Handle::current().id();
        let of_runtime = |known: &[(Id, Arc<T>)]| {
            let mut known = known.iter();
            known
                .find(|(id, _)| *id == runtime)
                .map(|(_, one)| Arc::clone(one))
        };
        // No step under this lock leaves the list half changed.
        if let Some(one) = of_runtime(&self.0.read().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(one);
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // A runtime may have several threads.
        if let Some(one) = of_runtime(&known) {
            return Ok(one);
        }
        let one = Arc::new(make()?);
        known.push((runtime, Arc::clone(&one)));
        Ok(one)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use tokio::runtime::Builder;

    use super::*;

    #[test]
    fn each_runtime_has_its_own() {
        let (first, second) = (
            Builder::new_current_thread().build().unwrap(),
            Builder::new_multi_thread().build().unwrap(),
        );
        let numbers = PerRuntime::new();
        let mut made = 0;
        let mut number_in = |runtime: &tokio::runtime::Runtime| {
            runtime.block_on(async {
                numbers.here(|| {
                    made += 1;
                    Ok::<_, Infallible>(made)
                })
            })
        };
        let answers =
            [&first, &second, &first, &second].map(|runtime| *number_in(runtime).unwrap());
        assert_eq!(answers, [1, 2, 1, 2]);
    }

    #[tokio::test]
    async fn what_could_not_be_made_is_tried_again() {
        let texts = PerRuntime::new();
        assert_eq!(texts.here(|| Err("no")), Err("no"));
        assert_eq!(
            texts.here(|| Ok::<_, Infallible>("yes")).as_deref(),
            Ok(&"yes")
        );
    }
}
