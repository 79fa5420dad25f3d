// Why an alert fired, what it is about, and what to look at next.
import { Link } from "@tanstack/react-router";

import type { Alert, Evidence } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { Facts } from "../../ui/Facts";
import { Severity } from "../../ui/Severity";
import { Time } from "../../ui/Time";
import { addressQuery } from "./hunt";
import { Hash } from "./ProcessDetails";
import { spoken } from "./words";

/** What the alert says, and the fields that made its rule fire. */
export function AlertReason({ alert }: { alert: Alert }) {
  return (
    <section className="section" aria-label="Alert">
      <div className="detail-title"><Severity level={alert.severity} /><h2><DeviceText text={alert.title} /></h2></div>
      {alert.description ? <p>{alert.description}</p> : null}
      {alert.matched.length > 0 ? (
        <>
          <h3>Why it fired</h3>
          <ul className="matched">
            {alert.matched.map((field, index) => (
              <li key={index}>
                <span><b>{field.field}</b> <code>{field.pattern}</code></span>
                <DeviceText text={field.value} mono />
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </section>
  );
}

/** What to do about an alert, and all else that is known of it. */
export function AlertFollowUp({ alert, withReason, withPage = false }: { alert: Alert; withReason: boolean; withPage?: boolean }) {
  return (
    <>
      {withReason ? <AlertReason alert={alert} /> : null}
      {alert.triage.length > 0 ? (
        <section className="section">
          <h3>What to look at</h3>
          <ol className="triage">{alert.triage.map((step) => <li key={step}>{step}</li>)}</ol>
        </section>
      ) : null}
      {alert.evidence.length > 0 ? (
        <section className="section">
          <h3>Evidence</h3>
          <ul className="evidence">{alert.evidence.map((each, index) => <li key={index}><EvidenceText of={each} /></li>)}</ul>
        </section>
      ) : null}
      <section className="section">
        <h3>Alert</h3>
        <Facts of={[
          ["Page", withPage ? <Link key="p" to="/alerts/$id" params={{ id: alert.id }} search={{}}>Alert page</Link> : null],
          ["Event", <Time key="e" at={alert.event_at} exact />],
          ["Raised", <Time key="r" at={alert.raised_at} exact />],
          ["Tactics", alert.tactics.map(spoken).join(", ")],
          ["Techniques", alert.techniques.join(", ")],
          ["Rule", <code key="c">{alert.rule}</code>],
        ]} />
      </section>
    </>
  );
}

function EvidenceText({ of }: { of: Evidence }) {
  switch (of.kind) {
    case "process":
      return <><span className="quiet">Process</span><DeviceText text={of.image} mono /></>;
    case "file":
      return <><span className="quiet">File</span><span><DeviceText text={of.path} mono />{of.sha256 ? <Hash of={of.sha256} /> : null}</span></>;
    case "address":
      return (
        <>
          <span className="quiet">Address</span>
          <span><code>{of.port === null ? of.ip : `${of.ip} port ${of.port}`}</code> <Link to="/hunting" search={{ q: addressQuery(of.ip) }}>Who else</Link></span>
        </>
      );
    case "user":
      return <><span className="quiet">User</span><span><DeviceText text={of.name} mono /> <span className="quiet">uid {of.uid}</span></span></>;
  }
}
