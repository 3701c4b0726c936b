/** What happens when a request is refused because nobody is signed in any more. */
import type { Problem } from "@freehold/client";

type Listener = (problem: Problem) => void;

let listener: Listener | undefined;

/** Sets the one listener, which the router installs. */
export function onSessionEnd(next: Listener): void {
  listener = next;
}

export function sessionEnded(problem: Problem): void {
  listener?.(problem);
}
