// Asking for an action: what it will mean, on which device, and why. Nothing is done before it is confirmed.
import { Button, Modal, Select, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";

import { send } from "../api/client";
import type { ActionPlan, Order } from "../api/types";
import { DeviceText } from "./DeviceText";
import { Failed, Waiting } from "./states";

export interface Asked {
  title: string;
  /** What it does, in a sentence. */
  meaning: string;
  devices: readonly string[];
  incident?: number | undefined;
  order: (hours: number) => Order;
  /** It ends by itself after a time that is chosen. */
  ends?: boolean;
}

const HOURS = [["1", "1 hour"], ["4", "4 hours"], ["24", "1 day"], ["168", "7 days"]].map(([value, label]) => ({ value: value ?? "", label: label ?? "" }));

export function ActDialog({ asked, onClose }: { asked: Asked | null; onClose: () => void }) {
  return (
    <Modal opened={asked !== null} onClose={onClose} title={asked?.title ?? ""} closeButtonProps={{ "aria-label": "Close" }}>
      {asked ? <ActForm asked={asked} onClose={onClose} /> : null}
    </Modal>
  );
}

function ActForm({ asked, onClose }: { asked: Asked; onClose: () => void }) {
  const navigate = useNavigate();
  const [reason, setReason] = useState("");
  const [hours, setHours] = useState("4");
  const [count, setCount] = useState("");
  const body = (dry: boolean) => ({
    order: asked.order(Number(hours)), devices: asked.devices, reason, incident: asked.incident ?? null, dry_run: dry, confirmed_devices: count ? Number(count) : null,
  });
  const plan = useQuery({
    queryKey: ["actions", "plan", asked.title, asked.devices],
    queryFn: ({ signal }) => send<{ plan: ActionPlan }>("POST", "/actions", body(true), signal),
    retry: false,
  });
  const act = useMutation({
    mutationFn: () => send<{ id: string }>("POST", "/actions", body(false)),
    onSuccess: async ({ id }) => {
      onClose();
      await navigate({ to: "/actions/$id", params: { id }, search: {} });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    act.mutate();
  };
  const forbidden = plan.data?.plan.devices.filter((device) => !device.allowed) ?? [];
  return (
    <form className="dialog-form" onSubmit={submit}>
      <p>{asked.meaning}</p>
      {plan.isPending ? <Waiting /> : null}
      {plan.isError ? <Failed why={plan.error} retry={() => void plan.refetch()} /> : null}
      {plan.data ? <p className="quiet">On {plan.data.plan.devices.map((device) => device.name).join(", ")}. {plan.data.plan.approvals_needed > 0 ? `It waits for ${plan.data.plan.approvals_needed} approval.` : "It needs no approval."}</p> : null}
      {forbidden.length > 0 ? <p role="alert">The policy forbids it on <DeviceText text={forbidden.map((device) => device.name).join(", ")} />.</p> : null}
      {asked.ends ? <Select label="It ends by itself after" data={HOURS} value={hours} onChange={(value) => setHours(value ?? "4")} allowDeselect={false} /> : null}
      {plan.data?.plan.needs_count ? <TextInput label={`Type the number of devices (${asked.devices.length}) to confirm`} value={count} onChange={(event) => setCount(event.target.value)} /> : null}
      <TextInput label="Why?" value={reason} onChange={(event) => setReason(event.target.value)} placeholder="It stands in the audit log" required data-autofocus />
      {act.isError ? <p role="alert">{act.error.message}</p> : null}
      <span><Button type="submit" variant="filled" disabled={!reason.trim() || !plan.data} loading={act.isPending}>{asked.title}</Button></span>
    </form>
  );
}
