// What people decide about an incident: what it was, its tags, the note for whoever comes next, merging, and the report.
import { Button, Menu, Modal, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";

import { download, send } from "../../api/client";
import type { Incident, Status } from "../../api/types";
import { ClassifyMenu } from "./ClassifyMenu";

export interface Change {
  status?: Status;
  assigned_to?: string | null;
  classification?: string | null;
  determination?: string | null;
  tags?: string[];
  hand_over?: string | null;
}

interface Props {
  incident: Incident;
  allowed: boolean;
  onChange: (change: Change) => void;
}

export function CaseMenu({ incident, allowed, onChange }: Props) {
  const [open, setOpen] = useState<"note" | "merge" | null>(null);
  const navigate = useNavigate();
  return (
    <>
      <ClassifyMenu disabled={!allowed} onChoose={(classification, determination) => onChange({ classification, determination })} />
      <Menu position="bottom-end" width={240}>
        <Menu.Target><Button>More</Button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item disabled={!allowed} onClick={() => setOpen("note")}>Tags and hand-over note</Menu.Item>
          <Menu.Item disabled={!allowed} onClick={() => setOpen("merge")}>Merge into another incident</Menu.Item>
          <Menu.Divider />
          <Menu.Item onClick={() => void navigate({ to: "/incidents/$number/report", params: { number: String(incident.number) }, search: {} })}>Print or save as PDF</Menu.Item>
          <Menu.Item component="a" href={download(`/incidents/${incident.number}/report`, { format: "md" })} download>Report as Markdown</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <NoteDialog incident={incident} opened={open === "note"} onClose={() => setOpen(null)} onChange={onChange} />
      <MergeDialog incident={incident} opened={open === "merge"} onClose={() => setOpen(null)} />
    </>
  );
}

function NoteDialog({ incident, opened, onClose, onChange }: { incident: Incident; opened: boolean; onClose: () => void; onChange: (change: Change) => void }) {
  const [tags, setTags] = useState(incident.tags);
  const [note, setNote] = useState(incident.hand_over ?? "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange({ tags, hand_over: note.trim() || null });
    onClose();
  };
  return (
    <Modal opened={opened} onClose={onClose} title="Tags and hand-over note" closeButtonProps={{ "aria-label": "Close" }}>
      <form className="dialog-form" onSubmit={submit}>
        <TagsInput label="Tags" value={tags} onChange={setTags} placeholder="Type and press Enter" />
        <Textarea label="For whoever comes next" rows={6} value={note} onChange={(event) => setNote(event.target.value)} placeholder="What is known, what was done, what is open" />
        <span><Button type="submit" variant="filled">Keep</Button></span>
      </form>
    </Modal>
  );
}

function MergeDialog({ incident, opened, onClose }: { incident: Incident; opened: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [into, setInto] = useState("");
  const [reason, setReason] = useState("");
  const merge = useMutation({
    mutationFn: () => send("POST", "/incidents/merge", { into: Number(into), numbers: [incident.number], reason }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["incidents"] });
      onClose();
      await navigate({ to: "/incidents/$number", params: { number: into }, search: {} });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    merge.mutate();
  };
  return (
    <Modal opened={opened} onClose={onClose} title={`Merge incident #${incident.number}`} closeButtonProps={{ "aria-label": "Close" }}>
      <form className="dialog-form" onSubmit={submit}>
        <p>Its alerts go to the other incident. This one stays, closed, and leads there.</p>
        <TextInput label="Number of the other incident" inputMode="numeric" pattern="[0-9]+" required value={into} onChange={(event) => setInto(event.target.value)} data-autofocus />
        <TextInput label="Why do they belong together?" value={reason} onChange={(event) => setReason(event.target.value)} />
        {merge.isError ? <p role="alert">{merge.error.message}</p> : null}
        <span><Button type="submit" variant="filled" disabled={!/^\d+$/.test(into)} loading={merge.isPending}>Merge</Button></span>
      </form>
    </Modal>
  );
}
