// The filter bar of the queue: search, one chip for every filter in force, and a menu to add some.
import { Button, Menu } from "@mantine/core";

import { SEVERITIES, STATUSES } from "../../api/types";
import { Chip } from "../../ui/Chip";
import { Plus } from "../../ui/icons";
import { SearchField } from "../../ui/SearchField";
import { toggled, type Filters } from "./filters";

interface Props {
  filters: Filters;
  me: string | undefined;
  deviceName: string | undefined;
  onChange: (filters: Filters) => void;
}

export function FilterBar({ filters, me, deviceName, onChange }: Props) {
  const everyStatus = filters.status.length === STATUSES.length;
  return (
    <div className="chips">
      <SearchField value={filters.q ?? ""} label="Search incidents by title, device or number" placeholder="Title, device or number" onSearch={(q) => onChange({ ...filters, q: q || undefined })} />
      <AddFilter filters={filters} me={me} onChange={onChange} />
      {everyStatus ? null : (
        <Chip name="Status" value={filters.status.join(", ")} onRemove={() => onChange({ ...filters, status: [...STATUSES] })} />
      )}
      {filters.severity.length > 0 ? (
        <Chip name="Severity" value={filters.severity.join(", ")} onRemove={() => onChange({ ...filters, severity: [] })} />
      ) : null}
      {filters.device ? (
        <Chip name="Device" value={deviceName ?? filters.device} onRemove={() => onChange({ ...filters, device: undefined })} />
      ) : null}
      {filters.assigned ? (
        <Chip name="Assigned to" value={filters.assigned === "none" ? "nobody" : filters.assigned} onRemove={() => onChange({ ...filters, assigned: undefined })} />
      ) : null}
      {filters.q ? <Chip name="Text" value={filters.q} onRemove={() => onChange({ ...filters, q: undefined })} /> : null}
    </div>
  );
}

function AddFilter({ filters, me, onChange }: Omit<Props, "deviceName">) {
  return (
    <Menu closeOnItemClick={false} position="bottom-start" width={200}>
      <Menu.Target><Button leftSection={<Plus size={14} />}>Filter</Button></Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Status</Menu.Label>
        {STATUSES.map((status) => (
          <Choice key={status} name={status} chosen={filters.status.includes(status)}
            onToggle={() => onChange({ ...filters, status: toggled(STATUSES, filters.status, status) })} />
        ))}
        <Menu.Label>Severity</Menu.Label>
        {SEVERITIES.map((level) => (
          <Choice key={level} name={level} chosen={filters.severity.includes(level)}
            onToggle={() => onChange({ ...filters, severity: toggled(SEVERITIES, filters.severity, level) })} />
        ))}
        <Menu.Label>Assigned to</Menu.Label>
        {["none", ...(me ? [me] : [])].map((who) => (
          <Choice key={who} name={who === "none" ? "Nobody" : `${who} (you)`} chosen={filters.assigned === who}
            onToggle={() => onChange({ ...filters, assigned: filters.assigned === who ? undefined : who })} />
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Choice({ name, chosen, onToggle }: { name: string; chosen: boolean; onToggle: () => void }) {
  return (
    <Menu.CheckboxItem checked={chosen} onChange={onToggle}>{name}</Menu.CheckboxItem>
  );
}
