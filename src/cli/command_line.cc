// SPDX-License-Identifier: MIT
#include "cli/command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "cli/djinn_settings.h"
#include "core/nearest.h"

namespace assay::cli {
namespace {

constexpr std::string_view kAbout =
    "Assay runs inference models, serves them, predicts what they cost and measures all of it.\n"
    "Start with `assay tour`. An experiment is a file below experiments/; a run is its result.";

constexpr std::string_view kExitCodes =
    "Exit codes: 0 done; 1 some trials failed, or a claim was refuted under --strict; 2 a mistake "
    "in\n"
    "the command or the experiment file; 3 the machine lacks something; 70 a bug in Assay.";

/// Commands of the design whose wing is not in this program yet, and where it will come from.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kAbsent{{
    {"serve", "the live report"},
    {"submit", "Slurm"},
    {"status", "Slurm"},
    {"collect", "Slurm"},
    {"launch-all", "Slurm"},
    {"trace", "traces"},
    {"analyze-latency", "traces"},
}};

/// Everything that CLI11 fills in; `take_command` picks the part that was asked for.
struct Slots {
  RunArguments run;
  PlanArguments plan;
  ListArguments list;
  ReadArguments read;
  GenerateArguments generate;
  EstimateArguments estimate;
  TourArguments tour;
  ProbeArguments probe;
  SweepArguments sweep;
  CalibrateArguments calibrate;
  VerifyArguments verify;
  WorkerArguments worker;
  DjinndArguments djinnd;
  DjinnArguments djinn;
  bool wants_markdown = false;
  std::string help_topic;
};

void add_experiment_options(CLI::App& command, ExperimentArguments& what) {
  command.add_option("experiment", what.experiment, "A name, a family (a folder) or a path")
      ->required();
  command.add_option(
      "overrides", what.overrides,
      "key=value changes, +key=value adds, ~key removes; see docs/experiment-file.md");
  command
      .add_option("--scale", what.scale, "smoke (seconds), cpu (minutes), full (the original's)")
      ->check(CLI::IsMember({"smoke", "cpu", "full"}));
  command
      .add_option("--skip", what.skipped, "An experiment of the family to leave out; repeatable")
      ->allow_extra_args(false);
  command.add_flag("-m,--multirun", what.is_multirun,
                   "key=a,b,c is a sweep over runs: each combination gets its own run folder");
}

void add_results_option(CLI::App& command, std::filesystem::path& results) {
  results = "results";
  command.add_option("--results", results, "The folder that holds the runs (default: results)")
      ->check([](const std::string& text) {
        return text.empty() ? std::string("a folder has a name") : std::string();
      });
}

void add_running_commands(CLI::App& app, Slots& slots) {
  CLI::App& tour =
      *app.add_subcommand("tour", "A few minutes: a little of everything, then the report");
  add_results_option(tour, slots.tour.results);

  CLI::App& run =
      *app.add_subcommand("run", "Run an experiment or a family; what is measured already stands");
  add_experiment_options(run, slots.run.what);
  run.add_option("--only", slots.run.only, "Only the trial with this id (as a report prints it)")
      ->check([](const std::string& text) {
        return text.empty() ? std::string("a trial id is not empty; `plan --trials` lists them")
                            : std::string();
      });
  run.add_flag("--fresh", slots.run.is_fresh, "Measure again, whatever was measured before");
  run.add_flag("--strict", slots.run.is_strict, "Exit with 1 when a claim is refuted");
  add_results_option(run, slots.run.results);

  CLI::App& plan =
      *app.add_subcommand("plan", "Trials, duplicates and estimated time, without running");
  add_experiment_options(plan, slots.plan.what);
  plan.add_flag("--trials", slots.plan.shows_every_trial, "Print every trial, not a summary");
  add_results_option(plan, slots.plan.results);

  CLI::App& worker =
      *app.add_subcommand("worker", "For the runner: measures trials in a process of its own");
  worker.add_option("--in", slots.worker.in, "Descriptor to read trials from")->required();
  worker.add_option("--out", slots.worker.out, "Descriptor to write records to")->required();
  worker.group("");  // Not for people: left out of the help.
}

