// SPDX-License-Identifier: MIT
#include "cli/invented_checkpoint.h"

#include <gmock/gmock.h>

#include "engine/models/checkpoint.h"
#include "engine/models/tokenizer/tokenizer_file.h"

namespace assay::cli {
namespace {

TEST(InventedCheckpoint, IsRead) {
  const InventedCheckpoint checkpoint;
  const auto read = models::load_checkpoint(checkpoint.path());
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_EQ(read->model.tokens_max, InventedCheckpoint::kPositions);
  const auto tokenizer = models::read_tokenizer(checkpoint.path());
  ASSERT_TRUE(tokenizer) << tokenizer.error().to_string();
  EXPECT_EQ(tokenizer->size(), InventedCheckpoint::kVocabulary);
  EXPECT_THAT(tokenizer->encode("a\x01"), ::testing::ElementsAre('a', 1));
}

}  // namespace
}  // namespace assay::cli
