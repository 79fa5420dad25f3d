// What can be asked with: tables and their columns, operators, functions. A click writes the name into the query.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { schemaQuery } from "../../api/queries";
import { Failed, Waiting } from "../../ui/states";
import { matching, named, type Entry, type Table } from "./schema";

export function SchemaBrowser({ onPick }: { onPick: (name: string) => void }) {
  const schema = useQuery(schemaQuery);
  const [wanted, setWanted] = useState("");
  return (
    <aside className="schema" aria-label="Schema">
      <input type="search" className="search-field" value={wanted} onChange={(event) => setWanted(event.target.value)}
        aria-label="Search the schema" placeholder="Table, column or function" />
      <div className="schema-tables">
        {schema.isPending ? <Waiting /> : null}
        {schema.isError ? <Failed why={schema.error} retry={() => void schema.refetch()} /> : null}
        {schema.data ? (
          <>
            <Tables of={matching(schema.data.tables, wanted)} open={wanted !== ""} onPick={onPick} />
            <Entries name="Operators" of={named(schema.data.operators, wanted)} open={wanted !== ""} onPick={onPick} />
            <Entries name="Functions" of={named(schema.data.functions, wanted)} open={wanted !== ""} onPick={onPick} />
          </>
        ) : null}
      </div>
    </aside>
  );
}

function Tables({ of, open, onPick }: { of: readonly Table[]; open: boolean; onPick: (name: string) => void }) {
  if (of.length === 0) return <p className="quiet">No table or column has such a name.</p>;
  return of.map((table) => (
    <details key={`${table.name}${open}`} open={open}>
      <summary title={`${table.name}\n${table.doc}`}><span className="mono">{table.name}</span></summary>
      <button type="button" className="schema-column" onClick={() => onPick(table.name)}><span className="quiet">Use this table</span></button>
      {table.columns.map((column) => (
        <button type="button" key={column.name} className="schema-column" title={column.doc} onClick={() => onPick(column.name)}>
          <span className="mono">{column.name}</span><span className="quiet">{column.type}</span>
        </button>
      ))}
    </details>
  ));
}

function Entries({ name, of, open, onPick }: { name: string; of: readonly Entry[]; open: boolean; onPick: (name: string) => void }) {
  if (of.length === 0) return null;
  return (
    <details key={`${name}${open}`} open={open}>
      <summary>{name} <span className="quiet">{of.length}</span></summary>
      {of.map((entry) => (
        <button type="button" key={entry.name} className="schema-entry" onClick={() => onPick(entry.name)}>
          <span className="mono">{entry.form}</span><span className="quiet">{entry.doc}</span>
        </button>
      ))}
    </details>
  );
}
