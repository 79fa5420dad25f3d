// What happened with an incident, and a place to write down what was found.
import { Button, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { send } from "../../api/client";
import { may, useMe } from "../../api/me";
import type { Incident } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { Time } from "../../ui/Time";

export function ActivityPane({ incident }: { incident: Incident }) {
  return (
    <>
      <CommentForm incident={incident} />
      <ol className="activity">
        {[...incident.activity].reverse().map((entry) => (
          <li key={entry.number} className={entry.kind === "comment" ? "activity-comment" : undefined}>
            <p className="quiet"><b>{entry.actor ?? "Bartizan"}</b> <Time at={entry.at} /></p>
            <p><DeviceText text={entry.text} /></p>
          </li>
        ))}
      </ol>
    </>
  );
}

function CommentForm({ incident }: { incident: Incident }) {
  const me = useMe();
  const client = useQueryClient();
  const [text, setText] = useDraft(`bartizan-comment-${incident.number}`);
  const comment = useMutation({
    mutationFn: () => send("POST", `/incidents/${incident.number}/comments`, { text: text.trim() }),
    onSuccess: async () => {
      setText("");
      await client.invalidateQueries({ queryKey: ["incidents", "one", incident.number] });
    },
  });
  if (!may(me, "respond")) return <p className="section quiet">Your role may read, but not comment.</p>;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) comment.mutate();
  };
  return (
    <form className="section" onSubmit={submit}>
      <Textarea label="Comment" value={text} onChange={(event) => setText(event.target.value)} rows={3} placeholder="What did you find?" />
      <span><Button type="submit" disabled={!text.trim()} loading={comment.isPending}>Add comment</Button></span>
    </form>
  );
}

/** What somebody typed survives a reload and a new sign-in. */
function useDraft(key: string): [string, (text: string) => void] {
  const [text, setText] = useState(() => sessionStorage.getItem(key) ?? "");
  return [text, (next) => {
    if (next) sessionStorage.setItem(key, next);
    else sessionStorage.removeItem(key);
    setText(next);
  }];
}
