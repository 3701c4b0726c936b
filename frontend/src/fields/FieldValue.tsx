import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import type { Field } from "~/api";
import { idOf, linkOf, nameOf, optionsOf, textOf, type Shown } from "~/fields/format";
import { OptionBadge } from "~/fields/OptionBadge";
import { currentStyle } from "~/records/style";

/** A value, as text or as a link; nothing of it is ever interpreted as HTML. */
export function FieldValue({ value, field }: { value: unknown; field: Shown & Pick<Field, "target"> }) {
  if (value === null || value === undefined || value === "") return null;
  if (field.type === "lookup") {
    const id = idOf(value);
    if (field.target === "users" || field.target === undefined || id === null) return <span>{nameOf(value)}</span>;
    return (
      <Anchor
        inherit
        onClick={(event) => event.stopPropagation()}
        renderRoot={(props) => <Link to="/o/$object/$id" params={{ object: field.target!, id }} {...props} />}
      >
        {nameOf(value)}
      </Anchor>
    );
  }
  if (field.type === "select" || field.type === "multi_select") {
    const options = optionsOf(field);
    const values = (Array.isArray(value) ? value : [value]).map(String);
    return (
      <span className="options">
        {values.map((one) => (
          <OptionBadge key={one} option={options.find((option) => option.value === one) ?? { value: one, label: one }} />
        ))}
      </span>
    );
  }
  const text = textOf(value, field, currentStyle());
  if (field.type === "url" || field.type === "email" || field.type === "phone") {
    const href = linkOf(value, field.type);
    if (href === null) return <span>{text}</span>;
    const outside = field.type === "url" ? { target: "_blank", rel: "noopener noreferrer" } : {};
    return (
      <Anchor inherit href={href} onClick={(event) => event.stopPropagation()} {...outside}>
        {text}
      </Anchor>
    );
  }
  return <span>{text}</span>;
}
