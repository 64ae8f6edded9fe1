//! Which guest of a board holds which label.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wasm_embedded_host::Claims;

/// The locks of the labels that one guest at a time may hold.
#[derive(Debug)]
struct LabelLocks {
    /// The guests, by number.
    names: Vec<String>,
    /// For each label that was opened, the guest that holds it or held it last.
    labels: Mutex<BTreeMap<String, Holder>>,
}

#[derive(Clone, Copy, Debug)]
struct Holder {
    guest: usize,
    holds: bool,
}

/// The locks of one guest.
#[derive(Debug)]
pub(crate) struct GuestLocks {
    guest: usize,
    all: Arc<LabelLocks>,
}

impl GuestLocks {
    /// Returns the locks of each guest of these names, none of them taken.
    pub(crate) fn none(names: &[String]) -> impl Iterator<Item = GuestLocks> + use<> {
        let all = Arc::new(LabelLocks { names: names.to_vec(), labels: Mutex::default() });
        (0..names.len()).map(move |guest| GuestLocks { guest, all: all.clone() })
    }

    fn labels(&self) -> MutexGuard<'_, BTreeMap<String, Holder>> {
        self.all.labels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Claims for GuestLocks {
    fn claim(&mut self, label: &str) -> Result<(), String> {
        let mut labels = self.labels();
        match labels.get(label) {
            Some(Holder { guest, holds: true }) if *guest != self.guest => {
                Err(self.all.names.get(*guest).cloned().unwrap_or_default())
            }
            _ => {
                labels.insert(label.to_owned(), Holder { guest: self.guest, holds: true });
                Ok(())
            }
        }
    }

    fn release(&mut self, label: &str) {
        if let Some(holder) = self.labels().get_mut(label).filter(|holder| holder.guest == self.guest) {
            holder.holds = false;
        }
    }

    fn reclaim(&mut self, label: &str) -> bool {
        match self.labels().get_mut(label).filter(|holder| holder.guest == self.guest) {
            Some(holder) => {
                holder.holds = true;
                true
            }
            None => false,
        }
    }

    fn leave(&mut self) {
        self.labels().retain(|_, holder| holder.guest != self.guest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> (GuestLocks, GuestLocks) {
        let mut held = GuestLocks::none(&["a.wasm".to_owned(), "b.wasm".to_owned()]);
        (held.next().expect("the first guest"), held.next().expect("the second guest"))
    }

    #[test]
    fn a_label_that_is_held_is_refused_with_the_holder_s_name() {
        let (mut a, mut b) = two();
        assert_eq!(a.claim("LED"), Ok(()));
        assert_eq!(b.claim("LED"), Err("a.wasm".to_owned()));
        b.release("LED");
        assert_eq!(b.claim("LED"), Err("a.wasm".to_owned()), "only the holder gives it back");
        a.release("LED");
        assert_eq!(b.claim("LED"), Ok(()));
    }

    #[test]
    fn an_output_is_left_by_the_guest_that_held_it_last() {
        let (mut a, mut b) = two();
        for label in ["GIVEN_ON", "GIVEN_BACK", "KEPT"] {
            assert_eq!(a.claim(label), Ok(()));
        }
        a.release("GIVEN_ON");
        a.release("GIVEN_BACK");
        assert_eq!(b.claim("GIVEN_ON"), Ok(()));
        assert_eq!(
            ["GIVEN_ON", "GIVEN_BACK", "KEPT", "NEVER"].map(|label| a.reclaim(label)),
            [false, true, true, false]
        );
        assert!(b.claim("GIVEN_BACK").is_err(), "nobody drives an output that is being left");
        a.leave();
        assert_eq!(b.claim("GIVEN_BACK"), Ok(()));
        assert!(!a.reclaim("KEPT"), "a guest leaves once");
    }
}
