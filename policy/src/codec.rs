//! Values as bytes: integers are little-endian, lists and texts begin with their length as `u16`.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The bytes of a policy are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged;

/// The longest list or text that an image holds.
pub const LONGEST: usize = 4096;

/// A value that has a form as bytes.
pub trait Field: Sized {
    /// Appends the value.
    fn put(&self, out: &mut Vec<u8>);
    /// Takes the value from the front of the bytes.
    ///
    /// # Errors
    ///
    /// They hold no such value.
    fn get(bytes: &mut &[u8]) -> Result<Self, Damaged>;
}

/// Takes bytes from the front.
///
/// # Errors
///
/// There are fewer.
pub fn take<'a>(bytes: &mut &'a [u8], len: usize) -> Result<&'a [u8], Damaged> {
    bytes.split_off(..len).ok_or(Damaged)
}

/// Takes so many bytes from the front.
pub(crate) fn array<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], Damaged> {
    take(bytes, N)?.try_into().map_err(|_| Damaged)
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Field for $number {
            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }

            fn get(bytes: &mut &[u8]) -> Result<$number, Damaged> {
                Ok(<$number>::from_le_bytes(array(bytes)?))
            }
        }
    )*};
}

numbers!(u8, u16, u32, u64, i32, i64, f64);

impl Field for bool {
    fn put(&self, out: &mut Vec<u8>) {
        u8::from(*self).put(out);
    }

    fn get(bytes: &mut &[u8]) -> Result<bool, Damaged> {
        match u8::get(bytes)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Damaged),
        }
    }
}

impl<A: Field, B: Field> Field for (A, B) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn get(bytes: &mut &[u8]) -> Result<(A, B), Damaged> {
        Ok((A::get(bytes)?, B::get(bytes)?))
    }
}

impl Field for String {
    fn put(&self, out: &mut Vec<u8>) {
        let text = self.get(..self.floor_char_boundary(LONGEST)).unwrap_or_default();
        put_len(text.len(), out);
        out.extend_from_slice(text.as_bytes());
    }

    fn get(bytes: &mut &[u8]) -> Result<String, Damaged> {
        let len = get_len(bytes)?;
        let text = core::str::from_utf8(take(bytes, len)?).map_err(|_| Damaged)?;
        Ok(text.into())
    }
}

impl<T: Field> Field for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        put_list(self, out);
    }

    fn get(bytes: &mut &[u8]) -> Result<Vec<T>, Damaged> {
        // Grows as values are there: a length alone makes nobody allocate.
        (0..get_len(bytes)?).map(|_| T::get(bytes)).collect()
    }
}

impl<T: Field> Field for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn get(bytes: &mut &[u8]) -> Result<Option<T>, Damaged> {
        bool::get(bytes)?.then(|| T::get(bytes)).transpose()
    }
}

/// Appends a list.
pub(crate) fn put_list<T: Field>(list: &[T], out: &mut Vec<u8>) {
    put_len(list.len().min(LONGEST), out);
    list.iter().take(LONGEST).for_each(|value| value.put(out));
}

fn put_len(len: usize, out: &mut Vec<u8>) {
    // Callers hold to LONGEST.
    u16::try_from(len).unwrap_or(u16::MAX).put(out);
}

pub(crate) fn get_len(bytes: &mut &[u8]) -> Result<usize, Damaged> {
    match usize::from(u16::get(bytes)?) {
        len @ 0..=LONGEST => Ok(len),
        _ => Err(Damaged),
    }
}

/// Gives structs the form of their fields, one after the other. Those behind the semicolon have their defaults.
macro_rules! fields {
    ($($type:ident $(<$of:ident>)? { $($field:ident),* $(; $($left_out:ident),*)? })*) => {$(
        impl Field for $type $(<$of>)? {
            fn put(&self, out: &mut alloc::vec::Vec<u8>) {
                let $type { $($field,)* $($($left_out: _),*)? } = self;
                $($field.put(out);)*
            }

            fn get(bytes: &mut &[u8]) -> Result<Self, Damaged> {
                $(let $field = Field::get(bytes)?;)*
                Ok($type { $($field,)* $($($left_out: Default::default()),*)? })
            }
        }
    )*};
}

/// Gives enums the form of a number, and the fields of the variant.
macro_rules! variants {
    ($($type:ident { $($number:literal => $variant:ident $(($value:ident))? $({ $($field:ident),* })?),* })*) => {$(
        impl Field for $type {
            fn put(&self, out: &mut alloc::vec::Vec<u8>) {
                match self {
                    $($type::$variant $(($value))? $({ $($field),* })? => {
                        out.push($number);
                        $($value.put(out);)?
                        $($($field.put(out);)*)?
                    })*
                }
            }

            fn get(bytes: &mut &[u8]) -> Result<$type, Damaged> {
                match u8::get(bytes)? {
                    $($number => {
                        $(let $value = Field::get(bytes)?;)?
                        $($(let $field = Field::get(bytes)?;)*)?
                        Ok($type::$variant $(($value))? $({ $($field),* })?)
                    })*
                    _ => Err(Damaged),
                }
            }
        }
    )*};
}

pub(crate) use {fields, variants};

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot read the policy: another version of the tool made the image")
    }
}

impl core::error::Error for Damaged {}
