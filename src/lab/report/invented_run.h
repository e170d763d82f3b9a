// SPDX-License-Identifier: MIT
// An invented run for the tests of this room: a sweep over k with a cliff, an arm that is partly
// unsupported, a contaminated stretch, one process here and there. No number in it was measured.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/format.h"
#include "lab/figure/reading.h"
#include "lab/report/run_view.h"

namespace assay::report {

struct InventedRun {
  spec::Spec spec;
  analysis::Findings findings;
  codec::Node environment = codec::Node::map();

  RunView view() const {
    return {.spec = spec,
            .findings = findings,
            .environment = environment,
            .name = "20260321_0412_" + spec.name,
            .folder = "results/night/" + spec.name};
  }
};

inline Value invented_time(std::int64_t k, const std::string& arm) {
  const bool is_odd = k % 8 != 0;
  if (arm == "mem_efficient" && is_odd) {
    return Value::missing(State::kUnsupported, "head_dim must be a multiple of 8");
  }
  const double base = 9'100.0 * static_cast<double>(k) *
                      (arm == "openblas" || arm == "math" ? 1.0
                       : arm == "auto"                    ? 0.8
                                                          : 0.86);
  const double time = base * (is_odd ? 1.31 : 1.0) * (k > 128 ? 1.22 : 1.0) +
                      1'700.0 * static_cast<double>((k * 7919) % 13);
  const Interval interval{time * 0.985, time * 1.017};
  if (k >= 104 && k < 107) {
    return Value::of(State::kContaminated, time, "preempted in 9 % of samples", interval);
  }
  if (k == 141) return Value::of(State::kUndecided, time, "one process");
  return Value::measured(time, interval);
}

inline analysis::CellFinding invented_cell(const spec::Factors& factors, const std::string& trial,
                                           const std::string& arm, Value time, double flops) {
  analysis::CellFinding cell;
  cell.trial_id = trial;
  cell.arm = arm;
  cell.factors = factors;
  cell.factors.set("library", arm);
  const bool is_missing = !time.has_number();
  cell.mechanism.set("kernel", is_missing ? "" : arm + "_avx2_6x16");
  cell.flops_rate = is_missing ? time : Value::measured(flops * 1e9) / time;
  cell.time_per_work = figure::rescaled(time, 1 / flops);
  cell.p50 = figure::rescaled(time, 1.01);
  cell.p99 = Value::missing(State::kNotMeasured, "p99 needs 299 samples; there are 180");
  cell.processes = is_missing ? 0 : time.state() == State::kUndecided ? 1 : 5;
  cell.samples = is_missing ? 0 : 180;
  cell.doubtful_samples = time.state() == State::kContaminated ? 16 : 0;
  if (cell.doubtful_samples > 0) cell.doubts.emplace_back("preempted");
  cell.repeat_command = format("assay run experiments/night_sweep/g3.yaml --only {}", trial);
  cell.time = std::move(time);
  return cell;
}

inline analysis::RatioFinding invented_ratio(const analysis::CellFinding& base,
                                             const analysis::CellFinding& other) {
  analysis::RatioFinding ratio;
  ratio.trial_id = base.trial_id;
  ratio.base = base.arm;
  ratio.other = other.arm;
  ratio.factors = base.factors;
  ratio.ratio = other.time / base.time;
  ratio.ratio_per_work = ratio.ratio;
  ratio.p_value = 0.0004;
  ratio.p_adjusted = 0.0011;
  return ratio;
}

/// Cells over `ks`, with the first arm as the base of ratios.
inline InventedRun invented_run(const std::vector<std::int64_t>& ks,
                                const std::vector<std::string>& arms) {
  InventedRun run;
  run.spec.name = "g3_gemm_k";
  run.spec.group = "night_sweep";
  run.spec.question = "What does a K that is not a multiple of 8 cost a GEMM?";
  run.spec.workload = "gemm";
  run.spec.scale = "cpu";
  spec::Axis axis{.names = {"k"}, .rows = {}};
  for (const std::int64_t k : ks)
    axis.rows.push_back({k});
  run.spec.axes.push_back(axis);
  for (const std::int64_t k : ks) {
    const spec::Factors factors{{"m", std::int64_t{1024}}, {"k", k}};
    const double flops = 2.0 * 1024 * 1024 * static_cast<double>(k);
    std::vector<analysis::CellFinding> cells;
    for (const std::string& arm : arms) {
      cells.push_back(invented_cell(factors, format("k={}", k), arm, invented_time(k, arm), flops));
      run.findings.status_counts[cells.back().time.has_number() ? "ok" : "unsupported"] += 1;
    }
    for (std::size_t i = 1; i < cells.size(); ++i) {
      run.findings.ratios.push_back(invented_ratio(cells[0], cells[i]));
    }
    run.findings.cells.insert(run.findings.cells.end(), cells.begin(), cells.end());
  }
  return run;
}

inline analysis::ClaimFinding invented_claim(std::string id, std::string says,
                                             analysis::Verdict verdict, Value value,
                                             std::string bound, std::string because) {
  return {.id = std::move(id),
          .says = std::move(says),
          .verdict = verdict,
          .value = std::move(value),
          .bound = std::move(bound),
          .processes_needed = {},
          .because = std::move(because),
          .trial_ids = {"k=96", "k=107", "k=112"},
          .self_test_passed = true};
}

inline void add_invented_claims(InventedRun& run) {
  using analysis::Verdict;
  run.findings.claims = {
      invented_claim("odd_k_costs",
                     "A K that is not a multiple of 8 costs more than 5 % per unit work.",
                     Verdict::kSupported, Value::measured(1.307, Interval{1.281, 1.334}), "> 1.05",
                     "The lower bound 1.281 is above 1.05 at every selected point."),
      invented_claim("onednn_wins", "oneDNN is at least 1.2 times as fast as OpenBLAS.",
                     Verdict::kRefuted, Value::measured(0.861, Interval{0.853, 0.869}), "< 0.833",
                     "The lower bound 0.853 is above 0.833."),
      invented_claim("padding_pays", "Padding 107 to 112 pays for itself.", Verdict::kUndecided,
                     Value::of(State::kUndecided, 0.97, "one process"), "< 1",
                     "One process was measured; three are needed, about 40 s more."),
      invented_claim("mem_efficient", "The memory-efficient kernel is no slower than flash.",
                     Verdict::kNotMeasured,
                     Value::missing(State::kUnsupported, "no such kernel on a CPU"), "< 1.05",
                     "No selected point has a number.")};
}

inline void add_invented_floors(InventedRun& run) {
  run.findings.floors = {{.cell_class = "gemm, 100 us to 1 ms",
                          .trial_id = "floor:k=96",
                          .run_id = {},
                          .ratio = Value::measured(1.0006, Interval{0.9952, 1.0061}),
                          .detectable = 0.0061},
                         {.cell_class = "gemm, 1 ms to 10 ms",
                          .trial_id = {},
                          .run_id = "20260320_2301_g3_gemm_k",
                          .ratio = Value::measured(1.002, Interval{0.988, 1.014}),
                          .detectable = 0.014}};
}

inline void add_invented_findings(InventedRun& run) {
  add_invented_claims(run);
  add_invented_floors(run);
  for (const char* const arm : {"openblas", "onednn"}) {
    run.findings.cliffs.push_back({.axis = "k",
                                   .series = {{"arm", arm}},
                                   .before = 128,
                                   .after = 129,
                                   .ratio = 1.58,
                                   .p_value = 0.001,
                                   .dispatch = "kernel changed: 6x16 -> 4x8"});
  }
  run.findings.periods = {{.axis = "k",
                           .series = {{"arm", "openblas"}},
                           .modulus = 8,
                           .ratio = 1.307,
                           .p_value = 1e-4}};
  codec::Node warnings = codec::Node::list();
  warnings.append("the frequency governor cannot be read: this is a virtual machine");
  warnings.append("steal time was 2.1 % before the run");
  codec::Node cpu = codec::Node::map();
  cpu.set("model", "Invented CPU <b>&\"'");
  cpu.set("cores", 2);
  run.environment.set("cpu", cpu);
  run.environment.set("kernel", "6.1.0-18-amd64");
  run.environment.set("warnings", warnings);
  run.spec.figures = {{.id = "time",
                       .kind = "line",
                       .title = "Time per call against K",
                       .x = "k",
                       .y = "time",
                       .color = "arm",
                       .facet = "",
                       .where = {}},
                      {.id = "rate",
                       .kind = "points",
                       .title = "Arithmetic rate",
                       .x = "k",
                       .y = "flops_rate",
                       .color = "arm",
                       .facet = "",
                       .where = {}},
                      {.id = "ratio",
                       .kind = "line",
                       .title = "oneDNN against OpenBLAS",
                       .x = "k",
                       .y = "ratio",
                       .color = "other",
                       .facet = "",
                       .where = {}}};
  run.spec.tables = {
      {.id = "summary", .kind = "summary", .title = "Summary", .columns = {}, .where = {}},
      {.id = "ratios", .kind = "ratios", .title = "Ratios", .columns = {}, .where = {}}};
}

inline InventedRun invented_sweep() {
  std::vector<std::int64_t> ks;
  for (std::int64_t k = 96; k <= 160; ++k)
    ks.push_back(k);
  InventedRun run = invented_run(ks, {"openblas", "onednn"});
  add_invented_findings(run);
  return run;
}

/// Few points, four arms, one of them mostly unsupported: bars, padding, normalised.
inline InventedRun invented_backends() {
  InventedRun run =
      invented_run({96, 104, 107, 112, 128}, {"math", "flash", "mem_efficient", "auto"});
  run.spec.name = "s2_backends";
  run.spec.question = "Which attention kernel is fastest, and which can be had at all?";
  run.spec.workload = "sdpa";
  add_invented_claims(run);
  run.findings.claims.pop_back();
  run.spec.figures = {{.id = "backends",
                       .kind = "bars",
                       .title = "Latency by backend",
                       .x = "k",
                       .y = "time",
                       .color = "arm",
                       .facet = "",
                       .where = {}},
                      {.id = "padding",
                       .kind = "padding",
                       .title = "Latency against memory",
                       .x = "k",
                       .y = "time",
                       .color = "arm",
                       .facet = "",
                       .where = {}},
                      {.id = "penalty",
                       .kind = "normalised",
                       .title = "Penalty",
                       .x = "k",
                       .y = "time_per_work",
                       .color = "arm",
                       .facet = "",
                       .where = {}},
                      {.id = "panels",
                       .kind = "line",
                       .title = "Latency, one panel a backend",
                       .x = "k",
                       .y = "time",
                       .color = "",
                       .facet = "arm",
                       .where = {}}};
  run.spec.tables = {
      {.id = "cells", .kind = "cells", .title = "Latency", .columns = {}, .where = {}}};
  return run;
}

}  // namespace assay::report