void add_djinn_commands(CLI::App& app, Slots& slots) {
  CLI::App& djinnd = *app.add_subcommand("djinnd", "Serve models: weights and sessions stay here");
  djinnd.add_option("--config", slots.djinnd.config, "A YAML file with settings by these names");
  for (const DjinnSetting& setting : djinn_settings()) {
    const std::string name(setting.name);
    std::string about(setting.meaning);
    if (!setting.by_default.empty()) about += format(" (default: {})", setting.by_default);
    djinnd.add_option_function<std::string>(
        "--" + name, [&slots, name](const std::string& value) { slots.djinnd.flags[name] = value; },
        about);
  }
  CLI::App& djinn = *app.add_subcommand("djinn", "Ask a running djinnd how it is");
  djinn.add_option("what", slots.djinn.what, "ping, stats, sessions, top or graph")
      ->required()
      ->check(CLI::IsMember({"ping", "stats", "sessions", "top", "graph"}));
  slots.djinn.address = "unix:djinn.sock";
  djinn.add_option("--address", slots.djinn.address, "Where it listens (default: unix:djinn.sock)")
      ->envname("GENIE_SERVER_ADDRESS");
  djinn.add_option("--authority", slots.djinn.authority,
                   "A file in PEM that vouches for the server at a tls: address");
  djinn.add_option("--token-file", slots.djinn.token_file, "A file with the server's token");
  djinn.add_option("--interval", slots.djinn.interval, "Of top: how often it looks (default: 1s)");
  djinn.add_flag("--once", slots.djinn.is_once, "Of top: one look, as plain text");
  djinn.add_option("--model", slots.djinn.model,
                   "Of graph: a model by its name, as experiments name it");
  djinn.add_option("--out", slots.djinn.out, "Of graph: the file, as djinn_load() of C takes it");
}

void add_reading_commands(CLI::App& app, Slots& slots) {
  CLI::App& list = *app.add_subcommand(
      "list", "List experiments, runs, workloads, metrics, backends, hardware or ops");
  slots.list.what = "experiments";
  list.add_option("what", slots.list.what,
                  "experiments, runs, workloads, metrics, backends, hardware or ops")
      ->check(CLI::IsMember(
          {"experiments", "runs", "workloads", "metrics", "backends", "hardware", "ops"}));
  list.add_flag("--markdown", slots.list.is_markdown, "As a page of the documentation");
  add_results_option(list, slots.list.results);

  struct Reader {
    const char* name;
    const char* about;
  };
  static constexpr std::array<Reader, 6> kReaders{{
      {"show", "Print the report of a run as text"},
      {"claims", "Print the verdict of every claim of a run"},
      {"report", "Write report.html and report.md of one or more runs"},
      {"tables", "Print the tables of a run"},
      {"figures", "Write the figures of a run as PDF, PNG and Vega-Lite"},
      {"compare", "Compare two runs of the same experiment"},
  }};
  for (const Reader& reader : kReaders) {
    CLI::App& command = *app.add_subcommand(reader.name, reader.about);
    CLI::Option* runs =
        command.add_option("runs", slots.read.runs,
                           "Run ids, run folders, experiment names (their latest run) or `latest`");
    runs->required();
    if (std::string_view(reader.name) == "compare") runs->expected(2);
    if (std::string_view(reader.name) == "tables") {
      slots.read.format = "markdown";
      command.add_option("--format", slots.read.format, "markdown, csv or latex")
          ->check(CLI::IsMember({"markdown", "csv", "latex"}));
    }
    if (std::string_view(reader.name) == "claims") {
      command.add_flag("--strict", slots.read.is_strict, "Exit with 1 when a claim is refuted");
      command.add_option("--render", slots.read.render,
                         "Print this text with its {{claim:id.value}} references filled in");
    }
    add_results_option(command, slots.read.results);
  }
}

