import { useState } from "react";

/** What somebody edits, beside what is saved. What is saved meanwhile is taken over, unless there are own changes. */
export function useDraft<T extends object>(saved: T) {
  const [state, setState] = useState({ saved, base: saved, draft: saved });
  const isDirty = !isSame(state.draft, state.base);
  if (state.saved !== saved) {
    setState(isDirty ? { ...state, saved } : { saved, base: saved, draft: saved });
  }
  return {
    draft: state.draft,
    /** What the draft began with: a change must be made on top of that. */
    base: state.base,
    isDirty,
    change: (part: Partial<T>) => setState((before) => ({ ...before, draft: { ...before.draft, ...part } })),
    reset: () => setState({ saved, base: saved, draft: saved }),
  };
}

export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
