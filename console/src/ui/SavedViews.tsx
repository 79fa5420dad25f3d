// Saved views of a page: its address under a name, for oneself or for everybody.
import { Button, Checkbox, Menu, Modal, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { send } from "../api/client";
import { viewsQuery } from "../api/queries";
import { Cross } from "./icons";
import { parseSearch, stringifySearch, type Search } from "./search";

interface Props {
  page: string;
  search: Search;
  /** What a view is called here. */
  noun?: string;
  plural?: string;
  onOpen: (search: Search) => void;
}

export function SavedViews({ page, search, noun = "view", plural = "views", onOpen }: Props) {
  const client = useQueryClient();
  const views = useQuery(viewsQuery).data?.items.filter((view) => view.page === page) ?? [];
  const [saving, setSaving] = useState(false);
  const remove = useMutation({
    mutationFn: (id: number) => send("DELETE", `/views/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: viewsQuery.queryKey }),
  });
  return (
    <>
      <Menu position="bottom-end" width={260}>
        <Menu.Target><Button>{plural.charAt(0).toUpperCase() + plural.slice(1)}</Button></Menu.Target>
        <Menu.Dropdown>
          {views.length === 0 ? <Menu.Label>No {noun} is saved yet</Menu.Label> : null}
          {views.map((view) => (
            <Menu.Item key={view.id} onClick={() => onOpen(parseSearch(view.query))}
              rightSection={view.mine ? (
                <span className="icon-button" title={`Remove the ${noun} ${view.name}`} onClick={(event) => { event.stopPropagation(); remove.mutate(view.id); }}><Cross size={14} /></span>
              ) : null}>
              {view.name} {view.shared ? <span className="quiet">{view.mine ? "shared" : `by ${view.owner}`}</span> : null}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => setSaving(true)}>Save this {noun}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <SaveView page={page} search={search} noun={noun} opened={saving} onClose={() => setSaving(false)} />
    </>
  );
}

function SaveView({ page, search, noun, opened, onClose }: { page: string; search: Search; noun: string; opened: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const save = useMutation({
    mutationFn: () => send("POST", "/views", { page, name: name.trim(), shared, query: stringifySearch({ ...search, at: undefined }) }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: viewsQuery.queryKey });
      setName("");
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) save.mutate();
  };
  return (
    <Modal opened={opened} onClose={onClose} title={`Save this ${noun}`} closeButtonProps={{ "aria-label": "Close" }}>
      <form className="dialog-form" onSubmit={submit}>
        <TextInput label="Name" value={name} onChange={(event) => setName(event.target.value)} data-autofocus />
        <Checkbox label="For everybody" checked={shared} onChange={(event) => setShared(event.currentTarget.checked)} />
        {save.isError ? <p role="alert">{save.error.message}</p> : null}
        <span><Button type="submit" variant="filled" disabled={!name.trim()} loading={save.isPending}>Save</Button></span>
      </form>
    </Modal>
  );
}
