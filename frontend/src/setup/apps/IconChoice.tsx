import { Group, Input } from "@mantine/core";
import { useId, useRef } from "react";

import { m } from "~/paraglide/messages";
import { AppIcon, ICONS } from "~/setup/apps/icons";

interface Props {
  label: string;
  value: string;
  onChange: (icon: string) => void;
}

/** One of the pictures, or the label's first letter: a group of radio buttons with arrow keys. */
export function IconChoice({ label, value, onChange }: Props) {
  const names = ["", ...Object.keys(ICONS)];
  const chosen = names.includes(value) ? value : "";
  const group = useRef<HTMLDivElement>(null);
  const title = useId();
  const onKeyDown = (event: React.KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const at = (names.indexOf(chosen) + by + names.length) % names.length;
    onChange(names[at]!);
    group.current?.querySelectorAll<HTMLButtonElement>("[role=radio]")[at]?.focus();
  };
  return (
    <div>
      <Input.Label id={title} labelElement="div">
        {m.app_icon()}
      </Input.Label>
      <Group ref={group} gap={6} role="radiogroup" aria-labelledby={title} onKeyDown={onKeyDown}>
        {names.map((name) => (
          <button key={name} type="button" className="icon-choice" role="radio" aria-checked={name === chosen} aria-label={wordOf(name)} title={wordOf(name)} tabIndex={name === chosen ? 0 : -1} onClick={() => onChange(name)}>
            <AppIcon icon={name} label={label || "A"} />
          </button>
        ))}
      </Group>
    </div>
  );
}

const WORDS: Readonly<Record<string, () => string>> = {
  "": m.icon_letter, briefcase: m.icon_briefcase, building: m.icon_building, users: m.icon_users, user: m.icon_user, chart: m.icon_chart,
  target: m.icon_target, lifebuoy: m.icon_lifebuoy, box: m.icon_box, cart: m.icon_cart, receipt: m.icon_receipt, calendar: m.icon_calendar,
  check: m.icon_check, mail: m.icon_mail, phone: m.icon_phone, book: m.icon_book, wrench: m.icon_wrench, globe: m.icon_globe,
  heart: m.icon_heart, star: m.icon_star, home: m.icon_home,
};

function wordOf(name: string): string {
  return WORDS[name]?.() ?? name;
}
