import { SearchBox } from "@fluentui/react-components";
import { useEffect, useRef, useState } from "react";

interface SearchFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** How long typing must pause before the address, and with it the list, follows. */
const PAUSE_MS = 250;

/** The page's search: `/` jumps to it from anywhere, Esc empties it. */
export function SearchField({ label, value, onChange }: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(value);
  const [seen, setSeen] = useState(value);
  // The address changed by itself (Back, a link): show what it says.
  if (value !== seen) {
    setSeen(value);
    setTyped(value);
  }

  useEffect(() => {
    const jump = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target as HTMLElement;
      if (target.closest("input, textarea, select, [contenteditable], [role='dialog']")) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener("keydown", jump);
    return () => document.removeEventListener("keydown", jump);
  }, []);

  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);

  return (
    <SearchBox
      ref={input}
      aria-label={label}
      placeholder={`${label} ( / )`}
      value={typed}
      style={{ flex: "1 1 200px", minWidth: 200 }}
      onChange={(_, data) => setTyped(data.value)}
      onKeyDown={(event) => {
        if (event.key === "Escape") setTyped("");
        if (event.key === "Enter") onChange(typed);
      }}
    />
  );
}
