//! Functions that the engine calls with whole columns: row-wise expressions, `parse`, `mv-expand`, fields.

use std::any::Any;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use bartizan_kql::Type;
use bartizan_kql::plan::{ExpandItem, ParseMismatch};
use bartizan_kql::value::{Dynamic, Literal, UNIX_EPOCH_TICKS};
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, BooleanBuilder, Int64Array, ListArray, StructArray,
};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::datatypes::{DataType, Field, Fields, TimestampNanosecondType};
use datafusion::common::{DataFusionError, Result as DfResult};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use crate::column::{Builder, Cells, arrow_type};
use crate::scalar::{ColumnTest, Scalar};
use crate::value;

/// What is worked out for each row.
#[derive(Debug)]
pub(crate) enum Work {
    /// One value.
    Value { scalar: Scalar, ty: Type },
    /// The captures of a regular expression, and whether it fits.
    Parse { text: Scalar, regex: regex::Regex, captures: Vec<Type>, on_mismatch: ParseMismatch },
    /// The members of dynamic values side by side, and their positions.
    Expand { items: Vec<(Scalar, Type)>, bags_as_pairs: bool, row_limit: Option<u64> },
    /// The field of a structure with this position.
    Field(usize),
    /// Nanoseconds since 1970 as ticks.
    Ticks,
    /// A column that someone else wrote, as we hold this type.
    Held(Type),
}

/// A function over columns, known by what it does.
#[derive(Debug)]
pub(crate) struct RowFunction {
    name: String,
    key: String,
    signature: Signature,
    types: Vec<Type>,
    returns: DataType,
    work: Work,
}

/// The name of the function that turns stored times into ticks.
pub(crate) const TICKS: &str = "ticks_of";

impl RowFunction {
    /// `types` are those of the arguments; `key` says everything that distinguishes the function.
    pub(crate) fn udf(work: Work, types: Vec<Type>, returns: DataType, key: String) -> ScalarUDF {
        let mut hasher = std::hash::DefaultHasher::new();
        key.hash(&mut hasher);
        let name = match &work {
            Work::Ticks => TICKS.to_owned(),
            _ => format!("row_{:016x}", hasher.finish()),
        };
        let arity = types.len().max(1);
        let signature = Signature::any(arity, Volatility::Immutable);
        ScalarUDF::new_from_impl(Self { name, key, signature, types, returns, work })
    }

    /// Stored times as ticks.
    pub(crate) fn ticks() -> ScalarUDF {
        Self::udf(Work::Ticks, Vec::new(), DataType::Int64, TICKS.to_owned())
    }

    /// A column that someone else wrote.
    pub(crate) fn held(ty: Type) -> ScalarUDF {
        Self::udf(Work::Held(ty), Vec::new(), arrow_type(ty), format!("held {ty}"))
    }

    /// The function of ours that the engine holds.
    pub(crate) fn within(function: &ScalarUDF) -> Option<&Self> {
        (function.inner().as_ref() as &dyn Any).downcast_ref()
    }

    /// The place of the text and the test, when this tests a column of text against constants.
    pub(crate) fn column_test(&self) -> Option<(usize, ColumnTest<'_>)> {
        let Work::Value { scalar, .. } = &self.work else { return None };
        scalar.column_test().filter(|(place, _)| self.types.get(*place) == Some(&Type::String))
    }

    /// A field of a structure.
    pub(crate) fn field(position: usize, returns: DataType) -> ScalarUDF {
        let key = format!("field {position} {returns}");
        Self::udf(Work::Field(position), Vec::new(), returns, key)
    }
}

/// The structure that `parse` gives: its captures and whether the text fits.
pub(crate) fn parse_type(captures: &[Type]) -> DataType {
    let mut fields = fields_of(captures.iter().copied());
    fields.push(Field::new("fits", DataType::Boolean, false));
    DataType::Struct(Fields::from(fields))
}

/// The list that `mv-expand` gives: structures of the items and the position.
pub(crate) fn expand_type(items: &[ExpandItem]) -> DataType {
    DataType::List(Arc::new(Field::new(
        "item",
        DataType::Struct(expand_fields(items.iter().map(|item| item.ty))),
        true,
    )))
}

fn expand_fields(types: impl Iterator<Item = Type>) -> Fields {
    let mut fields = fields_of(types);
    fields.push(Field::new("position", DataType::Int64, true));
    Fields::from(fields)
}

fn fields_of(types: impl Iterator<Item = Type>) -> Vec<Field> {
    types
        .enumerate()
        .map(|(index, ty)| Field::new(format!("f{index}"), arrow_type(ty), true))
        .collect()
}