void add_generate_command(CLI::App& app, GenerateArguments& what) {
  CLI::App& command = *app.add_subcommand(
      "generate", "Write text with a checkpoint's model; how long it took goes to standard error");
  command
      .add_option("model", what.model,
                  "The folder of a Hugging Face checkpoint, or the name of a decoder, which has "
                  "weights from a seed and reads and writes token ids")
      ->required();
  command.add_option("--prompt", what.prompt, "What the text begins with")->required();
  what.tokens = 128;
  command.add_option("--tokens", what.tokens, "The most new tokens (default: 128)")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}));
  command.add_option("--temperature", what.sampling.temperature,
                     "0: always the best token (default: as the checkpoint says, else 0)");
  command.add_option("--top-k", what.sampling.top_k, "Draw among so many of the best; 0: all");
  command.add_option("--top-p", what.sampling.top_p,
                     "Draw among the fewest whose probabilities reach it");
  command.add_option("--seed", what.sampling.seed, "Same seed, same text (default: 0)");
  what.device = "cpu";
  command.add_option("--device", what.device, "A backend of `assay list backends` (default: cpu)");
  what.compile = "reduce-overhead";
  command.add_option("--compile", what.compile,
                     "none, default, reduce-overhead or max-autotune (default: reduce-overhead)");
  what.storage = "f32";
  command
      .add_option("--storage", what.storage,
                  "Of the weights: f32, f16, bf16, i8, or i8-dynamic, which rounds what they are "
                  "multiplied with as well (default: f32)")
      ->check(CLI::IsMember({"f32", "f16", "bf16", "i8", "i8-dynamic"}));
  command.add_option("--threads", what.threads, "(default: one a core)")
      ->check(CLI::Range(1, 1024));
}

void add_estimate_command(CLI::App& app, EstimateArguments& what) {
  CLI::App& command =
      *app.add_subcommand("estimate", "Predict what a model takes on hardware, without running it");
  command
      .add_option("model", what.model,
                  "A name, as vit_b16 or resnet50, or the folder of a Hugging Face checkpoint")
      ->required();
  command
      .add_option("--hardware", what.hardware,
                  "Profiles of `assay list hardware` or files, with commas between them")
      ->required()
      ->delimiter(',');
  what.batches = {1};
  command.add_option("--batch", what.batches, "One or more, with commas between (default: 1)")
      ->delimiter(',')
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 20));
  what.precision = "f32";
  command
      .add_option("--precision", what.precision,
                  "f32, f16, bf16 or i8: of an accelerator's tensors, of the weights on a CPU "
                  "(default: f32)")
      ->check(CLI::IsMember({"f32", "f16", "bf16", "i8"}));
  what.sequence = 128;
  command.add_option("--sequence", what.sequence, "Tokens of a row, for text (default: 128)")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 24));
  command.add_option("--past", what.past, "Tokens that a decoder's cache holds (default: 0)")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 24));
  what.compile = "reduce-overhead";
  command.add_option("--compile", what.compile,
                     "none, default, reduce-overhead or max-autotune (default: reduce-overhead)");
  command.add_option("--threads", what.threads, "Of a CPU (default: as many as were measured)")
      ->check(CLI::Range(1, 1024));
  command.add_flag("--kernels", what.shows_kernels, "A table of every kernel");
  command.add_flag("--compare-measured", what.compares_measured,
                   "Run it on this machine too, and say how far the prediction is off");
  what.format = "markdown";
  command.add_option("--format", what.format, "Of the tables: markdown or csv (default: markdown)")
      ->check(CLI::IsMember({"markdown", "csv"}));
}

void add_probe_command(CLI::App& app, ProbeArguments& what) {
  CLI::App& command =
      *app.add_subcommand("probe", "Measure this machine, and write it as a hardware profile");
  command.add_flag("--quick", what.is_quick, "Some seconds: few shapes, wider intervals");
  CLI::Option* output =
      command.add_option("--output", what.output, "The file (default: hardware/<host>.yaml)");
  command.add_flag("--force", what.is_forced, "Replace a profile that this host did not write");
  command.add_option("--threads", what.threads, "Besides one (default: one a core)")
      ->check(CLI::Range(1, 1024));
  command
      .add_option("--check", what.check,
                  "Write nothing: has this profile drifted? Exit with 1 where it has")
      ->excludes(output);
}

void add_threads_option(CLI::App& command, int& threads) {
  command.add_option("--threads", threads, "(default: one a CPU)")->check(CLI::Range(1, 1024));
}

