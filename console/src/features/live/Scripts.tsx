// The library of scripts. What is run on machines was written down here and approved by somebody else.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { may, useMe } from "../../api/me";
import { bytes } from "../../ui/number";
import { Empty, Failed, Waiting } from "../../ui/states";
import { Time } from "../../ui/Time";
import { scriptsQuery } from "./queries";
import { ScriptDialog } from "./ScriptDialog";

export function Scripts() {
  const query = useQuery(scriptsQuery);
  const allowed = may(useMe(), "live_act");
  const [open, setOpen] = useState<string | null>(null);
  const make = <Button disabled={!allowed} title={allowed ? undefined : "Only administrators write scripts"} onClick={() => setOpen("")}>New script</Button>;
  return (
    <>
      <div className="chips live-filters"><span className="quiet">A session of the advanced level runs them with <code>run NAME</code>, once they are approved.</span><span className="grow" />{make}</div>
      {query.isPending ? <Waiting /> : null}
      {query.isError ? <Failed why={query.error} retry={() => void query.refetch()} /> : null}
      {query.data?.items.length === 0 ? <Empty title="No script yet"><p>Write one to do on a machine what the commands do not.</p></Empty> : null}
      {query.data && query.data.items.length > 0 ? (
        <div className="table-scroll" tabIndex={0} role="region" aria-label="Scripts">
          <table className="table">
            <thead><tr><th scope="col">Name</th><th scope="col">What it does</th><th scope="col" className="number">Size</th><th scope="col">Written by</th><th scope="col">Written</th><th scope="col">Approved by</th></tr></thead>
            <tbody>
              {query.data.items.map((script) => (
                <tr key={script.name}>
                  <td><button type="button" className="thing mono" onClick={() => setOpen(script.name)}>{script.name}</button></td>
                  <td className="stretch">{script.description}</td>
                  <td className="number">{bytes(script.bytes)}</td>
                  <td>{script.written_by}</td>
                  <td><Time at={script.written_at} /></td>
                  <td>{script.approved_by ?? <span className="quiet">nobody yet</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {open !== null ? <ScriptDialog key={open} name={open} onClose={() => setOpen(null)} /> : null}
    </>
  );
}
