// SPDX-License-Identifier: MIT
#include "lab/spec/compose.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "core/codec/file.h"
#include "core/codec/yaml.h"
#include "core/nearest.h"
#include "lab/spec/field.h"
#include "lab/spec/schema.h"

namespace assay::spec {
namespace {

namespace fs = std::filesystem;
using codec::Node;

// A file that includes two others twice each, ten levels deep, would be read a million times.
constexpr int kFilesMax = 200;

bool is_file(const fs::path& path) {
  std::error_code problem;
  return fs::is_regular_file(path, problem);
}

/// The nearest folder above `path` that is named experiments; empty where there is none.
fs::path experiments_folder(const fs::path& path) {
  std::error_code problem;
  fs::path folder = fs::absolute(path, problem).lexically_normal().parent_path();
  while (!folder.empty() && folder != folder.parent_path()) {
    if (folder.filename() == "experiments") return folder;
    folder = folder.parent_path();
  }
  return {};
}

/// The YAML files of a folder, without their ending: what could have been chosen.
std::vector<std::string> choices_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code problem;
  for (fs::directory_iterator at(folder, problem), end; !problem && at != end;
       at.increment(problem)) {
    if (at->path().extension() == ".yaml") names.push_back(at->path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

class Composer {
 public:
  explicit Composer(std::vector<Override>& overrides)
      : overrides_(overrides), used_(overrides.size(), false) {}

  Result<Node> compose_root(const fs::path& path) {
    Result<Node> document = load(path, true);
    std::vector<Override> kept;
    for (std::size_t i = 0; i < overrides_.size(); ++i) {
      if (!used_[i]) kept.push_back(std::move(overrides_[i]));
    }
    overrides_ = std::move(kept);
    return document;
  }

 private:
  Result<Node> load(const fs::path& path, bool is_root) {
    ASSAY_TRY_VOID(enter(path));
    ASSAY_TRY(const std::string text, codec::read_file(path, codec::kYamlSizeMax));
    ASSAY_TRY(Node self, codec::parse_yaml(text, path.string()));
    if (!self.is_map()) {
      return Error::user("{}: expected an experiment, a map of keys: got {}", path.string(),
                         Field(self).describe());
    }
    Node defaults = Node::list();
    if (const Node* said = std::as_const(self).find("defaults")) defaults = *said;
    self.erase("defaults");
    ASSAY_TRY(Node document, lay_over(path, defaults, self));
    if (is_root) ASSAY_TRY_VOID(include_added(path, document));
    chain_.pop_back();
    return document;
  }

  Result<void> enter(const fs::path& path) {
    std::error_code problem;
    fs::path canonical = fs::weakly_canonical(path, problem);
    const bool is_open =
        std::ranges::find(chain_, canonical, &std::pair<fs::path, fs::path>::first) != chain_.end();
    chain_.emplace_back(std::move(canonical), path);
    if (is_open) return Error::user("recursive include: {}", chain_text());
    if (++file_count_ > kFilesMax) {
      return Error::user("more than {} files are included: {}", kFilesMax, chain_text());
    }
    return {};
  }

  std::string chain_text() const {
    std::string text;
    for (const auto& [canonical, path] : chain_) {
      text += (text.empty() ? "" : " -> ") + path.lexically_normal().string();
    }
    return text;
  }

  Result<Node> lay_over(const fs::path& path, const Node& defaults, const Node& self) {
    ASSAY_TRY(const std::vector<Field> entries, Field(defaults, "defaults").items());
    Node document = Node::map();
    document.set_mark(self.mark());
    bool has_self = false;
    std::set<std::string> groups;
    for (const Field& entry : entries) {
      const std::string* name = entry.node().as_string();
      if (name != nullptr && *name == "_self_") {
        if (has_self) return entry.error("duplicate entry: _self_");
        has_self = true;
        merge_into(document, self);
        continue;
      }
      ASSAY_TRY(const std::string included, name_of(entry, groups));
      if (included.empty()) continue;
      ASSAY_TRY(const fs::path file, find_included(path, included, entry));
      ASSAY_TRY(const Node piece, load(file, false));
      merge_into(document, piece);
    }
    if (!has_self) merge_into(document, self);
    return document;
  }

  /// The file that an entry names, before it is searched; empty: none is chosen.
  Result<std::string> name_of(const Field& entry, std::set<std::string>& groups) {
    if (const std::string* name = entry.node().as_string()) return *name;
    if (!entry.node().is_map() || entry.node().entries().size() != 1) {
      return entry.error(
          format("expected a file, `group: choice` or _self_: got {}", entry.describe()));
    }
    const auto& [group, choice] = entry.node().entries().front();
    const Field field(choice, format("{}.{}", entry.path(), group));
    if (!groups.insert(group).second) {
      return field.error_at_key(format("duplicate group: {}", group));
    }
    std::string chosen;
    if (!choice.is_null()) {
      ASSAY_TRY(chosen, field.text());
    }
    take_choice(group, chosen);
    return chosen.empty() ? chosen : format("{}/{}", group, chosen);
  }

  /// `group=choice` and `~group` on the command line win over the file.
  void take_choice(const std::string& group, std::string& chosen) {
    for (std::size_t i = 0; i < overrides_.size(); ++i) {
      const Override& change = overrides_[i];
      if (change.key != group || change.kind == OverrideKind::kAdd) continue;
      if (change.kind == OverrideKind::kSet && !change.value.is_scalar()) continue;
      const bool is_none = change.kind == OverrideKind::kDelete || change.value.is_null();
      chosen = is_none ? "" : codec::to_text(change.value.scalar());
      used_[i] = true;
    }
  }

  /// `+group=choice`: a file that the experiment does not name, laid over it.
  Result<void> include_added(const fs::path& path, Node& document) {
    for (std::size_t i = 0; i < overrides_.size(); ++i) {
      const Override& change = overrides_[i];
      const std::string* choice = change.value.as_string();
      const bool is_key = std::ranges::find(document_keys(), change.key) != document_keys().end();
      if (change.kind != OverrideKind::kAdd || choice == nullptr || is_key) continue;
      if (change.key.find('.') != std::string::npos) continue;
      const Field field(change.value, change.key);
      ASSAY_TRY(const fs::path file,
                find_included(path, format("{}/{}", change.key, *choice), field));
      ASSAY_TRY(const Node piece, load(file, false));
      merge_into(document, piece);
      used_[i] = true;
    }
    return {};
  }

  /// Beside the file that includes it, or under experiments/.
  Result<fs::path> find_included(const fs::path& from, const std::string& name,
                                 const Field& entry) {
    const std::string file = name.ends_with(".yaml") ? name : name + ".yaml";
    std::vector<fs::path> folders{from.parent_path()};
    const fs::path experiments = experiments_folder(from);
    if (!experiments.empty()) folders.push_back(experiments);
    std::vector<std::string> known;
    std::string searched;
    for (const fs::path& folder : folders) {
      const fs::path candidate = (folder / file).lexically_normal();
      if (is_file(candidate)) return candidate;
      searched += format("{}{}", searched.empty() ? "" : ", ", candidate.string());
      const std::string group = fs::path(name).parent_path().string();
      for (const std::string& choice : choices_in(candidate.parent_path())) {
        const std::string choice_name = group.empty() ? choice : format("{}/{}", group, choice);
        if (std::ranges::find(known, choice_name) == known.end()) known.push_back(choice_name);
      }
    }
    return entry.error(
        format("{}; searched: {}", unknown_name("file to include", name, known), searched));
  }

  std::vector<Override>& overrides_;
  std::vector<bool> used_;
  std::vector<std::pair<fs::path, fs::path>> chain_;  ///< (canonical, as written)
  int file_count_ = 0;
};

/// Also the blocks that are not chosen: a typing error in them should not wait for the night.
Result<void> check_scales(const Field& scales) {
  ASSAY_TRY_VOID(scales.allow_keys(scale_names()));
  ASSAY_TRY(const std::vector<Field> blocks, scales.entries());
  for (const Field& block : blocks) {
    ASSAY_TRY_VOID(block.allow_keys(scalable_keys()));
  }
  return {};
}

void erase_in(Node& document, std::string_view section, std::string_view key) {
  if (Node* map = document.find(section); map != nullptr && map->is_map()) map->erase(key);
}

/// A scale that sweeps what the file fixes, or fixes what the file sweeps, takes its place: a
/// block has no way to delete the other.
void give_way(Node& document, const Node& block) {
  if (const Node* params = block.find("params"); params != nullptr && params->is_map()) {
    for (const auto& [name, value] : params->entries()) {
      erase_in(document, "axes", name);
    }
  }
  const Node* axes = block.find("axes");
  if (axes == nullptr || !axes->is_map()) return;
  for (const auto& [name, rows] : axes->entries()) {
    erase_in(document, "params", name);
    if (!rows.is_list() || rows.items().empty() || !rows.items().front().is_map()) continue;
    for (const auto& [zipped, value] : rows.items().front().entries()) {
      erase_in(document, "params", zipped);
    }
  }
}

Result<void> apply_scale(Node& document, std::string_view scale) {
  const Node* said = std::as_const(document).find("scales");
  if (said == nullptr) return {};
  const Node scales = *said;
  document.erase("scales");
  const Field field(scales, "scales");
  ASSAY_TRY_VOID(check_scales(field));
  if (scale.empty()) return {};
  const auto block = field.find(scale);
  if (!block) return {};  // The file is the same at a scale that it does not mention.
  give_way(document, block->node());
  merge_into(document, block->node());
  return {};
}

}  // namespace

Result<Node> compose(const fs::path& path, std::string_view scale,
                     std::vector<Override>& overrides) {
  const std::vector<std::string>& scales = scale_names();
  if (!scale.empty() && std::ranges::find(scales, scale) == scales.end()) {
    return Error::user("{}", unknown_name("scale", scale, scales));
  }
  ASSAY_TRY(Node document, Composer(overrides).compose_root(path));
  ASSAY_TRY_VOID(apply_scale(document, scale));
  return document;
}

}  // namespace assay::spec
