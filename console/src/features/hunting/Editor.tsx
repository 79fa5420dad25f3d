// The query editor: colours, line numbers, completion and explanations, and a mark where the server found something wrong.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import {
  drawSelection, EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers, placeholder,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useImperativeHandle, useRef, type Ref } from "react";

import type { HuntingSchema, QueryProblem } from "../../api/types";
import { nonce } from "../../ui/nonce";
import { assist } from "./assist";
import { kql } from "./kql";
import { placeOf } from "./place";

export interface EditorHandle {
  /** Writes a word where the cursor is. */
  insert: (text: string) => void;
}

interface Props {
  text: string;
  schema: HuntingSchema | undefined;
  problems: readonly QueryProblem[];
  onChange: (text: string) => void;
  onRun: (text: string) => void;
  ref: Ref<EditorHandle>;
}

export function Editor({ text, schema, problems, onChange, onRun, ref }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const calls = useRef({ onChange, onRun, schema });
  const first = useRef(text);
  useEffect(() => {
    calls.current = { onChange, onRun, schema };
  });
  useEffect(() => {
    if (!place.current) return;
    const made = new EditorView({ parent: place.current, state: EditorState.create({ doc: first.current, extensions: extensions(calls) }) });
    view.current = made;
    made.focus();
    return () => made.destroy();
  }, []);
  useEffect(() => {
    const now = view.current;
    if (!now || now.state.doc.toString() === text) return;
    now.dispatch({ changes: { from: 0, to: now.state.doc.length, insert: text } });
  }, [text]);
  useEffect(() => {
    const now = view.current;
    if (now) now.dispatch(setDiagnostics(now.state, diagnostics(now.state.doc.toString(), problems)));
  }, [problems]);
  useImperativeHandle(ref, () => ({
    insert: (word) => {
      view.current?.dispatch(view.current.state.replaceSelection(word));
      view.current?.focus();
    },
  }));
  return <div className="editor" ref={place} />;
}

function extensions(calls: { current: Pick<Props, "onChange" | "onRun" | "schema"> }) {
  const run = (now: EditorView) => {
    calls.current.onRun(now.state.doc.toString());
    return true;
  };
  return [
    EditorView.cspNonce.of(nonce()),
    Prec.highest(keymap.of([{ key: "Mod-Enter", run }, { key: "Shift-Enter", run }])),
    keymap.of([...defaultKeymap, ...historyKeymap]),
    history(), lineNumbers(), drawSelection(), bracketMatching(), highlightSpecialChars(), highlightActiveLine(),
    kql, syntaxHighlighting(colours), look, EditorView.lineWrapping, assist(() => calls.current.schema),
    placeholder("DeviceProcessEvents | where Timestamp > ago(1d) | take 100"),
    EditorView.contentAttributes.of({ "aria-label": "Query", spellcheck: "false" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) calls.current.onChange(update.state.doc.toString());
    }),
  ];
}

function diagnostics(text: string, problems: readonly QueryProblem[]): Diagnostic[] {
  return problems
    .map((problem) => ({
      ...placeOf(text, problem),
      severity: "error" as const,
      message: problem.help ? `${problem.message}\n${problem.help}` : problem.message,
    }))
    .sort((a, b) => a.from - b.from);
}

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-keyword)" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: [tags.number, tags.atom], color: "var(--code-number)" },
  { tag: tags.function(tags.variableName), color: "var(--code-function)" },
  { tag: tags.typeName, color: "var(--accent)", fontWeight: "600" },
  { tag: tags.comment, color: "var(--text-3)", fontStyle: "italic" },
]);

const look = EditorView.theme({
  "&": { height: "100%", fontSize: "13px", color: "var(--text-1)", backgroundColor: "var(--surface)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "20px" },
  ".cm-content": { caretColor: "var(--accent)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--text-3)", border: "none" },
  ".cm-activeLine": { backgroundColor: "transparent" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": { backgroundColor: "var(--accent-tint)" },
  ".cm-placeholder": { color: "var(--text-3)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--severity-high) 1.5px", textUnderlineOffset: "3px" },
  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--text-1)", border: "1px solid var(--line-strong)", borderRadius: "6px" },
  ".cm-diagnostic": { whiteSpace: "pre-wrap", padding: "6px 10px", borderLeftColor: "var(--severity-high)" },
});
