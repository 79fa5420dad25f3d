// Groups of devices: policies, tuning and rights can be meant for one.
import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";

import { may, useMe } from "../../api/me";
import { counted } from "../../ui/number";
import { Part, Refused } from "./Part";
import { groupsQuery, useChange } from "./queries";

export function DeviceGroups() {
  const query = useQuery(groupsQuery);
  const allowed = may(useMe(), "manage_devices");
  const change = useChange();
  return (
    <Part about="A device is in one group, or in none. Groups say how far automation may go and who is responsible." query={query} form={allowed ? <NewGroup /> : null}>
      {({ items }) => items.length === 0 ? <p>No group yet. Most houses begin with one for servers that must not be disturbed.</p> : (
        <table className="table">
          <thead><tr><th scope="col">Name</th><th scope="col">For what</th><th scope="col" className="number">Devices</th><th scope="col"><span className="visually-hidden">What can be done</span></th></tr></thead>
          <tbody>{items.map((group) => (
            <tr key={group.id}>
              <td><b>{group.name}</b></td><td>{group.description}</td>
              <td className="number"><Link to="/devices" search={{ group: String(group.id) }}>{counted(group.devices, "device")}</Link></td>
              <td className="number"><Button size="compact-xs" disabled={!allowed || change.isPending} onClick={() => change.mutate({ method: "DELETE", path: `/device-groups/${group.id}` })}>Remove {group.name}</Button></td>
            </tr>
          ))}</tbody>
        </table>
      )}
    </Part>
  );
}

function NewGroup() {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const make = useChange(() => {
    setName("");
    setDescription("");
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate({ method: "POST", path: "/device-groups", body: { name: name.trim(), description } });
  };
  return (
    <form className="part-form" onSubmit={submit}>
      <TextInput label="New group" value={name} onChange={(event) => setName(event.target.value)} placeholder="Databases" required />
      <TextInput label="For what" value={description} onChange={(event) => setDescription(event.target.value)} />
      <Button type="submit" disabled={!name.trim()} loading={make.isPending}>Make the group</Button>
      <Refused why={make.error} />
    </form>
  );
}
