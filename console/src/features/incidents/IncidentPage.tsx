// The incident page: alerts in the order of time, the process tree that joins them, and a pane that follows what is
// selected. The selection is in the address.
import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";

import { incidentQuery } from "../../api/queries";
import type { Incident, JoinedAlert } from "../../api/types";
import { Page } from "../../ui/Page";
import type { Search } from "../../ui/search";
import { Failed, Waiting } from "../../ui/states";
import { day } from "../../ui/time";
import { ActivityPane } from "./ActivityPane";
import { AlertFollowUp, AlertReason } from "./AlertDetails";
import { AlertList, byTime } from "./AlertList";
import { IncidentHeader } from "./IncidentHeader";
import { ProcessDetails } from "./ProcessDetails";
import { StoryPane } from "./StoryPane";
import { TasksPane } from "./TasksPane";
import { TreeSection } from "./TreeSection";
import { processOf } from "./tree";
import { useForest } from "./useForest";
import { Views } from "./Views";
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
    void navigate({ to: "/incidents/$number", params: { number: String(incident.number) }, search: next, replace: true });

  const chosen = choose(alerts, search);
  const process = chosen.key === undefined ? undefined : tree.forest.byKey.get(chosen.key);
  const shown = chosen.alert ? [chosen.alert] : alerts.filter((alert) => process && alert.process === process.node.key);
  const device = deviceOf(incident, shown[0] ?? alerts[0]);
  const selectAlert = (alert: JoinedAlert) => go({ alert: alert.id, pane: undefined, view: search["view"] });
  const pane = search["pane"] ?? (search["node"] || search["alert"] ? "details" : "story");

  return (
    <>
      <IncidentHeader incident={incident} />
      <div className="page-split story">
        <div className="story-main">
          <section className="story-alerts" aria-label="Alerts">
            <h2>Alerts <span className="quiet">{alerts.length}</span></h2>
            <AlertList alerts={alerts} selected={chosen.alert?.id} onSelect={selectAlert} />
          </section>
          <Views incident={incident} view={search["view"]} onView={(view) => go({ node: search["node"], alert: search["alert"], view })}
            onThing={(thing) => go({ view: search["view"], ...thing })}>
            <TreeSection tree={tree} row={chosen.row} day={day(incident.first_at)} onSelect={(key) => go({ node: key, pane: undefined })} />
          </Views>
        </div>
        <aside className="story-pane" aria-label="Details and activity">
          <Tabs value={pane} keepMounted={false} onChange={(next) => go({ node: search["node"], alert: search["alert"], view: search["view"], pane: next ?? undefined })}>
            <Tabs.List>
              <Tabs.Tab value="story">Story</Tabs.Tab>
              <Tabs.Tab value="details">Details</Tabs.Tab>
              <Tabs.Tab value="tasks">Tasks {incident.tasks.length > 0 ? incident.tasks.filter((task) => !task.done).length : ""}</Tabs.Tab>
              <Tabs.Tab value="activity">Activity {incident.activity.length}</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="story"><StoryPane incident={incident} onThing={(thing) => go({ view: search["view"], ...thing })} /></Tabs.Panel>
            <Tabs.Panel value="tasks"><TasksPane incident={incident} /></Tabs.Panel>
            <Tabs.Panel value="details">
              {chosen.alert ? <AlertReason alert={chosen.alert} /> : null}
              {process ? <ProcessDetails node={process.node} device={device} /> : null}
              {shown.map((alert) => <AlertFollowUp key={alert.id} alert={alert} withReason={!chosen.alert} withPage />)}
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
  if (node) return { key: processOf(node), row: node, alert: undefined };
  const alert = alerts.find((each) => each.id === search["alert"]) ?? alerts[0];
  const key = alert?.process ?? undefined;
  return { key, row: key, alert };
}

function deviceOf(incident: Incident, alert: JoinedAlert | undefined) {
  if (alert) return { id: alert.device_id, name: alert.device_name };
  return incident.devices[0] ?? { id: "", name: "" };
}
