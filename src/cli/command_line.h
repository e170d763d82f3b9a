// SPDX-License-Identifier: MIT
// What the person asked for: the arguments of one start of the program as a value. The only file
// pair that knows CLI11. Help is the reference: docs/cli.md is what `assay help --markdown` prints.
//
//   ASSAY_TRY(Command command, parse_command_line(arguments));
//   std::visit(..., command);
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/result.h"

namespace assay::cli {

/// What names an experiment (or a family of them) and changes it.
struct ExperimentArguments {
  std::string experiment;              ///< A name, a family or a path.
  std::vector<std::string> overrides;  ///< `key=value`, `+key=value`, `~key`.
  std::string scale;                   ///< Empty: chosen by what the machine has.
  std::vector<std::string> skipped;    ///< Experiments of the family that are left out.
  bool is_multirun = false;
};

struct RunArguments {
  ExperimentArguments what;
  std::string only;
  std::filesystem::path results;
  bool is_fresh = false;
  bool is_strict = false;
};

struct PlanArguments {
  ExperimentArguments what;
  std::filesystem::path results;  ///< Earlier runs say how long a trial took.
  bool shows_every_trial = false;
};

struct ListArguments {
  std::string what;  ///< "experiments", "runs", "workloads", "metrics"
  std::filesystem::path results;
  bool is_markdown = false;
};

/// Commands that read runs: show, claims, report, tables, figures, compare.
struct ReadArguments {
  std::string command;
  std::vector<std::string> runs;
  std::filesystem::path results;
  std::string format;            ///< Of tables: markdown, csv, latex.
  std::filesystem::path render;  ///< Of claims: a text whose references are to be filled in.
  bool is_strict = false;
};

/// What is absent is as the checkpoint says, else greedy.
struct SamplingArguments {
  std::optional<double> temperature;
  std::optional<std::int64_t> top_k;
  std::optional<double> top_p;
  std::uint64_t seed = 0;
};

struct GenerateArguments {
  std::string model;  ///< A checkpoint's folder, or the name of a model.
  std::string prompt;
  std::int64_t tokens = 0;
  SamplingArguments sampling;
  std::string device;
  std::string compile;
  std::string storage;  ///< Of the weights.
  int threads = 0;      ///< 0: one a core.
};

struct EstimateArguments {
  std::string model;                  ///< Its name, or a checkpoint's folder.
  std::vector<std::string> hardware;  ///< Names of profiles, or files.
  std::vector<std::int64_t> batches;
  std::string precision;
  std::int64_t sequence = 0;
  std::int64_t past = 0;
  std::string compile;
  int threads = 0;  ///< 0: as many as the profile knows.
  bool shows_kernels = false;
  bool compares_measured = false;
  std::string format;
};

struct TourArguments {
  std::filesystem::path results;
};

struct ProbeArguments {
  std::filesystem::path output;  ///< Empty: hardware/<host>.yaml.
  std::string check;             ///< A profile to compare with; empty: write one.
  int threads = 0;               ///< Besides one; 0: one a core.
  bool is_quick = false;
  bool is_forced = false;
};

/// A thin front over `run`: which of the calibration's experiments, over which points.
struct SweepArguments {
  std::string family;     ///< "mlp", "gemm", ...
  std::string scenario;   ///< "L1_fit", ...; empty: the quick points, or all.
  bool is_quick = false;  ///< The default, said.
  bool is_full = false;
  bool is_fresh = false;
  std::string device;
  int threads = 0;  ///< 0: one a CPU.
  std::filesystem::path results;
  std::filesystem::path output;  ///< Of the CSV; empty: in the run folder alone.
};

struct CalibrateArguments {
  std::vector<std::string> inputs;  ///< CSV files and runs.
  int threads = 0;                  ///< That the inputs were measured on; 0: one a CPU.
  std::filesystem::path results;
  std::filesystem::path output;  ///< Of the report; empty: beside the first input.
  std::string profile;           ///< Of the machine; empty: hardware/<this host>.yaml.
  bool applies = false;
  bool reverts = false;
};

struct VerifyArguments {
  std::string profile;  ///< As above.
  int threads = 0;
  bool is_fresh = false;
  std::string scale;
  std::filesystem::path results;
};

/// The other side of runner/: reads trials from one descriptor, writes records to another.
struct WorkerArguments {
  int in = -1;
  int out = -1;
};

struct DjinndArguments {
  std::map<std::string, std::string> flags;  ///< Those that were given, by setting.
  std::filesystem::path config;
};

struct DjinnArguments {
  std::string what;  ///< "ping", "stats", "sessions", "top", "graph"
  std::string address;
  std::string authority;
  std::string token_file;
  std::string interval = "1s";  ///< Of top.
  bool is_once = false;
  std::string model;  ///< Of graph.
  std::string out;
};

/// Text to print and leave: help, version.
struct PrintArguments {
  std::string text;
};

using Command = std::variant<RunArguments, PlanArguments, ListArguments, ReadArguments,
                             GenerateArguments, EstimateArguments, TourArguments, ProbeArguments,
                             SweepArguments, CalibrateArguments, VerifyArguments, WorkerArguments,
                             DjinndArguments, DjinnArguments, PrintArguments>;

/// `arguments` without the program's name. An error says what was expected and the nearest name.
Result<Command> parse_command_line(std::span<const std::string> arguments);

}  // namespace assay::cli
