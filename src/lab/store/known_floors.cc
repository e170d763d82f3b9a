// SPDX-License-Identifier: MIT
#include "lab/store/known_floors.h"

#include <algorithm>
#include <utility>

#include "lab/store/index.h"

namespace assay::store {
namespace {

using codec::Node;

std::string text_at(const Node& node, std::string_view key) {
  const Node* found = node.find(key);
  return found == nullptr || found->as_string() == nullptr ? "" : *found->as_string();
}

}  // namespace

Node to_node(const std::vector<KnownFloor>& floors) {
  Node list = Node::list();
  for (const KnownFloor& floor : floors) {
    Node node = Node::map();
    node.set("class", floor.cell_class);
    node.set("detectable", floor.detectable);
    node.set("run", floor.run_id);
    list.append(std::move(node));
  }
  return list;
}

std::vector<KnownFloor> known_floors_in(const Node& document, std::string_view key) {
  std::vector<KnownFloor> floors;
  const Node* list = document.find(key);
  if (list == nullptr || !list->is_list()) return floors;
  for (const Node& item : list->items()) {
    const Node* detectable = item.find("detectable");
    bool is_number = false;
    KnownFloor floor{.cell_class = text_at(item, "class"),
                     .detectable = detectable == nullptr ? 0 : detectable->as_double(&is_number),
                     .run_id = text_at(item, "run")};
    const bool is_sound = is_number && floor.detectable >= 0 && !floor.cell_class.empty();
    if (is_sound) floors.push_back(std::move(floor));
  }
  return floors;
}

Result<std::vector<KnownFloor>> latest_floors(const std::filesystem::path& results_root,
                                              std::string_view machine) {
  ASSAY_TRY(const std::vector<RunEntry> runs, list_runs(results_root));
  std::vector<KnownFloor> latest;
  for (const RunEntry& run : runs) {  // Newest first.
    if (run.machine != machine) continue;
    std::vector<KnownFloor> of_run;  // The largest of each class.
    for (const KnownFloor& floor : run.floors) {
      if (std::ranges::find(latest, floor.cell_class, &KnownFloor::cell_class) != latest.end()) {
        continue;
      }
      const auto same = std::ranges::find(of_run, floor.cell_class, &KnownFloor::cell_class);
      if (same == of_run.end()) {
        of_run.push_back({floor.cell_class, floor.detectable, run.run_id});
      } else {
        same->detectable = std::max(same->detectable, floor.detectable);
      }
    }
    latest.insert(latest.end(), of_run.begin(), of_run.end());
  }
  return latest;
}

}  // namespace assay::store
