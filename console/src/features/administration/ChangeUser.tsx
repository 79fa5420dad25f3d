// A user's role, whether they may come in, and their second factor when they lost it.
import { Button, Checkbox, Modal, Select } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { send } from "../../api/client";
import { usersQuery } from "../../api/queries";
import { ROLES, type Role, type User } from "../../api/types";
import { changeOf, isChange, MEANING } from "./roles";

export function ChangeUser({ user, onClose }: { user: User; onClose: () => void }) {
  const client = useQueryClient();
  const [role, setRole] = useState<Role>(user.role);
  const [letIn, setLetIn] = useState(!user.disabled);
  const [lost, setLost] = useState(false);
  const wanted = changeOf(user, { role, disabled: !letIn, lost });
  const change = useMutation({
    mutationFn: () => send<User>("PATCH", `/users/${encodeURIComponent(user.id)}`, wanted),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: usersQuery.queryKey });
      onClose();
    },
    meta: { quiet: true },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={`Change ${user.name}`} closeButtonProps={{ "aria-label": "Close" }}>
      <form onSubmit={submit} className="form">
        <Select label="Role" value={role} onChange={(value) => setRole(ROLES.find((known) => known === value) ?? user.role)} allowDeselect={false}
          data={ROLES.map((value) => ({ value, label: MEANING[value] }))} />
        <Checkbox label="May sign in" checked={letIn} onChange={(event) => setLetIn(event.currentTarget.checked)} />
        {user.second_factor ? (
          <Checkbox label="Take the second factor away: it was lost" description="They sign in with the password alone until they set up another." checked={lost} onChange={(event) => setLost(event.currentTarget.checked)} />
        ) : <p className="quiet">Signs in without a second factor.</p>}
        {isChange(wanted) ? <p className="quiet">Their sessions end; they sign in anew.</p> : null}
        {change.error ? <p role="alert" className="form-error">{change.error.message}</p> : null}
        <div className="form-foot"><Button onClick={onClose}>Cancel</Button><Button type="submit" variant="filled" disabled={!isChange(wanted)} loading={change.isPending}>Change the user</Button></div>
      </form>
    </Modal>
  );
}
