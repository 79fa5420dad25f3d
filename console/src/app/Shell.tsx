// The frame around every page: the bar on top, the places on the left, keys that work everywhere.
import { Menu, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect, useState, type ReactNode } from "react";

import { send, signedOut } from "../api/client";
import { may, useMe } from "../api/me";
import { overviewQuery } from "../api/queries";
import { Bell, Bolt, Book, Home, Layers, Moon, People, Pulse, Screen, Search, Sliders, Sun, Target, Terminal, Tower } from "../ui/icons";
import { Help } from "./Help";
import { useKeys } from "./keys";
import { useLiveNotices } from "./live";

export function Shell() {
  const [help, setHelp] = useState(false);
  useKeys(() => setHelp(true));
  useLiveNotices();
  useSignedOut();
  return (
    <div className="shell">
      <a className="skip-link" href="#content">Skip to the content</a>
      <TopBar onHelp={() => setHelp(true)} />
      <Places />
      <main id="content" tabIndex={-1}><Outlet /></main>
      <Help opened={help} onClose={() => setHelp(false)} />
    </div>
  );
}

function TopBar({ onHelp }: { onHelp: () => void }) {
  return (
    <header className="top-bar">
      <Link to="/" search={{}} className="brand"><Tower /><span>Bartizan</span></Link>
      <span className="grow" />
      <span className="quiet" title="Times are in this zone; hover one to see UTC">{Intl.DateTimeFormat().resolvedOptions().timeZone}</span>
      <SchemeSwitch />
      <button type="button" className="icon-button" onClick={onHelp} aria-label="Keyboard help" title="Keyboard help (?)">?</button>
      <Account />
    </header>
  );
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  const name = dark ? "Use light colours" : "Use dark colours";
  return (
    <button type="button" className="icon-button" aria-label={name} title={name}
      onClick={() => setColorScheme(dark ? "light" : "dark")}>
      {dark ? <Sun /> : <Moon />}
    </button>
  );
}

function Account() {
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  if (!me) return null;
  const leave = async () => {
    await send("DELETE", "/session").catch(() => undefined);
    client.clear();
    await navigate({ to: "/sign-in", search: {} });
  };
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <button type="button" className="account">{me.name} · {me.role}</button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.tenant.name}{me.tenant.data_location ? `, data in ${me.tenant.data_location}` : ""}</Menu.Label>
        <Menu.Item onClick={() => setColorScheme("auto")}>Colours of the system</Menu.Item>
        <Menu.Item onClick={() => void navigate({ to: "/account", search: {} })}>Your account</Menu.Item>
        <Menu.Item onClick={() => void leave()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Places() {
  const me = useMe();
  const open = useQuery(overviewQuery).data?.open_incidents;
  return (
    <nav className="places" aria-label="Places">
      <Place to="/" icon={<Home />} name="Home" />
      <Place to="/incidents" icon={<Layers />} name="Incidents" count={open} />
      <Place to="/alerts" icon={<Bell />} name="Alerts" />
      <Place to="/hunting" icon={<Search />} name="Hunting" />
      <Place to="/detections" icon={<Target />} name="Detections" />
      <Place to="/devices" icon={<Screen />} name="Devices" />
      <Place to="/actions" icon={<Bolt />} name="Action Center" />
      {may(me, "live_look") ? <Place to="/live" icon={<Terminal />} name="Live response" /> : null}
      <h2>Administration</h2>
      <Place to="/settings" icon={<Sliders />} name="Settings" />
      <Place to="/health" icon={<Pulse />} name="System health" />
      {may(me, "manage_users") ? <Place to="/users" icon={<People />} name="Users" /> : null}
      {may(me, "read_audit") ? <Place to="/audit" icon={<Book />} name="Audit log" /> : null}
    </nav>
  );
}

interface PlaceProps {
  to: "/" | "/incidents" | "/alerts" | "/hunting" | "/detections" | "/devices" | "/actions" | "/live" | "/settings" | "/health" | "/users" | "/audit";
  icon: ReactNode;
  name: string;
  count?: number | undefined;
}

function Place({ to, icon, name, count }: PlaceProps) {
  return (
    <Link to={to} search={{}} className="place" activeOptions={{ includeSearch: false, exact: to === "/" }} activeProps={{ className: "place place-here" }}>
      {icon}<span className="grow">{name}</span>
      {count ? <span className="quiet tabular" title={`${count} not resolved`}>{count}</span> : null}
    </Link>
  );
}

/** When the server does not know us any more, we sign in and come back here. */
function useSignedOut(): void {
  const router = useRouter();
  const client = useQueryClient();
  useEffect(() => {
    const leave = () => {
      const from = router.state.location.href;
      if (from.startsWith("/sign-in")) return;
      client.removeQueries({ queryKey: ["me"] });
      void router.navigate({ to: "/sign-in", search: { from } });
    };
    signedOut.addEventListener("signed-out", leave);
    return () => signedOut.removeEventListener("signed-out", leave);
  }, [router, client]);
}