impl PartialEq for RowFunction {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for RowFunction {}

impl Hash for RowFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl ScalarUDFImpl for RowFunction {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arg_types: &[DataType]) -> DfResult<DataType> {
        Ok(self.returns.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> DfResult<ColumnarValue> {
        let rows = args.number_rows;
        let mut arrays = Vec::with_capacity(args.args.len());
        for arg in &args.args {
            arrays.push(arg.to_array(rows)?);
        }
        let array = match &self.work {
            Work::Value { scalar, ty } => self.values(scalar, *ty, &arrays, rows)?,
            Work::Parse { text, regex, captures, on_mismatch } => {
                self.parsed((text, regex), captures, *on_mismatch, &arrays, rows)?
            }
            Work::Expand { items, bags_as_pairs, row_limit } => {
                self.expanded(items, *bags_as_pairs, *row_limit, &arrays, rows)?
            }
            Work::Field(position) => field_of(&arrays, *position)?,
            Work::Ticks => ticks_of(&arrays)?,
            Work::Held(ty) => match arrays.first() {
                Some(array) => crate::workbench::held(array, *ty)?,
                None => return Err(DataFusionError::Internal("no column to hold".to_owned())),
            },
        };
        Ok(ColumnarValue::Array(array))
    }
}

impl RowFunction {
    fn values(
        &self,
        scalar: &Scalar,
        ty: Type,
        arrays: &[ArrayRef],
        rows: usize,
    ) -> DfResult<ArrayRef> {
        if let Some((place, test)) = self.column_test() {
            return test_texts(arrays.get(place), |text| test.matches(text));
        }
        if let Scalar::Call(call) = scalar
            && let Some((place, regex)) = call.regex_test()
        {
            return test_texts(arrays.get(place), |text| regex.is_match(text));
        }
        let mut builder = Builder::new(ty, rows);
        self.each_row(arrays, rows, |row| {
            let value = scalar.value(row).map_err(external)?;
            builder.push(&value)
        })?;
        Ok(builder.finish())
    }

    /// Calls `work` with the values of every row.
    fn each_row(
        &self,
        arrays: &[ArrayRef],
        rows: usize,
        mut work: impl FnMut(&[Literal]) -> DfResult<()>,
    ) -> DfResult<()> {
        let cells = arrays.iter().map(Cells::of).collect::<DfResult<Vec<_>>>()?;
        let mut values = Vec::with_capacity(cells.len());
        for row in 0..rows {
            values.clear();
            values.extend(cells.iter().zip(&self.types).map(|(cells, ty)| cells.value(row, *ty)));
            work(&values)?;
        }
        Ok(())
    }

    fn parsed(
        &self,
        (text, regex): (&Scalar, &regex::Regex),
        captures: &[Type],
        on_mismatch: ParseMismatch,
        arrays: &[ArrayRef],
        rows: usize,
    ) -> DfResult<ArrayRef> {
        let mut builders: Vec<Builder> =
            captures.iter().map(|ty| Builder::new(*ty, rows)).collect();
        let mut fits = BooleanBuilder::with_capacity(rows);
        self.each_row(arrays, rows, |row| {
            let text = value::text_of(&*text.value(row).map_err(external)?);
            let taken = capture(regex, &text, captures, on_mismatch);
            fits.append_value(taken.is_some());
            for (index, (builder, ty)) in builders.iter_mut().zip(captures).enumerate() {
                let value = taken.as_ref().and_then(|taken| taken.get(index)).cloned();
                builder.push(&value.unwrap_or_else(|| Literal::null_of(*ty)))?;
            }
            Ok(())
        })?;
        let mut columns: Vec<ArrayRef> = builders.iter_mut().map(Builder::finish).collect();
        columns.push(Arc::new(fits.finish()));
        structure(&self.returns, columns)
    }

