// Everything an incident is about, once each, with the verdict people gave.
import { Select } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { send } from "../../api/client";
import { may, useMe } from "../../api/me";
import { evidenceQuery } from "../../api/queries";
import type { Incident } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import type { Search } from "../../ui/search";
import { Severity } from "../../ui/Severity";
import { Failed, Waiting } from "../../ui/states";
import { day, short, utc } from "../../ui/time";
import { ThingLink } from "./ThingLink";

const VERDICTS = [["unknown", "Unknown"], ["malicious", "Malicious"], ["suspicious", "Suspicious"], ["clean", "Clean"]].map(([value, label]) => ({ value: value ?? "", label: label ?? "" }));

export function EvidenceTable({ incident, onThing }: { incident: Incident; onThing: (search: Search) => void }) {
  const query = useQuery(evidenceQuery(incident.number));
  const client = useQueryClient();
  const me = useMe();
  const judge = useMutation({
    mutationFn: (next: { entity: string; verdict: string }) => send("PUT", `/incidents/${incident.number}/verdicts`, next),
    onSuccess: () => client.invalidateQueries({ queryKey: ["incidents"] }),
  });
  if (query.isPending) return <Waiting />;
  if (query.isError) return <Failed why={query.error} retry={() => void query.refetch()} />;
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Evidence">
      <table className="table">
        <thead><tr>
          <th scope="col">Kind</th><th scope="col">What</th><th scope="col">Gravest alert</th><th scope="col" className="number">Alerts</th>
          <th scope="col" className="first-seen">First seen</th><th scope="col">Verdict</th>
        </tr></thead>
        <tbody>
          {query.data.items.map((row) => (
            <tr key={row.id}>
              <td>{row.kind}</td>
              <td className="stretch" title={row.detail || undefined}>
                <span className="evidence-what">
                  <span><ThingLink thing={row} text={row.label} sha256={row.sha256} onSelect={(search) => onThing({ ...search, view: undefined })} /></span>
                  {row.detail && row.detail !== row.label ? <DeviceText text={row.detail} mono /> : null}
                </span>
              </td>
              <td>{row.severity ? <Severity level={row.severity} /> : <span className="quiet">none</span>}</td>
              <td className="number">{row.alerts.length}</td>
              <td className="first-seen"><time className="tabular" dateTime={row.first_at} title={`${utc(row.first_at)} UTC`}>{short(row.first_at, day(incident.first_at)).slice(0, 12)}</time></td>
              <td>
                <Select className="verdict" size="xs" aria-label={`Verdict on ${row.label}`} data={VERDICTS} value={row.verdict} disabled={!may(me, "respond")} allowDeselect={false}
                  title={row.verdict_by ? `by ${row.verdict_by}` : `Suggested: ${row.suggested}`} onChange={(verdict) => { if (verdict) judge.mutate({ entity: row.id, verdict }); }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
