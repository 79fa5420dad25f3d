// The incident page: alerts in the order of time, the process tree that joins them, and a pane that follows what is
// selected. The selection is in the address.
import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";

import { incidentQuery } from "../../api/queries";
import type { Incident, JoinedAlert } from "../../api/types";
import { counted } from "../../ui/number";
import { Page } from "../../ui/Page";
import type { Search } from "../../ui/search";
import { Failed, Waiting } from "../../ui/states";
import { ActivityPane } from "./ActivityPane";
import { AlertFollowUp, AlertReason } from "./AlertDetails";
import { AlertList, byTime } from "./AlertList";
import { IncidentHeader } from "./IncidentHeader";
import { ProcessDetails } from "./ProcessDetails";
import { ProcessTree } from "./ProcessTree";
import { useForest } from "./useForest";
import "./incidents.css";

export function IncidentPage() {
  const number = Number(useParams({ strict: false }).number);
  const query = useQuery(incidentQuery(number));
  if (query.data) return <Story incident={query.data} />;
  return (
    <Page title={`Incident #${number}`}>
      {query.isError ? <Failed why={query.error} retry={() => void query.refetch()} /> : <Waiting />}
    </Page>
  );
}

function Story({ incident }: { incident: Incident }) {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const alerts = useMemo(() => byTime(incident.alerts), [incident.alerts]);
  const tree = useForest(alerts);
  const go = (next: Search) =>
    void navigate({ to: "/incidents/$number", params: { number: String(incident.number) }, search: { pane: search["pane"], ...next }, replace: true });

  const chosen = choose(alerts, search);
  const process = chosen.key === undefined ? undefined : tree.forest.byKey.get(chosen.key);
  const shown = chosen.alert ? [chosen.alert] : alerts.filter((alert) => process && alert.process === process.node.key);
  const device = deviceOf(incident, shown[0] ?? alerts[0]);
  const selectAlert = (alert: JoinedAlert) => go({ alert: alert.id, pane: undefined });

  return (
    <>
      <IncidentHeader incident={incident} />
      <div className="page-split story">
        <div className="story-main">
          <section className="story-alerts" aria-label="Alerts">
            <h2>Alerts <span className="quiet">{alerts.length}</span></h2>
            <AlertList alerts={alerts} selected={chosen.alert?.id} onSelect={selectAlert} />
          </section>
          <section className="story-tree" aria-label="Processes">
            <h2>Process tree <span className="quiet">{tree.forest.byKey.size > 0 ? counted(tree.forest.byKey.size, "process", "processes") : ""}
              {tree.partial ? ", the story has more than are shown" : ""}</span>
              {tree.above > 0 ? (
                <button type="button" className="above" aria-expanded={tree.aboveShown} onClick={() => tree.showAbove(!tree.aboveShown)}>
                  {tree.aboveShown ? "Begin at the story" : `Show ${counted(tree.above, "ancestor")}`}
                </button>
              ) : null}</h2>
            {tree.error ? <Failed why={tree.error} retry={tree.retry} /> : null}
            {tree.pending && tree.forest.byKey.size === 0 ? <Waiting /> : null}
            {tree.forest.byKey.size > 0 ? (
              <ProcessTree forest={tree.forest} open={tree.open} selected={chosen.row} day={incident.first_at.slice(0, 10)}
                onSelect={(key) => go({ node: key, pane: undefined })} onToggle={tree.toggle} onLoad={tree.load} />
            ) : null}
            {!tree.pending && !tree.error && tree.forest.byKey.size === 0 ? <p className="section quiet">These alerts are not about processes, so there is no tree.</p> : null}
          </section>
        </div>
        <aside className="story-pane" aria-label="Details and activity">
          <Tabs value={search["pane"] === "activity" ? "activity" : "details"} keepMounted={false}
            onChange={(pane) => go({ node: search["node"], alert: search["alert"], pane: pane === "activity" ? pane : undefined })}>
            <Tabs.List>
              <Tabs.Tab value="details">Details</Tabs.Tab>
              <Tabs.Tab value="activity">Activity {incident.activity.length}</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="details">
              {chosen.alert ? <AlertReason alert={chosen.alert} /> : null}
              {process ? <ProcessDetails node={process.node} device={device} /> : null}
              {shown.map((alert) => <AlertFollowUp key={alert.id} alert={alert} withReason={!chosen.alert} />)}
            </Tabs.Panel>
            <Tabs.Panel value="activity"><ActivityPane incident={incident} /></Tabs.Panel>
          </Tabs>
        </aside>
      </div>
    </>
  );
}

/** What is selected: a process of the tree, an alert with its process, or, when nothing was said, the first alert. */
function choose(alerts: readonly JoinedAlert[], search: Search) {
  const node = search["node"];
  if (node) return { key: node.replace(/^more:/, ""), row: node, alert: undefined };
  const alert = alerts.find((each) => each.id === search["alert"]) ?? alerts[0];
  const key = alert?.process ?? undefined;
  return { key, row: key, alert };
}

function deviceOf(incident: Incident, alert: JoinedAlert | undefined) {
  if (alert) return { id: alert.device_id, name: alert.device_name };
  return incident.devices[0] ?? { id: "", name: "" };
}
