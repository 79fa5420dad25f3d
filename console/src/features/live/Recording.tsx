// A recording, played at the pace it was made, long pauses made short.
import { Select, Slider } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";

import { Play } from "../../ui/icons";
import { Empty, Failed, Waiting } from "../../ui/states";
import { seconds } from "../../ui/time";
import { pause } from "./pace";
import { recordingQuery } from "./queries";
import { SidePane } from "./SidePane";
import type { LiveEntry, LiveSession } from "./types";

const Screen = lazy(() => import("./Screen"));
const SPEEDS = [["1", "Pace 1×"], ["4", "Pace 4×"], ["16", "Pace 16×"]].map(([value, label]) => ({ value: value ?? "", label: label ?? "" }));

export function Recording({ session }: { session: LiveSession }) {
  const query = useQuery(recordingQuery(session.id));
  if (query.isPending) return <Waiting />;
  if (query.isError) return <Failed why={query.error} retry={() => void query.refetch()} />;
  if (query.data.length === 0) return <Empty title="Nothing was recorded"><p>The device never said yes to this session{session.closed_why ? `: ${session.closed_why}` : ""}.</p></Empty>;
  return <Played session={session} entries={query.data} />;
}

function Played({ session, entries }: { session: LiveSession; entries: readonly LiveEntry[] }) {
  const [count, setCount] = useState(entries.length);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState("4");
  useEffect(() => {
    if (!playing) return undefined;
    if (count >= entries.length) {
      setPlaying(false);
      return undefined;
    }
    const timer = setTimeout(() => setCount(count + 1), pause(entries[count - 1]?.at, entries[count]?.at, Number(speed)));
    return () => clearTimeout(timer);
  }, [playing, count, entries, speed]);
  const shown = useMemo(() => entries.slice(0, count), [entries, count]);
  const last = shown.at(-1);
  const toggle = () => {
    if (!playing && count >= entries.length) setCount(0);
    setPlaying(!playing);
  };
  return (
    <>
      <div className="live-main">
        <Suspense fallback={<Waiting />}><Screen entries={shown} device={session.device_name} /></Suspense>
        <div className="live-player">
          <button type="button" className="icon-button" aria-label={playing ? "Stop the recording" : "Play the recording"} onClick={toggle}>{playing ? "■" : <Play size={14} />}</button>
          <Slider className="grow" min={0} max={entries.length} value={count} label={null} aria-label="Place in the recording" thumbLabel="Place in the recording"
            onChange={(next) => { setPlaying(false); setCount(next); }} />
          <span className="tabular">{last ? seconds(last.at) : "Beginning"}</span>
          <Select size="xs" className="live-speed" aria-label="Pace" data={SPEEDS} value={speed} allowDeselect={false} onChange={(next) => setSpeed(next ?? "4")} />
        </div>
      </div>
      <SidePane session={session} entries={shown} />
    </>
  );
}
