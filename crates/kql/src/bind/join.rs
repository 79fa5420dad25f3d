//! `join` and `lookup`.

use super::convert::{comparable, convert};
use super::naming::ColumnList;
use super::{Binder, Rel};
use crate::ast::{self, BinaryOp, ExprKind, Setting};
use crate::plan::{Expr, JoinKey, JoinKind, RelationKind};
use crate::problem::{Finding, code};
use crate::schema::Type;
use crate::suggest::nearest;

const KINDS: &[(&str, JoinKind)] = &[
    ("innerunique", JoinKind::InnerUnique),
    ("inner", JoinKind::Inner),
    ("leftouter", JoinKind::LeftOuter),
    ("rightouter", JoinKind::RightOuter),
    ("fullouter", JoinKind::FullOuter),
    ("leftsemi", JoinKind::LeftSemi),
    ("rightsemi", JoinKind::RightSemi),
    ("leftanti", JoinKind::LeftAnti),
    ("anti", JoinKind::LeftAnti),
    ("leftantisemi", JoinKind::LeftAnti),
    ("rightanti", JoinKind::RightAnti),
    ("rightantisemi", JoinKind::RightAnti),
];

impl<'a> Binder<'a> {
    pub(super) fn join(
        &mut self,
        left: Rel,
        lookup: bool,
        settings: &[Setting],
        right: &'a ast::Expr,
        on: &'a [ast::Expr],
    ) -> Rel {
        let kind = self.join_kind(lookup, settings);
        let right = self.table(right);
        let mut keys = Vec::new();
        for condition in on {
            self.join_condition(condition, &left, &right, &mut keys);
        }
        let open = left.open || right.open;
        let right_keys: Vec<Expr> = keys.iter().map(|key| key.right.clone()).collect();
        let left_columns = left.columns().len();
        let right_columns = right.columns().to_vec();
        let columns = join_columns(&left, &right, kind);
        let label =
            if matches!(kind, JoinKind::LeftSemi | JoinKind::LeftAnti) { left.label } else { None };
        let joined = RelationKind::Join {
            left: Box::new(left.relation),
            right: Box::new(right.relation),
            kind,
            keys,
        };
        let mut out = Rel::new(joined, columns);
        out.open = open;
        out.label = label;
        if !lookup {
            return out;
        }
        // `lookup` leaves the right side's keys out, before names are made different.
        let is_key = |index: &usize, ty: Type| right_keys.contains(&Expr::column(*index, ty));
        let mut names =
            ColumnList::with(out.columns().get(..left_columns).unwrap_or_default().to_vec());
        let mut kept: Vec<usize> = (0..left_columns).collect();
        let mut added = Vec::new();
        for (index, column) in right_columns.iter().enumerate() {
            if !is_key(&index, column.ty) {
                added.push(column);
                kept.push(left_columns + index);
            }
        }
        names.add_right(&added);
        let mut picked = out.pick(&kept);
        picked.relation.columns = names.columns;
        picked
    }

    fn join_kind(&mut self, lookup: bool, settings: &[Setting]) -> JoinKind {
        let mut kind = if lookup { JoinKind::LeftOuter } else { JoinKind::InnerUnique };
        for setting in settings {
            let name = setting.name.text.as_str();
            let value = setting.value.text.as_str();
            match name {
                "kind" => match KINDS.iter().find(|(known, _)| *known == value) {
                    Some((_, JoinKind::Inner)) => kind = JoinKind::Inner,
                    Some((_, JoinKind::LeftOuter)) => kind = JoinKind::LeftOuter,
                    Some((_, found)) if !lookup => kind = *found,
                    Some(_) => {
                        let message = format!("`lookup` is leftouter or inner, not {value}");
                        self.fail(code::WORD, &setting.value.span, message);
                    }
                    None => {
                        let finding = Finding::new(
                            code::WORD,
                            setting.value.span.clone(),
                            format!("there is no kind of join named `{value}`"),
                        );
                        self.report(
                            finding
                                .suggesting(nearest(value, KINDS.iter().map(|(known, _)| *known))),
                        );
                    }
                },
                "withsource" | "with_source" => {
                    self.fail(
                        code::UNSUPPORTED,
                        &setting.name.span,
                        format!("`{name}` of a join is not supported yet"),
                    );
                }
                // Hints say how, not what.
                name if name.starts_with("hint.") => {}
                _ => {
                    let finding = Finding::new(
                        code::WORD,
                        setting.name.span.clone(),
                        format!("a join has no parameter `{name}`"),
                    );
                    self.report(finding.suggesting(nearest(name, ["kind"])));
                }
            }
        }
        kind
    }

