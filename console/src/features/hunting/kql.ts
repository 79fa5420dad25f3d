// Colours for queries. What a query means is the server's to say; this only tells words apart.
import { StreamLanguage, type StreamParser } from "@codemirror/language";

const OPERATORS =
  /^(where|filter|project|project-away|project-keep|project-rename|project-reorder|extend|summarize|by|sort|order|top|take|limit|distinct|count|join|kind|on|union|let|parse|parse-where|mv-expand|mv-apply|make-series|evaluate|render|search|asc|desc|nulls|first|last|lookup|serialize|sample|sample-distinct|as|invoke|datatable|range|from|to|step|print|getschema|with|in|has|has_cs|has_any|has_all|hasprefix|hassuffix|contains|contains_cs|startswith|startswith_cs|endswith|endswith_cs|matches|regex|between|and|or|not)$/;
const LITERALS = /^(true|false|null|dynamic|datetime|timespan|int|long|real|string|bool|guid)$/;

interface State {
  /** Inside a text of several lines. */
  fence: boolean;
}

export const kqlParser: StreamParser<State> = {
  name: "kql",
  startState: () => ({ fence: false }),
  token(stream, state) {
    if (state.fence || stream.match("```")) {
      state.fence = !stream.match(/^.*?```/);
      if (state.fence) stream.skipToEnd();
      return "string";
    }
    if (stream.eatSpace()) return null;
    if (stream.match("//")) {
      stream.skipToEnd();
      return "comment";
    }
    if (stream.match(/^[hH]?@"(?:[^"]|"")*"?/) || stream.match(/^[hH]?@'(?:[^']|'')*'?/)) return "string";
    if (stream.match(/^[hH]?"(?:[^"\\]|\\.)*"?/) || stream.match(/^[hH]?'(?:[^'\\]|\\.)*'?/)) return "string";
    if (stream.match(/^\d[\w.]*/)) return "number";
    const word = stream.match(/^[A-Za-z_$][\w-]*[!~]?/) as RegExpMatchArray | null;
    if (word) return wordKind(word[0], stream.match(/^\s*\(/, false) !== null, (behind) => stream.backUp(behind));
    stream.next();
    return null;
  },
  languageData: { commentTokens: { line: "//" }, closeBrackets: { brackets: ["(", "[", "{", '"', "'"] } },
};

export const kql = StreamLanguage.define(kqlParser);

function wordKind(text: string, called: boolean, backUp: (characters: number) => void): string {
  const plain = text.replace(/[!~]$/, "");
  if (OPERATORS.test(plain)) return "keyword";
  // Only operators have a hyphen: a-b is a difference.
  const dash = plain.indexOf("-");
  if (dash > 0) {
    backUp(text.length - dash);
    return "variableName";
  }
  if (LITERALS.test(plain)) return "atom";
  if (called) return "variableName.function";
  return /^(Device|Alert|Identity|Email|Cloud)\w*(Events|Info|Evidence|Certificates|Vulnerabilities|Inventory)$/.test(plain) ? "typeName" : "variableName";
}
