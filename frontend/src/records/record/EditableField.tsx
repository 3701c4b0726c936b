import { Button, Group, VisuallyHidden } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useId, useRef, useState } from "react";

import type { Field } from "~/api";
import { messageOf } from "~/app/messages";
import { UnsavedGuard } from "~/app/UnsavedGuard";
import { FieldInput } from "~/fields/FieldInput";
import { FieldValue } from "~/fields/FieldValue";
import { idOf, linkOf, textOf } from "~/fields/format";
import { m } from "~/paraglide/messages";
import { currentStyle } from "~/records/style";

interface Props {
  field: Field;
  value: unknown;
  isLocked: boolean;
  /** Whether it is saved; false if the user has left a question about it open: what was typed stays. */
  onSave: (value: unknown) => Promise<boolean>;
}

/** A value that becomes an input when it is clicked, or by Enter. Escape gives up; the focus returns. */
export function EditableField({ field, value, isLocked, onSave }: Props) {
  const [draft, setDraft] = useState<{ value: unknown } | null>(null);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const label = useId();

  const end = () => {
    setDraft(null);
    setError(undefined);
    setTimeout(() => button.current?.focus());
  };
  const save = async () => {
    if (draft === null || busy) return;
    if (draft.value === value) return end();
    setBusy(true);
    try {
      if (await onSave(draft.value)) end();
      else setError(m.conflict_open());
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setBusy(false);
    }
  };
  const onKey = (event: React.KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      end();
    } else if (event.key === "Enter" && (field.type !== "long_text" || event.ctrlKey || event.metaKey) && field.type !== "lookup" && field.type !== "select" && field.type !== "multi_select" && field.type !== "json") {
      event.preventDefault();
      void save();
    }
  };

  return (
    <div className="field">
      <dt id={label}>{field.label}</dt>
      <dd>
        {draft !== null ? (
          <div onKeyDown={onKey}>
            <FieldInput field={field} value={draft.value} onChange={(next) => setDraft({ value: next })} error={error} autoFocus />
            <Group gap="xs" mt={4}>
              <Button size="compact-xs" loading={busy} onClick={() => void save()}>
                {m.save()}
              </Button>
              <Button size="compact-xs" variant="subtle" onClick={end}>
                {m.cancel()}
              </Button>
            </Group>
            <UnsavedGuard isUnsaved={() => (draft.value ?? null) !== (value ?? null)} />
          </div>
        ) : isLocked ? (
          <div className="value-plain" aria-labelledby={label}>
            <FieldValue value={value} field={field} />
          </div>
        ) : (
          <Group gap={4} wrap="nowrap" align="flex-start">
            <button ref={button} type="button" className="value-button" onClick={() => setDraft({ value: value ?? null })}>
              <VisuallyHidden>
                {m.edit()}: {field.label}{" "}
              </VisuallyHidden>
              {value === null || value === undefined || value === "" ? <span className="nothing">–</span> : <PlainValue value={value} field={field} />}
            </button>
            {isLink(field) && value != null && value !== "" && <OpenLink value={value} field={field} />}
          </Group>
        )}
      </dd>
    </div>
  );
}

/** The value without links: a link inside of a button could not be reached by keyboard. */
function PlainValue({ value, field }: { value: unknown; field: Field }) {
  if (!isLink(field)) return <FieldValue value={value} field={field} />;
  return <span>{textOf(value, field, currentStyle())}</span>;
}

/** A link to the record or address beside its value. */
function OpenLink({ value, field }: { value: unknown; field: Field }) {
  const label = m.open_value({ name: textOf(value, field, currentStyle()) });
  const id = idOf(value);
  const common = { className: "open-link", "aria-label": label, title: label };
  if (field.type === "lookup") {
    if (id === null || field.target === undefined) return null;
    return (
      <Link to="/o/$object/$id" params={{ object: field.target, id }} {...common}>
        ↗
      </Link>
    );
  }
  const href = linkOf(value, field.type);
  if (href === null) return null;
  const outside = field.type === "url" ? { target: "_blank", rel: "noopener noreferrer" } : {};
  return (
    <a href={href} {...common} {...outside}>
      ↗
    </a>
  );
}

function isLink(field: Field): boolean {
  return (field.type === "lookup" && field.target !== "users") || ["url", "email", "phone"].includes(field.type);
}
