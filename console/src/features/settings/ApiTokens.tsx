// Tokens of programs that talk to the server: each with a role and an end.
import { Button, NumberInput, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { may, useMe } from "../../api/me";
import { ROLES, type ApiTokenOnce } from "../../api/types";
import { CopyButton } from "../../ui/CopyButton";
import { Time } from "../../ui/Time";
import { Part, Refused } from "./Part";
import { apiTokensQuery, useChange } from "./queries";

export function ApiTokens() {
  const allowed = may(useMe(), "manage_tokens");
  const query = useQuery({ ...apiTokensQuery, enabled: allowed });
  const [made, setMade] = useState<ApiTokenOnce | null>(null);
  const change = useChange();
  if (!allowed) return <p className="quiet">Only administrators see these.</p>;
  return (
    <Part about="For programs: the command line, a Kusto client, a SIEM. A token is shown once; here is what was made of it." query={query} form={<NewToken onMade={setMade} />}>
      {({ items }) => (
        <>
          {made ? (
            <div className="notice" role="status">
              <span>The token, shown only now:</span><code className="token">{made.token}</code><CopyButton text={made.token} what="the token" />
              <span className="grow" /><Button onClick={() => setMade(null)}>I have kept it</Button>
            </div>
          ) : null}
          {items.length === 0 ? <p>No token yet.</p> : (
            <table className="table">
              <thead><tr><th scope="col">Name</th><th scope="col">Role</th><th scope="col">Made by</th><th scope="col">Made</th><th scope="col">Good until</th><th scope="col"><span className="visually-hidden">What can be done</span></th></tr></thead>
              <tbody>{items.map((token) => (
                <tr key={token.id}>
                  <td><b>{token.name}</b></td><td>{token.role}</td><td>{token.created_by}</td><td><Time at={token.created_at} /></td>
                  <td><Time at={token.expires_at} />{token.expired ? " (over)" : ""}</td>
                  <td className="number"><Button size="compact-xs" disabled={change.isPending} onClick={() => change.mutate({ method: "DELETE", path: `/api-tokens/${token.id}` })}>Revoke {token.name}</Button></td>
                </tr>
              ))}</tbody>
            </table>
          )}
        </>
      )}
    </Part>
  );
}

function NewToken({ onMade }: { onMade: (made: ApiTokenOnce) => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<string>("reader");
  const [days, setDays] = useState<number | string>(90);
  const make = useChange<ApiTokenOnce>((made) => {
    setName("");
    onMade(made);
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate({ method: "POST", path: "/api-tokens", body: { name: name.trim(), role, valid_days: Number(days) } });
  };
  return (
    <form className="part-form" onSubmit={submit}>
      <TextInput label="New token" value={name} onChange={(event) => setName(event.target.value)} placeholder="Nightly report" required />
      <Select label="Role" data={[...ROLES]} value={role} onChange={(value) => setRole(value ?? "reader")} allowDeselect={false} />
      <NumberInput label="Days it is good for" min={1} max={365} value={days} onChange={setDays} />
      <Button type="submit" disabled={!name.trim()} loading={make.isPending}>Make the token</Button>
      <Refused why={make.error} />
    </form>
  );
}
