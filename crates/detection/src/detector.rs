//! Rules, arranged by the kinds of rows they concern.

use std::collections::BTreeSet;

use bartizan_model::{Alert, Table, Value};
use bartizan_model::{Envelope, MatchedField, Row, TABLES, TableDefinition, Timestamp};
use bartizan_sigma::{
    Collection, CompileError, LogSource, Match, Matcher, Problem, Route, Rule, RuleIndex, Scratch,
};

use crate::alert;
use crate::clue::{Clue, Kin};
use crate::rarity::{Facts, NO_FACTS};
use crate::row_fields::{Columns, RowFields};
use crate::sequences::Scopes;

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
    scopes: Scopes,
}

/// The rules for the rows of one table.
#[derive(Debug)]
struct TableRoutes {
    table: Table,
    definition: &'static TableDefinition,
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
    /// Its place among the rules.
    pub index: RuleIndex,
    /// Which fields matched, and what they were.
    pub matched: Vec<MatchedField>,
}

/// What the rules say of an event.
#[derive(Debug, Default)]
pub struct Judged {
    /// The alerts it raises by itself.
    pub alerts: Vec<Alert>,
    /// What it contributes to correlations, for [`Sequences`](crate::Sequences).
    pub clues: Vec<Clue>,
}

/// What is known of an event besides what it says.
pub struct Around<'a> {
    /// How usual it is.
    pub facts: Facts,
    /// How its process belongs to others.
    pub kin: &'a dyn Fn(Kin) -> Option<String>,
}

impl Around<'_> {
    /// Nothing.
    pub const fn nothing() -> Self {
        Self { facts: NO_FACTS, kin: &|_| None }
    }
}

impl std::fmt::Debug for Around<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Around").field("facts", &self.facts).finish_non_exhaustive()
    }
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
        let scopes = Scopes::new(&rules.rules, &rules.correlations);
        let mut problems = rules.problems;
        problems.extend(scopes.problems().cloned());
        Ok(Self { rules: rules.rules, problems, matcher, tables, scopes })
    }

    /// The rules, in the order of their files.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Everything that can raise an alert, as it describes itself: rules that do not only serve correlations, and
    /// correlations.
    pub fn claims(&self) -> impl Iterator<Item = &Rule> {
        let loud = self.rules.iter().zip(0..).filter(|(_, at)| !self.is_silent(RuleIndex(*at)));
        loud.map(|(rule, _)| rule).chain(self.scopes.claims().map(|one| &one.about))
    }

    /// Whether a rule only serves correlations and raises no alert of its own.
    pub fn is_silent(&self, rule: RuleIndex) -> bool {
        self.scopes.links().any(|links| links.is_silent(rule))
    }

    pub(crate) const fn scopes(&self) -> &Scopes {
        &self.scopes
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
    pub fn judge(&self, row: &Row, facts: Facts, scratch: &mut Scratch) -> Vec<Detection<'_>> {
        let Some(table) = self.tables.iter().find(|t| t.table == row.table()) else {
            return Vec::new();
        };
        let Some(kind) = table.kind_of(row) else { return Vec::new() };
        let fields = RowFields { row, columns: &table.columns, facts };
        let found = self.matcher.judge(&kind.route, &fields, scratch);
        found.into_iter().filter_map(|found| self.detection(found)).collect()
    }

    /// What the rules say of an event, from the rows it became and what else is known of it.
    pub fn judge_event(
        &self,
        envelope: &Envelope,
        rows: &[Row],
        around: &Around<'_>,
        now: Timestamp,
        scratch: &mut Scratch,
    ) -> Judged {
        let mut judged = Judged::default();
        for row in rows {
            for detection in self.judge(row, around.facts, scratch) {
                if let Some(clue) = self.clue(&detection, envelope, row, around.kin) {
                    judged.clues.push(clue);
                }
                if self.is_silent(detection.index) {
                    continue;
                }
                let mut alert = alert::alert(&detection, envelope, now);
                if let Some(unusual) = around.facts.explained() {
                    alert.description = format!("{} {unusual}", alert.description).into();
                }
                if judged.alerts.iter().all(|other| other.id != alert.id) {
                    judged.alerts.push(alert);
                }
            }
        }
        judged
    }

    /// The alerts an event raises by itself.
    pub fn alerts(
        &self,
        envelope: &Envelope,
        rows: &[Row],
        now: Timestamp,
        scratch: &mut Scratch,
    ) -> Vec<Alert> {
        self.judge_event(envelope, rows, &Around::nothing(), now, scratch).alerts
    }

    /// What a match contributes to correlations, if any is about its rule.
    fn clue(
        &self,
        detection: &Detection<'_>,
        envelope: &Envelope,
        row: &Row,
        kin: &dyn Fn(Kin) -> Option<String>,
    ) -> Option<Clue> {
        let asked: BTreeSet<&str> =
            self.scopes.links().flat_map(|links| links.fields(detection.index)).collect();
        if !self.scopes.links().any(|links| links.concerns(detection.index)) {
            return None;
        }
        let table = self.tables.iter().find(|table| table.table == row.table())?;
        let value = |name: &str| match Kin::named(name) {
            Some(which) => kin(which),
            None => Columns::position_of(table.definition, name)
                .and_then(|position| row.value(position))
                .map(written),
        };
        let fields = asked.into_iter();
        let fields = fields.filter_map(|name| Some((name.to_owned(), value(name)?))).collect();
        Some(alert::clue(detection, envelope, fields, self.scopes.lasts(detection.index)))
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
        let blind_fields = fields.into_iter().filter(|f| !answered(f));
        // What correlations ask of its events, too.
        let index = self.rules.iter().position(|other| std::ptr::eq(other, rule));
        let index = RuleIndex(index.and_then(|at| u32::try_from(at).ok()).unwrap_or(u32::MAX));
        let asked = self.scopes.links().flat_map(|links| links.fields(index));
        let has =
            |table: &&TableRoutes, name| Columns::position_of(table.definition, name).is_some();
        let unasked = asked
            .filter(|name| Kin::named(name).is_none() && !tables.iter().any(|t| has(t, name)))
            .collect::<BTreeSet<_>>();
        blind_fields.chain(unasked).map(|field| blind(Some(field))).collect()
    }

    fn detection(&self, found: Match) -> Option<Detection<'_>> {
        let rule = self.rules.get(found.rule.index())?;
        let matched = found.evidence.into_iter().map(|field| MatchedField {
            selection: field.selection.into(),
            field: field.field.into(),
            value: field.value.unwrap_or_default().into(),
            pattern: field.pattern.into(),
        });
        Some(Detection { rule, index: found.rule, matched: matched.collect() })
    }
}

impl TableRoutes {
    /// `None` for a table that has no logsource.
    fn new(
        table: &'static TableDefinition,
        matcher: &Matcher,
    ) -> Result<Option<Self>, CompileError> {
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
        Ok((!kinds.is_empty()).then_some(Self {
            table: table.table,
            definition: table,
            action_type,
            columns,
            kinds,
        }))
    }

    fn kind_of(&self, row: &Row) -> Option<&Kind> {
        let Some(Value::Text(action_type)) = row.value(self.action_type) else { return None };
        self.kinds.iter().find(|kind| kind.action_type == action_type)
    }
}

/// A cell as text, as a rule would write it.
fn written(cell: Value<'_>) -> String {
    match cell {
        Value::Bool(yes) => yes.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Long(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text.to_owned(),
        Value::DateTime(time) => time.millis().to_string(),
    }
}
