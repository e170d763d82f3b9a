// SPDX-License-Identifier: MIT
// One run, in the order in which a distrustful reader asks: what was the question, what is the
// answer, how far can it be trusted, what does it look like, what are the numbers.
import type { Claim, Run } from "./data";
import { chart } from "./chart";
import { command, disclosure, h } from "./dom";
import { dataTable } from "./table";

const marks: Record<string, string> = { supported: "✓", refuted: "✕", undecided: "?" };

export function verdictPill(verdict: string): HTMLElement {
  const words = verdict.replaceAll("_", " ");
  const kind = words.replaceAll(" ", "-");
  const mark = h("span", { "aria-hidden": "true" }, marks[words] ?? "–");
  return h("span", { class: `pill ${kind}` }, mark, ` ${words}`);
}

function evidence(claim: Claim, run: Run): HTMLElement | null {
  if (claim.trials.length === 0) return null;
  const items = claim.trials.map((trial) => {
    const repeat = run.commands[trial];
    return h("li", {}, h("span", { class: "trial" }, trial), repeat ? command(repeat) : null);
  });
  const title = claim.trials.length === 1 ? "1 trial of evidence" : `${claim.trials.length} trials of evidence`;
  return disclosure(title, false, h("ul", { class: "evidence" }, ...items));
}

function claimItem(claim: Claim, run: Run): HTMLElement {
  const words = claim.state.replaceAll("_", " ");
  const isPlain = claim.state === "measured" || claim.value === words;
  return h(
    "li",
    { class: "claim" },
    verdictPill(claim.verdict),
    h("div", {},
      h("p", { class: "says" }, claim.says),
      h("p", { class: "numbers" },
        h("span", {}, "seen ", h("b", {}, claim.value)),
        !isPlain && h("span", { class: "state", title: claim.reason }, words),
        claim.bound && h("span", {}, "claimed ", h("b", {}, claim.bound)),
        h("code", {}, claim.id)),
      claim.because && h("p", { class: "soft" }, claim.because),
      !claim.self_test_passed && h("p", { class: "warn" }, "Its self-test did not pass: on data with the effect reversed it was not refuted."),
      evidence(claim, run)),
  );
}

/// Where no claim is made, the answer has said so.
function verdicts(run: Run): HTMLElement[] {
  if (run.claims.length === 0) return [];
  return [h("h3", {}, "Verdicts"), h("ul", { class: "claims" }, ...run.claims.map((claim) => claimItem(claim, run)))];
}

function trust(run: Run): HTMLElement {
  const statuses = Object.entries(run.statuses).map(([status, count]) => `${count} ${status.replaceAll("_", " ")}`);
  const lines = [
    ...run.trust.warnings.map((text) => h("li", { class: "warn" }, text)),
    ...run.trust.doubts.map(({ text, cells }) => h("li", {}, `${text} (${cells} ${cells === 1 ? "cell" : "cells"})`)),
  ];
  return h(
    "div",
    { class: "trust" },
    h("p", {}, h("b", {}, "Trust: "), run.trust.text, statuses.length > 0 && ` · arms: ${statuses.join(", ")}`),
    lines.length > 0 && disclosure("Warnings and doubts", lines.length <= 4, h("ul", {}, ...lines)),
  );
}

function environment(run: Run): HTMLElement {
  if (run.environment.length === 0) return h("p", { class: "soft" }, "The environment was not recorded.");
  const rows = run.environment.map(([key, value]) => h("tr", {}, h("th", { scope: "row", class: "text" }, key), h("td", { class: "text wrap" }, value)));
  return h("div", { class: "scroll", tabindex: "0" }, h("table", { class: "plain" }, h("tbody", {}, ...rows)));
}

const stateWords: [string, string][] = [
  ["filled", "measured: over processes, undisturbed"],
  ["hollow", "any other state: estimated, simulated, imported, contaminated, undecided"],
  ["cross", "no number: unsupported, failed, wrong, timed out, out of memory, skipped, not applied, not measured"],
  ["band", "interval over processes"],
];

function legend(): HTMLElement {
  return h(
    "ul",
    { class: "legend", "aria-label": "how values are shown" },
    ...stateWords.map(([kind, words]) => h("li", {}, h("span", { class: `sample ${kind}`, "aria-hidden": "true" }), words)),
  );
}

export function runSection(run: Run): HTMLElement {
  const tables = run.tables.map((table, index) =>
    disclosure(table.title || table.id, index === 0 && table.rows.length <= 40, dataTable(table)),
  );
  return h(
    "section",
    { id: run.id, class: "run" },
    h("header", {},
      h("h2", {}, run.question || run.experiment),
      h("p", { class: "answer" }, run.answer),
      h("p", { class: "soft" }, `${run.experiment} · workload ${run.workload} · scale ${run.scale} · run ${run.name}`)),
    ...verdicts(run),
    trust(run),
    run.figures.length > 0 && h("div", { class: "figures" }, ...run.figures.map((figure) => chart(figure, run.commands))),
    run.figures.length > 0 && legend(),
    h("div", { class: "tables" },
      ...tables,
      disclosure(run.points.title, false, dataTable(run.points)),
      disclosure("Environment", false, environment(run))),
  );
}
