//! How many different values each group has, exactly: values are told apart by 128 bits of hashes.
//!
//! One set holds the pairs of group and value of all groups, so that many small groups cost as little as a large one.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray as _, BooleanArray, Int64Array, LargeBinaryBuilder,
};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::hash_utils::{QualityRandomState, create_hashes};
use datafusion::common::{DataFusionError, Result as DfResult, ScalarValue};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::format_state_name;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};
use rustc_hash::FxHashSet;

/// Bytes of a value in the state that threads hand to each other.
const DIGEST_BYTES: usize = 16;

/// The function, over any one column.
pub(crate) fn count_different() -> AggregateUDF {
    AggregateUDF::new_from_impl(CountDifferent {
        signature: Signature::any(1, Volatility::Immutable),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct CountDifferent {
    signature: Signature,
}

impl AggregateUDFImpl for CountDifferent {
    fn name(&self) -> &str {
        "count_different"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arg_types: &[DataType]) -> DfResult<DataType> {
        Ok(DataType::Int64)
    }

    fn accumulator(&self, _args: AccumulatorArgs<'_>) -> DfResult<Box<dyn Accumulator>> {
        Ok(Box::new(One(Groups::default())))
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> DfResult<Vec<FieldRef>> {
        let name = format_state_name(args.name, "different");
        Ok(vec![Field::new(name, DataType::LargeBinary, true).into()])
    }

    fn groups_accumulator_supported(&self, _args: AccumulatorArgs<'_>) -> bool {
        true
    }

    fn create_groups_accumulator(
        &self,
        _args: AccumulatorArgs<'_>,
    ) -> DfResult<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Groups::default()))
    }

    fn default_value(&self, _data_type: &DataType) -> DfResult<ScalarValue> {
        Ok(ScalarValue::Int64(Some(0)))
    }

    fn is_nullable(&self) -> bool {
        false
    }
}

/// The different values of each group.
#[derive(Debug, Default)]
struct Groups {
    seen: FxHashSet<(usize, u128)>,
    counts: Vec<i64>,
}

impl Groups {
    fn note(&mut self, group: usize, digest: u128) {
        if self.seen.insert((group, digest))
            && let Some(count) = self.counts.get_mut(group)
        {
            *count += 1;
        }
    }

    /// Forgets the groups that were emitted; the others move to the front.
    fn forget(&mut self, emit_to: EmitTo) {
        match emit_to {
            EmitTo::All => self.seen.clear(),
            EmitTo::First(many) => {
                let kept = self.seen.drain().filter(|(group, _)| *group >= many);
                self.seen = kept.map(|(group, digest)| (group - many, digest)).collect();
            }
        }
    }
}

impl GroupsAccumulator for Groups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> DfResult<()> {
        self.counts.resize(total_num_groups.max(self.counts.len()), 0);
        let values = only(values)?;
        let digests = digests(values)?;
        for (row, (group, digest)) in group_indices.iter().zip(digests).enumerate() {
            let counted = opt_filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row));
            if counted && values.is_valid(row) {
                self.note(*group, digest);
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> DfResult<ArrayRef> {
        let counts = emit_to.take_needed(&mut self.counts);
        self.forget(emit_to);
        Ok(Arc::new(Int64Array::from(counts)))
    }

    fn state(&mut self, emit_to: EmitTo) -> DfResult<Vec<ArrayRef>> {
        let counts = emit_to.take_needed(&mut self.counts);
        let mut members: Vec<Vec<u8>> = counts
            .iter()
            .map(|count| {
                Vec::with_capacity(usize::try_from(*count).unwrap_or_default() * DIGEST_BYTES)
            })
            .collect();
        for (group, digest) in &self.seen {
            if let Some(members) = members.get_mut(*group) {
                members.extend_from_slice(&digest.to_le_bytes());
            }
        }
        self.forget(emit_to);
        let bytes = members.iter().map(Vec::len).sum();
        let mut state = LargeBinaryBuilder::with_capacity(members.len(), bytes);
        members.iter().for_each(|members| state.append_value(members));
        Ok(vec![Arc::new(state.finish())])
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> DfResult<()> {
        self.counts.resize(total_num_groups.max(self.counts.len()), 0);
        let states = only(values)?.as_binary_opt::<i64>().ok_or_else(no_state)?;
        for (group, members) in group_indices.iter().zip(states) {
            let (digests, _) = members.unwrap_or_default().as_chunks::<DIGEST_BYTES>();
            digests.iter().for_each(|digest| self.note(*group, u128::from_le_bytes(*digest)));
        }
        Ok(())
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        opt_filter: Option<&BooleanArray>,
    ) -> DfResult<Vec<ArrayRef>> {
        let values = only(values)?;
        let mut state =
            LargeBinaryBuilder::with_capacity(values.len(), values.len() * DIGEST_BYTES);
        for (row, digest) in digests(values)?.enumerate() {
            let counted = opt_filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row));
            let digest = digest.to_le_bytes();
            let counted = counted && values.is_valid(row);
            state.append_value(if counted { digest.as_slice() } else { &[] });
        }
        Ok(vec![Arc::new(state.finish())])
    }

    fn size(&self) -> usize {
        self.seen.capacity() * (size_of::<(usize, u128)>() + 1)
            + self.counts.capacity() * size_of::<i64>()
    }
}

/// The same for all rows together.
#[derive(Debug)]
struct One(Groups);

impl Accumulator for One {
    fn update_batch(&mut self, values: &[ArrayRef]) -> DfResult<()> {
        let rows = only(values)?.len();
        self.0.update_batch(values, &vec![0; rows], None, 1)
    }

    fn evaluate(&mut self) -> DfResult<ScalarValue> {
        Ok(ScalarValue::Int64(Some(self.0.counts.first().copied().unwrap_or_default())))
    }

    fn size(&self) -> usize {
        self.0.size()
    }

    fn state(&mut self) -> DfResult<Vec<ScalarValue>> {
        self.0.counts.resize(1, 0);
        let states = self.0.state(EmitTo::All)?;
        states.iter().map(|state| ScalarValue::try_from_array(state, 0)).collect()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> DfResult<()> {
        let rows = only(states)?.len();
        self.0.merge_batch(states, &vec![0; rows], 1)
    }
}

/// 128 bits of each value.
fn digests(values: &ArrayRef) -> DfResult<impl Iterator<Item = u128>> {
    let half = |seed: u64| -> DfResult<Vec<u64>> {
        let mut hashes = vec![0; values.len()];
        create_hashes([values], &QualityRandomState::with_seed(seed), &mut hashes)?;
        Ok(hashes)
    };
    let halves = half(0x6261_7274)?.into_iter().zip(half(0x697a_616e)?);
    Ok(halves.map(|(high, low)| (u128::from(high) << 64) | u128::from(low)))
}

fn only(values: &[ArrayRef]) -> DfResult<&ArrayRef> {
    values.first().ok_or_else(no_state)
}

fn no_state() -> DataFusionError {
    DataFusionError::Internal("a count of different values of something else".to_owned())
}
