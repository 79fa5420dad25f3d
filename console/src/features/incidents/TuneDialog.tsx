// Tuning from an alert: a narrow condition, what it would have hidden, and for how long it shall hold.
import { Button, Checkbox, Modal, SegmentedControl, Select, TextInput } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type FormEvent } from "react";

import { send } from "../../api/client";
import type { Alert, Preview, Suggestion, TuningCondition } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { Failed, Waiting } from "../../ui/states";
import { Time } from "../../ui/Time";

const DAYS = [["30", "30 days"], ["90", "90 days"], ["365", "A year"], ["never", "For ever"]].map(([value, label]) => ({ value: value ?? "", label: label ?? "" }));

export function TuneDialog({ alert, opened, onClose }: { alert: Alert; opened: boolean; onClose: () => void }) {
  const suggestion = useQuery({
    queryKey: ["tuning", "suggest", alert.id],
    queryFn: ({ signal }) => send<Suggestion>("POST", "/tuning/suggest", { alert: alert.id }, signal),
    enabled: opened,
  });
  return (
    <Modal opened={opened} onClose={onClose} title="Tune this alert" size="lg" closeButtonProps={{ "aria-label": "Close" }}>
      {suggestion.isPending ? <Waiting /> : null}
      {suggestion.isError ? <Failed why={suggestion.error} retry={() => void suggestion.refetch()} /> : null}
      {suggestion.data ? <TuneForm suggestion={suggestion.data} onClose={onClose} /> : null}
    </Modal>
  );
}

function TuneForm({ suggestion, onClose }: { suggestion: Suggestion; onClose: () => void }) {
  const client = useQueryClient();
  const [picked, setPicked] = useState<readonly boolean[]>(() => suggestion.conditions.map((each) => each.suggested));
  const [name, setName] = useState(suggestion.title);
  const [reason, setReason] = useState("");
  const [effect, setEffect] = useState("hide");
  const [days, setDays] = useState("90");
  const conditions: TuningCondition[] = suggestion.conditions.filter((_, at) => picked[at]).map(({ field, value }) => ({ field, value }));
  const preview = useQuery({
    queryKey: ["tuning", "preview", suggestion.rule, conditions],
    queryFn: ({ signal }) => send<Preview>("POST", "/tuning/preview", { rule: suggestion.rule, conditions }, signal),
    enabled: conditions.length > 0,
    placeholderData: keepPreviousData,
  });
  const keep = useMutation({
    mutationFn: () => send("POST", "/tuning/rules", { name, rule: suggestion.rule, conditions, effect, reason, expires_at: until(days) }),
    onSuccess: async () => {
      await Promise.all(["tuning", "alerts", "incidents"].map((topic) => client.invalidateQueries({ queryKey: [topic] })));
      onClose();
    },
  });
  useEffect(() => keep.reset(), [picked]); // eslint-disable-line react-hooks/exhaustive-deps
  const submit = (event: FormEvent) => {
    event.preventDefault();
    keep.mutate();
  };
  return (
    <form className="tune" onSubmit={submit}>
      <fieldset>
        <legend>Alerts of this rule for which all of these hold</legend>
        {suggestion.conditions.map((condition, at) => (
          <Checkbox key={`${condition.field}-${condition.value}`} checked={picked[at] ?? false}
            onChange={(event) => setPicked(picked.map((each, place) => (place === at ? event.currentTarget.checked : each)))}
            label={<span><b>{condition.field}</b> is <DeviceText text={condition.value} mono /></span>} description={condition.meaning} />
        ))}
      </fieldset>
      <PreviewText preview={conditions.length > 0 ? preview.data : undefined} failed={preview.error} />
      <SegmentedControl value={effect} onChange={setEffect} aria-label="What happens with them" data={[{ value: "hide", label: "Hide them" }, { value: "resolve", label: "Resolve them" }]} />
      <TextInput label="Name" value={name} onChange={(event) => setName(event.target.value)} required />
      <TextInput label="Why is it expected?" value={reason} onChange={(event) => setReason(event.target.value)} required placeholder="The nightly backup of web-1" data-autofocus />
      <Select label="It holds" data={DAYS} value={days} onChange={(value) => setDays(value ?? "90")} allowDeselect={false} />
      {keep.isError ? <p role="alert">{keep.error.message}</p> : null}
      <span><Button type="submit" variant="filled" disabled={conditions.length === 0 || !reason.trim()} loading={keep.isPending}>Keep this rule</Button></span>
    </form>
  );
}

function PreviewText({ preview, failed }: { preview: Preview | undefined; failed: unknown }) {
  if (failed) return <p role="alert">What it would hide could not be counted; try again.</p>;
  if (!preview) return <p className="quiet">Choose at least one condition.</p>;
  return (
    <div className={preview.true_positives > 0 ? "preview preview-grave" : "preview"} role="status">
      <p><b><DeviceText text={preview.text} /></b></p>
      {preview.latest.length > 0 ? (
        <ul>
          {preview.latest.slice(0, 5).map((each) => (
            <li key={each.id}><Time at={each.event_at} /> on <DeviceText text={each.device_name} />{each.incident === null ? "" : `, incident #${each.incident}`}</li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function until(days: string): string {
  return days === "never" ? days : new Date(Date.now() + Number(days) * 86_400_000).toISOString();
}
