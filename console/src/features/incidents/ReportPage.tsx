// The report of an incident on one page, made to be printed or saved as a PDF by the browser: no frame around it, no
// colour that paper needs, and every time in UTC.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";

import { download } from "../../api/client";
import { evidenceQuery, incidentQuery, storyQuery } from "../../api/queries";
import type { EvidenceRow, Incident, StorySentence } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import { Facts } from "../../ui/Facts";
import { useTitle } from "../../ui/Page";
import { Severity } from "../../ui/Severity";
import { Failed, Waiting } from "../../ui/states";
import { utc } from "../../ui/time";
import { ReportActivity, ReportAlerts, ReportAssets, ReportEvidence, ReportTasks } from "./ReportTables";
import { spoken } from "./words";
import "./report.css";

export function ReportPage() {
  const number = Number(useParams({ strict: false }).number);
  useTitle(`Report of incident #${number}`);
  const incident = useQuery(incidentQuery(number));
  const story = useQuery(storyQuery(number));
  const evidence = useQuery(evidenceQuery(number));
  const failed = [incident, story, evidence].find((query) => query.isError);
  if (failed) return <Failed why={failed.error} retry={() => void failed.refetch()} />;
  if (!incident.data || !story.data || !evidence.data) return <Waiting />;
  return <Report incident={incident.data} sentences={story.data.sentences} evidence={evidence.data.items} />;
}

function Report({ incident, sentences, evidence }: { incident: Incident; sentences: readonly StorySentence[]; evidence: readonly EvidenceRow[] }) {
  return (
    <div className="report-desk">
      <nav className="report-bar" aria-label="Report">
        <Link to="/incidents/$number" params={{ number: String(incident.number) }} search={{}}>Back to the incident</Link>
        <span className="grow" />
        <Button component="a" href={download(`/incidents/${incident.number}/report`, { format: "md" })} download>Markdown</Button>
        <Button variant="filled" onClick={() => window.print()}>Print or save as PDF</Button>
      </nav>
      <main className="report">
        <header>
          <p className="quiet">Bartizan · report of incident #{incident.number} · made {utc(new Date().toISOString()).slice(0, 16)} UTC</p>
          <h1><DeviceText text={incident.title} /></h1>
        </header>
        <Summary incident={incident} />
        <section aria-labelledby="report-story">
          <h2 id="report-story">What happened</h2>
          <ol className="report-story">
            {sentences.map((sentence, at) => (
              <li key={at}><span className="report-at">{utc(sentence.at).slice(0, 19)}</span><Told sentence={sentence} /></li>
            ))}
          </ol>
        </section>
        <ReportAlerts alerts={incident.alerts} />
        <ReportEvidence rows={evidence} />
        <ReportAssets rows={evidence} />
        <ReportTasks tasks={incident.tasks} />
        <ReportActivity entries={incident.activity} />
        <p className="quiet">All times are UTC.</p>
      </main>
    </div>
  );
}

function Summary({ incident }: { incident: Incident }) {
  const decided = incident.classification
    ? `${incident.classification}${incident.determination ? `: ${incident.determination}` : ""}`
    : "Not classified";
  return (
    <section aria-labelledby="report-summary">
      <h2 id="report-summary">Summary</h2>
      <Facts of={[
        ["Severity", <><Severity level={incident.severity} />{incident.severity_reason ? <> because <DeviceText text={incident.severity_reason} /></> : null}</>],
        ["Priority", `${incident.priority} of 100`],
        ["Why this priority", incident.priority_reasons.length > 0 ? <DeviceText text={incident.priority_reasons.join(" ")} /> : null],
        ["Status", incident.status],
        ["Classification", decided],
        ["Assigned to", incident.assigned_to ?? "Nobody"],
        ["Devices", <DeviceText text={incident.devices.map(({ name }) => name).join(", ")} />],
        ["Stages of an attack", incident.tactics.map(spoken).join(", ")],
        ["First event", utc(incident.first_at)],
        ["Last event", utc(incident.last_at)],
        ["Tags", incident.tags.join(", ")],
        ["Hand-over note", incident.hand_over ? <span className="report-note"><DeviceText text={incident.hand_over} /></span> : null],
      ]} />
    </section>
  );
}

function Told({ sentence }: { sentence: StorySentence }) {
  return (
    <span>
      {sentence.parts.map((part, at) => (part.kind === "words" || part.kind === "code"
        ? <DeviceText key={at} text={part.text} mono={part.kind === "code"} />
        : <b key={at}><DeviceText text={part.text} /></b>))}
    </span>
  );
}
