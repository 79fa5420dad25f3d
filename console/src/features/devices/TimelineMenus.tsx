// The flags of a timeline, and the timeline as a file.
import { Button, Menu } from "@mantine/core";

import { download, type Parameters } from "../../api/client";
import { DeviceText } from "../../ui/DeviceText";
import { Time } from "../../ui/Time";
import type { Flag } from "./flags";

interface Props {
  device: string;
  /** What the timeline shows: the file has the same events, all of them. */
  asked: Parameters;
  flags: readonly Flag[];
  onFlag: (flag: Flag) => void;
}

export function TimelineMenus({ device, asked, flags, onFlag }: Props) {
  const file = (format: string) => download(`/devices/${encodeURIComponent(device)}/timeline/export`, { ...asked, format });
  return (
    <>
      <Menu position="bottom-end" width={380}>
        <Menu.Target><Button>{flags.length > 0 ? `Flags ${flags.length}` : "Flags"}</Button></Menu.Target>
        <Menu.Dropdown className="facets">
          <Menu.Label>{flags.length === 0 ? "No event is flagged. Choose one and press f." : "Flagged in this browser, the earliest first"}</Menu.Label>
          {flags.map((flag) => (
            <Menu.Item key={flag.event} onClick={() => onFlag(flag)}><span className="quiet"><Time at={flag.at} exact /></span><br /><DeviceText text={flag.text} /></Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Menu position="bottom-end" width={180}>
        <Menu.Target><Button>Export</Button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component="a" href={file("csv")} download>Events as CSV</Menu.Item>
          <Menu.Item component="a" href={file("json")} download>Events as JSON</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
