/// <reference types="vitest/config" />
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    // The server's content security policy knows neither inline scripts nor data URLs for code.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    manifest: true,
    chunkSizeWarningLimit: 1000,
  },
  server: {
    // The guide shows pages of the documentation.
    fs: { allow: [".", "../docs"] },
    proxy: { "/api": process.env.POLICYTAB_API ?? "http://127.0.0.1:8080" },
  },
  test: {
    environment: "jsdom",
    // Testing Library unmounts after each test only where the hooks are global.
    globals: true,
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
    testTimeout: 20_000,
    css: false,
  },
});
