import { Group, Select, TextInput } from "@mantine/core";

import { distanceOf, ofDistance, parseRelative, PRESETS, type Distance } from "~/filters/relative";
import { relativeInWords } from "~/filters/relativeWords";
import { m } from "~/paraglide/messages";

const ON = "on";
const KINDS = ["-d", "-w", "-m", "-y", "+d", "+w", "+m", "+y"] as const;
const WORDS: Record<(typeof KINDS)[number], () => string> = {
  "-d": m.relative_days_ago, "-w": m.relative_weeks_ago, "-m": m.relative_months_ago, "-y": m.relative_years_ago,
  "+d": m.relative_days_ahead, "+w": m.relative_weeks_ahead, "+m": m.relative_months_ahead, "+y": m.relative_years_ahead,
};

/** A day of the calendar, or one relative to today, which moves on with the calendar. */
export function DateValue({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const distance = distanceOf(value);
  const kind = distance ? kindOf(distance) : parseRelative(value) ? value : ON;
  const choose = (next: string | null) => {
    if (next === null || next === kind) return;
    const [sign, unit] = [next[0], next[1] as Distance["unit"]];
    if (next === ON) onChange("");
    else if (next.startsWith("$")) onChange(next);
    else onChange(ofDistance({ count: distance?.count ?? 7, unit, isPast: sign === "-" }));
  };
  const others = kind === ON || kind.length === 2 || (PRESETS as readonly string[]).includes(kind) ? [] : [{ value: kind, label: relativeInWords(kind) ?? kind }];
  const data = [
    { value: ON, label: m.relative_a_day() },
    ...PRESETS.map((one) => ({ value: one as string, label: relativeInWords(one)! })),
    ...KINDS.map((one) => ({ value: one as string, label: WORDS[one]() })),
    ...others,
  ];
  return (
    <Group gap="xs">
      <Select size="xs" style={{ flex: 1, minWidth: 130 }} aria-label={m.relative_when()} allowDeselect={false} data={data} value={kind} onChange={choose} comboboxProps={{ withinPortal: false }} />
      {kind === ON && <TextInput size="xs" type="date" aria-label={m.value()} value={value} onChange={(event) => onChange(event.currentTarget.value)} />}
      {distance && (
        <TextInput size="xs" w={70} type="number" min={0} max={9999} aria-label={m.relative_count()} value={String(distance.count)} onChange={(event) => onChange(ofDistance({ ...distance, count: event.currentTarget.valueAsNumber }))} />
      )}
    </Group>
  );
}

function kindOf({ isPast, unit }: Distance): (typeof KINDS)[number] {
  return `${isPast ? "-" : "+"}${unit}`;
}
