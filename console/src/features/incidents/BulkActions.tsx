// What can be done with several alerts or incidents at once.
import { Button, Menu } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { send } from "../../api/client";
import { may, useMe } from "../../api/me";
import { STATUSES } from "../../api/types";
import { counted } from "../../ui/number";
import { ClassifyMenu } from "./ClassifyMenu";

interface Change {
  status?: string;
  assigned_to?: string | null;
  classification?: string;
  determination?: string;
}

/** Which: the server names alerts by id and incidents by number. */
export type Chosen = { topic: "alerts"; ids: readonly string[] } | { topic: "incidents"; numbers: readonly number[] };

export function BulkActions({ chosen, onDone }: { chosen: Chosen; onDone: () => void }) {
  const me = useMe();
  const client = useQueryClient();
  const { topic, ...which } = chosen;
  const many = chosen.topic === "alerts" ? counted(chosen.ids.length, "alert") : counted(chosen.numbers.length, "incident");
  const change = useMutation({
    mutationFn: (next: Change) => send("PATCH", `/${topic}`, { ...which, change: next }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: [topic] });
      onDone();
    },
  });
  const allowed = may(me, "respond");
  return (
    <div className="notice" role="status">
      <span>{many} chosen</span>
      <span className="grow" />
      {change.isError ? <span role="alert">{change.error.message}</span> : null}
      <Button disabled={!allowed} loading={change.isPending} onClick={() => change.mutate({ assigned_to: me?.name ?? null })}>Assign to me</Button>
      <Menu position="bottom-end">
        <Menu.Target><Button disabled={!allowed || change.isPending}>Status</Button></Menu.Target>
        <Menu.Dropdown>{STATUSES.map((status) => <Menu.Item key={status} onClick={() => change.mutate({ status })}>{status}</Menu.Item>)}</Menu.Dropdown>
      </Menu>
      <ClassifyMenu disabled={!allowed || change.isPending} onChoose={(classification, determination) => change.mutate({ classification, determination })} />
      <Button onClick={onDone}>Choose none</Button>
    </div>
  );
}
