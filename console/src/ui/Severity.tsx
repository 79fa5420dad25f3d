// Severity, told three ways at once: by word, by the number of bars and by colour.
import type { Severity as Level } from "../api/types";

const BARS: Record<Level, number> = { Informational: 0, Low: 1, Medium: 2, High: 3, Critical: 4 };

export function Severity({ level, word = true }: { level: Level; word?: boolean }) {
  const className = `severity severity-${level.toLowerCase()}`;
  return (
    <span className={className}>
      <SeverityBars level={level} labelled={!word} />
      {word ? <span>{level}</span> : null}
    </span>
  );
}

export function AlertMark({ level, count, title }: { level: Level; count: number; title: string }) {
  return (
    <span className={`mark severity-${level.toLowerCase()}`} title={title}>
      <SeverityBars level={level} labelled={false} />
      {count === 1 ? "1 alert" : `${count} alerts`}
    </span>
  );
}

function SeverityBars({ level, labelled }: { level: Level; labelled: boolean }) {
  const name = labelled ? { role: "img", "aria-label": level } : { "aria-hidden": true };
  return (
    <svg className="severity-bars" viewBox="0 0 16 12" width="16" height="12" {...name}>
      {[0, 1, 2, 3].map((bar) => (
        <rect key={bar} x={bar * 4} y={9 - bar * 3} width="3" height={3 + bar * 3} rx="0.5"
          fill="currentColor" opacity={bar < BARS[level] ? 1 : 0.22} />
      ))}
    </svg>
  );
}

/** The graver of two levels. */
export function graver(a: Level, b: Level): Level {
  return BARS[a] >= BARS[b] ? a : b;
}
