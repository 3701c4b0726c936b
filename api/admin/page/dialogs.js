// Dialogs by keyboard: the focus goes into them, stays in them, and returns; Escape closes them.

const FOCUSABLE = "input:not([type=hidden]), select, textarea, button, a[href]";
let open = null;
let opener = null;
let isReturning = false;

const isVisible = (element) => element.getClientRects().length > 0;
const lookupOf = (target) => target.closest?.(".key_search > input[type=text]");

/** Sees to the dialog that is open, or was until now. */
function dressDialogs() {
  const dialog = [...document.querySelectorAll("#overlay")].find(isVisible) ?? null;
  if (dialog === open) return;
  if (dialog) enter(dialog);
  else leave();
  open = dialog;
}

function enter(dialog) {
  if (!open) opener = document.activeElement;
  dialog.setAttribute("role", "dialog");
  dialog.setAttribute("aria-modal", "true");
  dialog.setAttribute("aria-label", dialog.querySelector("h1:not(:empty), p:not(.close)")?.textContent ?? "");
  const inside = [...dialog.querySelectorAll(FOCUSABLE)].filter((one) => isVisible(one) && !one.closest(".close"));
  (inside[0] ?? dialog.querySelector(".close a"))?.focus();
}

function leave() {
  isReturning = true;
  if (opener?.isConnected) opener.focus();
  isReturning = false;
}

// A lookup opens its dialog whenever it gets the focus, and so must not see that the focus returns to it.
document.addEventListener("focus", (event) => isReturning && event.stopImmediatePropagation(), true);

function reopen(event) {
  const lookup = open ? null : lookupOf(event.target);
  const opensLookup = event.type === "click" || event.key.length === 1 || ["Enter", "ArrowDown"].includes(event.key);
  if (!lookup || !opensLookup || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  lookup.blur();
  lookup.focus();
}
document.addEventListener("click", reopen);
document.addEventListener("keydown", reopen);

document.addEventListener("keydown", (event) => {
  if (!open) return;
  if (event.key === "Escape") open.querySelector(".close a")?.click();
  if (event.key !== "Tab") return;
  const inside = [...open.querySelectorAll(FOCUSABLE)].filter(isVisible);
  const last = event.shiftKey ? inside[0] : inside.at(-1);
  if (document.activeElement !== last && open.contains(document.activeElement)) return;
  event.preventDefault();
  (event.shiftKey ? inside.at(-1) : inside[0])?.focus();
});

export { dressDialogs };
