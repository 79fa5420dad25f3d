//! Functions over rows that are written in the language itself: what is known of files and devices, out of
//! our own tables.

use std::rc::Rc;
use std::sync::OnceLock;

use super::{Binder, Binding, Rel};
use crate::ast::{Argument, FunctionBody, LetValue, Name, Statement};
use crate::problem::{Finding, code};

/// The functions: their names, whether they take rows (`invoke`), and their definitions.
const LIBRARY: &[(&str, bool, &str)] = &[
    ("FileProfile", true, include_str!("library/file_profile.kql")),
    ("SeenBy", true, include_str!("library/seen_by.kql")),
    ("DeviceFromIP", false, include_str!("library/device_from_ip.kql")),
    ("AssignedIPAddresses", false, include_str!("library/assigned_ip_addresses.kql")),
];

/// Names, forms and meanings.
#[rustfmt::skip]
pub(crate) const FORMS: &[(&str, &str, &str)] = &[
    ("FileProfile", "invoke FileProfile([hash column [, most rows]])", "what is known of files: how many devices have them, since when, who signed them"),
    ("SeenBy", "invoke SeenBy()", "which devices saw the device"),
    ("DeviceFromIP", "DeviceFromIP(address [, time])", "the devices that had an address"),
    ("AssignedIPAddresses", "AssignedIPAddresses(device [, time])", "the addresses that a device had"),
];

pub(super) fn names<'n>() -> impl Iterator<Item = &'n str> {
    LIBRARY.iter().map(|(name, ..)| *name)
}

/// Whether `invoke` calls it.
pub(super) fn takes_rows(name: &str) -> bool {
    LIBRARY.iter().any(|(known, rows, _)| *known == name && *rows)
}

/// Whether it starts a query.
pub(super) fn gives_rows(name: &str) -> bool {
    LIBRARY.iter().any(|(known, rows, _)| *known == name && !*rows)
}

/// The definition, read once.
fn definition(name: &str) -> Option<&'static FunctionBody> {
    static READ: OnceLock<Vec<(&'static str, FunctionBody)>> = OnceLock::new();
    let read = READ.get_or_init(|| {
        LIBRARY.iter().filter_map(|(name, _, text)| Some((*name, body_of(text)?))).collect()
    });
    read.iter().find(|(known, _)| *known == name).map(|(_, body)| body)
}

pub(super) fn body_of(text: &str) -> Option<FunctionBody> {
    let statements = crate::parse(text).0.statements;
    statements.into_iter().find_map(|statement| match statement {
        Statement::Let(statement) => match statement.value {
            LetValue::Function(body) => Some(body),
            LetValue::Expr(_) => None,
        },
        _ => None,
    })
}

impl<'a> Binder<'a> {
    /// `invoke name(…)`
    pub(super) fn library_call(
        &mut self,
        rel: Rel,
        name: &'a Name,
        arguments: &'a [Argument],
    ) -> Rel {
        // A column may be named by a bare word or by a text; the functions take the values.
        let label = rel.label.clone();
        let rel = if name.text == "FileProfile" {
            match self.with_hash(rel, name, arguments.first()) {
                Some(rel) => rel,
                None => return Rel::broken(),
            }
        } else {
            rel
        };
        let mut out = self.call_of_library(name, &[], Some(rel));
        if name.text == "FileProfile" {
            out = with_profile(out);
        }
        out.label = label;
        out
    }

    pub(super) fn library_table(&mut self, name: &'a Name, arguments: &'a [Argument]) -> Rel {
        self.call_of_library(name, arguments, None)
    }

    fn call_of_library(
        &mut self,
        name: &'a Name,
        arguments: &'a [Argument],
        piped: Option<Rel>,
    ) -> Rel {
        let Some(body) = definition(&name.text) else {
            self.fail(code::FUNCTION, &name.span, format!("there is no function `{}`", name.text));
            return Rel::broken();
        };
        let before = self.findings.len();
        let binding = Binding::Function { body, visible: Vec::<(String, Rc<Binding<'a>>)>::new() };
        let rel = self.own_table_call(name, &binding, arguments, piped);
        self.told_of_the_call(name, before);
        rel
    }

    /// What is wrong inside of a call, after so many findings, is of no use to whoever calls: the places are
    /// not those of the text.
    pub(super) fn told_of_the_call(&mut self, name: &Name, before: usize) {
        let inside = self.findings.split_off(before.min(self.findings.len()));
        if let Some(first) = inside.into_iter().next() {
            let message = format!("`{}` cannot be called here: {}", name.text, first.message);
            let own = first.span == name.span;
            let finding = Finding::new(first.code, name.span.clone(), message);
            self.report(if own { first } else { finding });
        }
    }

    /// The rows with the hash that `FileProfile` looks up as a column of a fixed name.
    fn with_hash(&mut self, rel: Rel, name: &Name, argument: Option<&'a Argument>) -> Option<Rel> {
        use crate::ast::ExprKind;
        use crate::plan::{Column, Expr, RelationKind};
        let given = argument.map(|argument| (&argument.value.kind, &argument.value.span));
        let hash = match given {
            None => rel.scope().find("SHA1"),
            Some((ExprKind::Name(column), _)) => rel.scope().find(column),
            Some((ExprKind::Literal(crate::value::Literal::String(column), _), _)) => {
                rel.scope().find(column)
            }
            Some((_, span)) => {
                self.fail(code::CONSTANT, span, "the name of a column with hashes is needed here");
                return None;
            }
        };
        let Some(hash) = hash.or_else(|| rel.open.then(Self::poison)) else {
            let span = given.map_or(&name.span, |(_, span)| span);
            self.fail(code::COLUMN, span, "these rows have no such column with hashes");
            return None;
        };
        let hash = super::convert::convert(hash, crate::schema::Type::String);
        let mut columns = rel.columns().to_vec();
        let mut exprs: Vec<Expr> =
            columns.iter().enumerate().map(|(index, c)| Expr::column(index, c.ty)).collect();
        columns.push(Column { name: "$Hash".to_owned(), ty: hash.ty });
        exprs.push(hash);
        Some(rel.step(columns, |input| RelationKind::Project { input, exprs }))
    }
}

/// What a profile tells of a file, in order.
const PROFILE: &[&str] = &[
    "SHA1",
    "SHA256",
    "MD5",
    "FileSize",
    "GlobalPrevalence",
    "GlobalFirstSeen",
    "GlobalLastSeen",
    "Signer",
    "Issuer",
    "SignerHash",
    "IsCertificateValid",
    "IsRootSignerMicrosoft",
    "SignatureState",
    "IsExecutable",
    "ThreatName",
    "Publisher",
    "SoftwareName",
    "ProfileAvailability",
];

/// The columns of the rows, then those of the profile that the rows do not have already.
fn with_profile(rel: Rel) -> Rel {
    let mut picked = Vec::new();
    let mut columns = Vec::new();
    for (index, column) in rel.columns().iter().enumerate() {
        if !column.name.starts_with('$') || column.name == "$table" {
            picked.push(index);
            columns.push(column.clone());
        }
    }
    for name in PROFILE {
        let known = columns.iter().any(|column| column.name == *name);
        let found =
            rel.columns().iter().position(|column| column.name.strip_prefix('$') == Some(name));
        if let (false, Some(index)) = (known, found) {
            let ty = rel.columns().get(index).map_or(crate::schema::Type::Dynamic, |c| c.ty);
            columns.push(crate::plan::Column { name: (*name).to_owned(), ty });
            picked.push(index);
        }
    }
    let mut rel = rel.pick(&picked);
    rel.relation.columns = columns;
    rel
}