void add_profile_option(CLI::App& command, std::string& profile) {
  command.add_option("--profile", profile,
                     "A name of `assay list hardware` or a path (default: this host's)");
}

void add_calibration_commands(CLI::App& app, Slots& slots) {
  CLI::App& sweep = *app.add_subcommand(
      "sweep", "Measure a family of models for a calibration: a run and its CSV");
  SweepArguments& swept = slots.sweep;
  sweep.add_option("family", swept.family, "mlp, gemm, conv2d, resnet, vit or transformer")
      ->required()
      ->check(CLI::IsMember({"mlp", "gemm", "conv2d", "resnet", "vit", "transformer"}));
  CLI::Option* quick =
      sweep.add_flag("--quick", swept.is_quick, "A few points, a minute or two (the default)");
  CLI::Option* full = sweep.add_flag("--full", swept.is_full, "All points of the original; hours");
  sweep
      .add_option("--scenario", swept.scenario,
                  "Points that fit a cache or spill from all (mlp, gemm)")
      ->check(CLI::IsMember({"L1_fit", "L2_fit", "L3_fit", "DRAM_spill"}))
      ->excludes(quick)
      ->excludes(full);
  full->excludes(quick);
  swept.device = "cpu";
  sweep.add_option("--device", swept.device, "A backend of `assay list backends` (default: cpu)");
  add_threads_option(sweep, swept.threads);
  sweep.add_flag("--fresh", swept.is_fresh, "Measure again, whatever was measured before");
  sweep.add_option("--output", swept.output,
                   "Write the CSV here too; the run folder has it anyway");
  add_results_option(sweep, swept.results);

  CLI::App& calibrate = *app.add_subcommand(
      "calibrate", "Fit the latency model to sweeps, judged on what was held out; writes a report");
  CalibrateArguments& fitted = slots.calibrate;
  CLI::Option* inputs = calibrate.add_option("--input", fitted.inputs,
                                             "CSV files of sweeps, or runs as `show` takes them");
  calibrate.add_option("--output", fitted.output,
                       "The report (default: beside the first input, <input>_calibration.md)");
  CLI::Option* applies = calibrate.add_flag(
      "--apply", fitted.applies, "Write the fit into the profile, if it may be called calibrated");
  calibrate
      .add_flag("--revert", fitted.reverts, "Go back to the calibration before the one in force")
      ->excludes(inputs)
      ->excludes(applies);
  add_profile_option(calibrate, fitted.profile);
  add_threads_option(calibrate, fitted.threads);
  add_results_option(calibrate, fitted.results);
}

void add_verify_command(CLI::App& app, VerifyArguments& what) {
  CLI::App& verify = *app.add_subcommand(
      "verify", "Measure models that no sweep has seen: has the machine drifted from its profile?");
  add_profile_option(verify, what.profile);
  add_threads_option(verify, what.threads);
  what.scale = "cpu";
  verify.add_option("--scale", what.scale, "smoke (seconds), cpu (a minute or two; the default)")
      ->check(CLI::IsMember({"smoke", "cpu"}));
  verify.add_flag(
      "--resume", [&what](std::int64_t) { what.is_fresh = false; },
      "Go on with a verification that was interrupted, instead of measuring anew");
  what.is_fresh = true;
  add_results_option(verify, what.results);
}

void build(CLI::App& app, Slots& slots) {
  app.name("assay");
  app.description(std::string(kAbout));
  app.footer(std::string(kExitCodes));
  app.set_help_flag("-h,--help", "Print this help");
  app.set_version_flag("--version", "assay " ASSAY_VERSION, "Print the version");
  app.require_subcommand(0, 1);
  add_running_commands(app, slots);
  add_calibration_commands(app, slots);
  add_verify_command(app, slots.verify);
  add_djinn_commands(app, slots);
  add_reading_commands(app, slots);
  add_generate_command(app, slots.generate);
  add_estimate_command(app, slots.estimate);
  add_probe_command(app, slots.probe);
  CLI::App& help = *app.add_subcommand("help", "Print the help of a command, or of all");
  help.add_option("command", slots.help_topic, "The command");
  help.add_flag("--markdown", slots.wants_markdown, "All of it as a page of the documentation");
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) {
    if (!command->get_group().empty()) names.push_back(command->get_name());
  }
  std::ranges::sort(names);
  return names;
}

