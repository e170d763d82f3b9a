// SPDX-License-Identifier: MIT
// The keys that an experiment file may have, section by section: the one list that checking,
// overriding and the documentation test read. What a key means stands in docs/experiment-file.md.
#pragma once

#include <string>
#include <vector>

#include "core/codec/node.h"
#include "lab/spec/vocabulary.h"

namespace assay::spec {

const std::vector<std::string>& scale_names();    ///< smoke, cpu, full
const std::vector<std::string>& document_keys();  ///< Of the file itself.
const std::vector<std::string>& resolved_keys();  ///< Of Spec::resolved: those and the run's own.
const std::vector<std::string>& scalable_keys();  ///< What a block of `scales` may change.

/// Of the maps inside: "measure", "run", "expect", and of one entry of "compare", "claims",
/// "figures", "tables". Checked: the section is one of these.
const std::vector<std::string>& section_keys(std::string_view section);

/// The keys that have a default, so that `key=value` may set them although the file is silent:
/// `measure.budget`, `run.seed`, and `params.NAME` for every parameter of the workload.
std::vector<std::string> settable_keys(const codec::Node& document, const Vocabulary& vocabulary);

}  // namespace assay::spec
