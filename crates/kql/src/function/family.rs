//! What a family of functions is made from: an enum of its members, and their signatures.

use super::{Function, FunctionInfo, Gives, Param};
use crate::schema::Type;

pub(super) const BOOL: Gives = Gives::Type(Type::Bool);
pub(super) const INT: Gives = Gives::Type(Type::Int);
pub(super) const LONG: Gives = Gives::Type(Type::Long);
pub(super) const REAL: Gives = Gives::Type(Type::Real);
pub(super) const TEXT: Gives = Gives::Type(Type::String);
pub(super) const DATE: Gives = Gives::Type(Type::DateTime);
pub(super) const GUID: Gives = Gives::Type(Type::Guid);
pub(super) const DYNAMIC: Gives = Gives::Type(Type::Dynamic);

/// What a function takes, how many of that may be left out, and what it gives.
pub(super) const fn takes(params: &'static [Param], optional: usize, gives: Gives) -> FunctionInfo {
    FunctionInfo {
        name: "",
        function: Function::Not,
        params,
        required: params.len() - optional,
        repeats: false,
        gives,
        doc: "",
    }
}

/// The last parameter may come any number of times.
pub(super) const fn many(info: FunctionInfo) -> FunctionInfo {
    FunctionInfo { repeats: true, ..info }
}

/// Declares the functions of a family: member, name, signature, meaning.
macro_rules! family {
    ($(#[$meta:meta])* $family:ident { $($member:ident $name:literal $info:expr, $doc:literal;)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $family {
            $(#[doc = $doc] $member,)*
        }

        impl $family {
            /// The name in the language.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$member => $name,)*
                }
            }
        }

        /// The members with their signatures.
        pub(super) const MEMBERS: &[crate::function::FunctionInfo] = &[
            $(crate::function::FunctionInfo {
                name: $name,
                function: crate::function::Function::$family($family::$member),
                doc: $doc,
                ..$info
            },)*
        ];
    };
}

pub(super) use family;
