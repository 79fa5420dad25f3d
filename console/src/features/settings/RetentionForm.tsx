// How long events and records are kept.
import { Button, NumberInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { may, useMe } from "../../api/me";
import type { Retention } from "../../api/types";
import { Time } from "../../ui/Time";
import { Part, Refused } from "./Part";
import { retentionQuery, useChange } from "./queries";

export function RetentionForm() {
  const query = useQuery(retentionQuery);
  return (
    <Part about="Events older than this are deleted. Nothing is deleted earlier; how much room they take is on the page System health." query={query} form={null}>
      {(kept) => <Form key={kept.changed_at} kept={kept} />}
    </Part>
  );
}

function Form({ kept }: { kept: Retention }) {
  const allowed = may(useMe(), "manage_settings");
  const [events, setEvents] = useState<number | string>(kept.event_days);
  const [records, setRecords] = useState<number | string>(kept.record_days);
  const change = useChange();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ method: "PUT", path: "/settings/retention", body: { event_days: Number(events), record_days: Number(records) } });
  };
  return (
    <form className="part-form" onSubmit={submit}>
      <NumberInput label="Days events are kept" min={1} max={3650} value={events} onChange={setEvents} disabled={!allowed} />
      <NumberInput label="Days resolved incidents are kept" min={1} max={3650} value={records} onChange={setRecords} disabled={!allowed} />
      <Button type="submit" disabled={!allowed} loading={change.isPending}>Keep</Button>
      {kept.changed_by ? <p className="quiet">Set by {kept.changed_by}, <Time at={kept.changed_at} /></p> : null}
      <Refused why={change.error} />
    </form>
  );
}
