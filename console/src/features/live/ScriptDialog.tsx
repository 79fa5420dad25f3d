// One script: read, written, approved, removed.
import { Button, Modal, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { send } from "../../api/client";
import { may, useMe } from "../../api/me";
import { Failed, Waiting } from "../../ui/states";
import { Time } from "../../ui/Time";
import { scriptQuery } from "./queries";
import type { LiveScript } from "./types";

const BEGINNING = "#!/bin/sh\nset -eu\n";

/** With an empty name, a new one. */
export function ScriptDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const query = useQuery({ ...scriptQuery(name), enabled: name !== "" });
  return (
    <Modal opened onClose={onClose} size="xl" title={name || "New script"} closeButtonProps={{ "aria-label": "Close" }}>
      {name === "" ? <ScriptForm onClose={onClose} /> : null}
      {name !== "" && query.isPending ? <Waiting /> : null}
      {query.isError ? <Failed why={query.error} retry={() => void query.refetch()} /> : null}
      {query.data ? <ScriptForm key={query.data.sha256} script={query.data} onClose={onClose} /> : null}
    </Modal>
  );
}

function ScriptForm({ script, onClose }: { script?: LiveScript; onClose: () => void }) {
  const client = useQueryClient();
  const allowed = may(useMe(), "live_act");
  const [name, setName] = useState(script?.name ?? "");
  const [description, setDescription] = useState(script?.description ?? "");
  const [content, setContent] = useState(script?.content ?? BEGINNING);
  const renew = () => client.invalidateQueries({ queryKey: ["live"] });
  const path = `/live/scripts/${encodeURIComponent(script?.name ?? "")}`;
  const keep = useMutation({
    mutationFn: () => (script ? send("PUT", path, { description, content }) : send("POST", "/live/scripts", { name, description, content })),
    onSuccess: async () => { await renew(); onClose(); },
    meta: { quiet: true },
  });
  const approve = useMutation({ mutationFn: () => send("POST", `${path}/approve`, { sha256: script?.sha256 }), onSuccess: renew, meta: { quiet: true } });
  const remove = useMutation({ mutationFn: () => send("DELETE", path), onSuccess: async () => { await renew(); onClose(); }, meta: { quiet: true } });
  const changed = !script || description !== script.description || content !== script.content;
  const valid = /^[a-z0-9._-]{1,64}$/.test(name) && content.startsWith("#!");
  const why = keep.error ?? approve.error ?? remove.error;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    keep.mutate();
  };
  return (
    <form className="dialog-form" onSubmit={submit}>
      {script ? null : <TextInput label="Name" description="Small letters, digits, dots and dashes" value={name} onChange={(event) => setName(event.target.value)} withAsterisk={false} required data-autofocus />}
      <TextInput label="What it does" value={description} onChange={(event) => setDescription(event.target.value)} readOnly={!allowed} />
      <Textarea label="Content" description="Begins with #! and the program that runs it" classNames={{ input: "mono" }} autosize={false} rows={16} value={content} onChange={(event) => setContent(event.target.value)} readOnly={!allowed} spellCheck={false} />
      {script ? (
        <p className="quiet">
          Written by {script.written_by}, <Time at={script.written_at} relative />. {script.approved_by ? `Approved by ${script.approved_by}.` : "Not approved: it is not run until somebody else approved it."}
        </p>
      ) : null}
      {why ? <p role="alert">{why.message}</p> : null}
      {allowed ? (
        <span className="form-row">
          <Button type="submit" variant="filled" disabled={!changed || !valid} loading={keep.isPending}>Keep</Button>
          {script && !script.approved_by ? <Button disabled={changed} title={changed ? "Keep it first" : undefined} loading={approve.isPending} onClick={() => approve.mutate()}>Approve</Button> : null}
          <span className="grow" />
          {script ? <Button className="danger" loading={remove.isPending} onClick={() => remove.mutate()}>Remove {script.name}</Button> : null}
        </span>
      ) : null}
    </form>
  );
}
