// The head of a column that a queue can be sorted by. A sort is the column's word, with a minus before it for downward.
interface Props<Word extends string> {
  name: string;
  by: Word;
  sort: string;
  onSort: (sort: Word | `-${Word}`) => void;
}

export function SortHead<Word extends string>({ name, by, sort, onSort }: Props<Word>) {
  const here = sort.replace("-", "") === by;
  const down = sort.startsWith("-");
  return (
    <th scope="col" aria-sort={here ? (down ? "descending" : "ascending") : undefined}>
      <button type="button" className="sort" onClick={() => onSort(here && down ? by : `-${by}`)}>{name}{here ? (down ? " ↓" : " ↑") : ""}</button>
    </th>
  );
}
