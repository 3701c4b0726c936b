// What we add to Piccolo Admin's pages: hints, choices and hidden passwords in forms, marks on fields that nobody
// can change, no buttons for what is refused anyway, and why a sign-in or a deletion failed. It only dresses what
// is there: everything is checked again where it is answered.

const schemas = new Map();

/** Where the page is: a form, or a table and perhaps one of its rows. */
function place() {
  const [first, second] = location.hash.replace(/^#\/?/, "").split("?")[0].split("/").map(decodeURIComponent);
  if (!first || first === "login" || first === "change-password") return null;
  return first === "forms" ? { kind: "forms", name: second } : { kind: "tables", name: first, row: second };
}

async function schemaOf({ kind, name }) {
  const address = `./api/${kind}/${encodeURIComponent(name)}/schema/`;
  if (!schemas.has(address)) {
    const loaded = fetch(address).then((answer) => (answer.ok ? answer.json() : null));
    schemas.set(address, loaded);
    setTimeout(() => schemas.delete(address), 2000); // definitions may change while the page is open
  }
  return schemas.get(address);
}

const inputs = (form, name) => form.querySelectorAll(`[name="${CSS.escape(name)}"]`);

/** The part of a form that belongs to a field: from its label to its widget. */
function partOf(input, form) {
  let part = input;
  while (part.parentElement && part.parentElement !== form && !part.querySelector(":scope > label")) {
    part = part.parentElement;
  }
  return part;
}

function once(element, mark) {
  if (element.dataset[mark]) return false;
  element.dataset[mark] = "yes";
  return true;
}

function dressForm(form, schema) {
  for (const [name, property] of Object.entries(schema.properties)) {
    const input = inputs(form, name)[0];
    if (!input || !once(input, "dressed")) continue;
    const part = partOf(input, form);
    const label = part.querySelector("label");
    if (label && schema.required.includes(name)) label.append(" *");
    if (label && property.extra.help_text) {
      const hint = document.createElement("small");
      hint.className = "freehold-hint";
      hint.textContent = property.extra.help_text;
      label.after(hint);
    }
    const format = property.format ?? property.anyOf?.[0]?.format;
    if (format === "password") {
      input.type = "password";
      input.autocomplete = "new-password";
    }
    if (property.extra.choices && input.type !== "hidden") offerChoices(input, property.extra.choices, schema, name);
    if (property.extra.choices && input.type === "hidden") offerSeveral(part, input, property.extra.choices);
  }
}

/** A select in front of a line of text, which stays what is sent. */
function offerChoices(input, choices, schema, name) {
  const select = document.createElement("select");
  select.dataset.for = name;
  const none = schema.required.includes(name) ? [] : [{ value: "", display_name: "" }];
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

async function dress() {
  const where = place();
  const body = document.body;
  const schema = where && (await schemaOf(where));
  for (const act of ["Add", "Change", "Delete"]) {
    const isRefused = where?.kind === "tables" && schema?.extra[`can_${act.toLowerCase()}`] === false;
    if (isRefused) body.dataset[`cannot${act}`] = "yes";
    else delete body.dataset[`cannot${act}`];
  }
  if (!schema) return;
  for (const widget of document.querySelectorAll("[placeholder=NULL]")) widget.placeholder = "";
  for (const option of document.querySelectorAll("option[value=null]")) option.textContent = "\u2013";
  for (const form of document.forms) {
    if (where.kind === "forms") dressForm(form, schema);
    else if (form.querySelector("[data-uitest=save_button]")) dressRow(form, schema, false);
    else if (form.querySelector("[data-uitest=create_button]")) dressRow(form, schema, true);
  }
}

let isDue = false;
function dressSoon() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    dress();
  });
}

new MutationObserver(dressSoon).observe(document.body, { childList: true, subtree: true });
addEventListener("hashchange", dressSoon);
dressSoon();

// Piccolo Admin says "Problem logging in" whatever it was, and nothing when a row of a list cannot be deleted.

function sentence(text) {
  try {
    const answer = JSON.parse(text);
    return answer.detail?.map?.((one) => one.msg).join(" ") ?? answer.detail ?? text;
  } catch {
    return text;
  }
}

const { open, send } = XMLHttpRequest.prototype;
const asked = new WeakMap();
XMLHttpRequest.prototype.open = function (method, ...rest) {
  asked.set(this, method.toUpperCase());
  return open.call(this, method, ...rest);
};
XMLHttpRequest.prototype.send = function (...body) {
  this.addEventListener("load", () => {
    if (this.status < 400 || this.responseType === "blob") return;
    const words = sentence(this.responseText);
    if (this.responseURL.endsWith("/public/login/")) {
      setTimeout(() => document.querySelector("#message_popup p")?.replaceChildren(words), 50);
    } else if (asked.get(this) === "DELETE" && !place()?.row && this.status !== 401) {
      alert(words);
    }
  });
  return send.apply(this, body);
};
