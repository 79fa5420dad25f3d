// Name and password, and a code for those who have a second factor.
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { Failure, send } from "../../api/client";
import type { Me } from "../../api/types";

interface Props {
  expired: boolean;
  onSignedIn: (me: Me, password: string) => void;
}

export function PasswordForm({ expired, onSignedIn }: Props) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [needsCode, setNeedsCode] = useState(false);
  const signIn = useMutation({
    mutationFn: () => send<Me>("POST", "/session", { name: name.trim(), password, ...(needsCode ? { code: code.trim() } : {}) }),
    onSuccess: (me) => onSignedIn(me, password),
    onError: (why) => {
      if (!(why instanceof Failure)) return;
      if (why.problem.type === "code-needed") setNeedsCode(true);
      if (why.problem.type === "wrong-code") setCode("");
    },
    meta: { quiet: true },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  return (
    <form onSubmit={submit} className="door-form">
      <h1>Sign in</h1>
      {expired && !signIn.error ? <p className="quiet">Sign in to go on where you were.</p> : null}
      <TextInput label="Name" value={name} onChange={(event) => setName(event.target.value)} autoComplete="username" autoFocus required withAsterisk={false} size="sm" />
      <PasswordInput label="Password" value={password} onChange={(event) => setPassword(event.target.value)} autoComplete="current-password" required withAsterisk={false} size="sm" />
      {needsCode ? <TextInput label="Code" description="From your authenticator, or a recovery code" value={code} onChange={(event) => setCode(event.target.value)} autoComplete="one-time-code" autoFocus required withAsterisk={false} size="sm" /> : null}
      {signIn.error && !asksForCode(signIn.error) ? <p role="alert" className="door-error">{refusal(signIn.error)}</p> : null}
      <Button type="submit" variant="filled" size="sm" loading={signIn.isPending} fullWidth>Sign in</Button>
    </form>
  );
}

function asksForCode(why: Error): boolean {
  return why instanceof Failure && why.problem.type === "code-needed";
}

function refusal(why: Error): string {
  if (!(why instanceof Failure)) return why.message;
  if (why.problem.type === "wrong-code") return sentence(why.problem.detail);
  if (why.status === 401) {
    return "The name or the password is wrong. Check both, and that Caps Lock is off. If you lost the password, an administrator can give you a new one under Users; the first password is printed where the server was started.";
  }
  if (why.status === 429) return `Too many tries. ${sentence(why.problem.detail)}`;
  return why.problem.request_id ? `${sentence(why.problem.detail)} Request ${why.problem.request_id}.` : why.problem.detail;
}

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
