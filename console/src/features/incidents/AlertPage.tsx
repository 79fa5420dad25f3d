// The alert page: the process tree with the alert's path opened, why it fired, and where to go from here.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";

import { may, useMe } from "../../api/me";
import { alertQuery } from "../../api/queries";
import type { Alert, JoinedAlert } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { Page, useTitle } from "../../ui/Page";
import type { Search } from "../../ui/search";
import { Severity } from "../../ui/Severity";
import { Failed, Waiting } from "../../ui/states";
import { day } from "../../ui/time";
import { Time } from "../../ui/Time";
import { AlertFollowUp, AlertReason } from "./AlertDetails";
import { aroundQuery } from "./hunt";
import { ProcessDetails } from "./ProcessDetails";
import { ProcessTree } from "./ProcessTree";
import { StatusBadge } from "./StatusBadge";
import { TuneDialog } from "./TuneDialog";
import { processOf } from "./tree";
import { useForest } from "./useForest";
import "./incidents.css";

export function AlertPage() {
  const id = useParams({ strict: false }).id ?? "";
  const query = useQuery(alertQuery(id));
  if (query.data) return <Known alert={query.data} />;
  return <Page title="Alert">{query.isError ? <Failed why={query.error} retry={() => void query.refetch()} /> : <Waiting />}</Page>;
}

function Known({ alert }: { alert: Alert }) {
  useTitle(alert.title);
  return (
    <>
      <Head alert={alert} />
      <Body alert={alert} />
    </>
  );
}

function Head({ alert }: { alert: Alert }) {
  const me = useMe();
  const [tuning, setTuning] = useState(false);
  return (
    <header className="page-header">
      <div className="page-title">
        <Severity level={alert.severity} />
        <h1><DeviceText text={alert.title} /></h1>
        <StatusBadge status={alert.status as "New" | "In progress" | "Resolved"} />
        <span className="grow" />
        <Link className="link-button" to="/hunting" search={{ q: aroundQuery(alert.device_name, alert.event_at) }}>Hunt from here</Link>
        <Button disabled={!may(me, "tune")} title={may(me, "tune") ? undefined : "Your role may not tune"} onClick={() => setTuning(true)}>Tune</Button>
        {alert.incident === null ? null : (
          <Link className="link-button" to="/incidents/$number" params={{ number: String(alert.incident) }} search={{ alert: alert.id }}>Incident #{alert.incident}</Link>
        )}
      </div>
      <p className="incident-facts">
        <span>on <Link to="/devices/$id" params={{ id: alert.device_id }} search={{}}><DeviceText text={alert.device_name} /></Link></span>
        <span><Time at={alert.event_at} /></span>
        <span>{alert.techniques.map((technique, at) => (
          <span key={technique}>{at > 0 ? ", " : ""}<Link to="/alerts" search={{ technique }}>{technique}</Link></span>
        ))}</span>
        <span>{alert.assigned_to ? `Assigned to ${alert.assigned_to}` : "Assigned to nobody"}</span>
        {alert.classification ? <span>{alert.classification}{alert.determination ? `: ${alert.determination}` : ""}</span> : null}
        {alert.hidden ? <span>Hidden by <Link to="/detections" search={{ tab: "tuning" }}>tuning</Link></span> : null}
      </p>
      <TuneDialog alert={alert} opened={tuning} onClose={() => setTuning(false)} />
    </header>
  );
}

function Body({ alert }: { alert: Alert }) {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const joined = useMemo(() => [{ ...alert, reason: { kind: "", text: "", ancestor: null } } as JoinedAlert], [alert]);
  const tree = useForest(joined);
  const key = search["node"] ?? alert.process ?? undefined;
  const process = key === undefined ? undefined : tree.forest.byKey.get(processOf(key));
  return (
    <div className="page-split story">
      <div className="story-main">
        <section className="story-tree" aria-label="Processes">
          <h2>Process tree {tree.above > 0 ? (
            <button type="button" className="above" aria-expanded={tree.aboveShown} onClick={() => tree.showAbove(!tree.aboveShown)}>
              {tree.aboveShown ? "Begin at the story" : "Show ancestors"}
            </button>
          ) : null}</h2>
          {tree.error ? <Failed why={tree.error} retry={tree.retry} /> : null}
          {tree.pending && tree.forest.byKey.size === 0 ? <Waiting /> : null}
          {tree.forest.byKey.size > 0 ? (
            <ProcessTree forest={tree.forest} open={tree.open} selected={key} day={day(alert.event_at)} onToggle={tree.toggle} onLoad={tree.load}
              onSelect={(node) => void navigate({ to: "/alerts/$id", params: { id: alert.id }, search: { node }, replace: true })} />
          ) : null}
          {!tree.pending && !tree.error && tree.forest.byKey.size === 0 ? <p className="section quiet">This alert is not about a process, so there is no tree.</p> : null}
        </section>
      </div>
      <aside className="story-pane" aria-label="Details" tabIndex={0}>
        <AlertReason alert={alert} />
        {process ? <ProcessDetails node={process.node} device={{ id: alert.device_id, name: alert.device_name }} /> : null}
        <AlertFollowUp alert={alert} withReason={false} />
      </aside>
    </div>
  );
}
