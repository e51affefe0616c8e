import { type Theme, webDarkTheme, webLightTheme } from "@fluentui/react-components";
import { useLayoutEffect, useSyncExternalStore } from "react";
import { flushSync } from "react-dom";

/** What the reader chose; "system" follows the operating system as it changes. */
export const THEME_CHOICES = ["system", "light", "dark"] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

const STORED_AS = "policytab.theme";
const listeners = new Set<() => void>();

function readChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(STORED_AS);
    return THEME_CHOICES.find((choice) => choice === stored) ?? "system";
  } catch {
    // Storage can be blocked; the choice then lasts as long as the page.
    return "system";
  }
}

let choice = readChoice();

export function chooseTheme(next: ThemeChoice): void {
  choice = next;
  try {
    localStorage.setItem(STORED_AS, next);
  } catch {
    // See readChoice.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  const media = ["(prefers-color-scheme: dark)", "print"].map((query) => window.matchMedia(query));
  // What is printed is drawn right after the event.
  const now = () => flushSync(listener);
  listeners.add(listener);
  for (const each of media) each.addEventListener("change", now);
  return () => {
    listeners.delete(listener);
    for (const each of media) each.removeEventListener("change", now);
  };
}

/** Paper is light, whatever the screen is. */
function isDark(): boolean {
  if (window.matchMedia("print").matches) return false;
  if (choice !== "system") return choice === "dark";
  return window.matchMedia("(prefers-color-scheme: dark)").matches;
}

export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(subscribe, () => choice);
}

/** The Fluent theme in force; also tells the document, for what lies outside Fluent (base.css, scroll bars). */
export function useTheme(): Theme {
  const dark = useSyncExternalStore(subscribe, isDark);
  useLayoutEffect(() => {
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  }, [dark]);
  return dark ? webDarkTheme : webLightTheme;
}
