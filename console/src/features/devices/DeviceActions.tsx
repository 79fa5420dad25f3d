// What administrators decide about a device: what it is worth, its group and tags; and to shut it out.
import { Button, Menu, Modal, Select, TagsInput, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { send } from "../../api/client";
import { may, useMe } from "../../api/me";
import type { Device } from "../../api/types";
import { visible } from "../../ui/visible";
import { VALUES } from "./filters";
import { groupsQuery } from "./queries";

const NO_GROUP = "none";

export function DeviceActions({ device }: { device: Device }) {
  const allowed = may(useMe(), "manage_devices");
  const [open, setOpen] = useState<"change" | "revoke" | null>(null);
  const shutOut = device.state === "revoked";
  return (
    <>
      <Menu position="bottom-end" width={240}>
        <Menu.Target><Button disabled={!allowed} title={allowed ? undefined : "Only administrators change devices"}>Manage</Button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setOpen("change")}>Group, value and tags</Menu.Item>
          <Menu.Divider />
          <Menu.Item disabled={shutOut} onClick={() => setOpen("revoke")}>{shutOut ? "It is shut out" : "Shut out…"}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {open === "change" ? <ChangeDialog device={device} onClose={() => setOpen(null)} /> : null}
      {open === "revoke" ? <RevokeDialog device={device} onClose={() => setOpen(null)} /> : null}
    </>
  );
}

function ChangeDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const client = useQueryClient();
  const groups = useQuery(groupsQuery).data?.items ?? [];
  const [group, setGroup] = useState(device.group ? String(device.group.id) : NO_GROUP);
  const [value, setValue] = useState(device.value);
  const [tags, setTags] = useState(device.tags);
  const change = useMutation({
    mutationFn: () => send<Device>("PATCH", `/devices/${encodeURIComponent(device.id)}`, { group: group === NO_GROUP ? null : Number(group), value, tags }),
    onSuccess: async () => {
      await Promise.all([client.invalidateQueries({ queryKey: ["devices"] }), client.invalidateQueries({ queryKey: groupsQuery.queryKey })]);
      onClose();
    },
    meta: { quiet: true },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Modal opened onClose={onClose} title="Group, value and tags" closeButtonProps={{ "aria-label": "Close" }}>
      <form className="dialog-form" onSubmit={submit}>
        <Select label="Group" value={group} onChange={(next) => setGroup(next ?? NO_GROUP)} allowDeselect={false}
          data={[{ value: NO_GROUP, label: "No group" }, ...groups.map(({ id, name }) => ({ value: String(id), label: name }))]} />
        <Select label="Value" description="What it is worth to you; the devices can be filtered by it" value={value} onChange={(next) => setValue(next ?? "normal")} allowDeselect={false}
          data={VALUES.map(([key, label]) => ({ value: key, label }))} />
        <TagsInput label="Tags" value={tags} onChange={setTags} placeholder="Type and press Enter" />
        {change.error ? <p role="alert">{change.error.message}</p> : null}
        <span><Button type="submit" variant="filled" loading={change.isPending}>Keep</Button></span>
      </form>
    </Modal>
  );
}

function RevokeDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const revoke = useMutation({
    mutationFn: () => send("POST", `/devices/${encodeURIComponent(device.id)}/revoke`),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["devices"] });
      onClose();
    },
    meta: { quiet: true },
  });
  const name = visible(device.name);
  const sure = typed.trim() === name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (sure) revoke.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={`Shut out ${name}`} closeButtonProps={{ "aria-label": "Close" }}>
      <form className="dialog-form" onSubmit={submit}>
        <p>Its certificate opens nothing any more, and nothing it sends is taken. What it told until now stays. To take it in again, it must be added anew.</p>
        <TextInput label={`Type ${name} to confirm`} value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" data-autofocus />
        {revoke.error ? <p role="alert">{revoke.error.message}</p> : null}
        <div className="dialog-foot"><Button onClick={onClose}>Cancel</Button><Button type="submit" variant="filled" disabled={!sure} loading={revoke.isPending}>Shut out</Button></div>
      </form>
    </Modal>
  );
}
