// How the console talks to the server: JSON over same-origin fetch. A refusal becomes a Failure that carries the
// server's problem document, so that every page can say what is wrong, under which request id.
import type { Problem } from "./types";

const ROOT = "/api/v1";

/** What went wrong with a call. */
export class Failure extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "Failure";
  }

  get status(): number {
    return this.problem.status;
  }

  /** Trying again may help: the server was not reached or failed itself. */
  get mayPass(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Values that become the query of an address; what is empty is left out. */
export type Parameters = Record<string, string | number | undefined>;

export function get<T>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<T> {
  return call<T>("GET", path + query(parameters), undefined, signal);
}

export function send<T>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  return call<T>(method, path, body, signal);
}

/** Sends bytes as they are. */
export function raw<T>(method: "PUT", path: string, parameters: Parameters, bytes: Blob, signal?: AbortSignal): Promise<T> {
  return call<T>(method, path + query(parameters), bytes, signal);
}

/** The address of something to be downloaded. */
export function download(path: string, parameters: Parameters = {}): string {
  return ROOT + path + query(parameters);
}

/** Where live notices come from. */
export const STREAM = `${ROOT}/stream`;

/** Fires when the server does not know us any more. */
export const signedOut = new EventTarget();

async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await reach(method, path, body, signal);
  if (response.ok) {
    return (response.status === 204 ? undefined : await response.json()) as T;
  }
  const problem = await problemOf(response);
  // A wrong code or a wrong password is refused with the same status, and ends no session.
  if (response.status === 401 && problem.type === "signed-out") {
    signedOut.dispatchEvent(new Event("signed-out"));
  }
  throw new Failure(problem);
}

async function reach(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const init: RequestInit = { method, credentials: "same-origin", headers: { Accept: "application/json" } };
  if (body instanceof Blob) {
    init.body = body;
    init.headers = { ...init.headers, "Content-Type": "application/octet-stream" };
  } else if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { ...init.headers, "Content-Type": "application/json" };
  }
  if (signal) init.signal = signal;
  try {
    return await fetch(ROOT + path, init);
  } catch (why) {
    if (signal?.aborted) throw why;
    throw new Failure({
      type: "unreachable", title: "No answer", status: 0, request_id: "",
      detail: "The server could not be reached. Check that it runs and that the network is up.",
    });
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback: Problem = {
    type: "unknown", title: response.statusText || "Error", status: response.status, request_id: "",
    detail: `The server answered with status ${response.status}.`,
  };
  try {
    return { ...fallback, ...((await response.json()) as Partial<Problem>) };
  } catch {
    return fallback;
  }
}

function query(parameters: Parameters): string {
  const entries = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== "");
  if (entries.length === 0) return "";
  return `?${new URLSearchParams(entries.map(([key, value]) => [key, String(value)])).toString()}`;
}
