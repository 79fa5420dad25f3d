// The keys, explained.
import { Modal } from "@mantine/core";

const KEYS: readonly (readonly [group: string, keys: readonly (readonly [string, string])[]])[] = [
  ["Everywhere", [
    ["g o", "Home"], ["g i", "Incidents"], ["g a", "Alerts"], ["g h", "Hunting"], ["g r", "Detections"], ["g d", "Devices"],
    ["g c", "Action Center"], ["g v", "Live response"], ["g s", "Settings"], ["g y", "System health"], ["g u", "Users"], ["g l", "Audit log"],
    ["/", "Search field of the page"], ["?", "This help"],
  ]],
  ["Lists", [["j, k", "Next, previous"], ["Enter", "Open"], ["x", "Choose"]]],
  ["Timeline of a device", [["j, k, ↑ ↓", "Next, previous event"], ["f", "Flag the event, or take the flag away"]]],
  ["Process tree", [
    ["↑ ↓", "Next, previous process"], ["→", "Open, then go inside"], ["←", "Close, then go to the parent"],
    ["Home, End", "First, last"], ["letters", "Go to a process by name"],
  ]],
  ["Live response", [["Tab", "Complete the line"], ["↑ ↓", "Lines typed before"], ["Ctrl C", "Stop waiting for the answer"]]],
  ["Hunting", [
    ["Ctrl Enter, Shift Enter", "Run the query"], ["Ctrl Space", "What may be written here"], ["Tab, Enter", "Take the suggestion"],
    ["j, k, ↑ ↓", "Next, previous row of the results"], ["Page, Home, End", "Further, first, last row"], ["Esc", "Close the row's details"],
  ]],
];

export function Help({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keys" size="md" closeButtonProps={{ "aria-label": "Close" }}>
      {KEYS.map(([group, keys]) => (
        <section key={group} className="keys">
          <h3>{group}</h3>
          <dl>{keys.map(([key, meaning]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{meaning}</dd></div>)}</dl>
        </section>
      ))}
    </Modal>
  );
}
