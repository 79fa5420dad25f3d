// Whether a device reports, in a word.
import type { DeviceSummary } from "../../api/types";

const WORDS: Record<DeviceSummary["state"], string> = {
  reporting: "Reporting", silent: "Silent", never_heard: "Never heard", revoked: "Shut out",
};

export function DeviceState({ of }: { of: DeviceSummary }) {
  return <span><span className={of.state === "reporting" ? "dot dot-good" : "dot"} aria-hidden="true" />{WORDS[of.state]}</span>;
}
