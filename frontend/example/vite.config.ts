import { fileURLToPath } from "node:url";

import { defineConfig } from "vite";

/** Serves the page below the tenant's host, and passes requests for the API on to the service. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  server: {
    allowedHosts: [".localhost"],
    proxy: { "^/api/": { target: process.env.FREEHOLD_URL ?? "http://127.0.0.1:8000", changeOrigin: false } },
  },
});
