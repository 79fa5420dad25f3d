// The first steps with a new server, as long as one of them is open.
import { Link } from "@tanstack/react-router";

import type { Overview } from "../../api/types";
import { Check } from "../../ui/icons";

const STEPS: Record<string, readonly [done: string, open: string, to: "/devices" | "/users" | "/settings" | "/account"]> = {
  device: ["A device reports", "Add a first device", "/devices"],
  second_person: ["Somebody else can sign in", "Let somebody else in", "/users"],
  notification: ["Incidents are told elsewhere", "Have incidents told by webhook or syslog", "/settings"],
  second_factor: ["You sign in with a second factor", "Protect your own sign-in with a second factor", "/account"],
};

export function Setup({ steps }: { steps: Overview["setup"] }) {
  const known = steps.filter(({ step }) => STEPS[step]);
  if (known.every(({ done }) => done)) return null;
  return (
    <section className="card">
      <header><h2>First steps</h2></header>
      <ul className="plain setup">
        {known.map(({ step, done }) => {
          const [after, before, to] = STEPS[step] ?? ["", "", "/devices"];
          return done
            ? <li key={step} className="quiet"><Check size={14} /> {after}</li>
            : <li key={step}><span className="setup-open" aria-hidden="true" /> <Link to={to} search={to === "/settings" ? { tab: "notifications" } : {}}>{before}</Link></li>;
        })}
      </ul>
    </section>
  );
}
