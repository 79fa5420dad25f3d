//! `scan`: rows in order go through the steps of a small machine.
//!
//! Each row is held against the steps from the last to the first. A step takes it from the step before, whose
//! match then moves on, or else goes on with its own match; the first step may begin a new one.

use bartizan_kql::plan::{ScanOutput, StepScan};
use bartizan_kql::value::Literal;

use super::{Rows, all_over_rows, grouped, over_rows, values};
use crate::QueryError;
use crate::scalar::Scalar;

pub(super) fn run(rows: Rows, scan: &StepScan) -> Result<Rows, QueryError> {
    let initial = values(&all_over_rows(&scan.initial)?, &[])?;
    let mut steps = Vec::with_capacity(scan.steps.len());
    for step in &scan.steps {
        let mut assignments = Vec::with_capacity(step.assignments.len());
        for (column, value) in &step.assignments {
            assignments.push((*column, over_rows(value)?));
        }
        steps.push(Step {
            optional: step.optional,
            output: step.output,
            condition: over_rows(&step.condition)?,
            assignments,
        });
    }
    let machine =
        Machine { width: scan.input.columns.len(), initial, steps, match_id: scan.match_id };
    let mut out = Vec::new();
    let mut matches = 0;
    for (_, rows) in grouped(rows, &scan.per)? {
        machine.sequence(rows, &mut matches, &mut out)?;
    }
    Ok(out)
}

struct Step {
    optional: bool,
    output: ScanOutput,
    condition: Scalar,
    assignments: Vec<(usize, Scalar)>,
}

struct Machine {
    width: usize,
    initial: Vec<Literal>,
    steps: Vec<Step>,
    match_id: bool,
}

/// A match that has come as far as a step.
#[derive(Clone)]
struct State {
    id: i64,
    declared: Vec<Literal>,
    /// For each step its last row: the input's columns and the declared ones.
    rows: Vec<Option<Vec<Literal>>>,
}

impl Machine {
    fn sequence(&self, rows: Rows, matches: &mut i64, out: &mut Rows) -> Result<(), QueryError> {
        let mut states: Vec<Option<State>> = vec![None; self.steps.len()];
        for row in rows {
            for at in (0..self.steps.len()).rev() {
                self.hold(&row, at, &mut states, matches, out)?;
            }
        }
        for at in 0..self.steps.len() {
            let left = states.get_mut(at).and_then(Option::take);
            self.leave(at, left.as_ref(), out);
        }
        Ok(())
    }

    /// Holds a row against a step.
    fn hold(
        &self,
        row: &[Literal],
        at: usize,
        states: &mut [Option<State>],
        matches: &mut i64,
        out: &mut Rows,
    ) -> Result<(), QueryError> {
        let mut before = at;
        while before > 0 {
            before -= 1;
            if let Some(state) = states.get(before).and_then(Option::as_ref)
                && self.accepts(at, row, state)?
            {
                let state = states.get_mut(before).and_then(Option::take);
                let cleared = states.get_mut(at).and_then(Option::take);
                self.leave(at, cleared.as_ref(), out);
                self.leave(before, state.as_ref(), out);
                if let Some(state) = state {
                    self.take(at, row, state, states, out)?;
                }
                return Ok(());
            }
            if !self.steps.get(before).is_some_and(|step| step.optional) {
                break;
            }
        }
        let own = states.get(at).and_then(Option::as_ref).cloned();
        let first = at == 0 || self.steps.iter().take(at).all(|step| step.optional);
        let state = match own {
            Some(state) => state,
            None if first => State {
                id: *matches,
                declared: self.initial.clone(),
                rows: vec![None; self.steps.len()],
            },
            None => return Ok(()),
        };
        if self.accepts(at, row, &state)? {
            if states.get(at).is_some_and(Option::is_none) {
                *matches += 1;
            }
            self.take(at, row, state, states, out)?;
        }
        Ok(())
    }

    /// What the expressions see.
    fn seen(&self, row: &[Literal], state: &State) -> Vec<Literal> {
        let mut seen = row.to_vec();
        seen.extend(state.declared.iter().cloned());
        for last in &state.rows {
            match last {
                Some(last) => seen.extend(last.iter().cloned()),
                None => {
                    seen.extend(std::iter::repeat_n(Literal::Null, self.width));
                    seen.extend(self.initial.iter().cloned());
                }
            }
        }
        seen
    }

    fn accepts(&self, at: usize, row: &[Literal], state: &State) -> Result<bool, QueryError> {
        let Some(step) = self.steps.get(at) else { return Ok(false) };
        Ok(*step.condition.value(&self.seen(row, state))? == Literal::Bool(true))
    }

    fn take(
        &self,
        at: usize,
        row: &[Literal],
        state: State,
        states: &mut [Option<State>],
        out: &mut Rows,
    ) -> Result<(), QueryError> {
        let Some(step) = self.steps.get(at) else { return Ok(()) };
        let mut state = state;
        for (column, value) in &step.assignments {
            let value = value.value(&self.seen(row, &state))?.into_owned();
            if let Some(declared) = state.declared.get_mut(*column) {
                *declared = value;
            }
        }
        let mut last = row.to_vec();
        last.extend(state.declared.iter().cloned());
        if step.output == ScanOutput::All {
            out.push(self.yielded(&last, state.id));
        }
        if let Some(own) = state.rows.get_mut(at) {
            *own = Some(last);
        }
        if let Some(place) = states.get_mut(at) {
            *place = Some(state);
        }
        Ok(())
    }

    /// A match leaves a step, whose last row may have been waited for.
    fn leave(&self, at: usize, state: Option<&State>, out: &mut Rows) {
        let last = self.steps.get(at).is_some_and(|step| step.output == ScanOutput::Last);
        if let Some(state) = state.filter(|_| last)
            && let Some(Some(row)) = state.rows.get(at)
        {
            out.push(self.yielded(row, state.id));
        }
    }

    fn yielded(&self, row: &[Literal], id: i64) -> Vec<Literal> {
        let mut row = row.to_vec();
        if self.match_id {
            row.push(Literal::Long(id));
        }
        row
    }
}
