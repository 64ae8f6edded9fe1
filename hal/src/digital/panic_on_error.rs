//! Pins for drivers that know no failing pin.

use core::convert::Infallible;

use embedded_hal::digital::{self, PinState};

/// A pin whose failures are panics, for drivers that take only pins with `Error = Infallible`, such as pn532's interrupt line.
///
/// A microcontroller's own pins cannot fail, and some drivers ask for just that. A pin of this crate can: the policy may grant less
/// than is used, or the device behind it be gone. With this wrapper around it the guest ends then, with the error in its message.
/// Where a driver is generic over the error, give it the pin itself.
///
/// ```no_run
/// use wasm_embedded_hal::InputPin;
/// use wasm_embedded_hal::digital::PanicOnError;
///
/// let irq = PanicOnError(InputPin::open("IRQ")?);
/// # Ok::<(), wasm_embedded_hal::OpenError>(())
/// ```
///
/// # Panics
///
/// Every method does when the pin fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PanicOnError<P>(pub P);

impl<P> PanicOnError<P> {
    /// Returns the pin itself.
    pub fn into_inner(self) -> P {
        self.0
    }
}

/// Returns the value, or ends the guest.
#[track_caller]
fn expect<T, E: digital::Error>(result: Result<T, E>) -> Result<T, Infallible> {
    match result {
        Ok(value) => Ok(value),
        Err(error) => panic!("a pin failed whose driver takes no errors: {error:?}"),
    }
}

impl<P> digital::ErrorType for PanicOnError<P> {
    type Error = Infallible;
}

impl<P: digital::OutputPin> digital::OutputPin for PanicOnError<P> {
    fn set_low(&mut self) -> Result<(), Infallible> {
        expect(self.0.set_low())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        expect(self.0.set_high())
    }

    fn set_state(&mut self, state: PinState) -> Result<(), Infallible> {
        expect(self.0.set_state(state))
    }
}

impl<P: digital::StatefulOutputPin> digital::StatefulOutputPin for PanicOnError<P> {
    fn is_set_high(&mut self) -> Result<bool, Infallible> {
        expect(self.0.is_set_high())
    }

    fn is_set_low(&mut self) -> Result<bool, Infallible> {
        expect(self.0.is_set_low())
    }

    fn toggle(&mut self) -> Result<(), Infallible> {
        expect(self.0.toggle())
    }
}

impl<P: digital::InputPin> digital::InputPin for PanicOnError<P> {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        expect(self.0.is_high())
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        expect(self.0.is_low())
    }
}

/// As the pin itself; dropping a future ends its wait.
impl<P: embedded_hal_async::digital::Wait> embedded_hal_async::digital::Wait for PanicOnError<P> {
    async fn wait_for_high(&mut self) -> Result<(), Infallible> {
        expect(self.0.wait_for_high().await)
    }

    async fn wait_for_low(&mut self) -> Result<(), Infallible> {
        expect(self.0.wait_for_low().await)
    }

    async fn wait_for_rising_edge(&mut self) -> Result<(), Infallible> {
        expect(self.0.wait_for_rising_edge().await)
    }

    async fn wait_for_falling_edge(&mut self) -> Result<(), Infallible> {
        expect(self.0.wait_for_falling_edge().await)
    }

