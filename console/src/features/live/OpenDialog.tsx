// Opening a session: on which device, what it may do there, and why. The reason stands in the recording and the audit log.
import { Button, Modal, Select, TextInput } from "@mantine/core";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";

import { send } from "../../api/client";
import { may, useMe } from "../../api/me";
import { devicesQuery } from "../../api/queries";
import { visible } from "../../ui/visible";
import type { Level, LiveSession } from "./types";

const LEVELS: readonly { value: Level; label: string }[] = [{ value: "basic", label: "Basic: look, get files" }, { value: "advanced", label: "Advanced: also put files, run scripts, act" }];

interface Props {
  device: string | undefined;
  incident: string | undefined;
  onClose: () => void;
}

export function OpenDialog({ device: given, incident, onClose }: Props) {
  const advanced = may(useMe(), "live_act");
  const navigate = useNavigate();
  const devices = useInfiniteQuery(devicesQuery({})).data?.pages.flatMap((page) => page.items) ?? [];
  const [device, setDevice] = useState(given ?? null);
  const [level, setLevel] = useState<Level>("basic");
  const [reason, setReason] = useState("");
  const open = useMutation({
    mutationFn: () => send<LiveSession>("POST", "/live/sessions", { device, level, reason: reason.trim(), ...(incident ? { incident: Number(incident) } : {}) }),
    onSuccess: ({ id }) => navigate({ to: "/live/$id", params: { id }, search: {} }),
    meta: { quiet: true },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    open.mutate();
  };
  const known = devices.map(({ id, name }) => ({ value: id, label: visible(name) }));
  const choices = device && !known.some(({ value }) => value === device) ? [{ value: device, label: device }, ...known] : known;
  return (
    <Modal opened onClose={onClose} title="Open a session" closeButtonProps={{ "aria-label": "Close" }}>
      <form className="dialog-form" onSubmit={submit}>
        <Select label="Device" data={choices} value={device} onChange={setDevice} searchable nothingFoundMessage="No device has such a name" allowDeselect={false} />
        <Select label="Level" data={LEVELS.map((each) => ({ ...each, disabled: each.value === "advanced" && !advanced }))} value={level} allowDeselect={false}
          onChange={(next) => setLevel(LEVELS.find(({ value }) => value === next)?.value ?? "basic")} description={advanced ? undefined : "Your role may look, but not change the machine"} />
        <TextInput label="Why?" value={reason} onChange={(event) => setReason(event.target.value)} placeholder="It stands in the recording and the audit log" required withAsterisk={false} data-autofocus />
        {open.isError ? <p role="alert">{open.error.message}</p> : null}
        <span><Button type="submit" variant="filled" disabled={!device || !reason.trim()} loading={open.isPending}>Open the session</Button></span>
      </form>
    </Modal>
  );
}
