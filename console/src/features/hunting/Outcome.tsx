// What came of a query: its rows and what they cost, or what is wrong with it and where.
import type { ReactNode } from "react";

import { Failure } from "../../api/client";
import type { QueryResult } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { Warning } from "../../ui/icons";
import { counted } from "../../ui/number";
import { Empty, Failed, SimulateHint, Waiting } from "../../ui/states";
import { lossSentence, told } from "./costs";
import { Results } from "./Results";

interface Props {
  pending: boolean;
  result: QueryResult | undefined;
  why: Error | null;
  retry: () => void;
}

export function Outcome({ pending, result, why, retry }: Props) {
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
  return (
    <Panel head={<Costs result={result} />}>
      {result.rows.length > 0 ? <Results result={result} /> : (
        <Empty title="No event matches">
          <SimulateHint>Widen the time range or drop a condition. To have something to find, run a harmless attack on a machine with a sensor:</SimulateHint>
        </Empty>
      )}
    </Panel>
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

function Costs({ result }: { result: QueryResult }) {
  const missing = lossSentence(result.losses);
  return (
    <div className="outcome-head">
      <h2>Results</h2>
      <span className="quiet">{[counted(result.rows.length, "row"), ...told(result.stats)].join(" · ")}</span>
      {result.truncated ? <span className="warned"><Warning size={14} /> There are more rows than these: narrow the question</span> : null}
      {missing ? <span className="warned"><Warning size={14} /> <DeviceText text={missing} /></span> : null}
    </div>
  );
}
