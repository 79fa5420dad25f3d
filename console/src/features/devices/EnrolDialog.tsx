// Adding a device: a line to run on it, good for one machine and a limited time.
import { Button, Modal, Select, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { send } from "../../api/client";
import type { EnrolmentToken } from "../../api/types";
import { CopyButton } from "../../ui/CopyButton";
import { Time } from "../../ui/Time";

const TIMES = [["60", "1 hour"], ["1440", "1 day"], ["10080", "7 days"]].map(([value, label]) => ({ value: value ?? "", label: label ?? "" }));

export function EnrolDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [note, setNote] = useState("");
  const [minutes, setMinutes] = useState("60");
  const make = useMutation({
    mutationFn: () => send<EnrolmentToken>("POST", "/enrolment-tokens", { note, valid_minutes: Number(minutes) }),
  });
  const close = () => {
    make.reset();
    setNote("");
    onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <Modal opened={opened} onClose={close} title="Add a device" size="lg" closeButtonProps={{ "aria-label": "Close" }}>
      {make.data ? (
        <div className="enrol">
          <p>Run this on the machine, in a terminal, as root:</p>
          <p className="command-line"><code>{make.data.command}</code><CopyButton text={make.data.command} what="the command" /></p>
          <p className="quiet">It lets one machine in, until <Time at={make.data.expires_at} />, and is not shown again. The device appears in the list as soon as it reports.</p>
          <span><Button onClick={close}>Done</Button></span>
        </div>
      ) : (
        <form className="enrol" onSubmit={submit}>
          <TextInput label="What is it for?" placeholder="web-08, in the second rack" value={note} onChange={(event) => setNote(event.target.value)} data-autofocus />
          <Select label="The line works for" data={TIMES} value={minutes} onChange={(value) => setMinutes(value ?? "60")} allowDeselect={false} />
          <span><Button type="submit" variant="filled" loading={make.isPending}>Make the line</Button></span>
        </form>
      )}
    </Modal>
  );
}
