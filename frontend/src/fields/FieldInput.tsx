import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Pill.css";
import "@mantine/core/styles/PillsInput.css";
import "@mantine/core/styles/Switch.css";

import { JsonInput, MultiSelect, Select, Switch, Textarea, TextInput } from "@mantine/core";

import type { Field } from "~/api";
import { choicesOf, idOf } from "~/fields/format";
import { LookupInput } from "~/fields/LookupInput";
import { shownOption } from "~/fields/OptionBadge";
import { fromLocal, toLocal } from "~/fields/zones";
import { m } from "~/paraglide/messages";
import { currentStyle } from "~/records/style";

export interface InputProps {
  field: Field;
  value: unknown;
  onChange: (value: unknown) => void;
  error?: string | undefined;
  /** Whether the label is shown; otherwise only screen readers have it. */
  labelled?: boolean;
  autoFocus?: boolean;
}

/** The input for a field's type. An empty input is no value: null. */
export function FieldInput({ field, value, onChange, error, labelled = false, autoFocus = false }: InputProps) {
  const common = {
    ...(labelled ? { label: field.label } : { "aria-label": field.label }),
    error: error ?? null,
    required: field.required && field.type !== "boolean",
    "data-autofocus": autoFocus || undefined,
    autoFocus,
  };
  const text = value === null || value === undefined ? "" : String(value);
  const typed = (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value === "" ? null : event.currentTarget.value);
  switch (field.type) {
    case "boolean":
      return <Switch {...common} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
    case "long_text":
      return <Textarea {...common} autosize minRows={2} maxRows={12} value={text} onChange={typed} />;
    case "select":
      return (
        <Select {...common} data={choicesOf(field, text)} renderOption={shownOption} value={text === "" ? null : text} onChange={onChange} searchable clearable={!field.required} placeholder={m.choose()} />
      );
    case "multi_select":
      return <MultiSelect {...common} data={choicesOf(field, value)} renderOption={shownOption} value={(value as string[] | null) ?? []} onChange={onChange} searchable clearable />;
    case "lookup":
      return <LookupInput {...common} target={field.target ?? "users"} value={value} onChange={(next) => onChange(next)} clearable={!field.required} key={idOf(value)} />;
    case "integer":
      return <TextInput {...common} inputMode="numeric" value={text} onChange={(event) => onChange(integerOf(event.currentTarget.value))} />;
    case "decimal":
    case "currency":
    case "percent":
      return <TextInput {...common} inputMode="decimal" value={text} onChange={(event) => onChange(event.currentTarget.value === "" ? null : event.currentTarget.value.replace(",", "."))} />;
    case "date":
      return <TextInput {...common} type="date" value={text} onChange={typed} />;
    case "time":
      return <TextInput {...common} type="time" value={text} onChange={typed} />;
    case "datetime": {
      const zone = currentStyle().timeZone;
      return (
        <TextInput {...common} type="datetime-local" description={m.zone_is({ zone })} value={text === "" ? "" : toLocal(text, zone)}
          onChange={(event) => onChange(event.currentTarget.value === "" ? null : fromLocal(event.currentTarget.value, zone))} />
      );
    }
    case "json":
      return <JsonInput {...common} autosize minRows={3} value={typeof value === "string" ? value : value == null ? "" : JSON.stringify(value, null, 2)} onChange={(next) => onChange(jsonOf(next))} />;
    case "email":
      return <TextInput {...common} type="email" value={text} onChange={typed} />;
    case "url":
      return <TextInput {...common} inputMode="url" value={text} onChange={typed} />;
    case "phone":
      return <TextInput {...common} type="tel" value={text} onChange={typed} />;
    default:
      return <TextInput {...common} value={text} onChange={typed} maxLength={field.maxLength} />;
  }
}

/** A whole number; text that is none stays as it was typed, and the service says what is wrong. */
function integerOf(text: string): unknown {
  if (text === "") return null;
  return /^-?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : text;
}

function jsonOf(text: string): unknown {
  if (text.trim() === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