    /// A column of both sides, `$left.a == $right.b`, or several of them.
    fn join_condition(
        &mut self,
        condition: &'a ast::Expr,
        left: &Rel,
        right: &Rel,
        keys: &mut Vec<JoinKey>,
    ) {
        match &condition.kind {
            ExprKind::Paren(inner) => self.join_condition(inner, left, right, keys),
            ExprKind::Binary(BinaryOp::And, _, one, other) => {
                self.join_condition(one, left, right, keys);
                self.join_condition(other, left, right, keys);
            }
            ExprKind::Name(name) => {
                let pair = [(left, name.as_str()), (right, name.as_str())];
                let spans = [&condition.span, &condition.span];
                self.join_pair(pair, spans, &condition.span, keys);
            }
            ExprKind::Binary(BinaryOp::Equal, op_span, one, other) => {
                match (side(one), side(other)) {
                    (Some(("$left", l)), Some(("$right", r))) => {
                        self.join_pair(
                            [(left, l), (right, r)],
                            [&one.span, &other.span],
                            op_span,
                            keys,
                        );
                    }
                    (Some(("$right", r)), Some(("$left", l))) => {
                        self.join_pair(
                            [(left, l), (right, r)],
                            [&other.span, &one.span],
                            op_span,
                            keys,
                        );
                    }
                    _ => self.bad_condition(condition),
                }
            }
            _ => self.bad_condition(condition),
        }
    }

    fn bad_condition(&mut self, condition: &ast::Expr) {
        let message = "rows are matched by the equality of columns";
        let finding = Finding::new(code::SYNTAX, condition.span.clone(), message);
        self.report(
            finding.with_help("write a column that both sides have, or `$left.a == $right.b`"),
        );
    }

    fn join_pair(
        &mut self,
        [(left, left_name), (right, right_name)]: [(&Rel, &str); 2],
        [left_span, right_span]: [&ast::Span; 2],
        span: &ast::Span,
        keys: &mut Vec<JoinKey>,
    ) {
        let found = [
            self.join_column(left, left_name, left_span, "left"),
            self.join_column(right, right_name, right_span, "right"),
        ];
        let [Some(left), Some(right)] = found else { return };
        let Some(ty) = comparable(left.ty, right.ty) else {
            let message = format!("a {} is not matched with a {}", left.ty, right.ty);
            let finding = Finding::new(code::TYPE, span.clone(), message);
            self.report(
                finding.with_help("give both the same type first: `extend key = tostring(…)`"),
            );
            return;
        };
        keys.push(JoinKey { left: convert(left, ty), right: convert(right, ty) });
    }

    fn join_column(&mut self, rel: &Rel, name: &str, span: &ast::Span, side: &str) -> Option<Expr> {
        if let Some(column) = rel.scope().find(name) {
            return Some(column);
        }
        if !rel.open {
            let label = rel.label.clone().map(|label| format!(" ({label})")).unwrap_or_default();
            let message = format!("no column named `{name}` on the {side} side of the join{label}");
            let suggestion = nearest(name, rel.columns().iter().map(|column| column.name.as_str()));
            self.report(Finding::new(code::COLUMN, span.clone(), message).suggesting(suggestion));
        }
        None
    }
}

/// `$left.a` or `$right.a`
fn side(expr: &ast::Expr) -> Option<(&str, &str)> {
    match &expr.kind {
        ExprKind::Paren(inner) => side(inner),
        ExprKind::Member(base, name) => match &base.kind {
            ExprKind::Name(side) if matches!(side.as_str(), "$left" | "$right") => {
                Some((side, &name.text))
            }
            _ => None,
        },
        ExprKind::Index(base, index) => match (&base.kind, &index.kind) {
            (ExprKind::Name(side), ExprKind::Literal(crate::value::Literal::String(name), _))
                if matches!(side.as_str(), "$left" | "$right") =>
            {
                Some((side, name))
            }
            _ => None,
        },
        _ => None,
    }
}

fn join_columns(left: &Rel, right: &Rel, kind: JoinKind) -> Vec<crate::plan::Column> {
    match kind {
        JoinKind::LeftSemi | JoinKind::LeftAnti => left.columns().to_vec(),
        JoinKind::RightSemi | JoinKind::RightAnti => right.columns().to_vec(),
        _ => {
            let mut list = ColumnList::with(left.columns().to_vec());
            list.add_right(&right.columns().iter().collect::<Vec<_>>());
            list.columns
        }
    }
}
