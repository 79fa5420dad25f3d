// The filter bar of the alerts queue: what there is, by how often, and what is in force.
import { Button, Menu } from "@mantine/core";

import type { AlertFacets, Facet } from "../../api/types";
import { Chip } from "../../ui/Chip";
import { Plus } from "../../ui/icons";
import { number } from "../../ui/number";
import { SearchField } from "../../ui/SearchField";
import { joined, wordsOf, type Search } from "../../ui/search";

interface Props {
  search: Search;
  facets: AlertFacets | undefined;
  onChange: (search: Search) => void;
}

type Group = "severity" | "status" | "device" | "rule" | "assigned_to";
const GROUPS: readonly (readonly [key: Group, name: string, several: boolean])[] = [
  ["severity", "Severity", true], ["status", "Status", true], ["device", "Device", false], ["rule", "Rule", false],
  ["assigned_to", "Assigned to", false],
];

export function AlertFilters({ search, facets, onChange }: Props) {
  const others = ["technique", "tactic"] as const;
  return (
    <div className="chips">
      <SearchField value={search["q"] ?? ""} label="Search alerts by title, device or rule" placeholder="Title, device or rule" onSearch={(q) => onChange({ q: q || undefined })} />
      <Menu closeOnItemClick={false} position="bottom-start" width={280}>
        <Menu.Target><Button leftSection={<Plus size={14} />}>Filter</Button></Menu.Target>
        <Menu.Dropdown className="facets">
          {GROUPS.map(([key, name, several]) => (
            <Choices key={key} name={name} facets={facets?.[key] ?? []} chosen={wordsOf(search[key])}
              onToggle={(value) => onChange({ [key]: several ? joined(toggledWords(wordsOf(search[key]), value)) : search[key] === value ? undefined : value })} />
          ))}
          <Menu.Label>Hidden by tuning</Menu.Label>
          <Menu.CheckboxItem checked={search["hidden"] === "yes"}
            onChange={(shown) => onChange({ hidden: shown ? "yes" : undefined })}>Show hidden alerts too</Menu.CheckboxItem>
        </Menu.Dropdown>
      </Menu>
      {GROUPS.map(([key, name]) => (search[key] ? <Chip key={key} name={name} value={labelOf(facets?.[key], search[key])} onRemove={() => onChange({ [key]: undefined })} /> : null))}
      {others.map((key) => (search[key] ? <Chip key={key} name={key === "technique" ? "Technique" : "Tactic"} value={search[key]} onRemove={() => onChange({ [key]: undefined })} /> : null))}
      {search["q"] ? <Chip name="Text" value={search["q"]} onRemove={() => onChange({ q: undefined })} /> : null}
      {search["hidden"] === "yes" ? <Chip name="Hidden" value="shown too" onRemove={() => onChange({ hidden: undefined })} /> : null}
    </div>
  );
}

function Choices({ name, facets, chosen, onToggle }: { name: string; facets: readonly Facet[]; chosen: readonly string[]; onToggle: (value: string) => void }) {
  if (facets.length === 0) return null;
  return (
    <>
      <Menu.Label>{name}</Menu.Label>
      {facets.slice(0, 8).map(({ value, count }) => (
        <Menu.CheckboxItem key={value} checked={chosen.includes(value)} onChange={() => onToggle(value)}
          rightSection={<span className="quiet">{number(count)}</span>}>
          {value === "none" ? "Nobody" : value}
        </Menu.CheckboxItem>
      ))}
    </>
  );
}

function toggledWords(words: readonly string[], word: string): string[] {
  return words.includes(word) ? words.filter((each) => each !== word) : [...words, word];
}

function labelOf(facets: readonly Facet[] | undefined, value: string): string {
  return value === "none" ? "nobody" : (facets?.find((facet) => facet.value === value)?.value ?? value).replaceAll(",", ", ");
}
