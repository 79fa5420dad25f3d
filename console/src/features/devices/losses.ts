// What was lost, in words: how many events of what kind, where on the way, and since when.
import type { Loss } from "../../api/types";
import { counted } from "../../ui/number";

const PLACES: Record<Loss["stage"], string> = {
  kernel: "in the kernel, because they came faster than the sensor could read them",
  sensor: "in the sensor",
  spool: "on the device's disk, because the spool was full while the server could not be reached",
  server: "on the server",
};

export function lossSentence(loss: Pick<Loss, "stage" | "kind" | "count">): string {
  const kind = loss.kind.replaceAll("_", " ");
  return `${counted(loss.count, `${kind} event`)} missing: lost ${PLACES[loss.stage] ?? `at the ${String(loss.stage)}`}.`;
}
