// The story in words: what happened in the order it happened, each sentence with its evidence.
import { useQuery } from "@tanstack/react-query";

import { storyQuery } from "../../api/queries";
import type { Incident, StorySentence } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import type { Search } from "../../ui/search";
import { Severity } from "../../ui/Severity";
import { Failed, Waiting } from "../../ui/states";
import { Time } from "../../ui/Time";
import { ThingLink } from "./ThingLink";

interface Props {
  incident: Incident;
  onThing: (search: Search) => void;
}

export function StoryPane({ incident, onThing }: Props) {
  const query = useQuery(storyQuery(incident.number));
  if (query.isPending) return <Waiting />;
  if (query.isError) return <Failed why={query.error} retry={() => void query.refetch()} />;
  return (
    <>
      <section className="section">
        {incident.severity_reason ? <p><b>{incident.severity}</b> because <DeviceText text={incident.severity_reason} /></p> : null}
        <h3>Priority {incident.priority} of 100</h3>
        <ul className="reasons">{incident.priority_reasons.map((reason) => <li key={reason}><DeviceText text={reason} /></li>)}</ul>
      </section>
      {incident.hand_over ? <section className="section"><h3>Handed over with</h3><p className="activity-comment"><DeviceText text={incident.hand_over} /></p></section> : null}
      <ol className="sentences" aria-label="What happened">
        {query.data.sentences.map((sentence, at) => <Sentence key={at} of={sentence} onThing={onThing} />)}
      </ol>
    </>
  );
}

function Sentence({ of, onThing }: { of: StorySentence; onThing: (search: Search) => void }) {
  const [alert] = of.alerts;
  return (
    <li className={of.severity ? `sentence sentence-${of.severity.toLowerCase()}` : "sentence"}>
      <p className="quiet sentence-head"><Time at={of.at} />{of.severity && alert ? (
        <button type="button" className="above" onClick={() => onThing({ alert, pane: "details" })}>
          <Severity level={of.severity} /> {of.alerts.length > 1 ? `${of.alerts.length} alerts` : "alert"}
        </button>
      ) : null}</p>
      <p>{of.parts.map((part, at) => <Part key={at} of={part} onThing={onThing} />)}</p>
    </li>
  );
}

function Part({ of, onThing }: { of: StorySentence["parts"][number]; onThing: (search: Search) => void }) {
  if (of.kind === "words") return <DeviceText text={of.text} />;
  if (of.kind === "code") return <DeviceText text={of.text} mono />;
  if (of.kind === "alert") return <button type="button" className="thing" onClick={() => onThing({ alert: of.id, pane: "details" })}><DeviceText text={of.text} /></button>;
  return <ThingLink thing={of.thing} text={of.text} onSelect={onThing} plain={(shown) => <b>{shown}</b>} />;
}
