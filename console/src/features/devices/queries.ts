// What the pages of devices ask beside the devices themselves.
import { one } from "../../api/queries";
import type { DeviceGroup, List } from "../../api/types";

/** Kept under the key of the settings, which change them. */
export const groupsQuery = one<List<DeviceGroup>>(["settings", "groups"], "/device-groups");
