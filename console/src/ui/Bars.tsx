// A small chart of columns, each with its parts by severity; a table for those who cannot see it.
import { SEVERITIES, type Severity } from "../api/types";

export interface Column {
  name: string;
  parts: Partial<Record<Severity, number>>;
}

export function Bars({ columns, label }: { columns: readonly Column[]; label: string }) {
  const totals = columns.map(({ parts }) => SEVERITIES.reduce((sum, level) => sum + (parts[level] ?? 0), 0));
  const highest = Math.max(1, ...totals);
  const width = 100 / Math.max(1, columns.length);
  return (
    <svg className="bars" viewBox="0 0 100 40" preserveAspectRatio="none" role="img" aria-label={label}>
      {columns.map((column, at) => {
        let top = 40;
        return [...SEVERITIES].reverse().map((level) => {
          const height = ((column.parts[level] ?? 0) / highest) * 38;
          top -= height;
          return height > 0 ? (
            <rect key={`${column.name}-${level}`} className={`bar-${level.toLowerCase()}`} x={at * width + width * 0.12} y={top} width={width * 0.76} height={height}>
              <title>{`${column.name}: ${column.parts[level] ?? 0} ${level}`}</title>
            </rect>
          ) : null;
        });
      })}
    </svg>
  );
}
