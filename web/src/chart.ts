// SPDX-License-Identifier: MIT
// One Vega-Lite document drawn into the page: in the page's colours, as wide as its place, with
// tooltips of our own, and the command of a point when it is clicked. Expressions are interpreted,
// not compiled, so that the content policy may forbid eval.
import { View, parse, Warn, type Item } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";
import { command, h } from "./dom";
import { onThemeChange } from "./theme";
import type { Figure } from "./data";

type Json = Record<string, unknown>;
const tip = h("div", { class: "tip", role: "tooltip", hidden: true });

function showTip(event: MouseEvent, value: unknown): void {
  if (typeof value !== "object" || value === null) {
    tip.hidden = true;
    return;
  }
  const entries = Object.entries(value).filter(([, text]) => text !== "" && text !== null && text !== undefined);
  tip.replaceChildren(
    ...entries.flatMap(([name, text]) => [h("span", { class: "key" }, name), h("span", {}, String(text))]),
  );
  tip.hidden = false;
  if (!tip.isConnected) document.body.append(tip);
  const left = Math.min(event.clientX + 14, window.innerWidth - tip.offsetWidth - 8);
  const top = event.clientY + 16 + tip.offsetHeight > window.innerHeight ? event.clientY - tip.offsetHeight - 10 : event.clientY + 16;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${Math.max(8, top)}px`;
}

function themed(config: unknown): Json {
  const style = getComputedStyle(document.documentElement);
  const text = style.getPropertyValue("--text").trim();
  const soft = style.getPropertyValue("--soft").trim();
  const line = style.getPropertyValue("--line").trim();
  const given = (config ?? {}) as Record<string, Json>;
  const font = getComputedStyle(document.body).fontFamily;
  return {
    ...given,
    font,
    axis: { ...given.axis, labelColor: soft, titleColor: soft, gridColor: line, domainColor: line, tickColor: line },
    legend: { ...given.legend, labelColor: text, titleColor: soft },
    header: { ...given.header, labelColor: text },
    text: { color: soft },
  };
}

/// How many panels a document with facets has: each row of the data says its own.
function panelCount(spec: Json): number {
  const rows = (spec.data as { values?: { facet?: string }[] } | undefined)?.values ?? [];
  return new Set(rows.map((row) => row.facet)).size;
}

/// The document with sizes that fit: panels side by side only where there are two and room for them.
function fitted(figure: Figure, width: number): TopLevelSpec {
  const spec = structuredClone(figure.document) as Json;
  delete spec.title;
  spec.config = themed(spec.config);
  spec.padding = 4;
  const narrow = width < 480;
  if (typeof spec.spec === "object" && spec.spec !== null) {
    const columns = width > 620 && panelCount(spec) > 1 ? 2 : 1;
    spec.columns = columns;
    const inner = spec.spec as Json;
    // An axis takes about 50 pixels: one for every panel where each has its own, else one for a row.
    const axes = spec.resolve ? columns : 1;
    inner.width = Math.max(160, Math.floor((width - 60 * axes - 20 * (columns - 1)) / columns));
    inner.height = narrow ? 170 : 200;
  } else {
    spec.width = Math.max(160, width);
    spec.height = narrow ? 230 : 290;
    spec.autosize = { type: "fit-x", contains: "padding" };
  }
  const config = spec.config as Record<string, Json>;
  if (narrow) config.legend = { ...config.legend, columns: 2, labelLimit: 130 };
  return spec as unknown as TopLevelSpec;
}

function subtitleOf(figure: Figure): string {
  const title = figure.document?.title as { subtitle?: string[] } | undefined;
  return (title?.subtitle ?? []).join(" · ");
}

export function chart(figure: Figure, commands: Record<string, string>): HTMLElement {
  const place = h("div", { class: "chart", role: "img", "aria-label": figure.title });
  const picked = h("p", { class: "picked", "aria-live": "polite" });
  const subtitle = subtitleOf(figure);
  const block = h(
    "figure",
    { id: `figure-${figure.id}`, class: figure.document?.facet ? "wide" : "" },
    h("figcaption", {}, h("h4", {}, figure.title), subtitle && h("p", { class: "soft" }, subtitle)),
    figure.error ? h("p", { class: "error" }, `This figure cannot be drawn: ${figure.error}`) : place,
    picked,
  );
  if (!figure.error) keepDrawn(figure, place, (item) => pick(item, commands, picked));
  return block;
}

function pick(item: Item | null | undefined, commands: Record<string, string>, picked: HTMLElement): void {
  const datum = item?.datum as { trial?: string; seen?: string } | undefined;
  const repeat = datum?.trial ? commands[datum.trial] : undefined;
  if (!datum?.trial || !repeat) return;
  picked.replaceChildren(h("span", {}, `${datum.trial}: ${datum.seen ?? ""} `), command(repeat));
}

/// Draws now, and again when the theme or the width changes.
function keepDrawn(figure: Figure, place: HTMLElement, onPick: (item: Item | null | undefined) => void): void {
  let view: View | undefined;
  let width = 0;
  async function draw(): Promise<void> {
    if (width === 0) return;
    view?.finalize();
    const compiled = compile(fitted(figure, width));
    view = new View(parse(compiled.spec, {}, { ast: true }), {
      expr: expressionInterpreter,
      renderer: "svg",
      container: place,
      hover: true,
      logLevel: Warn,
      tooltip: (_handler: unknown, event: MouseEvent, _item: unknown, value: unknown) => showTip(event, value),
    });
    view.addEventListener("click", (_event, item) => onPick(item));
    await view.runAsync();
  }
  const redraw = () =>
    void draw().catch((error: unknown) => {
      place.replaceChildren(h("p", { class: "error" }, `This figure cannot be drawn: ${String(error)}`));
      console.error(error);
    });
  new ResizeObserver(([entry]) => {
    const next = Math.floor(entry?.contentRect.width ?? 0);
    if (Math.abs(next - width) < 2) return;
    width = next;
    requestAnimationFrame(redraw);  // Drawing changes sizes, which an observer must not do.
  }).observe(place);
  onThemeChange(redraw);
}
