// Lists: no value is a dash, times are local, and what is exported is the service's own CSV.

import { once, say, store } from "./piccolo.js";

const NONE = "\u2013";
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/;

const formatOf = (property) => property?.format ?? property?.anyOf?.[0]?.format;

/** A time in the zone that times are shown in, which is the browser's unless another one was chosen. */
function local(text) {
  const parts = { dateStyle: "short", timeStyle: "medium", timeZone: localStorage.getItem("defaultTimezone") };
  return new Date(text).toLocaleString("sv-SE", parts); // 2026-03-02 00:30:00
}

function dressCell(cell, property) {
  const code = cell.querySelector("code");
  if (code?.textContent === "NULL") code.textContent = NONE;
  if (property?.extra.host && once(cell, "linked")) cell.append(" ", linkTo(cell.textContent.trim()));
  if (formatOf(property) !== "date-time") return;
  const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    const text = node.data.trim();
    if (!TIME.test(text)) continue;
    node.parentElement.title = text.replace("T", " ").replace("Z", " UTC");
    node.data = local(text);
  }
}

/** A link to the admin of a host; its scheme and port are those of this page. */
function linkTo(host) {
  const link = document.createElement("a");
  link.className = "freehold-address";
  link.href = `${location.protocol}//${host}${location.port && `:${location.port}`}/admin/`;
  link.textContent = link.title = link.href;
  link.target = "_blank";
  return link;
}

function dressList(schema) {
  const names = schema.extra.visible_column_names;
  for (const row of document.querySelectorAll(".table_wrapper tbody tr")) {
    names.forEach((name, index) => row.cells[index + 1] && dressCell(row.cells[index + 1], schema.properties[name]));
  }
  for (const option of document.querySelectorAll("#overlay select[name=property] option")) {
    option.hidden = option.disabled = schema.properties[option.value]?.extra.read_only ?? option.disabled;
  }
  for (const option of document.querySelectorAll("[data-uitest=sort_by_selector] option")) {
    const property = schema.properties[option.value];
    option.label = property?.title ?? option.value;
    option.hidden = option.disabled = property?.extra.sortable === false;
  }
}

/** Downloads what the list would show on all of its pages, as the service writes it. */
function exportCsv(dialog) {
  const columns = [...dialog.querySelectorAll("input[id^=csv_]:checked")].map((box) => box.id.slice(4));
  if (!columns.length) return say("Select at least one column.");
  const { currentTableName, filterParams, orderBy } = store.state;
  const query = new URLSearchParams(Object.entries(filterParams ?? {}).filter(([, value]) => value != null));
  if (orderBy?.length) query.set("__order", orderBy.map((one) => (one.ascending ? "" : "-") + one.column).join(","));
  query.set("__visible_fields", columns.join(","));
  query.set("__delimiter", dialog.querySelector("#delimiter").value);
  query.set("__readable", dialog.querySelector("#include_readable").checked);
  const link = document.createElement("a");
  link.href = `./api/tables/${encodeURIComponent(currentTableName)}/export.csv?${query}`;
  link.download = "";
  link.click();
  dialog.querySelector(".close a").click();
}

document.addEventListener(
  "submit",
  (event) => {
    const dialog = event.target.closest("[data-uitest=csv_modal]");
    if (dialog) {
      event.preventDefault();
      event.stopImmediatePropagation();
      exportCsv(dialog);
    }
    for (const lookup of event.target.closest(".filter_wrapper")?.querySelectorAll(".key_search") ?? []) {
      const [shown, sent] = lookup.querySelectorAll("input");
      if (shown.value === NONE && !sent.value) sent.value = "null"; // is_null
    }
  },
  true,
);

// Fields that are cleared by the browser keep what they were in Piccolo Admin; drawn again, they do not.
document.addEventListener("click", (event) => {
  if (!event.target.matches(".filter_wrapper > button")) return;
  const toggle = document.querySelector("[data-uitest=filter_button]");
  toggle.click();
  setTimeout(() => toggle.click(), 0);
});

export { NONE, dressList, formatOf };
