// How an action stands, in a word with a mark.
import type { ActionStatus } from "../../api/types";
import { STATUS_WORDS } from "./words";

export function StatusMark({ of }: { of: ActionStatus }) {
  return <span className={`status action-${of.replaceAll("_", "-")}`}>{STATUS_WORDS[of]}</span>;
}
