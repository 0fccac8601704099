//! Values that are cheap enough to record at every step.

use std::any::TypeId;

use kata_trace::Value;

/// A copy of a value, where the value is a number or a boolean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scalar {
    /// Not a scalar.
    #[default]
    None,
    /// A boolean.
    Bool(bool),
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    Uint(u64),
    /// A pointer. Addresses differ from run to run, so that only null and not-null are told.
    Pointer(bool),
}

macro_rules! scalar_of {
    ($id:ident, $value:ident, $($kind:ident as $wide:ident: $($type:ty)*;)*) => {
        $($(
            if $id == TypeId::of::<$type>() {
                // SAFETY: the type identifiers are equal, so that this is a `$type` (no lifetimes are involved in it).
                return Scalar::$kind(unsafe { *$value.cast::<$type>() } as $wide);
            }
        )*)*
    };
}

impl Scalar {
    /// The value, if its type is a scalar.
    #[inline]
    #[allow(unsafe_code, reason = "the type goes with the pointer")]
    pub fn of<T: ?Sized>(value: &T) -> Scalar {
        // SAFETY: it is the value's type, and the value is borrowed.
        unsafe { Scalar::of_type(typeid::of::<T>(), std::ptr::from_ref(value).cast()) }
    }

    /// The value that `value` points to. Apart from [`Scalar::of`], of which every program has a copy for each type.
    ///
    /// # Safety
    ///
    /// A value of the type that has this `id` can be read there.
    #[allow(unsafe_code, reason = "a cast between equal types, which stable Rust cannot express otherwise")]
    unsafe fn of_type(id: TypeId, value: *const ()) -> Scalar {
        scalar_of!(id, value,
            Int as i64: i8 i16 i32 i64 isize;
            Uint as u64: u8 u16 u32 u64 usize;
        );
        if id == TypeId::of::<bool>() {
            // SAFETY: as above.
            return Scalar::Bool(unsafe { *value.cast::<bool>() });
        }
        Scalar::None
    }

    /// The form that is shown.
    pub fn value(self) -> Option<Value> {
        match self {
            Scalar::None => None,
            Scalar::Bool(value) => Some(Value::Bool(value)),
            Scalar::Int(value) => Some(Value::Int(value)),
            Scalar::Uint(value) => Some(i64::try_from(value).map_or(Value::Uint(value), Value::Int)),
            Scalar::Pointer(null) => Some(Value::Text(if null { "null" } else { "a pointer" }.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_copied_and_other_types_are_not() {
        assert_eq!(Scalar::of(&-7_i32), Scalar::Int(-7));
        assert_eq!(Scalar::of(&7_usize), Scalar::Uint(7));
        assert_eq!(Scalar::of(&true), Scalar::Bool(true));
        assert_eq!(Scalar::of(&"text"), Scalar::None);
        let local = 1;
        assert_eq!(Scalar::of(&&local), Scalar::None);
    }
}
