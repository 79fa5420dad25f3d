// Who is told of incidents outside of this console: webhooks, syslog.
import { Button, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { may, useMe } from "../../api/me";
import { SEVERITIES, type Channel } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { Time } from "../../ui/Time";
import { Part, Refused } from "./Part";
import { channelsQuery, useChange } from "./queries";

const KINDS = [["webhook", "Webhook", "https://chat.example.org/hook"], ["syslog", "Syslog", "tcp://logs.example.org:514"]] as const;

export function Channels() {
  const allowed = may(useMe(), "manage_settings");
  const query = useQuery({ ...channelsQuery, enabled: allowed });
  if (!allowed) return <p className="quiet">Only administrators see who is told.</p>;
  return (
    <Part about="Each channel is told when an incident is opened or becomes graver. What could not be delivered is tried again and shown here." query={query} form={<NewChannel />}>
      {({ items }) => items.length === 0 ? <p>Nobody is told yet.</p> : (
        <table className="table">
          <thead><tr><th scope="col">Name</th><th scope="col">Kind</th><th scope="col">Where</th><th scope="col">From</th><th scope="col">Latest</th><th scope="col"><span className="visually-hidden">What can be done</span></th></tr></thead>
          <tbody>{items.map((channel) => <Line key={channel.id} channel={channel} />)}</tbody>
        </table>
      )}
    </Part>
  );
}

function Line({ channel }: { channel: Channel }) {
  const change = useChange();
  const path = `/notifications/channels/${channel.id}`;
  return (
    <tr>
      <td><b>{channel.name}</b>{channel.enabled ? "" : " (off)"}</td><td>{channel.kind}</td><td><DeviceText text={channel.target} mono />{channel.signed ? <span className="quiet"> signed</span> : null}</td>
      <td>{channel.least_severity}</td>
      <td>{channel.latest ? <span title={channel.latest.problem ?? undefined}>{channel.latest.state} <Time at={channel.latest.delivered_at ?? channel.latest.created_at} relative />{channel.latest.problem ? <>: <DeviceText text={channel.latest.problem} /></> : null}</span> : <span className="quiet">nothing sent yet</span>}</td>
      <td className="number">
        <Button size="compact-xs" loading={change.isPending} aria-label={`Send a test to ${channel.name}`} onClick={() => change.mutate({ method: "POST", path: `${path}/test` })}>Send a test</Button>{" "}
        <Button size="compact-xs" disabled={change.isPending} aria-label={`Remove ${channel.name}`} onClick={() => change.mutate({ method: "DELETE", path })}>Remove</Button>
        <Refused why={change.error} />
      </td>
    </tr>
  );
}

function NewChannel() {
  const [kind, setKind] = useState<string>("webhook");
  const [name, setName] = useState("");
  const [target, setTarget] = useState("");
  const [secret, setSecret] = useState("");
  const [least, setLeast] = useState<string>("Medium");
  const make = useChange(() => {
    setName("");
    setTarget("");
    setSecret("");
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate({ method: "POST", path: "/notifications/channels", body: { name, kind, target, least_severity: least, ...(secret ? { secret } : {}) } });
  };
  return (
    <form className="part-form" onSubmit={submit}>
      <Select label="New channel" data={KINDS.map(([value, label]) => ({ value, label }))} value={kind} onChange={(value) => setKind(value ?? "webhook")} allowDeselect={false} />
      <TextInput label="Name" value={name} onChange={(event) => setName(event.target.value)} required />
      <TextInput className="part-wide" label="Where" value={target} onChange={(event) => setTarget(event.target.value)} placeholder={KINDS.find(([value]) => value === kind)?.[2] ?? ""} required />
      {kind === "webhook" ? <TextInput label="Secret to sign with" value={secret} onChange={(event) => setSecret(event.target.value)} placeholder="None" /> : null}
      <Select label="From severity" data={[...SEVERITIES]} value={least} onChange={(value) => setLeast(value ?? "Medium")} allowDeselect={false} />
      <Button type="submit" disabled={!name.trim() || !target.trim()} loading={make.isPending}>Make the channel</Button>
      <Refused why={make.error} />
    </form>
  );
}
