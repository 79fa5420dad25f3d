// The keys of a queue: j and k walk its rows, x chooses one, Enter opens it.
import { useEffect } from "react";

import { isTyping } from "../../ui/typing";

interface Keys {
  keys: readonly string[];
  selected: string | undefined;
  onAt: (key: string) => void;
  onChoose: (key: string) => void;
  onOpen: (key: string) => void;
}

export function useRowKeys({ keys, selected, onAt, onChoose, onOpen }: Keys): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const at = selected === undefined ? -1 : keys.indexOf(selected);
      const step = event.key === "j" ? 1 : event.key === "k" ? -1 : 0;
      if (step !== 0) {
        const next = keys[Math.min(keys.length - 1, Math.max(0, at + step))];
        if (next !== undefined) onAt(next);
      } else if (event.key === "x" && selected) {
        onChoose(selected);
      } else if (event.key === "Enter" && selected && at >= 0 && !(event.target as HTMLElement).closest("a,button,input")) {
        onOpen(selected);
      }
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [keys, selected, onAt, onChoose, onOpen]);
}
