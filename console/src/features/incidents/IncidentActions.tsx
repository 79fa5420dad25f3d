// What can be done with several incidents at once.
import { Button, Menu } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { send } from "../../api/client";
import { may, useMe } from "../../api/me";
import { classificationsQuery } from "../../api/queries";
import { STATUSES } from "../../api/types";
import { counted } from "../../ui/number";

interface Change {
  status?: string;
  assigned_to?: string | null;
  classification?: string;
  determination?: string;
}

export function IncidentActions({ numbers, onDone }: { numbers: readonly number[]; onDone: () => void }) {
  const me = useMe();
  const client = useQueryClient();
  const kinds = useQuery(classificationsQuery).data ?? [];
  const change = useMutation({
    mutationFn: (next: Change) => send("PATCH", "/incidents", { numbers, change: next }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["incidents"] });
      onDone();
    },
  });
  const allowed = may(me, "respond");
  return (
    <div className="notice" role="status">
      <span>{counted(numbers.length, "incident")} chosen</span>
      <span className="grow" />
      {change.isError ? <span role="alert">{change.error.message}</span> : null}
      <Button disabled={!allowed} loading={change.isPending} onClick={() => change.mutate({ assigned_to: me?.name ?? null })}>Assign to me</Button>
      <Menu position="bottom-end">
        <Menu.Target><Button disabled={!allowed || change.isPending}>Status</Button></Menu.Target>
        <Menu.Dropdown>{STATUSES.map((status) => <Menu.Item key={status} onClick={() => change.mutate({ status })}>{status}</Menu.Item>)}</Menu.Dropdown>
      </Menu>
      <Menu position="bottom-end" width={240}>
        <Menu.Target><Button disabled={!allowed || change.isPending}>Classify</Button></Menu.Target>
        <Menu.Dropdown className="facets">
          {kinds.map(({ classification, determinations }) => (
            <div key={classification}>
              <Menu.Label>{classification}</Menu.Label>
              {determinations.map((determination) => (
                <Menu.Item key={determination} onClick={() => change.mutate({ classification, determination })}>{determination}</Menu.Item>
              ))}
            </div>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Button onClick={onDone}>Choose none</Button>
    </div>
  );
}
