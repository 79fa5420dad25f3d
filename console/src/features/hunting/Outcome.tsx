// What came of a query: its rows and what they cost, or what is wrong with it and where.
import { Button, Menu } from "@mantine/core";
import { lazy, Suspense, useMemo, useState, type ReactNode } from "react";

import { Failure } from "../../api/client";
import type { QueryResult } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { Warning } from "../../ui/icons";
import { counted } from "../../ui/number";
import { Empty, Failed, SimulateHint, Waiting } from "../../ui/states";
import { drawing, wantedChart } from "./chart";
import { lossSentence, told } from "./costs";
import { asCsv, asJson, save } from "./files";
import { Results } from "./Results";

const Chart = lazy(() => import("./Chart").then((module) => ({ default: module.Chart })));

interface Props {
  pending: boolean;
  result: QueryResult | undefined;
  /** What the result answers. */
  query: string;
  why: Error | null;
  retry: () => void;
}

export function Outcome({ pending, result, query, why, retry }: Props) {
  if (pending) return <Panel><Waiting /></Panel>;
  if (why) return <Panel>{why.name === "AbortError" ? <Empty title="Stopped"><p>The query was stopped before it was done.</p></Empty> : <Refused why={why} retry={retry} />}</Panel>;
  if (!result) {
    return (
      <Panel>
        <Empty title="Ask the events">
          <p>Write a query and run it. Tables are at the left; start with <code>DeviceProcessEvents | take 100</code>.</p>
        </Empty>
      </Panel>
    );
  }
  return <Answer key={query} result={result} query={query} />;
}

/** The rows, and the chart where the query asks for one with `render`. */
function Answer({ result, query }: { result: QueryResult; query: string }) {
  const wanted = useMemo(() => wantedChart(query, result), [query, result]);
  const drawn = useMemo(() => (wanted ? drawing(result, wanted) : null), [result, wanted]);
  const [table, setTable] = useState(false);
  const charted = drawn !== null && !table;
  const views = drawn ? (
    <span className="toggles" role="group" aria-label="View of the results">
      <button type="button" className="toggle" aria-pressed={charted} onClick={() => setTable(false)}>Chart</button>
      <button type="button" className="toggle" aria-pressed={!charted} onClick={() => setTable(true)}>Table</button>
    </span>
  ) : null;
  return (
    <Panel head={<Costs result={result}>{wanted && !drawn && result.rows.length > 0 ? <span className="quiet">No number among the columns to draw</span> : null}{views}<Export result={result} /></Costs>}>
      {result.rows.length === 0 ? (
        <Empty title="No event matches">
          <SimulateHint>Widen the time range or drop a condition. To have something to find, run a harmless attack on a machine with a sensor:</SimulateHint>
        </Empty>
      ) : charted ? <Suspense fallback={<Waiting />}><Chart of={drawn} /></Suspense> : <Results result={result} />}
    </Panel>
  );
}

function Export({ result }: { result: QueryResult }) {
  if (result.rows.length === 0) return null;
  const name = `hunting-${new Date().toISOString().slice(0, 16).replace(/[:T]/g, "-")}`;
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target><Button>Export</Button></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => save(asCsv(result), "text/csv;charset=utf-8", `${name}.csv`)}>Rows as CSV</Menu.Item>
        <Menu.Item onClick={() => save(asJson(result), "application/json", `${name}.json`)}>Rows as JSON</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Panel({ head, children }: { head?: ReactNode; children: ReactNode }) {
  return <section className="outcome" aria-label="Outcome" aria-live="polite">{head}{children}</section>;
}

function Refused({ why, retry }: { why: Error; retry: () => void }) {
  const problem = why instanceof Failure ? why.problem : null;
  if (!problem?.rendered) return <Failed why={why} retry={retry} />;
  return (
    <div className="refused" role="alert">
      <h2>The query has {counted(problem.problems?.length ?? 1, "mistake")}</h2>
      <pre className="rendered" tabIndex={0}>{problem.rendered}</pre>
      {problem.request_id ? <p className="quiet">Request <code>{problem.request_id}</code></p> : null}
    </div>
  );
}

function Costs({ result, children }: { result: QueryResult; children: ReactNode }) {
  const missing = lossSentence(result.losses);
  return (
    <div className="outcome-head">
      <h2>Results</h2>
      <span className="quiet">{[counted(result.rows.length, "row"), ...told(result.stats)].join(" · ")}</span>
      {result.truncated ? <span className="warned"><Warning size={14} /> <span>There are more rows than these: narrow the question</span></span> : null}
      {missing ? <span className="warned" title={missing}><Warning size={14} /> <DeviceText text={missing} /></span> : null}
      <span className="grow" />
      {children}
    </div>
  );
}
