// What went wrong is shown in the words of the service, which Piccolo Admin leaves out here and there.

import { app, place, router, say, sentence, store } from "./piccolo.js";

/** Shows the message of a request that was refused; true when the error is one. */
function isReported(error) {
  const response = error?.response;
  if (!response) return false;
  store.commit("updateLoadingStatus", false);
  if (response.status === 401) say("Please sign in again.", "neutral");
  else if (response.status !== 404) say(sentence(response.data));
  return true;
}

// Rows of the table before may come when the list is that of another table already; its own rows follow.
const isOutrun = (error) => error?.message?.startsWith("Missing required param");

app.config.errorHandler = (error) => isReported(error) || isOutrun(error) || console.error(error);
addEventListener("unhandledrejection", (event) => isReported(event.reason) && event.preventDefault());

const { open, send } = XMLHttpRequest.prototype;
const methods = new WeakMap();
XMLHttpRequest.prototype.open = function (method, ...rest) {
  methods.set(this, method.toUpperCase());
  return open.call(this, method, ...rest);
};
XMLHttpRequest.prototype.send = function (...body) {
  this.addEventListener("load", () => finished(this, methods.get(this)));
  return send.apply(this, body);
};

function finished(request, method) {
  const address = new URL(request.responseURL).pathname;
  const isRefused = request.status >= 400;
  const at = place();
  if (address.endsWith("/api/change-password/") && !isRefused) {
    say("Your password is changed. All other sessions have ended.", "success");
  } else if (isRefused && /\/(public\/login|api\/change-password)\/$/.test(address)) {
    say(sentence(request.responseText));
  } else if (isRefused && ["DELETE", "GET", "PATCH"].includes(method) && at && !at.row && request.status !== 401) {
    say(sentence(request.responseText)); // of a list, which has no place for what is wrong with a row or a filter
    store.commit("updateLoadingStatus", false);
  } else if (method === "POST" && at?.row === "add" && !isRefused) {
    setTimeout(emptyForm, 0);
  }
}

/** Redraws the form for a new row. */
function emptyForm() {
  const { schema } = store.state;
  store.commit("updateSchema", undefined);
  setTimeout(() => store.commit("updateSchema", schema), 0);
}

// A page shows nothing of the one before: neither its row nor its form, with what was typed into it.
router.beforeEach((to) => {
  if (to.name === "editRow") store.commit("updateSelectedRow", undefined);
  if (to.name === "addForm") store.commit("updateFormSchema", undefined);
});
router.afterEach((to, from) => {
  if (to.name === "addRow") Promise.resolve().then(() => store.commit("updateSchema", undefined));
  if (to.name === "addRow" && from.name === "addRow") store.dispatch("fetchSchema", to.params.tableName);
  if (to.params.tableName !== from.params.tableName) document.querySelector("#sidebar-close")?.click();
});
