// A thing that a story or a piece of evidence names: a process is selected on the incident's own page, other things with a
// page of their own lead there, and the rest is text.
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import type { Thing } from "../../api/types";
import { DeviceText } from "../../ui/DeviceText";
import type { Search } from "../../ui/search";
import { placeOf, selectionOf } from "./things";

interface Props {
  thing: Thing;
  text: string;
  sha256?: string | null;
  onSelect: (search: Search) => void;
  /** How a thing without a page is shown. */
  plain?: (text: ReactNode) => ReactNode;
}

export function ThingLink({ thing, text, sha256, onSelect, plain = (shown) => shown }: Props) {
  const shown = <DeviceText text={text} />;
  const selection = selectionOf(thing);
  if (selection) return <button type="button" className="thing" onClick={() => onSelect({ ...selection, pane: "details" })}>{shown}</button>;
  const place = placeOf(thing, sha256);
  if (!place) return plain(shown);
  return place.to === "/devices/$id"
    ? <Link to={place.to} params={place.params} search={{}}>{shown}</Link>
    : <Link to={place.to} params={place.params} search={{}}>{shown}</Link>;
}
