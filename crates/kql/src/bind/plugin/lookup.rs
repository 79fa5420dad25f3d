//! `evaluate ipv4_lookup(…)` and `ipv6_lookup(…)`.

use crate::ast::{Argument, ExprKind, Name};
use crate::bind::convert::{comparable, convert};
use crate::bind::naming::ColumnList;
use crate::bind::{Binder, Rel, Scope};
use crate::plan::{self, AddressLookup, Expr, JoinKey, RelationKind};
use crate::problem::code;
use crate::schema::Type;
use crate::value::Literal;

const FORM: &str = "ipv4_lookup(table, address, network [, key, …] [, return_unmatched = true])";

impl<'a> Binder<'a> {
    pub(super) fn address_lookup(
        &mut self,
        rel: Rel,
        plugin: &'a Name,
        arguments: &'a [Argument],
    ) -> Rel {
        let [table, address, network, rest @ ..] = arguments else {
            return self.bad_plugin_call(plugin, FORM);
        };
        let table = self.table(&table.value);
        let value = self.scalar(&address.value, &rel.scope());
        let value = self.textual(value, &address.value.span);
        let range = self.scalar(&network.value, &table.scope());
        let range = self.textual(range, &network.value.span);
        let mut keep_unmatched = false;
        let mut keys = Vec::new();
        for argument in rest {
            if let ExprKind::Name(name) = &argument.value.kind
                && argument.name.is_none()
                && rel.scope().find(name).is_some()
            {
                keys.extend(self.extra_key(&rel, &table, name, &argument.value.span));
                continue;
            }
            let flag = self.scalar(&argument.value, &Scope::EMPTY);
            match flag.kind {
                plan::ExprKind::Literal(Literal::Bool(flag)) => keep_unmatched = flag,
                _ => {
                    let message = "a key of both tables, or `return_unmatched`, is needed here";
                    self.fail(code::CONSTANT, &argument.value.span, message);
                }
            }
        }
        let width = rel.columns().len();
        let is_key = |index: &usize| {
            let column = table.columns().get(*index).map(|c| Expr::column(*index, c.ty));
            column.is_some_and(|column| keys.iter().any(|key: &JoinKey| key.right == column))
        };
        let kept: Vec<usize> = (0..table.columns().len()).filter(|index| !is_key(index)).collect();
        let mut all = ColumnList::with(rel.columns().to_vec());
        all.add_right(&table.columns().iter().collect::<Vec<_>>());
        let mut list = ColumnList::with(rel.columns().to_vec());
        list.add_right(
            &kept.iter().filter_map(|index| table.columns().get(*index)).collect::<Vec<_>>(),
        );
        let open = rel.open || table.open;
        let lookup = AddressLookup {
            input: rel.relation,
            table: table.relation,
            address: value,
            network: range,
            keys,
            keep_unmatched,
            v6: plugin.text == "ipv6_lookup",
        };
        let right: Vec<usize> = kept.into_iter().map(|index| width + index).collect();
        let mut picked: Vec<usize> = (0..width).chain(right.iter().copied()).collect();
        // The newer of the two shows the columns of the table first.
        if plugin.text == "ipv6_lookup" {
            picked.rotate_left(width);
            list.columns.rotate_left(width);
        }
        let mut out =
            Rel::new(RelationKind::AddressLookup(Box::new(lookup)), all.columns).pick(&picked);
        out.relation.columns = list.columns;
        out.open = open;
        out
    }

    fn extra_key(
        &mut self,
        left: &Rel,
        right: &Rel,
        name: &str,
        span: &crate::ast::Span,
    ) -> Option<JoinKey> {
        let (one, other) = (left.scope().find(name)?, right.scope().find(name));
        let Some(other) = other else {
            self.fail(code::COLUMN, span, format!("the table has no column `{name}`"));
            return None;
        };
        let ty: Option<Type> = comparable(one.ty, other.ty);
        let Some(ty) = ty else {
            self.fail(code::TYPE, span, format!("`{name}` has another type in the table"));
            return None;
        };
        let key = |expr: Expr| convert(expr, ty);
        Some(JoinKey { left: key(one), right: key(other) })
    }
}
