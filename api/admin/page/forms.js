// Forms: hints, choices, hidden passwords, marks on what cannot be changed, and mistakes by the fields' labels.

import { NONE, formatOf } from "./lists.js";
import { once } from "./piccolo.js";

const inputs = (form, name) => form.querySelectorAll(`[name="${CSS.escape(name)}"]`);

/** The part of a form that belongs to a field: from its label to its widget. */
function partOf(input, form) {
  let part = input;
  while (part.parentElement && part.parentElement !== form && !part.querySelector(":scope > label")) {
    part = part.parentElement;
  }
  return part;
}

/** A form that is no row of a table. */
function dressForm(form, schema) {
  for (const [name, property] of Object.entries(schema.properties)) {
    const input = inputs(form, name)[0];
    if (!input || !once(input, "dressed")) continue;
    const part = partOf(input, form);
    const label = part.querySelector("label");
    if (label && schema.required.includes(name)) label.append(" *");
    if (label && property.extra.help_text) label.after(hint(property.extra.help_text));
    if (formatOf(property) === "password") {
      input.type = "password";
      input.autocomplete = "new-password";
    }
    if (property.extra.choices && input.type !== "hidden") offerChoices(input, property.extra.choices, schema, name);
    if (property.extra.choices && input.type === "hidden") offerSeveral(part, input, property.extra.choices);
  }
}

function hint(text) {
  const small = document.createElement("small");
  small.className = "freehold-hint";
  small.textContent = text;
  return small;
}

/** A select in front of a line of text, which stays what is sent. */
function offerChoices(input, choices, schema, name) {
  const select = document.createElement("select");
  select.dataset.for = name;
  const none = schema.required.includes(name) ? [] : [{ value: "", display_name: NONE }];
  for (const { value, display_name } of [...none, ...Object.values(choices)]) {
    select.add(new Option(display_name, value, false, value === input.value));
  }
  const send = () => {
    input.value = select.value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  select.addEventListener("change", send);
  input.hidden = true;
  input.after(select);
  send();
}

/** A checkbox for each choice in the place of a list of texts; what is sent is the hidden input's JSON. */
function offerSeveral(part, input, choices) {
  const list = document.createElement("div");
  list.className = "freehold-choices";
  for (const { value, display_name } of Object.values(choices)) {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.value = value;
    const line = document.createElement("label");
    line.append(box, ` ${display_name}`);
    list.append(line);
  }
  list.addEventListener("change", () => {
    input.value = JSON.stringify([...list.querySelectorAll(":checked")].map((box) => box.value));
  });
  input.value = "[]";
  part.querySelector(".array_items")?.parentElement.replaceWith(list);
  if (!list.isConnected) input.before(list);
}

/** A row's form, or that of a new row. */
function dressRow(form, schema, isNew) {
  for (const [name, property] of Object.entries(schema.properties)) {
    if (!property.extra.read_only) continue;
    for (const input of inputs(form, name)) {
      const part = partOf(input, form);
      if (!once(part, "readOnly")) continue;
      part.hidden = isNew;
      for (const widget of part.querySelectorAll("input, textarea, select, a")) {
        widget.tabIndex = -1;
        widget.toggleAttribute("readonly", true);
      }
    }
  }
}

/** Lookups are chosen, not typed; what must have a value offers none; "Null" is no word for people. */
function dressLookups(schema) {
  for (const lookup of document.querySelectorAll(".key_search")) {
    const [shown, sent] = lookup.querySelectorAll(":scope > input");
    shown.readOnly = true;
    if (shown.placeholder === "None") shown.placeholder = NONE;
    const isFilter = shown.placeholder === "All";
    if (shown.value === "Null" && !sent.value) {
      shown.value = isFilter ? NONE : "";
      shown.dispatchEvent(new Event("input"));
    }
    const none = lookup.querySelectorAll(".results_list > li")[isFilter ? 1 : 0];
    const property = schema.properties[sent.name];
    if (none && property) none.hidden = !property.extra.nullable || schema.required.includes(sent.name);
    const word = none?.querySelector("a");
    if (word?.textContent === "None") word.textContent = NONE;
  }
}

/** "primary_domain field - must be …" becomes "Domain: must be …", and the field is marked. */
function dressErrors(schema) {
  const fields = new Set();
  for (const line of document.querySelectorAll("div.errors li")) {
    const [, path, words] = line.dataset.field === undefined ? (/^(\S+) field - (.*)$/s.exec(line.textContent) ?? []) : [];
    if (path !== undefined) {
      const label = path === "form" ? "" : (schema.properties[path]?.title ?? path);
      line.dataset.field = path;
      line.textContent = !label || words.startsWith(label) ? words : `${label}: ${words}`;
    }
    fields.add(line.dataset.field);
  }
  for (const input of document.querySelectorAll("form [name]")) {
    const widgets = input.type === "hidden" || input.hidden ? input.parentElement.querySelectorAll("input, select") : [input];
    for (const widget of widgets) widget.toggleAttribute("data-mistake", fields.has(input.name));
    input.ariaInvalid = fields.has(input.name) ? "true" : null;
  }
  const errors = document.querySelector("div.errors");
  if (errors && once(errors, "shown")) {
    errors.setAttribute("role", "alert");
    errors.scrollIntoView({ block: "nearest" });
  }
}

export { dressErrors, dressForm, dressLookups, dressRow };
