// What can be done with a device, or with a process on it.
import { Button, Menu } from "@mantine/core";
import { useState } from "react";

import { may, useMe } from "../api/me";
import { ActDialog, type Asked } from "./ActDialog";

interface Props {
  device: string;
  name: string;
  /** A process on it, with its program. */
  process?: { key: string; name: string; image: string };
  incident?: number | undefined;
}

const until = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

export function ActMenu({ device, name, process, incident }: Props) {
  const me = useMe();
  const [asked, setAsked] = useState<Asked | null>(null);
  const allowed = may(me, "act");
  const about = { devices: [device], incident };
  const ask = (title: string, meaning: string, order: Asked["order"], ends = false) => setAsked({ ...about, title, meaning, order, ends });
  return (
    <>
      <Menu position="bottom-end" width={240}>
        <Menu.Target><Button disabled={!allowed} title={allowed ? undefined : "Your role may not act on devices"}>Act</Button></Menu.Target>
        <Menu.Dropdown>
          {process ? (
            <>
              <Menu.Label>{process.name}</Menu.Label>
              <Menu.Item onClick={() => ask("Stop the process tree", `Ends ${process.name} on ${name} and everything it started. The machine checks that it is still this process.`, () => ({ kind: "stop_process", process: process.key, tree: true }))}>Stop it and what it started</Menu.Item>
              <Menu.Item onClick={() => ask("Quarantine the file", `Takes ${process.image} away on ${name} and ends what runs it. It can be given back exactly as it was.`, () => ({ kind: "quarantine_file", path: process.image }))}>Quarantine its file</Menu.Item>
              <Menu.Item onClick={() => ask("Block the file", `Keeps ${process.image} from being run on ${name}.`, () => ({ kind: "block_file", path: process.image }))}>Block its file</Menu.Item>
            </>
          ) : null}
          <Menu.Label>{name}</Menu.Label>
          <Menu.Item onClick={() => ask("Isolate the device", `Cuts ${name} off from everything but this server. It frees itself after the time below, also when the server is gone.`, (hours) => ({ kind: "isolate", until: until(hours) }), true)}>Isolate from the network</Menu.Item>
          <Menu.Item onClick={() => ask("Release the device", `Lets ${name} back to the network.`, () => ({ kind: "release" }))}>Release from isolation</Menu.Item>
          <Menu.Item onClick={() => ask("Collect a package", `Gathers what an investigation needs from ${name}: processes, connections, users, what starts by itself, logs.`, () => ({ kind: "collect_package" }))}>Collect an investigation package</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ActDialog asked={asked} onClose={() => setAsked(null)} />
    </>
  );
}
