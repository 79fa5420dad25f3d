// Names and values, one under the other.
import type { ReactNode } from "react";

export type Fact = readonly [name: string, value: ReactNode];

/** Long names, as columns of tables have them, stand above their values. */
export function Facts({ of, stacked = false }: { of: readonly Fact[]; stacked?: boolean }) {
  return (
    <dl className={stacked ? "facts facts-stacked" : "facts"}>
      {of.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => (
        <div key={name}><dt>{name}</dt><dd>{value}</dd></div>
      ))}
    </dl>
  );
}
