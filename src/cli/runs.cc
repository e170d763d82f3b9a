// SPDX-License-Identifier: MIT
#include "cli/runs.h"

#include <utility>

#include "core/nearest.h"
#include "lab/analysis/analyse.h"
#include "lab/store/index.h"
#include "lab/store/known_floors.h"
#include "lab/store/run_folder.h"

namespace assay::cli {

namespace fs = std::filesystem;

Result<fs::path> find_run(const std::string& name, const fs::path& results) {
  std::error_code error;
  if (fs::is_regular_file(fs::path(name) / store::kConfigFile, error)) {
    const fs::path folder(name);  // What a shell completes ends with a slash and has no file name.
    return folder.has_filename() ? folder : folder.parent_path();
  }
  ASSAY_TRY(const std::vector<store::RunEntry> runs, store::list_runs(results));
  if (runs.empty()) {
    return Error::user("no run in {}; `assay run` makes one", results.string());
  }
  std::vector<std::string> known;
  for (const store::RunEntry& run : runs) {  // Newest first.
    if (name == "latest" || run.run_id == name || run.name == name) return run.path;
    known.push_back(run.run_id);
  }
  return Error::user("{}", unknown_name("run", name, known));
}

Result<std::optional<fs::path>> find_whole_run(const spec::Spec& spec, const fs::path& results) {
  ASSAY_TRY(const std::vector<store::RunEntry> runs, store::list_runs(results));
  for (const store::RunEntry& entry : runs) {  // Newest first.
    if (entry.name != spec.name || entry.scale != spec.scale || entry.finished.empty()) continue;
    const auto run = store::RunFolder::open(entry.path, store::RunFolder::Access::kRead);
    const auto config = run ? run->read_document(store::kConfigFile) : run.error();
    if (!config || config->find(store::kOnlyKey) != nullptr) continue;
    const codec::Node* asked = config->find("spec");
    if (asked != nullptr && *asked == spec.resolved) return std::optional(entry.path);
  }
  return std::optional<fs::path>();
}

report::RunView LoadedRun::view() const {
  return {spec, findings, environment, folder.filename().string(), folder};
}

Result<LoadedRun> load_run(const fs::path& folder, const spec::Vocabulary& vocabulary) {
  ASSAY_TRY(const store::RunFolder run,
            store::RunFolder::open(folder, store::RunFolder::Access::kRead));
  const std::string config_name = (folder / store::kConfigFile).string();
  ASSAY_TRY(const codec::Node config,
            run.read_document(store::kConfigFile).context("in {}", config_name));
  const codec::Node* document = config.find("spec");
  if (document == nullptr) {
    return Error::user("{} says no `spec`: not a run of this version", config_name);
  }
  ASSAY_TRY(spec::Spec spec, spec::spec_from(*document, vocabulary).context("in {}", config_name));
  ASSAY_TRY(store::StoredRecords stored, run.records());
  if (stored.records.empty() && run.is_finished()) {
    return Error::environment("{} holds no record of a finished run: it was emptied or lost",
                              (folder / store::kLogFile).string());
  }
  LoadedRun loaded;
  loaded.folder = folder;
  analysis::AnalysisOptions options;
  options.known_floors = store::known_floors_in(config, store::kKnownFloorsKey);
  loaded.findings = analysis::analyse(spec, stored.records, options);
  loaded.spec = std::move(spec);
  loaded.damage = std::move(stored.damage);
  auto environment = run.read_document(store::kEnvironmentFile);
  if (environment && environment->is_map()) {
    loaded.environment = *std::move(environment);
    return loaded;
  }
  const std::string lost = format("{} cannot be read: the machine is unknown",
                                  (folder / store::kEnvironmentFile).string());
  codec::Node warnings = codec::Node::list();
  warnings.append(lost);
  loaded.environment = codec::Node::map();
  loaded.environment.set("warnings", std::move(warnings));
  loaded.damage.push_back(lost);
  return loaded;
}

}  // namespace assay::cli
