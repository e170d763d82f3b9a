// SPDX-License-Identifier: MIT
#include "oracle/machine/library_hints.h"

#include <gmock/gmock.h>

#include <cstdlib>

namespace assay::machine {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

TEST(LibraryHints, TellOpenblasWhatItDoesNotKnow) {
  const char* server = "fma avx2 avx512f avx512dq avx512cd avx512bw avx512vl avx512_fp16";
  EXPECT_THAT(library_hints("GenuineIntel", server),
              ElementsAre(Pair("OPENBLAS_CORETYPE", "SkylakeX")));
  EXPECT_THAT(library_hints("AuthenticAMD", server), IsEmpty()) << "AMD's are judged well";
  EXPECT_THAT(library_hints("GenuineIntel", "fma avx2 avx512f"), IsEmpty());
  EXPECT_THAT(library_hints("GenuineIntel", ""), IsEmpty());
}

TEST(LibraryHints, LeaveAloneWhatTheUserSet) {
  setenv("OPENBLAS_CORETYPE", "Haswell", 1);
  EXPECT_THAT(library_hints(), Not(Contains(Key("OPENBLAS_CORETYPE"))));
  unsetenv("OPENBLAS_CORETYPE");
}

}  // namespace
}  // namespace assay::machine
