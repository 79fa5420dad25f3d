// Sends a file to the server in pieces. What breaks off goes on where it broke, also after the page was left: the server
// knows what it has.
import { get, raw, send } from "../../api/client";
import type { List } from "../../api/types";
import type { LiveTransfer } from "./types";

/** The server takes no more in one call. */
const PIECE = 8 * 1024 * 1024;
/** A call that failed is tried again so many times in a row before a person is asked. */
const TRIES = 3;
const REST_MS = 1_000;

export type Progress = (received: number) => void;

/** The transfer of a file: one that was begun before and broke off, or a new one. */
export async function begun(file: File, sha256: string): Promise<LiveTransfer> {
  const known = await get<List<LiveTransfer>>("/live/transfers", { direction: "put", limit: 100 });
  const broken = known.items.find((each) => each.sha256 === sha256 && each.length === file.size && each.name === file.name);
  return broken ?? send<LiveTransfer>("POST", "/live/transfers", { name: file.name, length: file.size, sha256 });
}

export async function upload(file: File, transfer: LiveTransfer, told: Progress, signal: AbortSignal): Promise<void> {
  let received = transfer.received;
  let failed = 0;
  let complete = transfer.state === "complete";
  while (!complete) {
    told(received);
    try {
      const answer = await raw<{ received: number; complete: boolean }>("PUT", `/live/transfers/${encodeURIComponent(transfer.id)}/content`, { offset: received },
        file.slice(received, received + PIECE), signal);
      ({ received, complete } = answer);
      failed = 0;
    } catch (why) {
      failed += 1;
      if (signal.aborted || failed >= TRIES) throw why;
      await new Promise((done) => setTimeout(done, REST_MS));
      received = (await get<LiveTransfer>(`/live/transfers/${encodeURIComponent(transfer.id)}`)).received;
    }
  }
  told(file.size);
}

/** The hash that the server and the device check. Browsers compute it on HTTPS and on localhost only. */
export async function hashOf(file: File): Promise<string> {
  if (!("subtle" in crypto)) throw new Error("This browser computes hashes over HTTPS only; open the console there.");
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
