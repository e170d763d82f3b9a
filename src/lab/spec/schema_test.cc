// SPDX-License-Identifier: MIT
#include "lab/spec/schema.h"

#include <gmock/gmock.h>

#include "lab/spec/test_vocabulary.h"

namespace assay::spec {
namespace {

using ::testing::Contains;
using ::testing::Not;

TEST(Schema, ScalesMayNotChangeTheQuestion) {
  for (const char* key : {"name", "group", "question", "workload", "scales", "defaults"}) {
    EXPECT_THAT(scalable_keys(), Not(Contains(key)));
    EXPECT_THAT(document_keys(), Contains(key));
  }
  EXPECT_THAT(scalable_keys(), Contains("expect"));
}

TEST(Schema, ResolvedHasNothingLeftToCompose) {
  EXPECT_THAT(resolved_keys(), Not(Contains("scales")));
  EXPECT_THAT(resolved_keys(), Not(Contains("defaults")));
  EXPECT_THAT(resolved_keys(), Contains("schema"));
}

TEST(Schema, WhatHasADefaultCanBeSet) {
  codec::Node document = codec::Node::map();
  EXPECT_THAT(settable_keys(document, test_vocabulary()), Contains("measure.budget"));
  EXPECT_THAT(settable_keys(document, test_vocabulary()), Not(Contains("params.alpha")));
  document.set("workload", "gemm");
  EXPECT_THAT(settable_keys(document, test_vocabulary()), Contains("params.alpha"));
  EXPECT_THAT(settable_keys(document, test_vocabulary()), Not(Contains("params.calls")));
}

}  // namespace
}  // namespace assay::spec
