// SPDX-License-Identifier: MIT
// What the report carries as JSON. src/lab/report/page.cc writes these fields.

export type State = string;
export type Verdict = "supported" | "refuted" | "undecided" | "not measured";

export interface ValueCell {
  value: number | null;
  low?: number;
  high?: number;
  state: State;
  reason?: string;
  text: string;
}
export type Cell = null | boolean | number | string | ValueCell;

export interface Column {
  name: string;
  title: string;
  unit: string;
  read_in: string;
  factor: number;
  numeric: boolean;
}

export interface Table {
  id: string;
  title: string;
  columns: Column[];
  rows: Cell[][];
  notes: string[];
}

export interface Claim {
  id: string;
  says: string;
  verdict: string;
  value: string;
  state: State;
  reason: string;
  bound: string;
  because: string;
  trials: string[];
  self_test_passed: boolean;
}

export interface Figure {
  id: string;
  title: string;
  document?: Record<string, unknown>;
  error?: string;
}

export interface Run {
  id: string;
  name: string;
  experiment: string;
  group: string;
  question: string;
  answer: string;
  workload: string;
  scale: string;
  folder: string;
  claims: Claim[];
  statuses: Record<string, number>;
  trust: { text: string; doubts: { text: string; cells: number }[]; warnings: string[] };
  figures: Figure[];
  tables: Table[];
  points: Table;
  commands: Record<string, string>;
  environment: [string, string][];
}

export interface Report {
  schema: string;
  runs: Run[];
}

export function isValue(cell: Cell | undefined): cell is ValueCell {
  return typeof cell === "object" && cell !== null;
}

export function readReport(): Report {
  const element = document.getElementById("data");
  return JSON.parse(element?.textContent ?? '{"runs":[]}') as Report;
}
