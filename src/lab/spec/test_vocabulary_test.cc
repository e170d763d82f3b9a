// SPDX-License-Identifier: MIT
#include "lab/spec/test_vocabulary.h"

#include <gmock/gmock.h>

#include <set>

namespace assay::spec {
namespace {

TEST(TestVocabulary, HasEveryTypeOfParameter) {
  std::set<ParameterType> types;
  const Vocabulary vocabulary = test_vocabulary();
  for (const WorkloadEntry& workload : vocabulary.workloads) {
    for (const Parameter& parameter : workload.parameters) {
      types.insert(parameter.type);
    }
  }
  EXPECT_EQ(types.size(), 5U);
}

}  // namespace
}  // namespace assay::spec
