//! What OpenMLS keeps of one group or key package: keys and values in memory, wiped when they are let go.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use openmls_rust_crypto::MemoryStorage;
use zeroize::Zeroize;

/// The storage of one group. What OpenMLS itself replaces or removes in it is freed unwiped.
#[derive(Default)]
pub(crate) struct Store(MemoryStorage);

impl Store {
    pub(crate) fn of(values: HashMap<Vec<u8>, Vec<u8>>) -> Self {
        Self(MemoryStorage { values: RwLock::new(values) })
    }

    pub(crate) const fn storage(&self) -> &MemoryStorage {
        &self.0
    }

    /// A second one with the same content.
    pub(crate) fn copy(&self) -> Self {
        self.look(|values| Self::of(values.clone()))
    }

    /// Shows all keys and values to `reader`.
    pub(crate) fn look<T>(&self, reader: impl FnOnce(&HashMap<Vec<u8>, Vec<u8>>) -> T) -> T {
        reader(&self.0.values.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let values = self.0.values.get_mut().unwrap_or_else(PoisonError::into_inner);
        values.values_mut().for_each(Zeroize::zeroize);
    }
}
