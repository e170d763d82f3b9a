// SPDX-License-Identifier: MIT
// Models by name, for experiments and the command line.
//
//   ASSAY_TRY(graph::Graph graph, build_model("vit32x6x384@256"));
//   model_list()   // For help and for the nearest name.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/result.h"
#include "engine/graph/graph.h"

namespace assay::models {

struct ListedModel {
  std::string name;  ///< "resnet50", or a pattern: "vit<patch>x<depth>x<width>".
  std::string meaning;
  bool has_pictures = false;  ///< Takes "@<side>" behind its name; 224 where it is left out.
};
std::span<const ListedModel> model_list();

/// An error says what does not fit, and names the nearest model there is.
Result<graph::Graph> build_model(std::string_view name);

}  // namespace assay::models
