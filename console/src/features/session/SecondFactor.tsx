// One's own second factor: begun with the password, shown as a picture for the authenticator, confirmed with a code. The
// codes that let one in when the authenticator is lost are shown once.
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";

import { send } from "../../api/client";
import { meQuery } from "../../api/queries";
import type { Me, RecoveryCodes, SecondFactorSecret } from "../../api/types";
import { CopyButton } from "../../ui/CopyButton";
import { QrPicture } from "./QrPicture";

export function SecondFactor({ me }: { me: Me }) {
  const client = useQueryClient();
  const [secret, setSecret] = useState<SecondFactorSecret | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const renew = () => client.invalidateQueries({ queryKey: meQuery.queryKey });
  return (
    <section className="card" aria-label="Second factor">
      <h2>Second factor</h2>
      {codes ? <Codes of={codes} onDone={() => setCodes(null)} /> : null}
      {!codes && me.second_factor ? <Remove me={me} onDone={renew} /> : null}
      {!codes && !me.second_factor && !secret ? <Begin me={me} onBegun={setSecret} /> : null}
      {!codes && secret ? (
        <Confirm secret={secret} onCancel={() => setSecret(null)} onDone={(given) => {
          setSecret(null);
          setCodes(given);
          void renew();
        }} />
      ) : null}
    </section>
  );
}

function Begin({ me, onBegun }: { me: Me; onBegun: (secret: SecondFactorSecret) => void }) {
  const [current, setCurrent] = useState("");
  const begin = useMutation({
    mutationFn: () => send<SecondFactorSecret>("POST", "/me/second-factor", { current }),
    onSuccess: onBegun,
    meta: { quiet: true },
  });
  return (
    <Form onSubmit={() => begin.mutate()}>
      <p className="quiet">Sign-in asks for a code from an authenticator on your phone as well, so that a stolen password opens nothing.</p>
      <Owner me={me} />
      <PasswordInput label="Your password" value={current} onChange={(event) => setCurrent(event.target.value)} autoComplete="current-password" required withAsterisk={false} />
      <Refusal why={begin.error} />
      <Button type="submit" variant="filled" loading={begin.isPending} disabled={!current}>Set up a second factor</Button>
    </Form>
  );
}

function Confirm({ secret, onCancel, onDone }: { secret: SecondFactorSecret; onCancel: () => void; onDone: (codes: readonly string[]) => void }) {
  const [code, setCode] = useState("");
  const confirm = useMutation({
    mutationFn: () => send<RecoveryCodes>("POST", "/me/second-factor/confirm", { code: code.trim() }),
    onSuccess: ({ recovery_codes }) => onDone(recovery_codes),
    onError: () => setCode(""),
    meta: { quiet: true },
  });
  return (
    <Form onSubmit={() => confirm.mutate()}>
      <div className="factor">
        <QrPicture text={secret.url} label="The secret as a picture for the authenticator" />
        <div className="factor-secret">
          <p>Scan this with your authenticator, or type the secret:</p>
          <p><code>{secret.secret.replace(/(.{4})(?=.)/g, "$1 ")}</code> <CopyButton text={secret.secret} what="the secret" /></p>
        </div>
      </div>
      <TextInput label="Code it shows" value={code} onChange={(event) => setCode(event.target.value)} autoComplete="one-time-code" inputMode="numeric" required withAsterisk={false} autoFocus />
      <Refusal why={confirm.error} />
      <span className="form-row">
        <Button type="submit" variant="filled" loading={confirm.isPending} disabled={!/^\d{6}$/.test(code.trim())}>Confirm</Button>
        <Button onClick={onCancel}>Cancel</Button>
      </span>
    </Form>
  );
}

function Codes({ of, onDone }: { of: readonly string[]; onDone: () => void }) {
  return (
    <div className="door-form door-form-part" role="status">
      <p>Your second factor is set up. Keep these codes where your phone is not: each lets you in once without it. They are shown only now.</p>
      <ul className="recovery-codes mono" aria-label="Recovery codes">{of.map((code) => <li key={code}>{code}</li>)}</ul>
      <span className="form-row">
        <Button variant="filled" onClick={onDone}>I have kept them</Button>
        <CopyButton text={of.join("\n")} what="the recovery codes" />
      </span>
    </div>
  );
}

function Remove({ me, onDone }: { me: Me; onDone: () => Promise<void> }) {
  const [asked, setAsked] = useState(false);
  const [current, setCurrent] = useState("");
  const [code, setCode] = useState("");
  const remove = useMutation({
    mutationFn: () => send("POST", "/me/second-factor/remove", { current, code: code.trim() }),
    onSuccess: onDone,
    meta: { quiet: true },
  });
  if (!asked) return <><p>You sign in with your password and a code from your authenticator.</p><span><Button onClick={() => setAsked(true)}>Take it away</Button></span></>;
  return (
    <Form onSubmit={() => remove.mutate()}>
      <Owner me={me} />
      <PasswordInput label="Your password" value={current} onChange={(event) => setCurrent(event.target.value)} autoComplete="current-password" required withAsterisk={false} />
      <TextInput label="Code" description="From your authenticator, or a recovery code" value={code} onChange={(event) => setCode(event.target.value)} autoComplete="one-time-code" required withAsterisk={false} />
      <Refusal why={remove.error} />
      <span className="form-row">
        <Button type="submit" className="danger" loading={remove.isPending} disabled={!current || !code.trim()}>Take the second factor away</Button>
        <Button onClick={() => setAsked(false)}>Keep it</Button>
      </span>
    </Form>
  );
}

function Form({ onSubmit, children }: { onSubmit: () => void; children: ReactNode }) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return <form className="door-form door-form-part" onSubmit={submit}>{children}</form>;
}

/** For those who keep passwords for people: whose password is asked for. */
function Owner({ me }: { me: Me }) {
  return <input type="text" name="username" autoComplete="username" value={me.name} readOnly hidden />;
}

function Refusal({ why }: { why: Error | null }) {
  return why ? <p role="alert" className="door-error">{why.message}</p> : null;
}
