// A session: the machine's answers, the prompt, and beside them jobs, files and what is known of the session. A closed one is
// a recording that can be played.
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, useState, type ReactNode } from "react";

import { send } from "../../api/client";
import { DeviceText } from "../../ui/DeviceText";
import { Page } from "../../ui/Page";
import { Failed, Waiting } from "../../ui/states";
import { visible } from "../../ui/visible";
import { isClosed, linesOf, waitingFor } from "./derive";
import { Prompt } from "./Prompt";
import { sessionQuery } from "./queries";
import { Recording } from "./Recording";
import { SidePane } from "./SidePane";
import type { LiveSession } from "./types";
import { useEntries } from "./useEntries";
import "./live.css";

const Screen = lazy(() => import("./Screen"));

export function SessionPage() {
  const id = useParams({ strict: false }).id ?? "";
  const query = useQuery(sessionQuery(id));
  // Who sees it end stays with what they see.
  const [began, setBegan] = useState<"open" | "closed" | null>(null);
  if (query.data && began === null) setBegan(query.data.state === "closed" ? "closed" : "open");
  if (!query.data) {
    return <Page title="Live response">{query.isError ? <Failed why={query.error} retry={() => void query.refetch()} /> : <Waiting />}</Page>;
  }
  return began === "closed"
    ? <Frame session={query.data} open={false}><Recording session={query.data} /></Frame>
    : <Live key={id} session={query.data} onReplay={() => setBegan("closed")} />;
}

function Live({ session, onReplay }: { session: LiveSession; onReplay: () => void }) {
  const { entries, broken } = useEntries(session.id);
  const client = useQueryClient();
  const [line, setLine] = useState("");
  const [given, setGiven] = useState<number | undefined>(undefined);
  const closed = isClosed(entries);
  const pending = waitingFor(entries);
  const before = useMemo(() => linesOf(entries), [entries]);
  const type = useMutation({
    mutationFn: (text: string) => send<{ number: number }>("POST", `/live/sessions/${encodeURIComponent(session.id)}/lines`, { line: text }),
  });
  const close = useMutation({
    mutationFn: () => send("POST", `/live/sessions/${encodeURIComponent(session.id)}/close`),
    onSettled: () => client.invalidateQueries({ queryKey: ["live"] }),
  });
  const enter = (text: string) => {
    setGiven(undefined);
    type.mutate(text);
  };
  const waiting = type.isPending || (pending !== undefined && pending !== given);
  const why = closed ? "The session is closed" : session.mine ? undefined : `Only ${session.opened_by} types here; you watch`;
  return (
    <Frame session={session} open={!closed} broken={broken && !closed} onClose={closed ? undefined : () => close.mutate()} onReplay={closed ? onReplay : undefined}>
      <div className="live-main">
        <Suspense fallback={<Waiting />}><Screen entries={entries} device={session.device_name} /></Suspense>
        {type.isError ? <p role="alert" className="live-refusal">{type.error.message}</p> : null}
        <Prompt session={session.id} device={session.device_name} closed={why} waiting={waiting} line={line} onLine={setLine} before={before} onEnter={enter}
          onStopWaiting={() => setGiven(pending)} />
      </div>
      <SidePane session={session} entries={entries} onType={session.mine && !closed ? setLine : undefined} onCancelJob={session.mine && !closed && !waiting ? (job) => enter(`cancel ${job}`) : undefined} />
    </Frame>
  );
}

interface FrameProps {
  session: LiveSession;
  open: boolean;
  broken?: boolean;
  onClose?: (() => void) | undefined;
  onReplay?: (() => void) | undefined;
  children: ReactNode;
}

function Frame({ session, open, broken = false, onClose, onReplay, children }: FrameProps) {
  return (
    <Page title={`Live response on ${visible(session.device_name)}`}
      beside={<><span className={open ? "dot dot-good" : "dot"} />{open ? (broken ? "Connection lost, trying again" : "Open") : "Closed"} · {session.level} · <DeviceText text={session.reason} /></>}
      actions={(
        <>
          <Link className="link-button" to="/live" search={{ device: session.device }}>All sessions</Link>
          {onReplay ? <Button onClick={onReplay}>Replay</Button> : null}
          {onClose && session.mine ? <Button className="danger" onClick={onClose}>End session</Button> : null}
        </>
      )}>
      <div className="page-split live">{children}</div>
    </Page>
  );
}
