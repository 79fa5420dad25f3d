// The filter bar of the audit log, and the log as a file.
import { Button, Menu } from "@mantine/core";
import { Fragment } from "react";

import { download, type Parameters } from "../../api/client";
import { Chip } from "../../ui/Chip";
import { Plus } from "../../ui/icons";
import { SearchField } from "../../ui/SearchField";
import type { Search } from "../../ui/search";
import { FAMILIES, familyName, OUTCOMES, TIMES } from "./auditFilters";

interface Props {
  search: Search;
  asked: Parameters;
  /** Who is in sight, to choose from. */
  actors: readonly string[];
  onChange: (change: Search) => void;
}

export function AuditFilters({ search, asked, actors, onChange }: Props) {
  const groups = [
    ["outcome", "Outcome", OUTCOMES], ["action", "Action", FAMILIES], ["actor", "Who", actors.map((name) => [name, name] as const)],
  ] as const;
  return (
    <div className="chips">
      <SearchField value={search["q"] ?? ""} label="Search what it was done to, and the detail" placeholder="Target or detail" onSearch={(q) => onChange({ q: q || undefined })} />
      <span className="toggles" role="group" aria-label="How far back">
        {[...TIMES.map(([word, name]) => [word, name] as const), [undefined, "All"] as const].map(([word, name]) => (
          <button key={name} type="button" className="toggle" aria-pressed={search["range"] === word} onClick={() => onChange({ range: word })}>{name}</button>
        ))}
      </span>
      <Menu closeOnItemClick={false} position="bottom-start" width={240}>
        <Menu.Target><Button leftSection={<Plus size={14} />}>Filter</Button></Menu.Target>
        <Menu.Dropdown className="facets">
          {groups.map(([key, name, words]) => (
            <Fragment key={key}>
              <Menu.Label>{name}</Menu.Label>
              {words.map(([value, label]) => (
                <Menu.CheckboxItem key={value} checked={search[key] === value}
                  onChange={(chosen) => onChange({ [key]: chosen ? value : undefined })}>{label}</Menu.CheckboxItem>
              ))}
            </Fragment>
          ))}
        </Menu.Dropdown>
      </Menu>
      {search["outcome"] ? <Chip name="Outcome" value={search["outcome"]} onRemove={() => onChange({ outcome: undefined })} /> : null}
      {search["action"] ? <Chip name="Action" value={familyName(search["action"])} onRemove={() => onChange({ action: undefined })} /> : null}
      {search["actor"] ? <Chip name="Who" value={search["actor"]} onRemove={() => onChange({ actor: undefined })} /> : null}
      <span className="grow" />
      <a className="link-button" href={download("/audit/export", { ...asked, format: "csv" })} download>CSV</a>
      <a className="link-button" href={download("/audit/export", { ...asked, format: "json" })} download>JSON</a>
    </div>
  );
}
