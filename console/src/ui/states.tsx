// What a page shows when it has nothing, cannot get it, or waits for it. Each says what to do next.
import { Button, Loader } from "@mantine/core";
import { useEffect, useState, type ReactNode } from "react";

import { Failure } from "../api/client";
import { CopyButton } from "./CopyButton";

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** The line to try detection with, ready to be copied. */
export function SimulateHint({ children }: { children: ReactNode }) {
  return (
    <>
      <p>{children}</p>
      <p className="command-line"><code>bartizan simulate</code><CopyButton text="bartizan simulate" what="the command" /></p>
    </>
  );
}

export function Failed({ why, retry }: { why: unknown; retry?: (() => void) | undefined }) {
  const problem = why instanceof Failure ? why.problem : null;
  return (
    <div className="failed" role="alert">
      <h2>{problem?.status === 404 ? "Not here" : "This could not be loaded"}</h2>
      <p>{problem?.detail ?? (why instanceof Error ? why.message : "Something unexpected happened.")}</p>
      {problem?.rendered ? <pre>{problem.rendered}</pre> : null}
      <p className="failed-foot">
        {retry ? <Button onClick={retry}>Try again</Button> : null}
        {problem?.request_id ? (
          <span className="quiet">Request <code>{problem.request_id}</code> <CopyButton text={problem.request_id} what="the request id" /></span>
        ) : null}
      </p>
    </div>
  );
}

/** Appears only when an answer takes its time: what is quick should not blink. */
export function Waiting() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 200);
    return () => clearTimeout(timer);
  }, []);
  return <div className="waiting" aria-busy="true">{late ? <Loader size="sm" aria-label="Loading" /> : null}</div>;
}
