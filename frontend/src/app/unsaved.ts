/** What is typed and not saved, wherever on the page it is. */
import { useEffect, useRef } from "react";

const sources = new Set<() => boolean>();

/** Counts what `isUnsaved` says at the moment of asking, while the component is shown. */
export function useUnsaved(isUnsaved: () => boolean): void {
  const latest = useRef(isUnsaved);
  latest.current = isUnsaved;
  useEffect(() => {
    const source = () => latest.current();
    sources.add(source);
    return () => void sources.delete(source);
  }, []);
}

export function hasUnsaved(): boolean {
  return [...sources].some((isUnsaved) => isUnsaved());
}
