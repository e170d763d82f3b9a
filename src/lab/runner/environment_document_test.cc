// SPDX-License-Identifier: MIT
#include "lab/runner/environment_document.h"

#include <gtest/gtest.h>

namespace assay::runner {
namespace {

TEST(EnvironmentDocument, SaysWhatTheMachineIsAndWhatItLacks) {
  const codec::Node document = environment_document();
  ASSERT_NE(document.find("warnings"), nullptr);
  EXPECT_TRUE(document.find("warnings")->is_list());
  const codec::Node* cpu = document.find("cpu");
  ASSERT_NE(cpu, nullptr);
  for (const auto& [name, value] : cpu->entries()) {
    EXPECT_FALSE(value.is_null()) << name << " is neither a value nor a reason";
  }
}

TEST(MachineKey, IsModelCpusKernelAndBuild) {
  const codec::Node document = environment_document();
  const std::string key = machine_key(document, "f9c8966");
  EXPECT_EQ(key, machine_key(environment_document(), "f9c8966")) << "nothing in it moves";
  EXPECT_NE(key, machine_key(document, "0000000"));
  EXPECT_EQ(machine_key({}, "b"), "unknown, unknown CPUs, kernel unknown, build b");
}

}  // namespace
}  // namespace assay::runner
