// A field to search a list with. Enter searches; an empty field shows everything again.
import { useEffect, useState } from "react";

interface Props {
  value: string;
  label: string;
  placeholder: string;
  onSearch: (text: string) => void;
}

export function SearchField({ value, label, placeholder, onSearch }: Props) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <form role="search" onSubmit={(event) => { event.preventDefault(); onSearch(text.trim()); }}>
      <input type="search" className="search-field" value={text} aria-label={label} placeholder={placeholder}
        onChange={(event) => {
          setText(event.target.value);
          if (event.target.value === "" && value !== "") onSearch("");
        }} />
    </form>
  );
}
