// What is known of the selected process.
import { Link } from "@tanstack/react-router";

import type { TreeNode } from "../../api/types";
import { CopyButton } from "../../ui/CopyButton";
import { ActMenu } from "../../ui/ActMenu";
import { DeviceText } from "../../ui/DeviceText";
import { Facts } from "../../ui/Facts";
import { counted } from "../../ui/number";
import { duration } from "../../ui/time";
import { Time } from "../../ui/Time";
import { hashQuery, processQuery } from "./hunt";

interface Props {
  node: TreeNode;
  device: { id: string; name: string };
}

export function ProcessDetails({ node, device }: Props) {
  return (
    <>
      <section className="section">
        <div className="detail-title">
          <h2><DeviceText text={node.file_name} /></h2>
          <span className="quiet tabular">PID {node.pid}</span>
        </div>
        {node.gap ? <p className="quiet">What started this process is not known: events are missing above it.</p> : null}
        <div className="chips">
          <Link className="link-button" to="/hunting" search={{ q: processQuery(device.name, node.pid, node.started_at, node.ended_at) }}>Go hunt</Link>
          <Link className="link-button" to="/devices/$id" params={{ id: device.id }} search={around(node)}>Timeline at this time</Link>
          <ActMenu device={device.id} name={device.name} process={{ key: node.key, name: node.file_name, image: node.image }} />
        </div>
        <h3>Command line</h3>
        <div className="code-block">
          <pre tabIndex={0} aria-label="Command line"><DeviceText text={node.command_line} /></pre>
          <CopyButton text={node.command_line} what="the command line" />
        </div>
        {node.arguments_cut ? <p className="quiet">It was longer; the sensor keeps only this much.</p> : null}
      </section>
      <section className="section">
        <h3>Process</h3>
        <Facts of={facts(node)} />
      </section>
      <Doings node={node} />
    </>
  );
}

function facts(node: TreeNode) {
  const exit = node.signal !== null ? `ended by signal ${node.signal}` : node.exit_code !== null ? `exit code ${node.exit_code}` : "";
  return [
    ["User", node.user ? <DeviceText text={node.user} mono /> : ""],
    ["Program", <DeviceText key="i" text={node.image} mono />],
    ["Folder", node.current_directory ? <DeviceText text={node.current_directory} mono /> : ""],
    ["Started", <Time key="s" at={node.started_at} exact />],
    ["Ended", node.ended_at ? <><Time at={node.ended_at} exact /> <span className="quiet">after {duration(node.started_at, node.ended_at)}{exit ? `, ${exit}` : ""}</span></> : <span className="quiet">Not that we know</span>],
    ["SHA-256", node.sha256 ? <Hash key="h" of={node.sha256} /> : ""],
    ["Container", node.container ? <DeviceText text={node.container} mono /> : ""],
    ["Started by it", node.children_total > 0 ? counted(node.children_total, "process", "processes") : ""],
  ] as const;
}

export function Hash({ of }: { of: string }) {
  return (
    <span className="hash">
      <code title={of}>{of.length > 20 ? `${of.slice(0, 16)}…` : of}</code>
      <CopyButton text={of} what="the hash" />
      <Link to="/hunting" search={{ q: hashQuery(of) }}>Where else</Link>
    </span>
  );
}

function Doings({ node }: { node: TreeNode }) {
  if (node.latest_connections.length === 0 && node.latest_files.length === 0) return null;
  return (
    <section className="section">
      {node.latest_connections.length > 0 ? <h3>Latest connections, of {node.connections}</h3> : null}
      <ul className="doings">
        {node.latest_connections.map((each, index) => (
          <li key={index}><Time at={each.at} /><code>{each.protocol} {each.remote_address}:{each.remote_port}</code><span className="quiet">{each.outcome}</span></li>
        ))}
      </ul>
      {node.latest_files.length > 0 ? <h3>Latest file changes, of {node.files}</h3> : null}
      <ul className="doings">
        {node.latest_files.map((each, index) => (
          <li key={index}><Time at={each.at} /><DeviceText text={each.path} mono /><span className="quiet">{each.operation}{each.count > 1 ? ` ${each.count} times` : ""}</span></li>
        ))}
      </ul>
    </section>
  );
}

function around(node: TreeNode) {
  const at = new Date(node.started_at).getTime();
  if (!Number.isFinite(at)) return {};
  return { from: new Date(at - 5 * 60_000).toISOString(), to: new Date(at + 10 * 60_000).toISOString() };
}
