// What we add to Piccolo Admin's pages. It only dresses what is there: everything is checked again where it is
// asked for. Text is changed in place, since Vue keeps the nodes.

import { dressDialogs } from "./dialogs.js";
import { dressErrors, dressForm, dressLookups, dressRow } from "./forms.js";
import { NONE, dressList } from "./lists.js";
import { place, router } from "./piccolo.js";
import "./requests.js";

function dress() {
  const where = place();
  const schema = where?.schema;
  const body = document.body;
  for (const act of ["Add", "Change", "Delete"]) {
    const isRefused = where?.kind === "tables" && schema?.extra[`can_${act.toLowerCase()}`] === false;
    if (isRefused) body.dataset[`cannot${act}`] = "yes";
    else delete body.dataset[`cannot${act}`];
  }
  dressDialogs();
  dressPasswords();
  if (!schema) return;
  for (const widget of document.querySelectorAll("[placeholder=NULL]")) widget.placeholder = NONE;
  for (const option of document.querySelectorAll("option[value=null]:not([disabled])")) {
    if (option.textContent !== NONE) option.textContent = NONE;
  }
  for (const form of document.forms) {
    if (where.kind === "forms") dressForm(form, schema);
    else if (form.querySelector("[data-uitest=save_button]")) dressRow(form, schema, false);
    else if (form.querySelector("[data-uitest=create_button]")) dressRow(form, schema, true);
  }
  if (where.kind === "tables") {
    dressLookups(schema);
    if (!where.row) dressList(schema);
  }
  dressErrors(schema);
}

/** So that password managers know which is which, and browsers do not complain. */
function dressPasswords() {
  const [username] = document.querySelectorAll("#login input[name=username]");
  if (username) username.autocomplete = "username";
  const fields = document.querySelectorAll("#login input[name=password], #change_password input[name=password]");
  fields.forEach((field, index) => (field.autocomplete = index ? "new-password" : "current-password"));
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

const looked = { attributes: true, attributeFilter: ["style"], childList: true, subtree: true };
new MutationObserver(dressSoon).observe(document.body, looked);
router.afterEach(dressSoon);
dressSoon();
