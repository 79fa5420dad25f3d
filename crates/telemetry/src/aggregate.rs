//! The aggregates of `summarize` that the engine does not have with the language's meaning.

mod distinct;
mod result;
mod schema;
mod state;

use std::hash::{Hash, Hasher};

use bartizan_kql::Type;
use bartizan_kql::aggregate::AggregateFunction;
use bartizan_kql::plan::{AggregateCall, Expr};
use bartizan_kql::value::Literal;
use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Fields};
use datafusion::common::{DataFusionError, Result as DfResult, ScalarValue};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::format_state_name;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Signature, Volatility,
};

use crate::QueryError;
use crate::column::{Cells, array_of, arrow_type, constant};
use crate::scalar::Scalar;
pub(crate) use distinct::count_different;
use state::State;

/// The largest set, list or bag when the query does not say.
pub(crate) const MAX_MEMBERS: usize = 1_048_576;

/// What is gathered, with the types of its arguments and outputs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Gathering {
    pub(crate) function: AggregateFunction,
    /// The largest size, or the percentile in millionths.
    pub(crate) parameter: Option<i64>,
    pub(crate) types: Vec<Type>,
    pub(crate) outputs: Vec<Type>,
}

impl Gathering {
    /// Several outputs come as one structure.
    pub(crate) fn returns(&self) -> DataType {
        match self.outputs.as_slice() {
            [only] => arrow_type(*only),
            several => DataType::Struct(fields(several)),
        }
    }

    pub(crate) fn udf(self) -> AggregateUDF {
        let mut hasher = std::hash::DefaultHasher::new();
        self.hash(&mut hasher);
        let name = format!("gather_{:016x}", hasher.finish());
        let signature = Signature::any(self.types.len(), Volatility::Immutable);
        AggregateUDF::new_from_impl(GatherFunction { name, signature, gathering: self })
    }
}

fn fields(types: &[Type]) -> Fields {
    types
        .iter()
        .enumerate()
        .map(|(index, ty)| Field::new(format!("f{index}"), arrow_type(*ty), true))
        .collect()
}

#[derive(Debug)]
struct GatherFunction {
    name: String,
    signature: Signature,
    gathering: Gathering,
}

impl PartialEq for GatherFunction {
    fn eq(&self, other: &Self) -> bool {
        self.gathering == other.gathering
    }
}

impl Eq for GatherFunction {}

impl Hash for GatherFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.gathering.hash(state);
    }
}

impl AggregateUDFImpl for GatherFunction {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arg_types: &[DataType]) -> DfResult<DataType> {
        Ok(self.gathering.returns())
    }

    fn accumulator(&self, _args: AccumulatorArgs<'_>) -> DfResult<Box<dyn Accumulator>> {
        Ok(Box::new(Gatherer {
            state: State::new(&self.gathering),
            gathering: self.gathering.clone(),
        }))
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> DfResult<Vec<FieldRef>> {
        let name = format_state_name(args.name, "gathered");
        Ok(vec![Field::new(name, DataType::Binary, true).into()])
    }
}

/// An aggregate over rows in memory.
#[derive(Debug)]
pub(crate) struct Tally {
    gathering: Gathering,
    args: Vec<Scalar>,
    filter: Option<Scalar>,
}

impl Tally {
    /// Makes an aggregate ready, over whole rows.
    pub(crate) fn new(call: &AggregateCall) -> Result<Self, QueryError> {
        let ready = |expr: &Expr| Scalar::new(expr, &mut |index| index);
        Ok(Self {
            gathering: Gathering {
                function: call.function,
                parameter: crate::lower::parameter(call)?,
                types: call.args.iter().map(|arg| arg.ty).collect(),
                outputs: call.outputs.clone(),
            },
            args: call.args.iter().map(ready).collect::<Result<_, _>>()?,
            filter: call.filter.as_ref().map(ready).transpose()?,
        })
    }

    /// The outputs over these rows.
    pub(crate) fn of(&self, rows: &[Vec<Literal>]) -> Result<Vec<Literal>, QueryError> {
        let mut state = State::new(&self.gathering);
        let mut count = 0_i64;
        for row in rows {
            if let Some(filter) = &self.filter
                && *filter.value(row)? != Literal::Bool(true)
            {
                continue;
            }
            count += 1;
            let mut args = Vec::with_capacity(self.args.len());
            for arg in &self.args {
                args.push(arg.value(row)?.into_owned());
            }
            state.add(&args);
        }
        if self.gathering.function == AggregateFunction::Count {
            return Ok(vec![Literal::Long(count)]);
        }
        Ok(state.result())
    }
}

/// One group's state.
#[derive(Debug)]
struct Gatherer {
    gathering: Gathering,
    state: State,
}

impl Accumulator for Gatherer {
    fn update_batch(&mut self, values: &[ArrayRef]) -> DfResult<()> {
        let cells = values.iter().map(Cells::of).collect::<DfResult<Vec<_>>>()?;
        let rows = values.first().map_or(0, Array::len);
        let mut row = Vec::with_capacity(cells.len());
        for index in 0..rows {
            row.clear();
            let types = &self.gathering.types;
            row.extend(cells.iter().zip(types).map(|(cells, ty)| cells.value(index, *ty)));
            self.state.add(&row);
        }
        Ok(())
    }

    fn evaluate(&mut self) -> DfResult<ScalarValue> {
        let values = self.state.result();
        match self.gathering.outputs.as_slice() {
            [only] => Ok(constant(values.first().unwrap_or(&Literal::Null), *only)),
            several => {
                let mut columns = Vec::with_capacity(several.len());
                for (index, ty) in several.iter().enumerate() {
                    let value = values.get(index).unwrap_or(&Literal::Null);
                    columns.push(array_of(std::iter::once(value), *ty)?);
                }
                let structure =
                    datafusion::arrow::array::StructArray::try_new(fields(several), columns, None)?;
                Ok(ScalarValue::Struct(structure.into()))
            }
        }
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.state.size()
    }

    fn state(&mut self) -> DfResult<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::Binary(Some(self.state.encode()))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> DfResult<()> {
        let array = states
            .first()
            .and_then(|array| array.as_binary_opt::<i32>())
            .ok_or_else(|| DataFusionError::Internal("a state that is no bytes".to_owned()))?;
        for bytes in array.iter().flatten() {
            let other = State::decode(&self.gathering, bytes).ok_or_else(|| {
                DataFusionError::Internal("a state that cannot be read".to_owned())
            })?;
            self.state.merge(other);
        }
        Ok(())
    }
}
