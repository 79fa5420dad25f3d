//! Tests of a value against several: `in`, `in~`, `has_any`, `has_all`.

use std::borrow::Cow;
use std::collections::HashSet;

use bartizan_kql::plan::{Expr, ListTest};
use bartizan_kql::value::{Dynamic, Literal};

use super::{ColumnTest, Outcome, Scalar, ScalarError};
use crate::term::{TextMatcher, TextTest};
use crate::value;

/// A list test, with constant members prepared.
#[derive(Debug, Clone)]
pub(crate) struct ListNode {
    test: ListTest,
    value: Scalar,
    members: Members,
}

#[derive(Debug, Clone)]
enum Members {
    /// Texts that are compared whole.
    Texts(HashSet<String>),
    /// Texts that are looked for.
    Terms(Vec<TextMatcher>),
    /// Anything else that is constant.
    Values(Vec<Literal>),
    /// What depends on the row.
    Each(Vec<Scalar>),
}

impl ListNode {
    pub(super) fn new(
        test: ListTest,
        value: &Expr,
        list: &[Expr],
        place: &mut dyn FnMut(usize) -> usize,
    ) -> Result<Self, ScalarError> {
        let value = Scalar::new(value, place)?;
        let mut members = Vec::with_capacity(list.len());
        for member in list {
            members.push(Scalar::new(member, place)?);
        }
        let constants: Option<Vec<&Literal>> = members
            .iter()
            .map(|member| match member {
                Scalar::Constant(literal) => Some(literal),
                _ => None,
            })
            .collect();
        let members = match constants {
            Some(constants) => Members::prepare(test, &flatten(constants)),
            None => Members::Each(members),
        };
        Ok(Self { test, value, members })
    }

    pub(super) fn is_constant(&self) -> bool {
        self.value.is_constant() && !matches!(self.members, Members::Each(_))
    }

    /// The place of the text and the test, when this is a column tested against constants.
    pub(super) fn column_test(&self) -> Option<(usize, ColumnTest<'_>)> {
        let Scalar::Input(place) = &self.value else { return None };
        match &self.members {
            Members::Texts(texts) => {
                let caseless = self.test == ListTest::InCaseless;
                Some((*place, ColumnTest::Texts { texts, caseless }))
            }
            Members::Terms(terms) => Some((*place, ColumnTest::Terms(self.test, terms))),
            Members::Values(_) | Members::Each(_) => None,
        }
    }

    pub(super) fn value(&self, row: &[Literal]) -> Outcome {
        let value = self.value.value(row)?;
        let Members::Each(each) = &self.members else {
            return Ok(Literal::Bool(self.members.test(self.test, &value)));
        };
        let mut values = Vec::with_capacity(each.len());
        for member in each {
            values.push(member.value(row)?);
        }
        let members = flatten(values.iter().map(Cow::as_ref));
        Ok(Literal::Bool(Members::prepare(self.test, &members).test(self.test, &value)))
    }
}

/// The members, with arrays opened.
fn flatten<'a>(members: impl IntoIterator<Item = &'a Literal>) -> Vec<Literal> {
    let mut flat = Vec::new();
    for member in members {
        match member {
            Literal::Dynamic(Dynamic::Array(items)) => flat.extend(items.iter().map(value::held)),
            Literal::Dynamic(other) => flat.push(value::held(other)),
            other => flat.push(other.clone()),
        }
    }
    flat
}

impl Members {
    fn prepare(test: ListTest, members: &[Literal]) -> Self {
        let term =
            |literal: &Literal| TextMatcher::new(TextTest::Has, true, &value::text_of(literal));
        let all_text = members.iter().all(|member| matches!(member, Literal::String(_)));
        match test {
            ListTest::HasAny | ListTest::HasAll => Self::Terms(members.iter().map(term).collect()),
            ListTest::InCaseless => Self::Texts(
                members.iter().map(|member| value::text_of(member).to_lowercase()).collect(),
            ),
            ListTest::In if all_text && !members.is_empty() => {
                Self::Texts(members.iter().map(value::text_of).collect())
            }
            ListTest::In => Self::Values(members.to_vec()),
        }
    }

    fn test(&self, test: ListTest, tested: &Literal) -> bool {
        match self {
            Self::Texts(texts) => match tested {
                Literal::String(text) | Literal::Guid(text) if test == ListTest::In => {
                    texts.contains(text.as_str())
                }
                Literal::Null => false,
                other => {
                    let text = value::text_of(other);
                    texts.contains(&if test == ListTest::In { text } else { text.to_lowercase() })
                }
            },
            Self::Terms(terms) => {
                let text = value::text_of(tested);
                match test {
                    ListTest::HasAll => terms.iter().all(|term| term.matches(&text)),
                    _ => terms.iter().any(|term| term.matches(&text)),
                }
            }
            Self::Values(values) => {
                *tested != Literal::Null && values.iter().any(|member| equal(tested, member))
            }
            Self::Each(_) => false,
        }
    }
}

/// Equality of a typed value and a member, which may come out of a dynamic.
fn equal(tested: &Literal, member: &Literal) -> bool {
    match (tested, member) {
        (_, Literal::Null) | (Literal::Null, _) => false,
        (Literal::Dynamic(dynamic), member) => value::same(&value::held(dynamic), member),
        (Literal::Guid(guid), Literal::String(text)) => guid.eq_ignore_ascii_case(text),
        (Literal::DateTime(_), Literal::String(_)) => {
            value::same(tested, &value::convert(member, bartizan_kql::Type::DateTime))
        }
        (Literal::String(_), member) if !matches!(member, Literal::String(_)) => false,
        (tested, member) => value::same(tested, member),
    }
}
