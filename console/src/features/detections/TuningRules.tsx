// What is tuned away: which alerts are hidden or resolved by themselves, why, by whom, and until when.
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { send } from "../../api/client";
import { may, useMe } from "../../api/me";
import { DeviceText } from "../../ui/DeviceText";
import { number } from "../../ui/number";
import { Empty, Failed, Waiting } from "../../ui/states";
import { Time } from "../../ui/Time";
import { tuningRulesQuery } from "./queries";

export function TuningRules() {
  const query = useQuery(tuningRulesQuery);
  const client = useQueryClient();
  const me = useMe();
  const remove = useMutation({
    mutationFn: (id: number) => send("DELETE", `/tuning/rules/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ["tuning"] }),
  });
  if (query.isPending) return <Waiting />;
  if (query.isError) return <Failed why={query.error} retry={() => void query.refetch()} />;
  if (query.data.items.length === 0) {
    return <Empty title="Nothing is tuned away"><p>When an alert is expected, open it and choose <b>Tune</b>: you see what would be hidden before anything is.</p><p><Link to="/alerts" search={{}}>Alerts</Link></p></Empty>;
  }
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Tuning">
      <table className="table">
        <thead><tr>
          <th scope="col">Name</th><th scope="col">Alerts of</th><th scope="col">For which</th><th scope="col">Effect</th><th scope="col">Why</th><th scope="col">Owner</th>
          <th scope="col">State</th><th scope="col">Until</th><th scope="col" className="number">Applied</th><th scope="col"><span className="visually-hidden">What can be done</span></th>
        </tr></thead>
        <tbody>
          {query.data.items.map((rule) => (
            <tr key={rule.id}>
              <td><b>{rule.name}</b></td>
              <td><Link to="/detections" search={{ rule: rule.rule }}>{rule.rule_title ?? rule.rule}</Link></td>
              <td>{rule.conditions.map((each) => <div key={each.field}><span className="quiet">{each.field}</span> <DeviceText text={each.value} mono /></div>)}</td>
              <td>{rule.effect}</td><td>{rule.reason}</td><td>{rule.owner}</td><td>{rule.state}</td>
              <td>{rule.expires_at ? <Time at={rule.expires_at} /> : "for ever"}</td>
              <td className="number">{number(rule.applied)}</td>
              <td className="number"><Button size="compact-xs" disabled={!may(me, "tune")} loading={remove.isPending && remove.variables === rule.id} onClick={() => remove.mutate(rule.id)}>Remove {rule.name}</Button></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
