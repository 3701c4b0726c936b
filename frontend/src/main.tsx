import "./app/mantine.css";
import "./app/app.css";

import { Problem } from "@freehold/client";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { setNonce } from "get-nonce";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";

import { queries } from "~/api";
import { blocked } from "~/app/host";
import { router } from "~/app/router";
import { Themed } from "~/app/Themed";
import { getLocale, overwriteGetLocale } from "~/paraglide/runtime";

// The service writes a new nonce into each page; styles that are inserted by scripts need it (CSP).
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
if (nonce) setNonce(nonce);
// The language of a page stays until it is loaded again; finding it out takes time for every text.
const locale = getLocale();
overwriteGetLocale(() => locale);
document.documentElement.lang = locale;

const BlockedPage = lazy(() => import("~/app/BlockedPage"));

// What the service refuses is shown in the page; everything else is a fault of the page.
const onCaughtError = (error: unknown) => {
  if (!(error instanceof Problem)) console.error(error);
};

createRoot(document.getElementById("root")!, { onCaughtError }).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Themed nonce={nonce}>
        {blocked === undefined ? (
          <RouterProvider router={router} />
        ) : (
          <Suspense>
            <BlockedPage kind={blocked} />
          </Suspense>
        )}
      </Themed>
    </QueryClientProvider>
  </StrictMode>,
);
