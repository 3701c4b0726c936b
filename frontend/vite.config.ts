import { fileURLToPath } from "node:url";

import { paraglideVitePlugin } from "@inlang/paraglide-js";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const backend = process.env.FREEHOLD_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [
    react(),
    paraglideVitePlugin({
      project: "./project.inlang",
      outdir: "./src/paraglide",
      strategy: ["localStorage", "preferredLanguage", "baseLocale"],
      outputStructure: "message-modules",
    }),
  ],
  resolve: { alias: { "~": fileURLToPath(new URL("./src", import.meta.url)) } },
  // The service serves the built files below /assets, and index.html for every page.
  base: "/",
  build: {
    outDir: "../api/frontend/dist",
    emptyOutDir: true,
    target: "es2023",
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: {
        // Vendors in files of their own: a change of the application renames few files.
        manualChunks(id: string) {
          if (!id.includes("node_modules")) return undefined;
          if (/node_modules\/(react|react-dom|scheduler)\//.test(id)) return "react";
          if (/node_modules\/@tanstack\/(react-router|router|react-query|query|history|react-store|store)/.test(id)) return "tanstack";
          return undefined;
        },
      },
    },
  },
  server: {
    // acme.localhost:5173 is the tenant acme: Host is passed on as it is. Node does not resolve *.localhost.
    allowedHosts: [".localhost"],
    proxy: { "^/(api|schema|sign-in|find|problems)(/|$)": { target: backend, changeOrigin: false } },
  },
  test: { environment: "jsdom" },
});
