//! `ipv4_lookup` and `ipv6_lookup`: addresses against the networks of a table.

use bartizan_kql::plan::AddressLookup;
use bartizan_kql::value::Literal;

use super::{Rows, over_rows};
use crate::QueryError;
use crate::scalar::{Network, Scalar};
use crate::value;

pub(super) fn find(rows: Rows, table: Rows, look: &AddressLookup) -> Result<Rows, QueryError> {
    let (address, network) = (over_rows(&look.address)?, over_rows(&look.network)?);
    let keys: Vec<(Scalar, Scalar)> = look
        .keys
        .iter()
        .map(|key| Ok::<_, QueryError>((over_rows(&key.left)?, over_rows(&key.right)?)))
        .collect::<Result<_, _>>()?;
    let mut networks = Vec::with_capacity(table.len());
    for row in &table {
        let text = value::text_of(&*network.value(row)?);
        networks.extend(Network::of(&text, look.v6).map(|network| (network, row)));
    }
    let empty: Vec<Literal> =
        look.table.columns.iter().map(|column| Literal::null_of(column.ty)).collect();
    let mut out = Vec::new();
    for row in rows {
        let at = Network::of(&value::text_of(&*address.value(&row)?), look.v6);
        let mut found = false;
        for (network, candidate) in &networks {
            let inside = at.as_ref().is_some_and(|at| network.contains(at));
            if inside && agree(&keys, &row, candidate)? {
                found = true;
                let mut joined = row.clone();
                joined.extend(candidate.iter().cloned());
                out.push(joined);
            }
        }
        if !found && look.keep_unmatched {
            let mut joined = row;
            joined.extend(empty.iter().cloned());
            out.push(joined);
        }
    }
    Ok(out)
}

fn agree(
    keys: &[(Scalar, Scalar)],
    left: &[Literal],
    right: &[Literal],
) -> Result<bool, QueryError> {
    for (one, other) in keys {
        if !value::same(&*one.value(left)?, &*other.value(right)?) {
            return Ok(false);
        }
    }
    Ok(true)
}
