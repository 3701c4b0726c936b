import "@mantine/core/styles/ColorSwatch.css";

import { Button, ColorSwatch, DEFAULT_THEME, Group, Select, TextInput, type SelectProps } from "@mantine/core";

import { paletteOf } from "~/app/accent";
import { m } from "~/paraglide/messages";

const NAMES = ["indigo", "blue", "cyan", "teal", "green", "lime", "yellow", "orange", "red", "pink", "grape", "violet", "gray", "dark"] as const;
const OWN = "own";

const LABELS: Record<(typeof NAMES)[number], () => string> = {
  indigo: m.settings_accent_indigo, blue: m.settings_accent_blue, cyan: m.settings_accent_cyan, teal: m.settings_accent_teal, green: m.settings_accent_green,
  lime: m.settings_accent_lime, yellow: m.settings_accent_yellow, orange: m.settings_accent_orange, red: m.settings_accent_red, pink: m.settings_accent_pink,
  grape: m.settings_accent_grape, violet: m.settings_accent_violet, gray: m.settings_accent_gray, dark: m.settings_accent_dark,
};

interface Props {
  value: string;
  error: string | null;
  onChange: (accent: string) => void;
}

/** A colour by its name, or any other; beside it, what it becomes so that it can be read. */
export function AccentChoice({ value, error, onChange }: Props) {
  const isOwn = value.startsWith("#");
  const data = [...NAMES.map((name) => ({ value: name as string, label: LABELS[name]() })), { value: OWN, label: m.settings_accent_own() }];
  const renderOption: NonNullable<SelectProps["renderOption"]> = ({ option }) => (
    <Group gap="xs" wrap="nowrap">
      <ColorSwatch size={14} color={option.value === OWN ? value : shownOf(option.value)} withShadow={false} aria-hidden />
      {option.label}
    </Group>
  );
  return (
    <Group align="flex-end" gap="sm">
      <Select label={m.settings_accent()} description={m.settings_accent_text()} data={data} value={isOwn ? OWN : value || "indigo"} error={isOwn ? null : error} allowDeselect={false} renderOption={renderOption} style={{ flex: "1 1 16rem" }}
        leftSection={<ColorSwatch size={14} color={shownOf(value)} withShadow={false} aria-hidden />}
        onChange={(next) => onChange(next === OWN ? shownOf(value) : next === "indigo" || next === null ? "" : next)} />
      {isOwn && <TextInput label={m.settings_accent_code()} type="color" w={96} value={value} error={error} onChange={(event) => onChange(event.currentTarget.value)} />}
      <Button component="span" tabIndex={-1} aria-hidden bg={shownOf(value)} style={{ pointerEvents: "none", color: "#fff" }}>
        {m.settings_accent_preview()}
      </Button>
    </Group>
  );
}

/** The colour of buttons on a light page. */
function shownOf(accent: string): string {
  return (paletteOf(accent) ?? DEFAULT_THEME.colors.indigo)[8]!;
}
