// One rule: what it means, its text, and the switch.
import { Button, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { send } from "../../api/client";
import { may, useMe } from "../../api/me";
import type { Rule } from "../../api/types";
import { CopyButton } from "../../ui/CopyButton";
import { Facts } from "../../ui/Facts";
import { Cross } from "../../ui/icons";
import { number } from "../../ui/number";
import { Severity } from "../../ui/Severity";
import { Time } from "../../ui/Time";

export function RulePane({ rule, onClose }: { rule: Rule; onClose: () => void }) {
  return (
    <aside className="rule-pane" aria-label="Rule" tabIndex={0}>
      <section className="section">
        <div className="detail-title"><Severity level={rule.severity} /><h2>{rule.title}</h2><span className="grow" />
          <button type="button" className="icon-button" aria-label="Close" onClick={onClose}><Cross size={16} /></button></div>
        <p>{rule.description}</p>
        {rule.problem ? <pre className="rendered">{rule.problem}</pre> : null}
        <Facts of={[
          ["Techniques", rule.techniques.map((each) => <Link key={each} to="/alerts" search={{ technique: each }}>{each} </Link>)],
          ["Alerts", <Link key="a" to="/alerts" search={{ rule: rule.id }}>{number(rule.alerts)}</Link>],
          ["Last alert", <Time key="l" at={rule.last_alert_at} />],
          ["Switched off", rule.enabled ? "" : `${rule.reason ?? ""} (${rule.changed_by ?? ""})`],
        ]} />
        <Switch key={rule.id} rule={rule} />
      </section>
      {rule.triage.length > 0 ? <section className="section"><h3>What to look at</h3><ol className="triage">{rule.triage.map((step) => <li key={step}>{step}</li>)}</ol></section> : null}
      <section className="section">
        <h3>Its text</h3>
        <div className="code-block rule-text"><pre tabIndex={0} aria-label="Text of the rule">{rule.source}</pre><CopyButton text={rule.source} what="the rule" /></div>
      </section>
    </aside>
  );
}

function Switch({ rule }: { rule: Rule }) {
  const me = useMe();
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const change = useMutation({
    mutationFn: () => send("PATCH", `/rules/${encodeURIComponent(rule.id)}`, { enabled: !rule.enabled, reason }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["rules"] }),
  });
  if (!may(me, "manage_rules")) return null;
  return (
    <form className="chips" onSubmit={(event) => { event.preventDefault(); change.mutate(); }}>
      {rule.enabled ? <TextInput size="xs" className="grow" aria-label="Why shall it be off?" placeholder="Why shall it be off?" value={reason} onChange={(event) => setReason(event.target.value)} /> : null}
      <Button type="submit" disabled={rule.enabled && !reason.trim()} loading={change.isPending}>{rule.enabled ? "Switch off" : "Switch on"}</Button>
      {change.isError ? <span role="alert">{change.error.message}</span> : null}
    </form>
  );
}
