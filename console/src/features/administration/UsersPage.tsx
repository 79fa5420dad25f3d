// Users: who may come in and as what; new ones get a password that works once. Roles change and people are shut out here.
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { send } from "../../api/client";
import { useMe } from "../../api/me";
import { usersQuery } from "../../api/queries";
import type { OneTimePassword, User } from "../../api/types";
import { CopyButton } from "../../ui/CopyButton";
import { DeviceText } from "../../ui/DeviceText";
import { Plus } from "../../ui/icons";
import { counted } from "../../ui/number";
import { Page } from "../../ui/Page";
import { Failed, Waiting } from "../../ui/states";
import { Time } from "../../ui/Time";
import { ChangeUser } from "./ChangeUser";
import { NewUser } from "./NewUser";
import "./administration.css";

interface Given {
  name: string;
  password: string;
}

export function UsersPage() {
  const me = useMe();
  const client = useQueryClient();
  const query = useQuery(usersQuery);
  const [making, setMaking] = useState(false);
  const [changing, setChanging] = useState<User | null>(null);
  const [given, setGiven] = useState<Given | null>(null);
  const reset = useMutation({
    mutationFn: (user: User) => send<OneTimePassword>("POST", `/users/${encodeURIComponent(user.id)}/reset-password`),
    onSuccess: (made, user) => {
      setGiven({ name: user.name, password: made.one_time_password });
      void client.invalidateQueries({ queryKey: usersQuery.queryKey });
    },
  });
  return (
    <Page
      title="Users"
      beside={query.data ? counted(query.data.items.length, "user") : undefined}
      actions={<Button variant="filled" leftSection={<Plus size={14} />} onClick={() => setMaking(true)}>New user</Button>}
    >
      {given ? <OnceShown given={given} onDone={() => setGiven(null)} /> : null}
      {query.isPending ? <Waiting /> : null}
      {query.isError ? <Failed why={query.error} retry={() => void query.refetch()} /> : null}
      {query.data ? (
        <div className="table-scroll" tabIndex={0} role="region" aria-label="Users">
          <table className="table">
            <thead><tr>
              <th scope="col">Name</th><th scope="col">Role</th><th scope="col">May sign in</th><th scope="col">Password</th><th scope="col">Second factor</th><th scope="col">Last sign-in</th>
              <th scope="col">Made</th><th scope="col"><span className="visually-hidden">What can be done</span></th>
            </tr></thead>
            <tbody>
              {query.data.items.map((user) => (
                <tr key={user.id}>
                  <td className="stretch"><b><DeviceText text={user.name} /></b>{user.name === me?.name ? <span className="quiet"> (you)</span> : null}</td>
                  <td>{user.role}</td>
                  <td>{user.disabled ? <b>Shut out</b> : "Yes"}</td>
                  <td>{user.must_choose_password ? "One-time, not chosen yet" : "Chosen"}</td>
                  <td>{user.second_factor ? "Yes" : <span className="quiet">None</span>}</td>
                  <td><Time at={user.last_sign_in} /></td>
                  <td><Time at={user.created_at} /></td>
                  <td className="number">
                    {user.name === me?.name ? <Link className="link-button link-button-small" to="/account" search={{}}>Your account</Link> : (
                      <span className="row-actions">
                      <Button size="compact-xs" aria-label={`Change ${user.name}`} onClick={() => setChanging(user)}>Change</Button>
                      <Button size="compact-xs" loading={reset.isPending && reset.variables.id === user.id} onClick={() => reset.mutate(user)}
                        aria-label={`Reset password of ${user.name}`} title="Ends the sessions of this user and gives a new one-time password">Reset password</Button>
                      </span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {changing ? <ChangeUser key={changing.id} user={changing} onClose={() => setChanging(null)} /> : null}
      <NewUser opened={making} onClose={() => setMaking(false)} onMade={(name, password) => {
        setGiven({ name, password });
        void client.invalidateQueries({ queryKey: usersQuery.queryKey });
      }} />
    </Page>
  );
}

function OnceShown({ given, onDone }: { given: Given; onDone: () => void }) {
  return (
    <div className="notice" role="status">
      <span>One-time password of <b>{given.name}</b>, shown only now:</span>
      <code>{given.password}</code>
      <CopyButton text={given.password} what="the one-time password" />
      <span className="grow" />
      <Button onClick={onDone}>I have passed it on</Button>
    </div>
  );
}
