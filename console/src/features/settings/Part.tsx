// A part of the settings: what it is for, what there is, and a form for more.
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { Failed, Waiting } from "../../ui/states";

interface Props<T> {
  about: string;
  query: UseQueryResult<T>;
  form: ReactNode;
  children: (data: T) => ReactNode;
}

export function Part<T>({ about, query, form, children }: Props<T>) {
  return (
    <div className="part">
      <p className="quiet">{about}</p>
      {query.isPending ? <Waiting /> : null}
      {query.isError ? <Failed why={query.error} retry={() => void query.refetch()} /> : null}
      {query.data ? <div className="part-list">{children(query.data)}</div> : null}
      {form}
    </div>
  );
}

/** What a refused change says. */
export function Refused({ why }: { why: Error | null }) {
  return why ? <p role="alert" className="refused">{why.message}</p> : null;
}
