import { Button, Select, TextInput } from "@mantine/core";

import { m } from "~/paraglide/messages";
import { DATE_FORMATS, DECIMALS, DELIMITERS, ENCODINGS, THOUSANDS, withPart, type Format } from "~/records/import/format";

interface Props {
  format: Format;
  onChange: (format: Format) => void;
  isOpen: boolean;
  onToggle: () => void;
}

const MARKS: Record<string, () => string> = {
  comma: m.import_mark_comma, semicolon: m.import_mark_semicolon, tab: m.import_mark_tab, pipe: m.import_mark_pipe,
  point: m.import_mark_point, space: m.import_mark_space, apostrophe: m.import_mark_apostrophe, none: m.import_mark_none,
};
const marks = (names: readonly string[]) => names.map((value) => ({ value, label: MARKS[value]!() }));

/** How the file is written. Whatever is not chosen here, the service finds out. */
export function FormatOptions({ format, onChange, isOpen, onToggle }: Props) {
  const set = (part: keyof Format) => (value: string | null) => onChange(withPart(format, part, value));
  const choice = (part: keyof Format, label: string, data: { value: string; label: string }[] | readonly string[]) => (
    <Select key={part} label={label} placeholder={m.import_found_out()} clearable data={[...data] as string[]} value={format[part] ?? null} onChange={set(part)} />
  );
  return (
    <div>
      <Button size="compact-sm" variant="default" aria-expanded={isOpen} onClick={onToggle}>
        {m.import_format()}
      </Button>
      {isOpen && (
        <div className="import-format" role="group" aria-label={m.import_format()}>
          {choice("delimiter", m.import_delimiter(), marks(DELIMITERS))}
          {choice("encoding", m.import_encoding(), ENCODINGS)}
          {choice("header", m.import_header(), [{ value: "first", label: m.import_header_first() }, { value: "none", label: m.import_header_none() }])}
          {choice("dateFormat", m.import_dates(), DATE_FORMATS)}
          {choice("decimal", m.import_decimal(), marks(DECIMALS))}
          {choice("thousands", m.import_thousands(), marks(THOUSANDS))}
          {choice("round", m.import_round(), [{ value: "true", label: m.import_round_yes() }, { value: "false", label: m.import_round_no() }])}
          {choice("timeZone", m.time_zone(), Intl.supportedValuesOf("timeZone"))}
          <TextInput label={m.import_nulls()} placeholder="-, n/a" value={format.nulls ?? ""} onChange={(event) => set("nulls")(event.currentTarget.value)} />
          <TextInput label={m.import_booleans()} placeholder={m.import_booleans_example()} value={format.booleans ?? ""} onChange={(event) => set("booleans")(event.currentTarget.value)} />
        </div>
      )}
    </div>
  );
}
