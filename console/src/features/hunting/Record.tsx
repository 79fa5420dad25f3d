// One row of a result in full, and where its values lead.
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";

import type { Cell, QueryResult } from "../../api/types";
import { CopyButton } from "../../ui/CopyButton";
import { DeviceText } from "../../ui/DeviceText";
import { Facts } from "../../ui/Facts";
import { Cross } from "../../ui/icons";
import { cellText } from "./cells";
import { record } from "./files";
import { huntOf, momentOf, targetOf } from "./links";

interface Props {
  result: QueryResult;
  row: number;
  onClose: () => void;
}

export function Record({ result, row, onClose }: Props) {
  const values = useMemo(() => record(result.columns, result.rows[row] ?? []), [result, row]);
  const moment = momentOf(values);
  const hunt = huntOf(values);
  return (
    <aside className="record" aria-label="Record" tabIndex={0} onKeyDown={(event) => { if (event.key === "Escape") onClose(); }}>
      <div className="record-head"><h2>Row {row + 1}</h2><span className="grow" />
        <CopyButton what="the row as JSON" text={JSON.stringify(values, null, 2)} />
        <button type="button" className="icon-button" aria-label="Close the record" onClick={onClose}><Cross size={16} /></button>
      </div>
      {moment || hunt ? (
        <p className="chips record-links">
          {moment ? <Link className="link-button" {...moment}>Show in the timeline</Link> : null}
          {hunt ? <Link className="link-button" to="/hunting" search={{ q: hunt }}>Hunt for its process</Link> : null}
        </p>
      ) : null}
      <Facts stacked of={result.columns.map((column, index) => [column.name, <Value key={index} column={column.name} text={cellText(result.rows[row]?.[index] ?? null, column.type)} row={values} />] as const)
        .filter((_, index) => cellText(result.rows[row]?.[index] ?? null, "string") !== "")} />
    </aside>
  );
}

function Value({ column, text, row }: { column: string; text: string; row: Readonly<{ [name: string]: Cell }> }) {
  const target = targetOf(column, row);
  return target ? <Link {...target}><DeviceText text={text} mono /></Link> : <DeviceText text={text} mono />;
}
