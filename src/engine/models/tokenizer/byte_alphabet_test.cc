// SPDX-License-Identifier: MIT
#include "engine/models/tokenizer/byte_alphabet.h"

#include <gmock/gmock.h>

namespace assay::models {
namespace {

TEST(ByteAlphabet, WritesAsThePublishedVocabulariesDo) {
  EXPECT_EQ(written_of_bytes(" hello\n"), "\u0120hello\u010A");
  EXPECT_EQ(written_of_bytes("\xC3\xA9"), "\u00C3\u00A9");  // The two bytes of an e acute.
  EXPECT_EQ(written_of_bytes({"\0\x7F\xA0\xAD\xFF", 5}), "\u0100\u0121\u0142\u0143\u00FF");
}

TEST(ByteAlphabet, EveryByteReadsBack) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte)
    all += static_cast<char>(byte);
  EXPECT_EQ(bytes_of_written(written_of_bytes(all)), all);
}

TEST(ByteAlphabet, OtherCharactersAreNotOfIt) {
  for (const std::string_view text : {" ", "\n", "\u00A0", "\u00AD", "\u0144", "\u4E2D", "\xFF"}) {
    EXPECT_EQ(bytes_of_written(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace assay::models
