// A text as a picture that a phone reads. It is drawn here: a secret goes to nobody to be drawn.
import encode from "qr";
import { useMemo } from "react";

/** White around it, as readers want it. */
const QUIET = 4;

export function QrPicture({ text, label }: { text: string; label: string }) {
  const { side, path } = useMemo(() => drawn(text), [text]);
  return (
    <svg className="factor-picture" viewBox={`0 0 ${side} ${side}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <path d={path} fill="#000" />
    </svg>
  );
}

function drawn(text: string): { side: number; path: string } {
  const rows = encode(text, "raw", { ecc: "medium", border: QUIET });
  const squares = rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return { side: rows.length, path: squares.join("") };
}