std::string help_page(const CLI::App& app) {
  std::string page =
      "# The command line\n\nWritten by `assay help --markdown`; a test compares it.\n\n";
  page += "```text\n" + app.help() + "```\n";
  for (const CLI::App* command : app.get_subcommands({})) {
    if (command->get_group().empty()) continue;
    page +=
        format("\n## assay {}\n\n```text\n{}```\n", command->get_name(), command->help("assay"));
  }
  return page;
}

Result<Command> take_help(CLI::App& app, const Slots& slots) {
  if (slots.wants_markdown) return Command(PrintArguments{help_page(app)});
  if (slots.help_topic.empty()) return Command(PrintArguments{app.help()});
  const std::vector<std::string> names = command_names(app);
  if (std::ranges::find(names, slots.help_topic) == names.end()) {
    return Error::user("{}", unknown_name("command", slots.help_topic, names));
  }
  return Command(PrintArguments{app.get_subcommand(slots.help_topic)->help("assay")});
}

Result<Command> take_command(CLI::App& app, Slots& slots) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  if (chosen.empty()) return Command(PrintArguments{app.help()});
  const std::string name = chosen.front()->get_name();
  if (name == "help") return take_help(app, slots);
  if (name == "run") return Command(std::move(slots.run));
  if (name == "plan") return Command(std::move(slots.plan));
  if (name == "list") return Command(std::move(slots.list));
  if (name == "generate") return Command(std::move(slots.generate));
  if (name == "estimate") return Command(std::move(slots.estimate));
  if (name == "tour") return Command(std::move(slots.tour));
  if (name == "probe") return Command(std::move(slots.probe));
  if (name == "sweep") return Command(std::move(slots.sweep));
  if (name == "calibrate") return Command(std::move(slots.calibrate));
  if (name == "verify") return Command(std::move(slots.verify));
  if (name == "worker") return Command(slots.worker);
  if (name == "djinnd") return Command(std::move(slots.djinnd));
  if (name == "djinn") return Command(std::move(slots.djinn));
  slots.read.command = name;
  return Command(std::move(slots.read));
}

/// The first word is no command: absent by design, or mistyped.
Error unknown_command(const CLI::App& app, const std::string& word) {
  const auto* const absent =
      std::ranges::find(kAbsent, word, &std::pair<std::string_view, std::string_view>::first);
  if (absent != kAbsent.end()) {
    return Error::user("unsupported: assay {}: {} is not part of this version (docs/status.md)",
                       word, absent->second);
  }
  return Error::user("{}", unknown_name("command", word, command_names(app)));
}

Error explain(CLI::App& app, const CLI::ParseError& error, std::span<const std::string> arguments) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  if (chosen.empty() && !arguments.empty() && !arguments[0].starts_with("-")) {
    return unknown_command(app, arguments[0]);
  }
  const CLI::App& command = chosen.empty() ? app : *chosen.front();
  std::vector<std::string> options;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& long_name : option->get_lnames()) {
      options.push_back("--" + long_name);
    }
  }
  for (const std::string& word : command.remaining(true)) {
    if (word.starts_with("-")) return Error::user("{}", unknown_name("option", word, options));
  }
  const std::string place = chosen.empty() ? "" : " " + command.get_name();
  return Error::user("{}; `assay help{}` shows what is expected", error.what(), place);
}

}  // namespace

Result<Command> parse_command_line(std::span<const std::string> arguments) {
  CLI::App app;
  Slots slots;
  build(app, slots);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    const std::vector<CLI::App*> chosen = app.get_subcommands();
    return Command(PrintArguments{chosen.empty() ? app.help() : chosen.front()->help("assay")});
  } catch (const CLI::CallForVersion& version) {
    return Command(PrintArguments{std::string(version.what()) + "\n"});
  } catch (const CLI::ParseError& error) {
    return explain(app, error, arguments);
  }
  return take_command(app, slots);
}

}  // namespace assay::cli
