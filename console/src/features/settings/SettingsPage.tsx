// Settings: groups of devices, how long things are kept, who is told, and tokens of machines and programs.
import { Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { Page } from "../../ui/Page";
import type { Search } from "../../ui/search";
import { ApiTokens } from "./ApiTokens";
import { Channels } from "./Channels";
import { DeviceGroups } from "./DeviceGroups";
import { EnrolmentTokens } from "./EnrolmentTokens";
import { RetentionForm } from "./RetentionForm";
import "./settings.css";

const TABS = [
  ["groups", "Device groups", DeviceGroups], ["retention", "Retention", RetentionForm], ["notifications", "Notifications", Channels],
  ["enrolment", "Enrolment tokens", EnrolmentTokens], ["tokens", "API tokens", ApiTokens],
] as const;

export function SettingsPage() {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  return (
    <Page title="Settings">
      <Tabs className="page-tabs" value={search["tab"] ?? "groups"} keepMounted={false}
        onChange={(tab) => void navigate({ to: "/settings", search: { tab: tab === "groups" ? undefined : (tab ?? undefined) } })}>
        <Tabs.List>{TABS.map(([key, name]) => <Tabs.Tab key={key} value={key}>{name}</Tabs.Tab>)}</Tabs.List>
        {TABS.map(([key, name, Part]) => <Tabs.Panel key={key} value={key}><div className="page-body" tabIndex={0} role="region" aria-label={name}><Part /></div></Tabs.Panel>)}
      </Tabs>
    </Page>
  );
}
