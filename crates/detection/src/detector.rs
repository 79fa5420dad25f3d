//! Rules, arranged by the kinds of rows they concern.

use std::collections::BTreeSet;

use bartizan_model::{Alert, Table, Value};
use bartizan_model::{Envelope, MatchedField, Row, TABLES, TableDefinition, Timestamp};
use bartizan_sigma::{
    Collection, CompileError, LogSource, Match, Matcher, Problem, Route, Rule, Scratch,
};

use crate::alert;
use crate::row_fields::{Columns, RowFields};

/// Why rules cannot become a detector.
#[derive(Debug, thiserror::Error)]
#[error("preparing {rules} detection rules")]
pub struct DetectionError {
    /// How many rules there were.
    pub rules: usize,
    /// What stopped it.
    #[source]
    pub source: CompileError,
}

/// All rules, ready to judge rows. Immutable: one serves all threads, each with its own [`Scratch`].
#[derive(Debug)]
pub struct Detector {
    rules: Vec<Rule>,
    problems: Vec<Problem>,
    matcher: Matcher,
    tables: Vec<TableRoutes>,
}

/// The rules for the rows of one table.
#[derive(Debug)]
struct TableRoutes {
    table: Table,
    action_type: usize,
    columns: Columns,
    kinds: Vec<Kind>,
}

/// The rules for one kind of row.
#[derive(Debug)]
struct Kind {
    action_type: &'static str,
    logsources: Vec<LogSource>,
    route: Route,
}

/// A rule that matches a row.
#[derive(Debug)]
pub struct Detection<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// Which fields matched, and what they were.
    pub matched: Vec<MatchedField>,
}

/// A rule that can never match as it is.
#[derive(Debug, PartialEq, Eq)]
pub struct Blindness<'a> {
    /// The file of the rule.
    pub file: &'a str,
    /// Its title.
    pub title: &'a str,
    /// The field that no row of its logsource has; `None` when no row is of its logsource at all.
    pub field: Option<&'a str>,
}

impl Detector {
    /// Prepares the rules of a collection. Its problems are kept for whoever asks.
    pub fn new(rules: Collection) -> Result<Self, DetectionError> {
        let failed = |source| DetectionError { rules: rules.rules.len(), source };
        let matcher = Matcher::new(&rules.rules).map_err(failed)?;
        let mut tables = Vec::new();
        for definition in TABLES {
            tables.extend(TableRoutes::new(definition, &matcher).map_err(failed)?);
        }
        Ok(Self { rules: rules.rules, problems: rules.problems, matcher, tables })
    }

    /// The rules, in the order of their files.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// What was wrong with rules that are not among them.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Working memory for judging, one for each thread.
    pub fn scratch(&self) -> Scratch {
        self.matcher.scratch()
    }

    /// The rules that match a row. A row that no rule is about costs nothing.
    pub fn judge(&self, row: &Row, scratch: &mut Scratch) -> Vec<Detection<'_>> {
        let Some(table) = self.tables.iter().find(|t| t.table == row.table()) else {
            return Vec::new();
        };
        let Some(kind) = table.kind_of(row) else { return Vec::new() };
        let fields = RowFields { row, columns: &table.columns };
        let found = self.matcher.judge(&kind.route, &fields, scratch);
        found.into_iter().filter_map(|found| self.detection(found)).collect()
    }

    /// The alerts about an event, from the rows it became.
    pub fn alerts(
        &self,
        envelope: &Envelope,
        rows: &[Row],
        now: Timestamp,
        scratch: &mut Scratch,
    ) -> Vec<Alert> {
        let mut alerts: Vec<Alert> = Vec::new();
        for row in rows {
            for detection in self.judge(row, scratch) {
                let alert = alert::alert(&detection, envelope, now);
                if alerts.iter().all(|other| other.id != alert.id) {
                    alerts.push(alert);
                }
            }
        }
        alerts
    }

    /// Rules that can never match with the tables as they are: no row is of their logsource, or a field they ask for
    /// has no column. Fields asked for only in filters are named too.
    pub fn blind(&self) -> Vec<Blindness<'_>> {
        self.rules.iter().flat_map(|rule| self.blindness(rule)).collect()
    }

    fn blindness<'a>(&'a self, rule: &'a Rule) -> Vec<Blindness<'a>> {
        let blind = |field| Blindness { file: &rule.file, title: &rule.title, field };
        let concerned = |table: &&TableRoutes| {
            table.kinds.iter().any(|k| k.logsources.iter().any(|l| rule.logsource.covers(l)))
        };
        let tables: Vec<&TableRoutes> = self.tables.iter().filter(concerned).collect();
        if tables.is_empty() {
            return vec![blind(None)];
        }
        let answered = |field: &&str| {
            let id = self.matcher.field(field);
            id.is_some_and(|id| tables.iter().any(|table| table.columns.answers(id)))
        };
        let fields: BTreeSet<&str> = rule.fields().into_iter().collect();
        fields.into_iter().filter(|f| !answered(f)).map(|field| blind(Some(field))).collect()
    }

    fn detection(&self, found: Match) -> Option<Detection<'_>> {
        let rule = self.rules.get(found.rule.index())?;
        let matched = found.evidence.into_iter().map(|field| MatchedField {
            selection: field.selection.into(),
            field: field.field.into(),
            value: field.value.unwrap_or_default().into(),
            pattern: field.pattern.into(),
        });
        Some(Detection { rule, matched: matched.collect() })
    }
}

impl TableRoutes {
    /// `None` for a table that has no logsource.
    fn new(table: &TableDefinition, matcher: &Matcher) -> Result<Option<Self>, CompileError> {
        let Some(action_type) = table.position("ActionType") else { return Ok(None) };
        let names: BTreeSet<&'static str> =
            table.logsources.iter().flat_map(|l| l.action_types.iter().copied()).collect();
        let mut kinds = Vec::new();
        for name in names {
            let of_kind = table.logsources.iter().filter(|l| l.action_types.contains(&name));
            let logsources: Vec<LogSource> = of_kind
                .map(|l| LogSource {
                    product: Some(l.product.to_owned()),
                    category: Some(l.category.to_owned()),
                    service: None,
                })
                .collect();
            let route = matcher.route(&logsources)?;
            kinds.push(Kind { action_type: name, logsources, route });
        }
        let columns = Columns::of(table, matcher.fields());
        Ok((!kinds.is_empty()).then_some(Self { table: table.table, action_type, columns, kinds }))
    }

    fn kind_of(&self, row: &Row) -> Option<&Kind> {
        let Some(Value::Text(action_type)) = row.value(self.action_type) else { return None };
        self.kinds.iter().find(|kind| kind.action_type == action_type)
    }
}
