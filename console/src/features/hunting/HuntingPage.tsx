// Hunting: a question over six months of events. The query is in the address, so a link to it is a link to its answer.
import { Button } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";

import { Failure, send } from "../../api/client";
import { schemaQuery } from "../../api/queries";
import type { QueryProblem, QueryResult } from "../../api/types";
import { CopyButton } from "../../ui/CopyButton";
import { Play } from "../../ui/icons";
import { Page } from "../../ui/Page";
import { SavedViews } from "../../ui/SavedViews";
import type { Search } from "../../ui/search";
import { Editor, type EditorHandle } from "./Editor";
import { HistoryMenu } from "./HistoryMenu";
import { keepPast, loadPast, remembered, type Past } from "./history";
import { Outcome } from "./Outcome";
import { SchemaBrowser } from "./SchemaBrowser";
import "./hunting.css";

const DRAFT = "bartizan-query-draft";
const NONE: readonly QueryProblem[] = [];

export function HuntingPage() {
  const asked = (useSearch({ strict: false }) as Search)["q"];
  const navigate = useNavigate();
  const [text, setText] = useState(() => asked ?? sessionStorage.getItem(DRAFT) ?? "");
  const editor = useRef<EditorHandle>(null);
  const running = useRef<AbortController | null>(null);
  const ran = useRef<string | undefined>(undefined);
  const [past, setPast] = useState<readonly Past[]>(loadPast);
  const remember = (query: string, rows: number | null) => setPast((before) => remembered(before, { query, rows, at: new Date().toISOString() }));
  useEffect(() => keepPast(past), [past]);
  const run = useMutation({
    mutationFn: (query: string) => {
      running.current?.abort();
      running.current = new AbortController();
      return send<QueryResult>("POST", "/hunting/run", { query }, running.current.signal);
    },
    onSuccess: (answer, query) => remember(query, answer.rows.length),
    onError: (why, query) => { if (why.name !== "AbortError") remember(query, null); },
    meta: { quiet: true },
  });
  const { mutate } = run;
  const start = useCallback((query: string) => {
    if (query.trim() === "") return;
    ran.current = query;
    mutate(query);
    void navigate({ to: "/hunting", search: { q: query } });
  }, [mutate, navigate]);
  const open = (query: string) => {
    setText(query);
    start(query);
  };
  // A link was opened, or the way back was taken.
  useEffect(() => {
    if (asked === undefined || asked === ran.current) return;
    ran.current = asked;
    setText(asked);
    mutate(asked);
  }, [asked, mutate]);
  useEffect(() => sessionStorage.setItem(DRAFT, text), [text]);
  const schema = useQuery(schemaQuery).data;
  const validated = useProblems(text);
  const refused = run.error instanceof Failure && run.variables === text ? run.error.problem.problems : undefined;

  return (
    <Page
      title="Hunting"
      actions={
        <>
          <span className="copy-link"><CopyButton what="the link to this query" text={linkTo(text)} /> Copy link</span>
          <HistoryMenu past={past} onOpen={open} onForget={() => setPast([])} />
          <SavedViews page="hunting" noun="query" plural="queries" search={{ q: text.trim() }} onOpen={(search) => open(search["q"] ?? "")} />
        </>
      }
      below={
        <div className="chips">
          <Button variant="filled" leftSection={<Play size={14} />} onClick={() => start(text)} disabled={text.trim() === ""}>Run query</Button>
          {run.isPending ? <Button onClick={() => running.current?.abort()}>Stop</Button> : null}
          <span className="quiet"><kbd>Ctrl</kbd> <kbd>Enter</kbd> or <kbd>Shift</kbd> <kbd>Enter</kbd> runs, <kbd>Ctrl</kbd> <kbd>Space</kbd> completes</span>
        </div>
      }
    >
      <div className="hunting">
        <SchemaBrowser onPick={(name) => editor.current?.insert(name)} />
        <div className="hunting-main">
          <Editor ref={editor} text={text} schema={schema} problems={refused ?? validated} onChange={setText} onRun={start} />
          <Outcome pending={run.isPending} result={run.data} query={run.variables ?? ""} why={run.error} retry={() => start(text)} />
        </div>
      </div>
    </Page>
  );
}

function linkTo(query: string): string {
  return `${location.origin}/hunting?${new URLSearchParams({ q: query }).toString()}`;
}

/** What the server would say about the text, asked when the typing rests. */
function useProblems(text: string): readonly QueryProblem[] {
  const [found, setFound] = useState<{ text: string; problems: readonly QueryProblem[] }>({ text: "", problems: NONE });
  useEffect(() => {
    if (text.trim() === "") return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      send<{ problems: QueryProblem[] }>("POST", "/hunting/validate", { query: text }, stop.signal)
        .then(({ problems }) => setFound({ text, problems }))
        // The editor works without: running the query tells the same.
        .catch(() => undefined);
    }, 350);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);
  return found.text === text ? found.problems : NONE;
}
