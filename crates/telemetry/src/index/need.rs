//! What a file must hold so that a condition can be true of one of its rows.

use bartizan_kql::plan::ListTest;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::expr::{InList, ScalarFunction};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};

use super::keys::{Kept, kept, text_key};
use crate::function::RowFunction;
use crate::scalar::ColumnTest;
use crate::term::{TextMatcher, terms};

/// What must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing that the index knows of.
    Anything,
    /// All of these keys in one column.
    Keys { column: String, keys: Vec<u64> },
    /// All of these.
    All(Vec<Self>),
    /// One of these.
    Any(Vec<Self>),
}

/// What conditions that must all be true need.
pub(crate) fn of_conditions(conditions: &[Expr]) -> Need {
    all(conditions.iter().map(of_condition).collect())
}

fn of_condition(condition: &Expr) -> Need {
    match condition {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => match op {
            Operator::And => all(vec![of_condition(left), of_condition(right)]),
            Operator::Or => any(vec![of_condition(left), of_condition(right)]),
            Operator::Eq => match (left.as_ref(), right.as_ref()) {
                (Expr::Column(column), Expr::Literal(value, _))
                | (Expr::Literal(value, _), Expr::Column(column)) => equal(&column.name, value),
                _ => Need::Anything,
            },
            _ => Need::Anything,
        },
        Expr::IsTrue(inner) => of_condition(inner),
        Expr::InList(list) if !list.negated => in_list(list),
        Expr::ScalarFunction(call) => of_call(call).unwrap_or(Need::Anything),
        _ => Need::Anything,
    }
}

fn in_list(list: &InList) -> Need {
    let Expr::Column(column) = list.expr.as_ref() else { return Need::Anything };
    let member = |member: &Expr| match member {
        Expr::Literal(value, _) => equal(&column.name, value),
        _ => Need::Anything,
    };
    any(list.list.iter().map(member).collect())
}

/// A test of a column that is worked out row by row.
fn of_call(call: &ScalarFunction) -> Option<Need> {
    let (place, test) = RowFunction::within(&call.func)?.column_test()?;
    let Some(Expr::Column(column)) = call.args.get(place) else { return None };
    let has = |matcher: &TextMatcher| match matcher.whole() {
        Some(text) => equal_text(&column.name, text),
        None => has_terms(&column.name, &matcher.required_terms()),
    };
    Some(match test {
        ColumnTest::Text(matcher) => has(matcher),
        ColumnTest::Terms(ListTest::HasAll, matchers) => all(matchers.iter().map(has).collect()),
        ColumnTest::Terms(_, matchers) => any(matchers.iter().map(has).collect()),
        ColumnTest::Texts { texts, .. } => {
            any(texts.iter().map(|text| equal_text(&column.name, text)).collect())
        }
    })
}

fn equal(column: &str, value: &ScalarValue) -> Need {
    match value {
        ScalarValue::Utf8(Some(text)) | ScalarValue::Utf8View(Some(text)) => {
            equal_text(column, text)
        }
        _ => Need::Anything,
    }
}

fn equal_text(column: &str, text: &str) -> Need {
    let folded = text.to_lowercase();
    match kept(column) {
        Some(Kept::Values | Kept::ValuesAndTerms) => {
            Need::Keys { column: column.to_owned(), keys: vec![text_key(&folded)] }
        }
        Some(Kept::Terms) => {
            has_terms(column, &terms(&folded).map(str::to_owned).collect::<Vec<_>>())
        }
        None => Need::Anything,
    }
}

fn has_terms(column: &str, terms: &[String]) -> Need {
    let indexed = matches!(kept(column), Some(Kept::Terms | Kept::ValuesAndTerms));
    if !indexed || terms.is_empty() {
        return Need::Anything;
    }
    let keys = terms.iter().map(|term| text_key(term)).collect();
    Need::Keys { column: column.to_owned(), keys }
}

fn all(needs: Vec<Need>) -> Need {
    let mut needs: Vec<Need> = needs.into_iter().filter(|need| *need != Need::Anything).collect();
    match needs.len() {
        0 => Need::Anything,
        1 => needs.pop().unwrap_or(Need::Anything),
        _ => Need::All(needs),
    }
}

fn any(needs: Vec<Need>) -> Need {
    if needs.contains(&Need::Anything) { Need::Anything } else { Need::Any(needs) }
}
