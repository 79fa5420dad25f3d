// The head of the incident page: how grave it is and why, how far it is, who has it, and what to do with it.
import { Button, Menu } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { send } from "../../api/client";
import { may, useMe } from "../../api/me";
import { incidentQuery } from "../../api/queries";
import { STATUSES, type Incident } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { counted } from "../../ui/number";
import { useTitle } from "../../ui/Page";
import { Severity } from "../../ui/Severity";
import { Time } from "../../ui/Time";
import { CaseMenu, type Change } from "./CaseMenu";
import { StatusBadge } from "./StatusBadge";
import { spoken } from "./words";

export function IncidentHeader({ incident }: { incident: Incident }) {
  useTitle(`#${incident.number} ${incident.title}`);
  return (
    <header className="page-header">
      <div className="page-title">
        <Severity level={incident.severity} />
        <span className="quiet tabular">Incident #{incident.number}</span>
        <StatusBadge status={incident.status} />
        <span className="grow" />
        <Actions incident={incident} />
      </div>
      <h1 className="incident-name"><DeviceText text={incident.title} /></h1>
      <p className="incident-facts">
        <span>{counted(incident.alert_count, "alert")} on {incident.devices.map((device, index) => (
          <span key={device.id}>{index > 0 ? ", " : ""}<Link to="/devices/$id" params={{ id: device.id }} search={{}}><DeviceText text={device.name} /></Link></span>
        ))}</span>
        <span><Time at={incident.first_at} /> to <Time at={incident.last_at} /></span>
        {incident.classification ? <span>{incident.classification}{incident.determination ? `: ${incident.determination}` : ""}</span> : null}
        {incident.tags.length > 0 ? <span>{incident.tags.map((tag) => <span key={tag} className="status">{tag}</span>)}</span> : null}
        {incident.tactics.length > 0 ? <span title={incident.tactics.map(spoken).join(", ")}>{counted(incident.tactics.length, "stage")} of an attack</span> : null}
        <span>{incident.assigned_to ? `Assigned to ${incident.assigned_to}` : "Assigned to nobody"}</span>
      </p>
    </header>
  );
}

function Actions({ incident }: { incident: Incident }) {
  const me = useMe();
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (next: Change) => send<Incident>("PATCH", `/incidents/${incident.number}`, next),
    onSuccess: (changed) => {
      client.setQueryData(incidentQuery(incident.number).queryKey, changed);
      void client.invalidateQueries({ queryKey: ["incidents", "list"] });
    },
  });
  const allowed = may(me, "respond");
  const why = allowed ? undefined : "Your role may look, but not change incidents";
  const mine = me !== undefined && incident.assigned_to === me.name;
  const resolved = incident.status === "Resolved";
  return (
    <>
      <Button disabled={!allowed || change.isPending} title={why} onClick={() => change.mutate({ assigned_to: mine ? null : (me?.name ?? null) })}>
        {mine ? "Give back" : "Assign to me"}
      </Button>
      <Menu position="bottom-end">
        <Menu.Target><Button disabled={!allowed || change.isPending} title={why}>Status</Button></Menu.Target>
        <Menu.Dropdown>
          {STATUSES.map((status) => (
            <Menu.Item key={status} disabled={status === incident.status} onClick={() => change.mutate({ status })}>{status}</Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <CaseMenu incident={incident} allowed={allowed} onChange={(next) => change.mutate(next)} />
      <Button variant="filled" disabled={!allowed || change.isPending} title={why}
        onClick={() => change.mutate({ status: resolved ? "In progress" : "Resolved" })}>
        {resolved ? "Open again" : "Resolve"}
      </Button>
    </>
  );
}