    fn expanded(
        &self,
        items: &[(Scalar, Type)],
        bags_as_pairs: bool,
        row_limit: Option<u64>,
        arrays: &[ArrayRef],
        rows: usize,
    ) -> DfResult<ArrayRef> {
        let mut builders: Vec<Builder> =
            items.iter().map(|(_, ty)| Builder::new(*ty, rows)).collect();
        let mut positions = Vec::new();
        let mut lengths = Vec::with_capacity(rows);
        let limit = row_limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        self.each_row(arrays, rows, |row| {
            let mut members = Vec::with_capacity(items.len());
            for (scalar, _) in items {
                members.push(members_of(&*scalar.value(row).map_err(external)?, bags_as_pairs));
            }
            let length = members.iter().map(Vec::len).max().unwrap_or_default().min(limit);
            for position in 0..length {
                for ((builder, (_, ty)), members) in builders.iter_mut().zip(items).zip(&members) {
                    let member = members.get(position).cloned().unwrap_or(Dynamic::Null);
                    builder.push(&value::convert(&value::dynamic_value(member), *ty))?;
                }
                positions.push(i64::try_from(position).unwrap_or(i64::MAX));
            }
            lengths.push(length);
            Ok(())
        })?;
        let mut columns: Vec<ArrayRef> = builders.iter_mut().map(Builder::finish).collect();
        columns.push(Arc::new(Int64Array::from(positions)));
        let DataType::List(item) = &self.returns else {
            return Err(DataFusionError::Internal("mv-expand gives no list".to_owned()));
        };
        let structure = structure(item.data_type(), columns)?;
        let offsets = OffsetBuffer::from_lengths(lengths);
        Ok(Arc::new(ListArray::try_new(item.clone(), offsets, structure, None)?))
    }
}

/// A test of one column of text needs no values made.
fn test_texts(array: Option<&ArrayRef>, test: impl Fn(&str) -> bool) -> DfResult<ArrayRef> {
    let array = array.ok_or_else(|| DataFusionError::Internal("no column to test".to_owned()))?;
    let cells = Cells::of(array)?;
    let passed: BooleanArray = (0..array.len()).map(|row| Some(test(cells.text(row)))).collect();
    Ok(Arc::new(passed))
}

/// The captures converted, or nothing where the text does not fit.
fn capture(
    regex: &regex::Regex,
    text: &str,
    captures: &[Type],
    on_mismatch: ParseMismatch,
) -> Option<Vec<Literal>> {
    let found = regex.captures(text)?;
    let mut values = Vec::with_capacity(captures.len());
    for (index, ty) in captures.iter().enumerate() {
        let text = found.get(index + 1).map(|group| group.as_str()).unwrap_or_default();
        let raw = Literal::String(text.to_owned());
        let value = match ty {
            Type::Dynamic => {
                let parsed =
                    value::parse_json(text).unwrap_or_else(|| Dynamic::String(text.to_owned()));
                value::dynamic_value(parsed)
            }
            ty => value::convert(&raw, *ty),
        };
        if value == Literal::Null && on_mismatch != ParseMismatch::KeepRelaxed {
            return None;
        }
        values.push(value);
    }
    Some(values)
}

/// The members a dynamic value expands to.
fn members_of(value: &Literal, bags_as_pairs: bool) -> Vec<Dynamic> {
    match value {
        Literal::Dynamic(Dynamic::Array(items)) => items.clone(),
        Literal::Dynamic(Dynamic::Object(properties)) => properties
            .iter()
            .map(|(name, property)| {
                if bags_as_pairs {
                    Dynamic::Array(vec![Dynamic::String(name.clone()), property.clone()])
                } else {
                    Dynamic::Object(vec![(name.clone(), property.clone())])
                }
            })
            .collect(),
        Literal::Dynamic(other) => vec![other.clone()],
        other => vec![value::into_dynamic(other.clone())],
    }
}

fn structure(ty: &DataType, columns: Vec<ArrayRef>) -> DfResult<ArrayRef> {
    let DataType::Struct(fields) = ty else {
        return Err(DataFusionError::Internal(format!("{ty} is no structure")));
    };
    Ok(Arc::new(StructArray::try_new(fields.clone(), columns, None)?))
}

fn field_of(arrays: &[ArrayRef], position: usize) -> DfResult<ArrayRef> {
    arrays
        .first()
        .and_then(|array| array.as_struct_opt())
        .and_then(|structure| structure.columns().get(position))
        .cloned()
        .ok_or_else(|| DataFusionError::Internal(format!("no field {position}")))
}

fn ticks_of(arrays: &[ArrayRef]) -> DfResult<ArrayRef> {
    let times = arrays
        .first()
        .and_then(|array| array.as_primitive_opt::<TimestampNanosecondType>())
        .ok_or_else(|| {
            DataFusionError::Internal("ticks of something that is no time".to_owned())
        })?;
    let ticks: Int64Array = times.unary(|nanos| nanos.div_euclid(100) + UNIX_EPOCH_TICKS);
    Ok(Arc::new(ticks))
}

fn external(error: crate::scalar::ScalarError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
