// A filter in force, and how to take it away.
import { Cross } from "./icons";

export function Chip({ name, value, onRemove }: { name: string; value: string; onRemove: () => void }) {
  return (
    <span className="chip">
      <span className="quiet">{name}</span><b>{value}</b>
      <button type="button" className="icon-button" aria-label={`Remove the filter ${name}: ${value}`} onClick={onRemove}><Cross size={14} /></button>
    </span>
  );
}
