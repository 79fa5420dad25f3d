// The rules: what each looks for, whether it is on, and what it has found.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import type { Rule } from "../../api/types";
import { counted, number } from "../../ui/number";
import { SearchField } from "../../ui/SearchField";
import type { Search } from "../../ui/search";
import { Severity } from "../../ui/Severity";
import { Empty, Failed, Waiting } from "../../ui/states";
import { Time } from "../../ui/Time";
import { rulesQuery } from "./queries";
import { RulePane } from "./RulePane";

interface Props {
  search: Search;
  onSearch: (search: Search) => void;
}

export function Rules({ search, onSearch }: Props) {
  const query = useQuery(rulesQuery);
  if (query.isPending) return <Waiting />;
  if (query.isError) return <Failed why={query.error} retry={() => void query.refetch()} />;
  const found = matching(query.data.items, search["q"] ?? "");
  const rule = query.data.items.find((each) => each.id === search["rule"]);
  return (
    <div className={rule ? "page-split rules rules-open" : "page-split rules"}>
      <div className="rules-list">
        <div className="chips rules-bar">
          <SearchField value={search["q"] ?? ""} label="Search rules by title, technique or text" placeholder="Title, technique or text" onSearch={(q) => onSearch({ q: q || undefined })} />
          <span className="quiet">{counted(found.length, "rule")}, {number(found.filter((each) => !each.enabled).length)} off</span>
        </div>
        {found.length === 0 ? <Empty title="No rule matches"><p><Link to="/detections" search={{}}>Show all rules</Link></p></Empty> : (
          <div className="table-scroll" tabIndex={0} role="region" aria-label="Rules">
            <table className="table">
              <thead><tr><th scope="col">Severity</th><th scope="col">Rule</th><th scope="col">Techniques</th><th scope="col">State</th><th scope="col" className="number">30 days</th><th scope="col">Last alert</th></tr></thead>
              <tbody>{found.map((each) => <Line key={each.id} rule={each} selected={each.id === rule?.id} onOpen={() => onSearch({ rule: each.id })} />)}</tbody>
            </table>
          </div>
        )}
      </div>
      {rule ? <RulePane rule={rule} onClose={() => onSearch({ rule: undefined })} /> : null}
    </div>
  );
}

function Line({ rule, selected, onOpen }: { rule: Rule; selected: boolean; onOpen: () => void }) {
  return (
    <tr className={selected ? "selected" : undefined}>
      <td><Severity level={rule.severity} /></td>
      <td className="rule-title"><button type="button" className="thing" onClick={onOpen}>{rule.title}</button></td>
      <td className="quiet">{rule.techniques.join(", ")}</td>
      <td>{rule.problem ? <b>Cannot be used</b> : rule.enabled ? "On" : <span className="quiet">Off</span>}</td>
      <td className="number">{rule.alerts_30_days > 0 ? <Link to="/alerts" search={{ rule: rule.id }}>{number(rule.alerts_30_days)}</Link> : <span className="quiet">0</span>}</td>
      <td>{rule.last_alert_at ? <Time at={rule.last_alert_at} relative /> : <span className="quiet">never</span>}</td>
    </tr>
  );
}

function matching(rules: readonly Rule[], text: string): Rule[] {
  const word = text.toLowerCase();
  const has = (rule: Rule) => [rule.title, rule.description, ...rule.techniques, ...rule.tactics, rule.severity].some((each) => each.toLowerCase().includes(word));
  return rules.filter(has).sort((a, b) => b.alerts_30_days - a.alerts_30_days || a.title.localeCompare(b.title));
}
