// Copies a text as it is, hidden characters included, and says that it did.
import { useEffect, useState } from "react";

import { Check, Copy } from "./icons";

export function CopyButton({ text, what }: { text: string; what: string }) {
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(""), 2000);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = () => {
    copied(text).then(() => setSaid("Copied"), () => setSaid("Not allowed by the browser"));
  };
  return (
    <button type="button" className="icon-button" onClick={copy} aria-label={`Copy ${what}`} title={said || `Copy ${what}`}>
      {said === "Copied" ? <Check size={16} /> : <Copy size={16} />}
      <span className="visually-hidden" role="status">{said}</span>
    </button>
  );
}

async function copied(text: string): Promise<void> {
  // Browsers offer the clipboard only over HTTPS or on localhost.
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("the browser did not copy");
}
