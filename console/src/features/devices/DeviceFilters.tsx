// The filter bar of the devices: what can be chosen, what is in force, and the list as a file.
import { Button, Menu } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { download } from "../../api/client";
import { Chip } from "../../ui/Chip";
import { Plus } from "../../ui/icons";
import { SearchField } from "../../ui/SearchField";
import type { Search } from "../../ui/search";
import { askedDevices, nameOf, ORDERS, STATES, VALUES } from "./filters";
import { groupsQuery } from "./queries";

interface Props {
  search: Search;
  /** Tags of the devices in sight, to choose from. */
  tags: readonly string[];
  onChange: (change: Search) => void;
}

export function DeviceFilters({ search, tags, onChange }: Props) {
  const groups = (useQuery(groupsQuery).data?.items ?? []).map(({ id, name }) => [String(id), name] as const);
  const parts = [
    ["state", "State", STATES], ["group", "Group", groups], ["value", "Value", VALUES], ["tag", "Tag", tags.map((tag) => [tag, tag] as const)],
  ] as const;
  return (
    <div className="chips">
      <SearchField value={search["q"] ?? ""} label="Search devices by name" placeholder="Name" onSearch={(q) => onChange({ q: q || undefined })} />
      <Menu closeOnItemClick={false} position="bottom-start" width={220}>
        <Menu.Target><Button leftSection={<Plus size={14} />}>Filter</Button></Menu.Target>
        <Menu.Dropdown className="facets">
          {parts.map(([key, name, words]) => <Choices key={key} name={name} words={words} chosen={search[key]} onChoose={(value) => onChange({ [key]: value })} />)}
        </Menu.Dropdown>
      </Menu>
      <Menu position="bottom-start" width={220}>
        <Menu.Target><Button>Order</Button></Menu.Target>
        <Menu.Dropdown>
          <Choices name="Order" words={ORDERS} chosen={search["sort"] ?? "name"} onChoose={(sort) => onChange({ sort: sort === "name" ? undefined : sort })} />
        </Menu.Dropdown>
      </Menu>
      {parts.map(([key, name, words]) => (search[key] ? <Chip key={key} name={name} value={nameOf(words, search[key])} onRemove={() => onChange({ [key]: undefined })} /> : null))}
      <span className="grow" />
      <a className="link-button" href={download("/devices/export", { ...askedDevices(search), format: "csv" })} download>CSV</a>
      <a className="link-button" href={download("/devices/export", { ...askedDevices(search), format: "json" })} download>JSON</a>
    </div>
  );
}

interface ChoicesProps {
  name: string;
  words: readonly (readonly [key: string, name: string])[];
  chosen: string | undefined;
  onChoose: (value: string | undefined) => void;
}

function Choices({ name, words, chosen, onChoose }: ChoicesProps) {
  if (words.length === 0) return null;
  return (
    <>
      <Menu.Label>{name}</Menu.Label>
      {words.map(([key, word]) => (
        <Menu.CheckboxItem key={key} checked={chosen === key} onChange={(next) => onChoose(next ? key : undefined)}>{word}</Menu.CheckboxItem>
      ))}
    </>
  );
}
