// Keys that work on every page: g and a letter goes places, ? explains, / jumps to the search field.
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";

import { isTyping } from "../ui/typing";

const PLACES = {
  o: "/", i: "/incidents", a: "/alerts", d: "/devices", h: "/hunting", r: "/detections", c: "/actions", v: "/live", s: "/settings", y: "/health", u: "/users", l: "/audit",
} as const;
/** How long g waits for its letter. */
const PATIENCE_MS = 1_200;

export function useKeys(onHelp: () => void): void {
  const navigate = useNavigate();
  useEffect(() => {
    let since = 0;
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const going = event.timeStamp - since < PATIENCE_MS;
      since = 0;
      const place = PLACES[event.key as keyof typeof PLACES] as (typeof PLACES)[keyof typeof PLACES] | undefined;
      if (going && place) {
        event.preventDefault();
        void navigate({ to: place, search: {} });
      } else if (event.key === "g") {
        since = event.timeStamp;
      } else if (event.key === "?") {
        onHelp();
      } else if (event.key === "/") {
        const field = document.querySelector<HTMLInputElement>("main input[type=search]");
        if (!field) return;
        event.preventDefault();
        field.focus();
      }
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [navigate, onHelp]);
}
