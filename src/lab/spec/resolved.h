// SPDX-License-Identifier: MIT
// A Spec as the document that it reads back from: what config.json keeps. Every default stands in
// it, ranges are written out, zipped axes are labelled by their names.
#pragma once

#include "core/codec/node.h"
#include "lab/spec/spec.h"

namespace assay::spec {

/// spec_from(resolved_document(spec)) is an equal Spec; `spec.resolved` is not read.
codec::Node resolved_document(const Spec& spec);

}  // namespace assay::spec
