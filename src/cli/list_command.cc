// SPDX-License-Identifier: MIT
#include "cli/commands.h"
#include "cli/experiments.h"
#include "cli/print.h"
#include "cli/simulated_devices.h"
#include "core/codec/file.h"
#include "core/codec/yaml.h"
#include "engine/graph/ops_page.h"
#include "lab/report/metrics.h"
#include "lab/store/index.h"
#include "oracle/hardware/profile_folder.h"

namespace assay::cli {
namespace {

std::string question_of(const Experiment& experiment) {
  const auto text = codec::read_file(experiment.path, Bytes(1 << 20));
  if (!text) return "";
  const auto document = codec::parse_yaml(*text, experiment.path.string());
  if (!document) return "(cannot be read: `assay plan` says why)";
  const codec::Node* question = document->find("question");
  const std::string* words = question == nullptr ? nullptr : question->as_string();
  return words == nullptr ? "" : *words;
}

Result<void> list_experiments() {
  const std::vector<Experiment> experiments = all_experiments(experiments_root());
  if (experiments.empty()) {
    return Error::user("no experiment in {}", experiments_root().string());
  }
  std::string family;
  for (const Experiment& experiment : experiments) {
    if (experiment.family != family) {
      family = experiment.family;
      print_line(format("{}:", family));
    }
    print_line(format("  {:<36} {}", experiment.name, question_of(experiment)));
  }
  return {};
}

Result<void> list_runs(const std::filesystem::path& results) {
  ASSAY_TRY(const std::vector<store::RunEntry> runs, store::list_runs(results));
  if (runs.empty()) print_line(format("no run in {}; `assay run` makes one", results.string()));
  for (const store::RunEntry& run : runs) {
    print_line(format("{:<52} {:<6} {:>6} records, {:>6} ok  {}", run.run_id, run.scale,
                      run.records, run.ok_records,
                      run.finished.empty() ? "unfinished" : "finished " + run.finished));
  }
  return {};
}

std::string_view to_text(spec::ParameterType type) {
  switch (type) {
    case spec::ParameterType::kInteger:
      return "integer";
    case spec::ParameterType::kNumber:
      return "number";
    case spec::ParameterType::kFlag:
      return "flag";
    case spec::ParameterType::kText:
      return "text";
    case spec::ParameterType::kChoice:
      return "choice";
  }
  return "";
}

std::string values_of(const spec::Parameter& parameter) {
  std::string choices;
  for (const std::string& choice : parameter.choices) {
    choices += (choices.empty() ? "" : ", ") + choice;
  }
  return choices.empty() ? std::string(to_text(parameter.type)) : choices;
}

std::string default_of(const spec::Parameter& parameter) {
  return parameter.fallback ? codec::to_text(*parameter.fallback) : "(must be given)";
}

std::string workload_page(const spec::WorkloadEntry& workload) {
  std::string page = format("\n## {}\n\n{}\n\n", workload.name, workload.about);
  if (workload.parameters.empty()) return page;
  page += "| parameter | values | default | meaning |\n|---|---|---|---|\n";
  for (const spec::Parameter& parameter : workload.parameters) {
    page += format("| `{}` | {} | {} | {} |\n", parameter.name, values_of(parameter),
                   default_of(parameter), parameter.about);
  }
  if (workload.metrics.empty()) return page;
  page += "\n| metric of its own | unit | meaning |\n|---|---|---|\n";
  for (const spec::MetricEntry& metric : workload.metrics) {
    page += format("| `{}` | {} | {} |\n", metric.name, metric.unit, metric.title);
  }
  return page;
}

void list_workloads(const spec::Vocabulary& vocabulary, bool is_markdown) {
  if (is_markdown) {
    print("# Workloads\n\nWritten by `assay list workloads --markdown`; a test compares it.\n");
  }
  for (const spec::WorkloadEntry& workload : vocabulary.workloads) {
    if (is_markdown) {
      print(workload_page(workload));
      continue;
    }
    print_line(format("{}: {}", workload.name, workload.about));
    for (const spec::Parameter& parameter : workload.parameters) {
      print_line(format("  {} ({}; default {}): {}", parameter.name, values_of(parameter),
                        default_of(parameter), parameter.about));
    }
  }
}

void list_metrics(const spec::Vocabulary& vocabulary) {
  for (const report::Metric& metric : report::metrics()) {
    print_line(format("{:<16} {} [{}]", metric.name, metric.title, metric.unit));
  }
  for (const spec::WorkloadEntry& workload : vocabulary.workloads) {
    if (!workload.metrics.empty()) print_line(format("\nof the workload {}:", workload.name));
    for (const spec::MetricEntry& metric : workload.metrics) {
      print_line(format("{:<24} {} [{}]", metric.name, metric.title, metric.unit));
    }
  }
}

void list_ops(bool is_markdown) {
  if (is_markdown) return print(graph::ops_markdown());
  for (const graph::OpDefinition* op : graph::op_list()) {
    print_line(format("{:<18} {}", op->name, op->meaning));
  }
}

/// What each device is, or why it is not here.
void list_backends(const backend::Registry& devices) {
  const auto say_what_it_is = [&](std::string_view column, const std::string& name) {
    const auto device = devices.open(name);
    print_line(format("{:<16} {}", column,
                      device ? (*device)->facts().description : device.error().message()));
  };
  for (const backend::BackendEntry& entry : devices.list()) {
    print_line(format("{:<16} {}", entry.name, entry.meaning));
    if (entry.profiles.empty()) say_what_it_is("", entry.name);
    for (const std::string& profile : entry.profiles) {
      const std::string whole = entry.name + ":" + profile;
      say_what_it_is("  " + whole, whole);
    }
  }
}

/// A profile that does not read stands with its complaint.
void list_hardware() {
  const std::filesystem::path root = hardware_root();
  for (const std::string& name : oracle::hardware_names(root)) {
    const auto profile = oracle::read_hardware_profile(name, root);
    print_line(format("{:<24} {}", name, profile ? profile->summary() : profile.error().message()));
  }
}

}  // namespace

Result<int> list_command(const ListArguments& arguments, const Context& context) {
  if (arguments.what == "runs") {
    ASSAY_TRY_VOID(list_runs(arguments.results));
  } else if (arguments.what == "workloads") {
    list_workloads(context.registries.vocabulary, arguments.is_markdown);
  } else if (arguments.what == "metrics") {
    list_metrics(context.registries.vocabulary);
  } else if (arguments.what == "hardware") {
    list_hardware();
  } else if (arguments.what == "ops") {
    list_ops(arguments.is_markdown);
  } else if (arguments.what == "backends") {
    list_backends(*context.registries.devices);
  } else {
    ASSAY_TRY_VOID(list_experiments());
  }
  return 0;
}

}  // namespace assay::cli
