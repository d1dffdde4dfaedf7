//! The canonical encoding: one spelling per value, from which ids, signatures and message sizes
//! come.

/// Takes the bytes of an encoding.
pub trait Encoder {
    /// Takes the next bytes.
    fn bytes(&mut self, bytes: &[u8]);
}

/// Something with a canonical encoding: fixed order, little-endian, lengths before lists.
pub trait Encode {
    /// Writes the encoding into `to`.
    fn encode(&self, to: &mut dyn Encoder);

    /// Length of the encoding in bytes.
    fn encoded_len(&self) -> u32 {
        let mut counter = Counter::default();
        self.encode(&mut counter);
        counter.0
    }
}

/// Counts the bytes of an encoding and keeps none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counter(pub u32);

impl Encoder for Counter {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0 += bytes.len() as u32;
    }
}

impl Encoder for Vec<u8> {
    fn bytes(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

macro_rules! encode_integers {
    ($($integer:ty),*) => {$(
        impl Encode for $integer {
            fn encode(&self, to: &mut dyn Encoder) {
                to.bytes(&self.to_le_bytes());
            }
        }
    )*};
}
encode_integers!(u8, u16, u32, u64, i64);

impl Encode for bool {
    fn encode(&self, to: &mut dyn Encoder) {
        u8::from(*self).encode(to);
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(&self, to: &mut dyn Encoder) {
        u8::from(self.is_some()).encode(to);
        if let Some(value) = self {
            value.encode(to);
        }
    }
}

impl<T: Encode> Encode for [T] {
    fn encode(&self, to: &mut dyn Encoder) {
        (self.len() as u32).encode(to);
        for value in self {
            value.encode(to);
        }
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(&self, to: &mut dyn Encoder) {
        self.as_slice().encode(to);
    }
}

impl<T: Encode + ?Sized> Encode for &T {
    fn encode(&self, to: &mut dyn Encoder) {
        (**self).encode(to);
    }
}

impl<T: Encode + ?Sized> Encode for std::sync::Arc<T> {
    fn encode(&self, to: &mut dyn Encoder) {
        self.as_ref().encode(to);
    }
}

/// Encodes a struct as these fields, one after another.
macro_rules! encode_fields {
    ($type:ty { $($field:tt),+ $(,)? }) => {
        impl $crate::attestation::Encode for $type {
            fn encode(&self, to: &mut dyn $crate::attestation::Encoder) {
                $(self.$field.encode(to);)+
            }
        }
    };
}
pub(crate) use encode_fields;

/// Encodes an enum as the number of its variant, and what that holds.
macro_rules! encode_variants {
    ($type:ty { $($number:literal: $variant:ident($($field:ident),+)),+ $(,)? }) => {
        impl $crate::attestation::Encode for $type {
            fn encode(&self, to: &mut dyn $crate::attestation::Encoder) {
                match self {
                    $(Self::$variant($($field),+) => {
                        to.bytes(&[$number]);
                        $($field.encode(to);)+
                    })+
                }
            }
        }
    };
}
pub(crate) use encode_variants;

impl<A: Encode, B: Encode> Encode for (A, B) {
    fn encode(&self, to: &mut dyn Encoder) {
        self.0.encode(to);
        self.1.encode(to);
    }
}
