import { useEffect, useRef, useState } from "react";

import type { Field } from "~/api";
import { messageOf } from "~/app/messages";
import { UnsavedGuard } from "~/app/UnsavedGuard";
import { FieldInput } from "~/fields/FieldInput";
import { m } from "~/paraglide/messages";
import { tellFailure } from "~/records/bulk/run";
import { isSame } from "~/records/conflict";

/** Where the focus goes when the editor closes: back to the cell, to one beside it, or nowhere. */
export type Next = "here" | "next" | "previous" | "away";

interface Props {
  field: Field;
  value: unknown;
  /** Whether it is saved; raises what the service refuses. */
  onSave: (value: unknown) => Promise<boolean>;
  onEnd: (next: Next, isSaved: boolean) => void;
}

/** Types of which one choice is the whole value. */
const CHOICES: ReadonlySet<Field["type"]> = new Set(["select", "lookup"]);
/** Types in whose inputs Enter begins a line. */
const LINES: ReadonlySet<Field["type"]> = new Set(["long_text", "json"]);
/** What belongs to the editor although it is elsewhere in the page. */
const PARTS = "[role=listbox], [role=dialog], [data-portal]";

/** The input in a cell. Enter, Tab and a click elsewhere save; Escape gives up. What the service refuses stays to be mended. */
export function CellEditor({ field, value, onSave, onEnd }: Props) {
  const [draft, setDraft] = useState<unknown>(value ?? null);
  const [error, setError] = useState<string>();
  const frame = useRef<HTMLDivElement>(null);
  const isBusy = useRef(false);
  const isShown = useRef(true);
  const isUnsaved = () => isShown.current && !isSame(draft, value);

  const save = async (next: Next, wanted = draft) => {
    if (isBusy.current) return;
    if (isSame(wanted, value)) return onEnd(next, false);
    isBusy.current = true;
    try {
      if (await onSave(wanted)) onEnd(next, true);
      else setError(m.conflict_open());
    } catch (failure) {
      if (isShown.current) setError(messageOf(failure));
      else tellFailure(failure);
    } finally {
      isBusy.current = false;
    }
  };
  const latest = useRef(save);
  latest.current = save;
  useEffect(() => {
    isShown.current = true;
    frame.current?.querySelector<HTMLInputElement>("input, textarea")?.select();
    const onPointerDown = (event: PointerEvent) => {
      const target = event.target as Element;
      if (!frame.current?.contains(target) && !target.closest(PARTS)) void latest.current("away");
    };
    document.addEventListener("pointerdown", onPointerDown, true);
    return () => {
      isShown.current = false;
      document.removeEventListener("pointerdown", onPointerDown, true);
    };
  }, []);

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      onEnd("here", false);
    } else if (event.key === "Tab") {
      event.preventDefault();
      void save(event.shiftKey ? "previous" : "next");
    } else if (event.key === "Enter" && !event.defaultPrevented && (!LINES.has(field.type) || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void save("here");
    }
  };
  const change = (next: unknown) => {
    setDraft(next);
    setError(undefined);
    if (CHOICES.has(field.type)) void save("here", next);
  };
  return (
    <div ref={frame} className="cell-editor" onKeyDown={onKeyDown} onClick={(event) => event.stopPropagation()} onDoubleClick={(event) => event.stopPropagation()}>
      <FieldInput field={field} value={draft} onChange={change} error={error} autoFocus />
      <UnsavedGuard isUnsaved={isUnsaved} />
    </div>
  );
}
