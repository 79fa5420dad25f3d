// What is to be done about an incident, by whom, and what was.
import { Button, Checkbox, Select, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { send } from "../../api/client";
import { may, useMe } from "../../api/me";
import { peopleQuery } from "../../api/queries";
import type { Incident, Task } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { Time } from "../../ui/Time";

export function TasksPane({ incident }: { incident: Incident }) {
  const me = useMe();
  const client = useQueryClient();
  const allowed = may(me, "respond");
  const renew = () => client.invalidateQueries({ queryKey: ["incidents", "one", incident.number] });
  const change = useMutation({
    mutationFn: ({ task, ...next }: { task: Task; done?: boolean; assigned_to?: string | null }) =>
      send("PATCH", `/incidents/${incident.number}/tasks/${task.number}`, next),
    onSuccess: renew,
  });
  const people = useQuery({ ...peopleQuery, enabled: allowed }).data?.items ?? [];
  return (
    <>
      {allowed ? <AddTask incident={incident} onAdded={renew} /> : null}
      {incident.tasks.length === 0 ? <p className="section quiet">No task yet. Write down what is to be done, so that whoever comes next sees it.</p> : null}
      <ul className="tasks">
        {incident.tasks.map((task) => (
          <li key={task.number}>
            <Checkbox checked={task.done} disabled={!allowed} onChange={() => change.mutate({ task, done: !task.done })}
              label={<span className={task.done ? "task-done" : undefined}><DeviceText text={task.title} /></span>} />
            <Select aria-label={`Who does: ${task.title}`} size="xs" placeholder="Nobody" data={people.map((person) => person.name)} value={task.assigned_to}
              disabled={!allowed} clearable onChange={(assigned_to) => change.mutate({ task, assigned_to })} />
            <span className="quiet">by {task.created_by}, <Time at={task.done_at ?? task.created_at} relative /></span>
          </li>
        ))}
      </ul>
    </>
  );
}

function AddTask({ incident, onAdded }: { incident: Incident; onAdded: () => Promise<void> }) {
  const [title, setTitle] = useState("");
  const add = useMutation({
    mutationFn: () => send("POST", `/incidents/${incident.number}/tasks`, { title: title.trim() }),
    onSuccess: async () => {
      setTitle("");
      await onAdded();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (title.trim()) add.mutate();
  };
  return (
    <form className="section" onSubmit={submit}>
      <TextInput label="New task" value={title} onChange={(event) => setTitle(event.target.value)} placeholder="Change the password of the deploy account" />
      <span><Button type="submit" disabled={!title.trim()} loading={add.isPending}>Add task</Button></span>
    </form>
  );
}
