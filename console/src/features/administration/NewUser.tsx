// A user to be made: a name and a role.
import { Button, Modal, Select, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { send } from "../../api/client";
import { ROLES, type OneTimePassword, type Role } from "../../api/types";
import { MEANING } from "./roles";

interface Props {
  opened: boolean;
  onClose: () => void;
  onMade: (name: string, password: string) => void;
}

export function NewUser({ opened, onClose, onMade }: Props) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("reader");
  const make = useMutation({
    mutationFn: () => send<OneTimePassword>("POST", "/users", { name: name.trim(), role }),
    onSuccess: (made) => {
      onMade(name.trim(), made.one_time_password);
      setName("");
      onClose();
    },
    meta: { quiet: true },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <Modal opened={opened} onClose={onClose} title="New user" closeButtonProps={{ "aria-label": "Close" }}>
      <form onSubmit={submit} className="form">
        <TextInput label="Name" value={name} onChange={(event) => setName(event.target.value)} required withAsterisk={false} data-autofocus autoComplete="off" />
        <Select label="Role" value={role} onChange={(value) => setRole(ROLES.find((known) => known === value) ?? "reader")} allowDeselect={false}
          data={ROLES.map((value) => ({ value, label: MEANING[value] }))} />
        <p className="quiet">A one-time password is shown next. The user chooses another one at the first sign-in.</p>
        {make.error ? <p role="alert" className="form-error">{make.error.message}</p> : null}
        <div className="form-foot"><Button onClick={onClose}>Cancel</Button><Button type="submit" variant="filled" loading={make.isPending}>Make the user</Button></div>
      </form>
    </Modal>
  );
}
