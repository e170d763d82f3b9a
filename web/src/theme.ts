// SPDX-License-Identifier: MIT
// Light and dark: the system's choice until the reader makes one, which is remembered.
import { h } from "./dom";

export type Theme = "light" | "dark";
const key = "assay-theme";
const system = window.matchMedia("(prefers-color-scheme: dark)");
const listeners: (() => void)[] = [];

export function currentTheme(): Theme {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "light" || chosen === "dark") return chosen;
  return system.matches ? "dark" : "light";
}

export function onThemeChange(listener: () => void): void {
  listeners.push(listener);
}

function announce(): void {
  for (const listener of listeners) listener();
}

export function themeButton(): HTMLElement {
  const button = h("button", { type: "button", class: "theme", click: toggle });
  const label = () => (button.textContent = currentTheme() === "dark" ? "Light" : "Dark");
  function toggle(): void {
    const next: Theme = currentTheme() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem(key, next);
    } catch {
      // A browser that keeps nothing for pages from disk: the choice lasts until the page is closed.
    }
    announce();
  }
  onThemeChange(label);
  label();
  return button;
}

export function startTheme(): void {
  try {
    const stored = localStorage.getItem(key);
    if (stored === "light" || stored === "dark") document.documentElement.dataset.theme = stored;
  } catch {
    // As above: then the system's choice stands.
  }
  system.addEventListener("change", announce);
}
