import "~/fields/option.css";

import type { Option } from "~/fields/format";
import { m } from "~/paraglide/messages";

/** An option in its colour. The text keeps the page's colour, so that every colour can be read. */
export function OptionBadge({ option }: { option: Option }) {
  return (
    <span className="option" data-archived={option.archived || undefined} title={option.archived ? m.list_option_archived({ name: option.label }) : undefined} style={{ "--option": colour(option.color) } as React.CSSProperties}>
      {option.label}
    </span>
  );
}

/** How inputs show an option that they offer. */
export function shownOption({ option }: { option: Option }) {
  return <OptionBadge option={option} />;
}

function colour(name: string | undefined): string {
  if (name === "dark") return "light-dark(var(--mantine-color-dark-6), var(--mantine-color-gray-3))";
  return name !== undefined && /^[a-z]+$/.test(name) ? `var(--mantine-color-${name}-6)` : "var(--mantine-color-gray-6)";
}
