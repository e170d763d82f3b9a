// SPDX-License-Identifier: MIT
// `measure:`, `run:` and `expect:`: how trials are sampled, carried out and checked.
#include <algorithm>
#include <array>
#include <limits>

#include "core/nearest.h"
#include "lab/spec/schema.h"
#include "lab/spec/sections.h"

namespace assay::spec {
namespace {

/// Reads a key into `target` where the section has it; else the default in it stays.
Result<void> read_into(const Field& section, std::string_view key, const IntegerBounds& bounds,
                       int& target) {
  const auto field = section.find(key);
  if (!field) return {};
  ASSAY_TRY(const std::int64_t value, field->integer(bounds));
  target = static_cast<int>(value);
  return {};
}

Result<void> read_into(const Field& section, std::string_view key, Nanoseconds& target) {
  const auto field = section.find(key);
  if (!field) return {};
  ASSAY_TRY(target, field->duration());
  return {};
}

template <class Choice>
Result<void> read_into(const Field& section, std::string_view key,
                       const std::vector<std::string>& choices, Choice& target) {
  const auto field = section.find(key);
  if (!field) return {};
  ASSAY_TRY(const std::size_t index, field->choice(key, choices));
  target = static_cast<Choice>(index);
  return {};
}

const std::vector<std::string>& cache_names() {
  using measure::CacheState;
  static const std::vector<std::string> kNames{std::string(measure::to_text(CacheState::kHot)),
                                               std::string(measure::to_text(CacheState::kFlushed)),
                                               std::string(measure::to_text(CacheState::kRotated))};
  return kNames;
}

Result<void> read_sample_length(const Field& section, Nanoseconds& target) {
  const auto field = section.find("sample_length");
  if (!field) return {};
  const std::string* text = field->node().as_string();
  if (text != nullptr && *text == "auto") return {};  // 0: a pilot chooses.
  ASSAY_TRY(target, field->duration());
  if (target > Nanoseconds(0)) return {};
  return field->error("a sample takes time; write auto to let a pilot choose");
}

constexpr IntegerBounds kCount{1, 1'000'000};

// Three show a spread; from there on the width decides. At 30 the interval is a third as wide as at
// 5, and what is not narrow by then is seldom worth a night.
constexpr int kAutoProcesses = 3;
constexpr int kAutoProcessesMax = 30;
constexpr double kAutoWidth = 0.02;

/// `processes: auto` is a width with its usual bounds; each of them may be said as well.
Result<void> read_processes(const Field& section, RunPolicy& run) {
  const auto processes = section.find("processes");
  const std::string* text = processes ? processes->node().as_string() : nullptr;
  const bool is_auto = text != nullptr && *text == "auto";
  if (is_auto) {
    run.processes = kAutoProcesses;
    run.width_target = kAutoWidth;
  } else {
    ASSAY_TRY_VOID(read_into(section, "processes", {1, 1'000}, run.processes));
  }
  run.processes_max = is_auto ? kAutoProcessesMax : run.processes;
  ASSAY_TRY_VOID(read_into(section, "processes_max", {1, 1'000}, run.processes_max));
  if (run.processes_max < run.processes) {
    return section.find("processes_max")
        ->error(format("at least run.processes ({}): got {}", run.processes, run.processes_max));
  }
  if (const auto field = section.find("width_target")) {
    ASSAY_TRY(run.width_target, field->number());
    if (!(run.width_target >= 0 && run.width_target < 1)) {
      return field->error(
          format("a relative half-width is from 0 (none) to below 1: got {}", run.width_target));
    }
    if (run.width_target > 0 && run.processes_max <= run.processes) {
      return field->error(
          format("needs room for more processes: run.processes_max is {}, as many "
                 "as run.processes",
                 run.processes_max));
    }
  }
  ASSAY_TRY_VOID(read_into(section, "budget", run.budget));
  if (run.budget >= Nanoseconds(0)) return {};
  return section.find("budget")->error("a time that may be spent is not negative; 0: no limit");
}

}  // namespace

Result<measure::Policy> read_measure(const Field& document) {
  measure::Policy policy;
  const auto section = document.find("measure");
  if (!section) return policy;
  ASSAY_TRY_VOID(section->allow_keys(section_keys("measure")));
  ASSAY_TRY_VOID(
      read_into(*section, "warmup_samples_min", {0, kCount.maximum}, policy.warmup_samples_min));
  ASSAY_TRY_VOID(read_into(*section, "warmup_max", policy.warmup_max));
  ASSAY_TRY_VOID(read_into(*section, "samples_min", kCount, policy.samples_min));
  ASSAY_TRY_VOID(read_into(*section, "samples_max", kCount, policy.samples_max));
  ASSAY_TRY_VOID(read_into(*section, "budget", policy.budget));
  ASSAY_TRY_VOID(read_sample_length(*section, policy.sample_length));
  if (const auto field = section->find("width_target")) {
    ASSAY_TRY(policy.width_target, field->number());
  }
  ASSAY_TRY_VOID(read_into(*section, "cache", cache_names(), policy.cache));
  const Result<void> valid = measure::validate(policy);
  if (!valid) return section->error(valid.error().message());
  return policy;
}

Result<RunPolicy> read_run(const Field& document) {
  RunPolicy run;
  const auto section = document.find("run");
  if (!section) return run;
  ASSAY_TRY_VOID(section->allow_keys(section_keys("run")));
  ASSAY_TRY_VOID(read_processes(*section, run));
  ASSAY_TRY_VOID(read_into(*section, "isolate", {"trial", "group"}, run.isolate));
  ASSAY_TRY_VOID(read_into(*section, "order", {"shuffled", "listed"}, run.order));
  ASSAY_TRY_VOID(read_into(*section, "trial_timeout", run.trial_timeout));
  ASSAY_TRY_VOID(read_into(*section, "threads", {1, 4'096}, run.threads));
  ASSAY_TRY_VOID(read_into(*section, "floor_trials", {0, 10'000}, run.floor_trials));
  if (run.trial_timeout <= Nanoseconds(0)) {
    return section->find("trial_timeout")->error("a time limit is more than 0");
  }
  if (const auto field = section->find("memory_max")) {
    ASSAY_TRY(run.memory_max, field->size());
    if (run.memory_max < Bytes(1 << 20)) return field->error("a process needs at least 1MiB");
  }
  if (const auto field = section->find("seed")) {
    ASSAY_TRY(const std::int64_t seed,
              field->integer({0, std::numeric_limits<std::int64_t>::max()}));
    run.seed = static_cast<std::uint64_t>(seed);
  }
  return run;
}

Result<Expect> read_expect(const Field& document) {
  // The names of store::Status, which stands above this module.
  static const std::vector<std::string> kStatuses{
      "ok",    "skipped",   "unsupported",   "not_applied",
      "wrong", "timed_out", "out_of_memory", "failed"};
  Expect expect;
  const auto section = document.find("expect");
  if (!section) return expect;
  ASSAY_TRY_VOID(section->allow_keys(section_keys("expect")));
  constexpr IntegerBounds kAny{0, std::numeric_limits<std::int64_t>::max()};
  if (const auto field = section->find("trials")) {
    ASSAY_TRY(expect.trials, field->integer(kAny));
  }
  if (const auto field = section->find("cells")) {
    ASSAY_TRY(expect.cells, field->integer(kAny));
  }
  if (const auto field = section->find("statuses")) {
    ASSAY_TRY(const std::vector<Field> items, field->items());
    for (const Field& item : items) {
      ASSAY_TRY(const std::size_t index, item.choice("status", kStatuses));
      expect.statuses.push_back(kStatuses[index]);
    }
  }
  return expect;
}

}  // namespace assay::spec
