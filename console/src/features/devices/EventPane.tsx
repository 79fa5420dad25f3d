// Everything one event says, and where to go from it.
import { Link } from "@tanstack/react-router";

import type { TimelineEvent } from "../../api/types";
import { CopyButton } from "../../ui/CopyButton";
import { DeviceText } from "../../ui/DeviceText";
import { Facts } from "../../ui/Facts";
import { Time } from "../../ui/Time";
import { eventText, text } from "./eventText";

const TABLES: Record<TimelineEvent["kind"], string> = {
  process: "DeviceProcessEvents", file: "DeviceFileEvents", network: "DeviceNetworkEvents", other: "DeviceEvents",
};

interface Props {
  event: TimelineEvent;
  device: string;
  flagged: boolean;
  onFlag: () => void;
}

export function EventPane({ event, device, flagged, onFlag }: Props) {
  const said = eventText(event);
  const command = text(event, "ProcessCommandLine") || text(event, "InitiatingProcessCommandLine");
  return (
    <>
      <section className="section">
        <h2>{said.action}</h2>
        <p className="quiet"><Time at={event.at} exact /></p>
        <div className="chips">
          <Link className="link-button" to="/hunting" search={{ q: huntFor(event, device) }}>Go hunt</Link>
          <button type="button" className="toggle" aria-pressed={flagged} title="Flag it (f in the list)" onClick={onFlag}>Flag</button>
        </div>
        {command ? (
          <>
            <h3>Command line</h3>
            <div className="code-block">
              <pre tabIndex={0} aria-label="Command line"><DeviceText text={command} /></pre>
              <CopyButton text={command} what="the command line" />
            </div>
          </>
        ) : null}
      </section>
      <section className="section">
        <h3>Fields</h3>
        <Facts stacked of={Object.keys(event.fields).map((name) => [name, <DeviceText key={name} text={text(event, name)} mono />] as const)} />
      </section>
    </>
  );
}

/** What the acting process did around that time, in the table of the event. */
export function huntFor(event: TimelineEvent, device: string): string {
  const at = new Date(event.at).getTime();
  const moment = (shift: number) => (Number.isFinite(at) ? new Date(at + shift).toISOString() : event.at);
  const process = event.fields["InitiatingProcessId"];
  return [
    TABLES[event.kind],
    `| where DeviceId == "${device}"`,
    `| where Timestamp between (datetime(${moment(-300_000)}) .. datetime(${moment(300_000)}))`,
    ...(typeof process === "number" ? [`| where InitiatingProcessId == ${process}`] : []),
    "| order by Timestamp asc",
  ].join("\n");
}
