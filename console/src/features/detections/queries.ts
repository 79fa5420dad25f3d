// What the detections are asked for.
import { one } from "../../api/queries";
import type { List, Rule, Technique, TuningRule } from "../../api/types";

export const rulesQuery = one<List<Rule>>(["rules", "list"], "/rules");
export const coverageQuery = one<{ techniques: Technique[] }>(["rules", "coverage"], "/rules/coverage");
export const tuningRulesQuery = one<List<TuningRule>>(["tuning", "rules"], "/tuning/rules");
