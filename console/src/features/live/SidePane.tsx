// Beside the terminal: what is known of the session, its jobs, and the files that came or went.
import { Button, Progress } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";

import { download } from "../../api/client";
import { may, useMe } from "../../api/me";
import { DeviceText } from "../../ui/DeviceText";
import { Facts } from "../../ui/Facts";
import { bytes, number } from "../../ui/number";
import { Time } from "../../ui/Time";
import { visible } from "../../ui/visible";
import { jobsOf, transfersOf, type Job, type Transfer } from "./derive";
import type { LiveEntry, LiveSession } from "./types";
import { Upload } from "./Upload";

interface Props {
  session: LiveSession;
  entries: readonly LiveEntry[];
  /** Writes a line into the prompt; absent where nothing can be typed. */
  onType?: ((line: string) => void) | undefined;
  onCancelJob?: ((job: number) => void) | undefined;
}

export function SidePane({ session, entries, onType, onCancelJob }: Props) {
  const me = useMe();
  const jobs = useMemo(() => jobsOf(entries), [entries]);
  const transfers = useMemo(() => transfersOf(entries), [entries]);
  const puts = onType !== undefined && session.level === "advanced" && may(me, "live_act");
  return (
    <aside className="live-pane" aria-label="Session" tabIndex={0}>
      <section className="section">
        <h3>Session</h3>
        <Facts of={[
          ["Device", <Link key="d" to="/devices/$id" params={{ id: session.device }} search={{}}><DeviceText text={session.device_name} /></Link>],
          ["Opened by", session.opened_by],
          ["Opened", <Time key="o" at={session.opened_at} />],
          ["Level", session.level],
          ["Reason", <DeviceText key="r" text={session.reason} />],
          ["Incident", session.incident === null ? null : <Link key="i" to="/incidents/$number" params={{ number: String(session.incident) }} search={{}}>#{session.incident}</Link>],
          ["Closed", session.closed_at ? <Time key="c" at={session.closed_at} /> : null],
          ["Closed why", session.closed_why ? <DeviceText key="w" text={session.closed_why} /> : null],
          ["Recorded", `${number(entries.length)} entries`],
        ]} />
      </section>
      <section className="section" aria-label="Jobs">
        <h3>Jobs</h3>
        {jobs.length === 0 ? <p className="quiet">None. A line that ends with <code>&amp;</code> runs beside others.</p> : (
          <ul className="plain">{jobs.map((job) => <JobLine key={job.number} job={job} onCancel={job.state === "started" ? onCancelJob : undefined} />)}</ul>
        )}
      </section>
      <section className="section" aria-label="Files">
        <h3>Files</h3>
        {transfers.length === 0 ? <p className="quiet">None. <code>getfile</code> brings a file here; what breaks off goes on where it was.</p> : (
          <ul className="live-files">{transfers.map((transfer) => <FileLine key={transfer.id} of={transfer} />)}</ul>
        )}
        {puts ? <Upload onDone={(name) => onType(`putfile ${quoted(name)} `)} /> : null}
      </section>
    </aside>
  );
}

function JobLine({ job, onCancel }: { job: Job; onCancel: ((job: number) => void) | undefined }) {
  return (
    <li className="live-job">
      <b className="tabular">{job.number}</b> <span className="live-job-text"><DeviceText text={job.text} mono /></span> <span className="quiet">{job.state === "started" ? "running" : job.state}</span>
      {onCancel ? <Button size="compact-xs" aria-label={`Cancel job ${job.number}`} onClick={() => onCancel(job.number)}>Cancel</Button> : null}
    </li>
  );
}

function FileLine({ of }: { of: Transfer }) {
  const share = of.total > 0 ? (100 * of.done) / of.total : of.complete ? 100 : 0;
  return (
    <li>
      <span className="live-file-name"><DeviceText text={of.name} mono /></span>
      {of.complete ? (
        <span className="quiet">{bytes(of.total)} · {of.sha256 ? <code title={of.sha256}>{of.sha256.slice(0, 12)}…</code> : null}{" "}
          {of.direction === "get" ? <a href={download(`/live/transfers/${encodeURIComponent(of.id)}/content`)} download={visible(of.name)}>Download</a> : "put on the device"}
        </span>
      ) : (
        <>
          <Progress value={share} size="sm" aria-label={`${of.direction === "get" ? "Getting" : "Putting"} ${visible(of.name)}`} />
          <span className="quiet tabular">{bytes(of.done)} of {bytes(of.total)}</span>
        </>
      )}
    </li>
  );
}

/** As the device reads words: in quotes where blanks are in them. */
function quoted(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", "")}'`;
}
