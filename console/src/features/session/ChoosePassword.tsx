// A password of one's own. It may be put off where the server lets people in with the one they were given.
import { Button, PasswordInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { send } from "../../api/client";
import type { Me } from "../../api/types";

interface Props {
  me: Me;
  /** The password just signed in with, when it is known. */
  current: string | undefined;
  onDone: (me: Me) => void;
  /** It is a part of a page that has a title of its own. */
  part?: boolean;
}

export function ChoosePassword({ me, current, onDone, part = false }: Props) {
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const differ = again !== "" && again !== next;
  const choose = useMutation({
    mutationFn: async () => {
      await send("POST", "/me/password", { current: current ?? old, new: next });
      // All sessions of the user end with the old password, this one too.
      return send<Me>("POST", "/session", { name: me.name, password: next });
    },
    onSuccess: (known) => {
      setOld("");
      setNext("");
      setAgain("");
      onDone(known);
    },
    meta: { quiet: true },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (next === again) choose.mutate();
  };
  const mayWait = me.permissions.length > 0;
  return (
    <form onSubmit={submit} className={part ? "door-form door-form-part" : "door-form"}>
      {part ? <h2>Password</h2> : <h1>Choose a password</h1>}
      <p className="quiet">{me.must_choose_password ? "The one you signed in with was given to you. Choose one that only you know." : "Your other sessions end when you change it."}</p>
      <input type="text" name="username" autoComplete="username" value={me.name} readOnly hidden />
      {current === undefined ? (
        <PasswordInput label="Present password" value={old} onChange={(event) => setOld(event.target.value)} autoComplete="current-password" required withAsterisk={false} size="sm" />
      ) : null}
      <PasswordInput label="New password" value={next} onChange={(event) => setNext(event.target.value)} autoComplete="new-password" required withAsterisk={false} autoFocus={!part} size="sm" />
      <PasswordInput label="New password again" value={again} onChange={(event) => setAgain(event.target.value)} autoComplete="new-password" required withAsterisk={false} size="sm"
        error={differ ? "The two differ" : undefined} />
      {choose.error ? <p role="alert" className="door-error">{choose.error.message}</p> : null}
      <Button type="submit" variant="filled" size={part ? "xs" : "sm"} loading={choose.isPending} disabled={differ} fullWidth={!part}>Choose this password</Button>
      {mayWait && !part ? <Button size="sm" variant="subtle" onClick={() => onDone(me)} fullWidth>{me.must_choose_password ? "Later" : "Cancel"}</Button> : null}
    </form>
  );
}
