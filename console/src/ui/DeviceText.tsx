// Text that came from a device: text nodes only, with hidden characters shown as marks.
import { pieces } from "./visible";

export function DeviceText({ text, mono = false }: { text: string; mono?: boolean }) {
  const parts = pieces(text);
  const content = parts.map((part, index) =>
    part.name ? <span key={index} className="hidden-character" title={part.name}>{part.text}</span> : part.text,
  );
  return <bdi className={mono ? "mono" : undefined}>{content}</bdi>;
}
