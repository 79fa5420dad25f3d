// The techniques of ATT&CK that rules look for, tactic by tactic, and which of them were seen.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import type { Technique } from "../../api/types";
import { counted } from "../../ui/number";
import { Empty, Failed, Waiting } from "../../ui/states";
import { coverageQuery } from "./queries";

const TACTICS = [
  "reconnaissance", "resource-development", "initial-access", "execution", "persistence", "privilege-escalation", "defense-evasion",
  "credential-access", "discovery", "lateral-movement", "collection", "command-and-control", "exfiltration", "impact",
];

export function Coverage() {
  const query = useQuery(coverageQuery);
  if (query.isPending) return <Waiting />;
  if (query.isError) return <Failed why={query.error} retry={() => void query.refetch()} />;
  const { techniques } = query.data;
  if (techniques.length === 0) return <Empty title="No rule names a technique"><p>Rules name techniques with tags such as <code>attack.t1059.004</code>.</p></Empty>;
  return (
    <div className="page-body" tabIndex={0} role="region" aria-label="Techniques by tactic">
      <p className="quiet">{counted(techniques.length, "technique")} looked for. A bar at the left marks those that were seen in 30 days.</p>
      <div className="matrix">
        {TACTICS.map((tactic) => {
          const of = techniques.filter((each) => each.tactics.some((name) => plain(name) === tactic));
          return of.length > 0 ? (
            <section key={tactic}><h3>{spoken(tactic)} <span className="quiet">{of.length}</span></h3>
              {of.map((each) => <Tile key={each.technique} of={each} />)}
            </section>
          ) : null;
        })}
      </div>
    </div>
  );
}

function Tile({ of }: { of: Technique }) {
  const name = `tile${of.alerts_30_days > 0 ? " tile-seen" : ""}${of.enabled === 0 ? " tile-off" : ""}`;
  return (
    <Link className={name} to="/detections" search={{ q: of.technique }} title={`${counted(of.rules.length, "rule")}, ${of.enabled} on; ${counted(of.alerts_30_days, "alert")} in 30 days`}>
      <b>{of.technique}</b> <span className="quiet">{of.rules.length}</span>
    </Link>
  );
}

function plain(tactic: string): string {
  return tactic.replace(/([a-z])([A-Z])/g, "$1-$2").replaceAll(/[ _]/g, "-").toLowerCase();
}

function spoken(tactic: string): string {
  return tactic.charAt(0).toUpperCase() + tactic.slice(1).replaceAll("-", " ");
}
