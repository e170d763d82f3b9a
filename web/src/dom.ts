// SPDX-License-Identifier: MIT
// Elements from values. Text is always text: nothing from the data is ever parsed as HTML.

type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | boolean | ((event: Event) => void)>;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child): child is Node | string => !!child));
  return element;
}

export function copyButton(text: string): HTMLElement {
  const button = h("button", { type: "button", class: "copy", title: text, click: () => void copy() }, "copy");
  button.setAttribute("aria-label", `copy: ${text}`);
  async function copy(): Promise<void> {
    const done = await writeToClipboard(text);
    button.textContent = done ? "copied" : "press Ctrl+C";
    setTimeout(() => (button.textContent = "copy"), 1500);
  }
  return button;
}

/// A page opened from disk has no clipboard in some browsers; a selected text area always works.
async function writeToClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h("textarea", { class: "offscreen", readonly: true });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

export function command(text: string): HTMLElement {
  return h("span", { class: "command" }, h("code", {}, text), copyButton(text));
}

export function disclosure(title: string, open: boolean, ...children: Child[]): HTMLElement {
  return h("details", open ? { open: true } : {}, h("summary", {}, title), ...children);
}
