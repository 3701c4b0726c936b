/** What responses say besides their content: nobody is signed in any more, or definitions have changed. */
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

let again: (() => void) | undefined;

/** Sets the one listener that lets people sign in over the page that they are on; undefined removes it. */
export function onSignInAgain(next: (() => void) | undefined): void {
  again = next;
}

/** Asks for a sign-in that leaves the page as it is. False if nothing on the page can do so. */
export function signInAgain(): boolean {
  again?.();
  return again !== undefined;
}

let changeListener: (() => void) | undefined;

/** Sets the one listener that is told when somebody else changed definitions or rights; undefined removes it. */
export function onDefinitionsChange(next: (() => void) | undefined): void {
  changeListener = next;
}

export function definitionsChanged(): void {
  changeListener?.();
}
