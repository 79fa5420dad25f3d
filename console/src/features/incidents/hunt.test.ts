// Questions made from text of devices: the text must stay text.
import { expect, test } from "vitest";

import { addressQuery, processQuery, quoted } from "./hunt";

test("quotes, backslashes and line ends cannot leave the string", () => {
  expect(quoted('a"b\\c\nd')).toBe('"a\\"b\\\\c\\nd"');
  expect(addressQuery('1.2.3.4" or true')).toContain('RemoteIP == "1.2.3.4\\" or true"');
});

test("a process is looked for on its device around its time", () => {
  const query = processQuery("web-07", 42, "2026-05-01T12:00:00.5Z", null);
  expect(query).toContain('DeviceName == "web-07"');
  expect(query).toContain("between (datetime(2026-05-01T11:59:00.500Z) .. datetime(2026-05-01T12:15:00.500Z))");
});
