// The queries run before in this browser, to be opened again.
import { Button, Menu } from "@mantine/core";

import { counted } from "../../ui/number";
import { Time } from "../../ui/Time";
import type { Past } from "./history";

interface Props {
  past: readonly Past[];
  onOpen: (query: string) => void;
  onForget: () => void;
}

export function HistoryMenu({ past, onOpen, onForget }: Props) {
  return (
    <Menu position="bottom-end" width={460}>
      <Menu.Target><Button>History</Button></Menu.Target>
      <Menu.Dropdown className="facets">
        <Menu.Label>{past.length === 0 ? "No query was run in this browser yet" : "Run in this browser, the latest first"}</Menu.Label>
        {past.map((each) => (
          <Menu.Item key={each.query} onClick={() => onOpen(each.query)}>
            <span className="past mono">{each.query}</span>
            <span className="quiet"><Time at={each.at} relative /> · {each.rows === null ? "no answer" : counted(each.rows, "row")}</span>
          </Menu.Item>
        ))}
        {past.length > 0 ? <><Menu.Divider /><Menu.Item onClick={onForget}>Forget them</Menu.Item></> : null}
      </Menu.Dropdown>
    </Menu>
  );
}
