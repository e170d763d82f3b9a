// SPDX-License-Identifier: MIT
#include "lab/spec/schema.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "core/check.h"
#include "core/format.h"

namespace assay::spec {
namespace {

using Keys = std::vector<std::string>;

Keys without(Keys keys, const Keys& removed) {
  std::erase_if(keys, [&](const std::string& key) {
    return std::ranges::find(removed, key) != removed.end();
  });
  return keys;
}

}  // namespace

const Keys& scale_names() {
  static const Keys kNames{"smoke", "cpu", "full"};
  return kNames;
}

const Keys& document_keys() {
  static const Keys kKeys{"name",   "group",   "question", "workload", "params", "axes",
                          "where",  "arms",    "compare",  "measure",  "run",    "scales",
                          "claims", "figures", "tables",   "results",  "expect", "defaults"};
  return kKeys;
}

const Keys& resolved_keys() {
  static const Keys kKeys = [] {
    Keys keys = without(document_keys(), {"scales", "defaults"});
    keys.insert(keys.begin(), {"schema", "scale", "path", "overrides"});
    return keys;
  }();
  return kKeys;
}

const Keys& scalable_keys() {
  // Scales change sizes and counts, never what is asked.
  static const Keys kKeys =
      without(document_keys(), {"name", "group", "question", "workload", "scales", "defaults"});
  return kKeys;
}

const Keys& section_keys(std::string_view section) {
  static const std::map<std::string_view, Keys> kSections{
      {"measure",
       {"warmup_samples_min", "warmup_max", "samples_min", "samples_max", "budget", "sample_length",
        "width_target", "cache"}},
      {"run",
       {"processes", "processes_max", "width_target", "budget", "isolate", "order", "trial_timeout",
        "memory_max", "threads", "floor_trials", "seed"}},
      {"expect", {"trials", "cells", "statuses"}},
      {"compare", {"axis", "pairs", "where", "arms"}},
      {"claims",
       {"says", "metric", "compare", "base", "other", "arm", "where", "ratio", "within", "value",
        "every", "confidence", "processes_min"}},
      {"figures", {"kind", "title", "x", "y", "color", "facet", "where"}},
      {"tables", {"kind", "title", "columns", "where"}},
      {"results", {"label", "suffixes", "groups"}},
  };
  const auto found = kSections.find(section);
  ASSAY_CHECK(found != kSections.end(), "only a section with keys of its own is asked for");
  return found->second;
}

Keys settable_keys(const codec::Node& document, const Vocabulary& vocabulary) {
  Keys keys = without(document_keys(), {"scales", "defaults"});
  for (const std::string_view section : {"measure", "run", "expect"}) {
    for (const std::string& key : section_keys(section)) {
      keys.push_back(format("{}.{}", section, key));
    }
  }
  const codec::Node* name = document.find("workload");
  const auto workload = std::ranges::find_if(vocabulary.workloads, [&](const WorkloadEntry& entry) {
    return name != nullptr && name->as_string() != nullptr && *name->as_string() == entry.name;
  });
  if (workload == vocabulary.workloads.end()) return keys;
  for (const Parameter& parameter : workload->parameters) {
    keys.push_back("params." + parameter.name);
  }
  return keys;
}

}  // namespace assay::spec
