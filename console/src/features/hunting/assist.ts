// Completion and explanations in the editor. The tooltips are plain text nodes: words of the schema never become HTML.
import { acceptCompletion, autocompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { Prec, type Extension } from "@codemirror/state";
import { EditorView, hoverTooltip, keymap } from "@codemirror/view";

import type { HuntingSchema } from "../../api/types";
import { meaning, suggestions, wordBefore, type Suggestion } from "./assistance";

type Known = () => HuntingSchema | undefined;

const TYPES: Record<Suggestion["kind"], string> = {
  table: "class", column: "property", operator: "keyword", function: "function", word: "keyword", name: "variable",
};

export function assist(known: Known): Extension {
  return [
    autocompletion({ override: [(context) => complete(context, known())], icons: false, maxRenderedOptions: 80, interactionDelay: 0 }),
    Prec.high(keymap.of([{ key: "Tab", run: acceptCompletion }])),
    hoverTooltip((view, at) => {
      const schema = known();
      const found = schema ? meaning(view.state.doc.toString(), at, schema) : undefined;
      if (!found) return null;
      return { pos: found.from, end: found.to, above: true, create: () => ({ dom: card(found) }) };
    }, { hoverTime: 350 }),
    look,
  ];
}

function complete(context: CompletionContext, schema: HuntingSchema | undefined): CompletionResult | null {
  if (!schema) return null;
  const text = context.state.doc.toString();
  const { from, word } = wordBefore(text, context.pos);
  // Not asked for and nothing begun: only where a pipe, or the query, begins.
  if (!context.explicit && word === "" && !/\|\s?$/.test(text.slice(0, context.pos))) return null;
  const options = suggestions(text, context.pos, schema).map(option);
  return options.length > 0 ? { from, options, validFor: /^[\w$-]*[!~]?$/ } : null;
}

function option(of: Suggestion): Completion {
  return {
    label: of.label, type: TYPES[of.kind], detail: of.kind === "function" || of.kind === "operator" ? of.kind : of.detail, boost: of.boost,
    info: () => card(of),
    ...(of.insert === undefined ? {} : { apply: of.insert }),
  };
}

function card(of: Suggestion): HTMLElement {
  const box = document.createElement("div");
  box.className = "assist-card";
  const form = of.detail.includes(of.label) ? of.detail : [of.label, of.detail].filter(Boolean).join(" · ");
  for (const [tag, text] of [["code", form], ["p", of.doc]] as const) {
    if (text === "") continue;
    const part = document.createElement(tag);
    part.textContent = text;
    box.append(part);
  }
  return box;
}

const look = EditorView.theme({
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-mono)", fontSize: "12px", maxHeight: "240px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 8px", display: "flex", gap: "12px", justifyContent: "space-between" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent-tint)", color: "var(--text-1)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700", color: "var(--accent)" },
  ".cm-completionDetail": { fontStyle: "normal", color: "var(--text-3)", marginLeft: "auto" },
  ".cm-tooltip.cm-completionInfo": { padding: "0" },
  ".assist-card": { padding: "8px 10px", maxWidth: "420px", lineHeight: "18px" },
  ".assist-card p": { margin: "4px 0 0", color: "var(--text-2)", fontFamily: "inherit" },
});