    async fn wait_for_any_edge(&mut self) -> Result<(), Infallible> {
        expect(self.0.wait_for_any_edge().await)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use core::cell::Cell;
    use core::pin::pin;
    use core::task::{Context, Waker};
    use std::boxed::Box;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::string::String;

    use embedded_hal::digital::{ErrorType, InputPin, OutputPin, StatefulOutputPin};
    use embedded_hal_async::digital::Wait;

    use super::*;
    use crate::digital::Error;

    /// A pin that has a level, or fails.
    #[derive(Debug)]
    struct Line(Result<bool, Error>);

    impl ErrorType for Line {
        type Error = Error;
    }

    impl OutputPin for Line {
        fn set_low(&mut self) -> Result<(), Error> {
            self.0.as_mut().map(|level| *level = false).map_err(|error| *error)
        }

        fn set_high(&mut self) -> Result<(), Error> {
            self.0.as_mut().map(|level| *level = true).map_err(|error| *error)
        }
    }

    impl StatefulOutputPin for Line {
        fn is_set_high(&mut self) -> Result<bool, Error> {
            self.0
        }

        fn is_set_low(&mut self) -> Result<bool, Error> {
            self.0.map(|level| !level)
        }
    }

    impl InputPin for Line {
        fn is_high(&mut self) -> Result<bool, Error> {
            self.0
        }

        fn is_low(&mut self) -> Result<bool, Error> {
            self.0.map(|level| !level)
        }
    }

    /// What a driver asks for that knows no failing pin.
    fn driver(mut pin: impl InputPin<Error = Infallible> + StatefulOutputPin) -> [bool; 4] {
        let Ok(()) = pin.set_high();
        let Ok(high) = pin.is_high();
        let Ok(()) = pin.toggle();
        let (Ok(low), Ok(set_low)) = (pin.is_low(), pin.is_set_low());
        let Ok(()) = pin.set_state(PinState::High);
        let Ok(set_high) = pin.is_set_high();
        [high, low, set_low, set_high]
    }

    #[test]
    fn a_driver_that_knows_no_failing_pin_has_the_levels_of_the_pin() {
        assert_eq!(driver(PanicOnError(Line(Ok(false)))), [true; 4]);
    }

    /// A pin that notes what it was asked for, and fails or not.
    struct Noted(&'static Cell<&'static str>, Result<(), Error>);

    impl Noted {
        fn note<T>(&self, what: &'static str, value: T) -> Result<T, Error> {
            self.0.set(what);
            self.1.map(|()| value)
        }
    }

    impl ErrorType for Noted {
        type Error = Error;
    }

    impl OutputPin for Noted {
        fn set_low(&mut self) -> Result<(), Error> {
            self.note("set_low", ())
        }

        fn set_high(&mut self) -> Result<(), Error> {
            self.note("set_high", ())
        }

        fn set_state(&mut self, state: PinState) -> Result<(), Error> {
            self.note(if state == PinState::High { "state high" } else { "state low" }, ())
        }
    }

    impl StatefulOutputPin for Noted {
        fn is_set_high(&mut self) -> Result<bool, Error> {
            self.note("is_set_high", true)
        }

        fn is_set_low(&mut self) -> Result<bool, Error> {
            self.note("is_set_low", true)
        }

        fn toggle(&mut self) -> Result<(), Error> {
            self.note("toggle", ())
        }
    }

    impl InputPin for Noted {
        fn is_high(&mut self) -> Result<bool, Error> {
            self.note("is_high", true)
        }

        fn is_low(&mut self) -> Result<bool, Error> {
            self.note("is_low", true)
        }
    }

    impl Wait for Noted {
        async fn wait_for_high(&mut self) -> Result<(), Error> {
            self.note("wait_for_high", ())
        }

        async fn wait_for_low(&mut self) -> Result<(), Error> {
            self.note("wait_for_low", ())
        }

        async fn wait_for_rising_edge(&mut self) -> Result<(), Error> {
            self.note("wait_for_rising_edge", ())
        }

        async fn wait_for_falling_edge(&mut self) -> Result<(), Error> {
            self.note("wait_for_falling_edge", ())
        }

        async fn wait_for_any_edge(&mut self) -> Result<(), Error> {
            self.note("wait_for_any_edge", ())
        }
    }

    /// Waits for a pin that never waits.
    fn now(future: impl Future<Output = Result<(), Infallible>>) -> bool {
        let ended = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
        ended.is_ready()
    }

    /// Each method asks the pin for the same, and panics with the error if the pin fails.
    #[test]
    fn every_method_is_that_of_the_pin_and_a_panic_with_its_error() {
        type Use = fn(&mut PanicOnError<Noted>) -> bool;
        let uses: [(&str, Use); 13] = [
            ("set_low", |pin| pin.set_low().is_ok()),
            ("set_high", |pin| pin.set_high().is_ok()),
            ("state high", |pin| pin.set_state(PinState::High).is_ok()),
            ("state low", |pin| pin.set_state(PinState::Low).is_ok()),
            ("is_set_high", |pin| pin.is_set_high() == Ok(true)),
            ("is_set_low", |pin| pin.is_set_low() == Ok(true)),
            ("toggle", |pin| pin.toggle().is_ok()),
            ("is_high", |pin| pin.is_high() == Ok(true)),
            ("is_low", |pin| pin.is_low() == Ok(true)),
            ("wait_for_high", |pin| now(pin.wait_for_high())),
            ("wait_for_low", |pin| now(pin.wait_for_low())),
            ("wait_for_rising_edge", |pin| now(pin.wait_for_rising_edge())),
            ("wait_for_falling_edge", |pin| now(pin.wait_for_falling_edge())),
        ];
        let any: (&str, Use) = ("wait_for_any_edge", |pin| now(pin.wait_for_any_edge()));
        for (what, use_it) in uses.into_iter().chain([any]) {
            let asked: &'static Cell<&str> = Box::leak(Box::new(Cell::new("nothing")));
            assert!(use_it(&mut PanicOnError(Noted(asked, Ok(())))), "{what}");
            assert_eq!(asked.get(), what);
            let failing = AssertUnwindSafe(|| use_it(&mut PanicOnError(Noted(asked, Err(Error::Busy)))));
            let panic = catch_unwind(failing).expect_err("the pin fails");
            let text = panic.downcast_ref::<String>().expect("a text");
            assert_eq!(text, "a pin failed whose driver takes no errors: Busy", "{what}");
        }
    }

    #[test]
    #[should_panic(expected = "a pin failed whose driver takes no errors: Denied")]
    fn a_failure_is_a_panic_with_the_error() {
        let _ = PanicOnError(Line(Err(Error::Denied))).is_high();
    }
}
