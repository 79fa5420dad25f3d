//! `scan`: the steps of a small machine that rows go through in order.

use super::convert::convert;
use super::naming::ColumnList;
use super::{Binder, Rel, Scope};
use crate::ast::{ParameterType, Scan};
use crate::plan::{Column, Expr, RelationKind, ScanStep, StepScan};
use crate::problem::{Finding, code};
use crate::schema::Type;
use crate::suggest::nearest;
use crate::value::Literal;

impl<'a> Binder<'a> {
    pub(super) fn scan(&mut self, rel: Rel, scan: &'a Scan) -> Rel {
        let per = scan.partition.iter().map(|key| self.scalar(key, &rel.scope())).collect();
        let mut list = ColumnList::with(rel.columns().to_vec());
        let mut initial = Vec::new();
        for parameter in &scan.declared {
            let ParameterType::Scalar(ty) = &parameter.ty else { continue };
            if list.position(&parameter.name.text).is_some() {
                let message = format!("the column `{}` is there already", parameter.name.text);
                self.fail(code::DUPLICATE, &parameter.name.span, message);
            }
            list.add(&parameter.name.text, *ty);
            initial.push(match &parameter.default {
                Some(default) => convert(self.scalar(default, &Scope::EMPTY), *ty),
                None => Expr::literal(Literal::null_of(*ty), *ty),
            });
        }
        let visible = list.columns.clone();
        // Expressions see the row and, for each step, its last row.
        let mut columns = visible.clone();
        let mut starts = Vec::new();
        for step in &scan.steps {
            starts.push((step.name.text.clone(), columns.len()));
            columns.extend(visible.iter().cloned());
        }
        let scope = Scope {
            columns: &columns,
            open: rel.open,
            label: rel.label.as_deref(),
            steps: &starts,
            step_width: visible.len(),
        };
        let width = rel.columns().len();
        let steps = scan.steps.iter().map(|step| self.scan_step(step, &scope, width)).collect();
        let match_id = scan.match_id.is_some();
        let mut columns = visible;
        if let Some(name) = &scan.match_id {
            let mut list = ColumnList::with(columns);
            list.add(&name.text, Type::Long);
            columns = list.columns;
        }
        let input = rel.relation;
        let scan = StepScan { input, per, initial, steps, match_id };
        let mut out = Rel::new(RelationKind::Steps(Box::new(scan)), columns);
        out.open = rel.open;
        out
    }

    fn scan_step(
        &mut self,
        step: &'a crate::ast::ScanStep,
        scope: &Scope<'_>,
        width: usize,
    ) -> ScanStep {
        let condition = self.scalar(&step.condition, scope);
        let condition = self.predicate(condition, &step.condition.span);
        let declared: &[Column] = scope.columns.get(width..scope.step_width).unwrap_or_default();
        let mut assignments = Vec::new();
        for (name, value) in &step.assignments {
            let value = self.scalar(value, scope);
            match declared.iter().position(|column| column.name == name.text) {
                Some(index) => {
                    let ty = declared.get(index).map_or(value.ty, |column| column.ty);
                    assignments.push((index, convert(value, ty)));
                }
                None => {
                    let message = format!("`{}` is not declared", name.text);
                    let finding = Finding::new(code::COLUMN, name.span.clone(), message);
                    let known = declared.iter().map(|column| column.name.as_str());
                    self.report(finding.suggesting(nearest(&name.text, known)));
                }
            }
        }
        ScanStep { optional: step.optional, output: step.output, condition, assignments }
    }
}
