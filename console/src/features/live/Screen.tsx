// The terminal that shows a session: xterm, for reading only. What is typed is typed below it, in a field that every
// browser, keyboard and screen reader knows.
import "@xterm/xterm/css/xterm.css";

import { useComputedColorScheme } from "@mantine/core";
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { useEffect, useRef } from "react";

import { nonce } from "../../ui/nonce";
import { linesFor, pen, type Pen } from "./screen";
import type { LiveEntry } from "./types";

/** How many lines can be scrolled back to; older ones are in the recording. */
const SCROLLBACK = 20_000;

interface Props {
  entries: readonly LiveEntry[];
  /** What is named before each line. */
  device: string;
}

interface Shown {
  terminal: Terminal;
  /** How many entries are written. */
  count: number;
  first: number | undefined;
  hold: Pen;
}

export default function Screen({ entries, device }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const shown = useRef<Shown | null>(null);
  const scheme = useComputedColorScheme("light");

  useEffect(() => {
    const at = place.current;
    if (!at) return undefined;
    const terminal = new Terminal({
      disableStdin: true, convertEol: true, scrollback: SCROLLBACK, fontFamily: getComputedStyle(at).getPropertyValue("--font-mono"), fontSize: 12.5, lineHeight: 1.35,
      cursorInactiveStyle: "none", minimumContrastRatio: 4.5, screenReaderMode: true, theme: themeOf(at),
    });
    const fit = new FitAddon();
    terminal.loadAddon(fit);
    withNonce(() => terminal.open(at));
    if (terminal.textarea) {
      terminal.textarea.setAttribute("aria-label", "Output of the session");
      terminal.textarea.readOnly = true;
    }
    fit.fit();
    const resized = new ResizeObserver(() => fit.fit());
    resized.observe(at);
    shown.current = { terminal, count: 0, first: undefined, hold: pen() };
    return () => {
      resized.disconnect();
      terminal.dispose();
      shown.current = null;
    };
  }, []);

  useEffect(() => {
    // The colours of the page are in place after the scheme was set.
    if (place.current && shown.current) shown.current.terminal.options.theme = themeOf(place.current);
  }, [scheme]);

  useEffect(() => {
    const now = shown.current;
    if (!now) return;
    const first = entries[0]?.number;
    if (entries.length < now.count || (now.count > 0 && first !== now.first)) {
      now.terminal.reset();
      now.count = 0;
      now.hold = pen();
    }
    const lines = entries.slice(now.count).flatMap((entry) => linesFor(entry, device, now.hold, now.terminal.cols));
    if (lines.length > 0) now.terminal.write(`${lines.join("\r\n")}\r\n`);
    now.count = entries.length;
    now.first = first;
  }, [entries, device]);

  return <div className="live-screen" ref={place} role="region" aria-label="Output of the session" />;
}

function themeOf(element: Element) {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    background: colour("--surface"), foreground: colour("--text-1"), cursor: colour("--surface"), selectionBackground: colour("--accent-tint"),
    red: colour("--severity-high"), green: colour("--success"), yellow: colour("--severity-medium"), blue: colour("--accent"),
    magenta: colour("--code-keyword"), cyan: colour("--code-function"), black: colour("--text-1"), white: colour("--text-2"),
  };
}

/** The terminal writes styles of its own; with the page's nonce the browser takes them. */
function withNonce(open: () => void): void {
  const make = document.createElement.bind(document);
  const marked = (name: string, options?: ElementCreationOptions) => {
    const element = make(name, options);
    if (name.toLowerCase() === "style") element.nonce = nonce();
    return element;
  };
  document.createElement = marked as typeof document.createElement;
  try {
    open();
  } finally {
    document.createElement = make as typeof document.createElement;
  }
}
