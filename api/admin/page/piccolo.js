// What our scripts need of Piccolo Admin: its store and its router, and where the page is.

const app = document.querySelector("#app").__vue_app__;
const { $store: store, $router: router } = app.config.globalProperties;

/** Where the page is: a form, or a table and perhaps one of its rows ("add" for a new one). */
function place() {
  const { name, params } = router.currentRoute.value;
  if (name === "addForm") return { kind: "forms", name: params.formSlug, schema: store.state.formSchema };
  if (!params.tableName) return null;
  const row = name === "addRow" ? "add" : params.rowID;
  return { kind: "tables", name: params.tableName, row, schema: store.state.schema };
}

/** Shows a message at the bottom of the page, in the place of Piccolo Admin's own. */
function say(contents, type = "error") {
  setTimeout(() => store.commit("updateApiResponseMessage", { contents, type }), 0);
}

/** Whether this is the first time that the element is given this mark. */
function once(element, mark) {
  if (element.dataset[mark]) return false;
  element.dataset[mark] = "yes";
  return true;
}

/** What a refused request says to a person. */
function sentence(text) {
  try {
    const response = typeof text === "string" ? JSON.parse(text) : text;
    return response.detail?.map?.(labelled).join(" ") ?? response.detail ?? String(text);
  } catch {
    return text;
  }
}

function labelled({ loc, msg }) {
  const [, name] = /^(?:filter\[)?([a-z0-9_]+)/.exec(loc.at(-1)) ?? []; // price, or filter[price][eq] of a list
  const title = place()?.schema?.properties[name]?.title;
  return title && !msg.startsWith(title) ? `${title}: ${msg}` : msg;
}

export { app, once, place, router, say, sentence, store };
