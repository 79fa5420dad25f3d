// Where a line is typed: Tab completes, arrows walk through what was typed before, Ctrl+C stops waiting.
import { useRef, useState, type KeyboardEvent } from "react";

import { send } from "../../api/client";
import { visible } from "../../ui/visible";
import { completed, earlier, tabbed } from "./prompt";
import type { Completion } from "./types";

interface Props {
  session: string;
  device: string;
  /** Why nothing can be typed now. */
  closed: string | undefined;
  waiting: boolean;
  line: string;
  onLine: (line: string) => void;
  /** What was typed before, latest first. */
  before: readonly string[];
  onEnter: (line: string) => void;
  onStopWaiting: () => void;
}

export function Prompt({ session, device, closed, waiting, line, onLine, before, onEnter, onStopWaiting }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const [choices, setChoices] = useState<Completion | null>(null);
  const [chosen, setChosen] = useState(0);
  const [place, setPlace] = useState(-1);
  const list = choices?.candidates ?? [];

  const write = (next: string) => {
    setChoices(null);
    onLine(next);
  };
  const ask = async () => {
    const asked = line;
    const found = await send<Completion>("POST", `/live/sessions/${encodeURIComponent(session)}/complete`, { line: asked }).catch(() => null);
    // What was typed meanwhile is not overwritten.
    if (!found || field.current?.value !== asked) return;
    const next = tabbed(asked, found);
    if (next.do === "nothing") return;
    onLine(next.line);
    setChosen(0);
    setChoices(next.do === "choose" ? next.completion : null);
  };
  const choose = (at: number) => {
    const candidate = list[at];
    if (choices && candidate) write(completed(line, choices.start, candidate.text) + (candidate.what === "folder" ? "" : " "));
    field.current?.focus();
  };
  const walk = (step: 1 | -1) => {
    const next = earlier(before, place, step);
    setPlace(next);
    onLine(next === -1 ? "" : (before[next] ?? ""));
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "c" && event.ctrlKey && waiting) return onStopWaiting();
    if (event.ctrlKey || event.metaKey || event.altKey || waiting) return;
    const action = { Tab: line.trim() && !event.shiftKey ? tab : undefined, ArrowUp: up, ArrowDown: down, Enter: enter, Escape: choices ? () => setChoices(null) : undefined }[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  };
  const tab = () => (choices ? setChosen((chosen + 1) % list.length) : void ask());
  const up = () => (choices ? setChosen((chosen + list.length - 1) % list.length) : walk(1));
  const down = () => (choices ? setChosen((chosen + 1) % list.length) : walk(-1));
  const enter = () => {
    if (choices) return choose(chosen);
    if (!line.trim()) return;
    setPlace(-1);
    onEnter(line.trim());
    write("");
  };
  return (
    <div className="live-prompt">
      {choices ? (
        <ul className="live-choices" role="listbox" id="live-choices" aria-label="What it can be">
          {list.map((candidate, at) => (
            <li key={`${candidate.what} ${candidate.text}`} id={`live-choice-${at}`} role="option" aria-selected={at === chosen} ref={at === chosen ? inSight : undefined}
              onMouseDown={(event) => { event.preventDefault(); choose(at); }}>
              <span className="mono">{visible(candidate.text)}</span><span className="quiet">{candidate.what}</span>
            </li>
          ))}
        </ul>
      ) : null}
      <label className="mono live-name" htmlFor="live-line">{visible(device)} &gt;</label>
      <input id="live-line" ref={field} className="mono" role="combobox" aria-label="Command" aria-expanded={choices !== null} aria-controls="live-choices" aria-autocomplete="list"
        aria-activedescendant={choices ? `live-choice-${chosen}` : undefined} autoComplete="off" autoCapitalize="off" spellCheck={false} autoFocus
        value={line} readOnly={waiting} disabled={closed !== undefined} placeholder={closed ?? (waiting ? "Running; Ctrl+C stops waiting" : "A command; Tab completes, help lists them")}
        onKeyDown={pressed} onChange={(event) => write(event.target.value)} />
    </div>
  );
}

function inSight(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: "nearest" });
}
