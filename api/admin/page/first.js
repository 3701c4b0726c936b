// Runs before Piccolo Admin's own script: what that would request too late, or do in conflict with the page's policy.

const NativeFunction = Function;
const page = document.querySelector("meta[name=freehold]").dataset;

// A polyfill in the bundle gets the global object by new Function("return this"), which the policy forbids.
globalThis.Function = new Proxy(NativeFunction, {
  construct(target, given) {
    if (given[0] !== "return this") return Reflect.construct(target, given);
    globalThis.Function = NativeFunction;
    return () => globalThis;
  },
});

// Times are in the browser's time zone until somebody chooses another one ("Set Timezone").
const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const chosen = localStorage.getItem("defaultTimezone");
if (!chosen || chosen === localStorage.getItem("freehold-timezone")) {
  localStorage.setItem("defaultTimezone", timeZone);
  localStorage.setItem("freehold-timezone", timeZone);
}

// Who is not signed in goes to the sign-in page without asking for anything that would be refused.
const path = location.hash.slice(1) || "/";
if (page.signedIn === "no" && !path.startsWith("/login")) {
  history.replaceState(null, "", `#/login/?nextURL=${encodeURIComponent(path)}`);
}

if (page.passwords === "no") document.body.dataset.noPassword = "yes";
