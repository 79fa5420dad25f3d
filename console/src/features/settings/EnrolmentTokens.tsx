// The lines that were given out for new machines: which are still good, which were used, and by which device.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { may, useMe } from "../../api/me";
import { Time } from "../../ui/Time";
import { Part } from "./Part";
import { enrolmentTokensQuery, useChange } from "./queries";

export function EnrolmentTokens() {
  const allowed = may(useMe(), "enrol_devices");
  const query = useQuery({ ...enrolmentTokensQuery, enabled: allowed });
  const change = useChange();
  if (!allowed) return <p className="quiet">Only administrators see these.</p>;
  return (
    <Part about="Each lets one machine in. New ones are made on the page Devices." query={query} form={<p><Link className="link-button" to="/devices" search={{}}>Add a device</Link></p>}>
      {({ items }) => items.length === 0 ? <p>None was made yet.</p> : (
        <table className="table">
          <thead><tr><th scope="col">For</th><th scope="col">Made by</th><th scope="col">Made</th><th scope="col">State</th><th scope="col">Good until</th><th scope="col"><span className="visually-hidden">What can be done</span></th></tr></thead>
          <tbody>{items.map((token) => (
            <tr key={token.id}>
              <td>{token.note || <span className="quiet">nothing said</span>}</td><td>{token.created_by}</td><td><Time at={token.created_at} /></td>
              <td>{token.device_id ? <Link to="/devices/$id" params={{ id: token.device_id }} search={{}}>{token.state}</Link> : token.state}</td>
              <td><Time at={token.expires_at} /></td>
              <td className="number">{token.used_at ? null : <Button size="compact-xs" disabled={change.isPending} onClick={() => change.mutate({ method: "DELETE", path: `/enrolment-tokens/${token.id}` })}>Revoke the token {token.note}</Button>}</td>
            </tr>
          ))}</tbody>
        </table>
      )}
    </Part>
  );
}
