/** A page of its own on Freehold's client: the opportunities of a tenant by stage, to be moved on. */
import { createFreehold, ifMatch, Problem } from "@freehold/client";

interface Opportunity {
  id: string;
  version: number;
  name: string;
  stage: string;
  amount: string | null;
}

interface Option {
  value: string;
  label?: string;
}

const freehold = createFreehold({ onUnauthenticated: () => showSignIn() });
const main = document.querySelector("main")!;

/** Shows the form that begins a session: a cookie that scripts cannot read. */
function showSignIn(message = ""): void {
  const form = element("form", [
    element("h1", ["Sign in"]),
    element("p", [message], { role: "alert" }),
    element("label", ["E-mail address ", element("input", [], { name: "email", type: "email", required: "" })]),
    element("label", ["Password ", element("input", [], { name: "password", type: "password", required: "" })]),
    element("button", ["Sign in"]),
  ]);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = new FormData(form as HTMLFormElement);
    const body = { email: String(given.get("email")), password: String(given.get("password")) };
    freehold.POST("/api/v1/auth/session", { body }).then(showPipeline, (problem: Problem) => showSignIn(problem.message));
  });
  main.replaceChildren(form);
}

/** Shows the options of `stage` as columns, with the open opportunities in each. */
async function showPipeline(): Promise<void> {
  const path = { object: "opportunities" };
  const [object, records] = await Promise.all([
    freehold.GET("/api/v1/objects/{object}", { params: { path } }),
    freehold.GET("/api/v1/data/{object}", {
      params: { path, query: { fields: "name,stage,amount", sort: "-amount", limit: 200, "filter[stage][nin]": "won,lost" } as never },
    }),
  ]);
  const stage = object.data!.data.fields.find((field) => field.name === "stage")!;
  const opportunities = records.data!.data as unknown as Opportunity[];
  const options: Option[] = (stage.options ?? []).map((one) => (typeof one === "string" ? { value: one } : one));
  const columns = options.map((option) =>
    element("section", [
      element("h2", [option.label ?? option.value]),
      element("ul", opportunities.filter((one) => one.stage === option.value).map((one) => card(one, options))),
    ]),
  );
  main.replaceChildren(element("h1", ["Pipeline"]), element("p", [], { role: "status" }), element("div", columns, { id: "stages" }));
}

function card(one: Opportunity, options: readonly Option[]): HTMLElement {
  const choice = element("select", options.map((option) => element("option", [option.label ?? option.value], { value: option.value })), {
    "aria-label": `Stage of ${one.name}`,
  }) as HTMLSelectElement;
  choice.value = one.stage;
  choice.addEventListener("change", () => void move(one, choice.value));
  return element("li", [element("strong", [one.name]), element("p", [one.amount ?? ""]), choice]);
}

/** Changes the stage, unless somebody else has changed the record since it was read. */
async function move(one: Opportunity, stage: string): Promise<void> {
  let message = "";
  try {
    await freehold.PATCH("/api/v1/data/{object}/{id}", {
      params: { path: { object: "opportunities", id: one.id } },
      headers: ifMatch(one.version),
      body: { stage },
    });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    message = error.status === 412 ? `Somebody else has changed ${one.name}. This is what it is now.` : error.message;
  }
  await showPipeline();
  document.querySelector("[role=status]")!.textContent = message;
}

/** Values become text, never HTML. */
function element(name: string, children: (string | HTMLElement)[], attributes: Record<string, string> = {}): HTMLElement {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

showPipeline().catch((error: Problem) => {
  if (error.status !== 401) main.textContent = error.message;
});
