// Detections: the rules and what each has found, the techniques they cover, and what is tuned away.
import { Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { Page } from "../../ui/Page";
import type { Search } from "../../ui/search";
import { Coverage } from "./Coverage";
import { Rules } from "./Rules";
import { TuningRules } from "./TuningRules";
import "./detections.css";

export function DetectionsPage() {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const tab = search["tab"] ?? "rules";
  return (
    <Page title="Detections">
      <Tabs className="page-tabs" value={tab} keepMounted={false} onChange={(next) => void navigate({ to: "/detections", search: { tab: next === "rules" ? undefined : (next ?? undefined) } })}>
        <Tabs.List>
          <Tabs.Tab value="rules">Rules</Tabs.Tab>
          <Tabs.Tab value="coverage">ATT&CK coverage</Tabs.Tab>
          <Tabs.Tab value="tuning">Tuning</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="rules"><Rules search={search} onSearch={(next) => void navigate({ to: "/detections", search: { ...search, ...next } })} /></Tabs.Panel>
        <Tabs.Panel value="coverage"><Coverage /></Tabs.Panel>
        <Tabs.Panel value="tuning"><TuningRules /></Tabs.Panel>
      </Tabs>
    </Page>
  );
}
