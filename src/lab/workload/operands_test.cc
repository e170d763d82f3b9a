// SPDX-License-Identifier: MIT
#include "lab/workload/operands.h"

#include <gmock/gmock.h>

#include "engine/kernels/threads.h"
#include "lab/measure/cache_flusher.h"

namespace assay::workload {
namespace {

class OperandTest : public ::testing::Test {
 protected:
  SharedBuffers buffers_{3};
  Bench bench_{buffers_, 7, 1, measure::CacheState::kHot};
};

TEST_F(OperandTest, LiesAsAsked) {
  Layout layout = matrix_layout(5, 107, 16, 1);
  layout.offset_bytes = 12;
  const Operand operand = *Operand::input(bench_, "a", layout);
  EXPECT_EQ(operand.view().leading_dimension(), 113);
  EXPECT_EQ(operand.offset_bytes(), 12);
  spec::Factors observed;
  operand.observe(observed);
  EXPECT_EQ(*observed.integer("a_mod_64"), 12);
  EXPECT_EQ(*observed.integer("a_page_offset"), buffers_.page_offset("a") + 12);
}

TEST_F(OperandTest, InputsOfOneRoleAreTheSameNumbers) {
  const Operand wide = *Operand::input(bench_, "a", matrix_layout(8, 16));
  const Operand narrow = *Operand::input(bench_, "a", matrix_layout(4, 8));
  EXPECT_EQ(wide.view().data(), narrow.view().data());
  EXPECT_EQ(wide.view().at(0, 7), narrow.view().at(0, 7));
  EXPECT_NE(wide.view().at(0, 0), 0);
}

TEST_F(OperandTest, WritesOutsideOfAnOutputAreCounted) {
  Operand out = *Operand::output(bench_, "c", matrix_layout(3, 5, 8));
  for (const std::int64_t outside : {std::int64_t{-1}, std::int64_t{5}, std::int64_t{21}}) {
    out.spoil();
    for (std::int64_t i = 0; i < 3; ++i) {
      for (std::int64_t j = 0; j < 5; ++j)
        out.view().at(i, j) = 1;
    }
    EXPECT_EQ(out.overwritten(), 0);
    out.view().data()[outside] = 1;
    EXPECT_EQ(out.overwritten(), 1) << outside;
  }
}

TEST_F(OperandTest, CopiesDoNotOverlap) {
  const Operand operand = *Operand::input(bench_, "a", matrix_layout(3, 5), 4);
  EXPECT_GE(operand.view(1).data() - operand.view(0).data(), 15);
  EXPECT_EQ((operand.view(1).data() - operand.view(0).data()) % 16, 0);
  EXPECT_EQ(copies_to_rotate(false, Bytes(100)), 1);
  const std::int64_t copies = copies_to_rotate(true, Bytes(1 << 20));
  EXPECT_GE(copies << 20, measure::CacheFlusher::for_this_machine().size().count());
  EXPECT_EQ(copies_to_rotate(true, Bytes(std::int64_t{1} << 40)), 2);
}

TEST_F(OperandTest, RefusesWhatCannotBe) {
  Layout layout = matrix_layout(3, 5);
  layout.offset_bytes = 3;
  EXPECT_EQ(Operand::input(bench_, "a", layout).error().message(),
            "offset must be a multiple of 4 bytes: got 3");
  const Layout huge{{std::int64_t{1} << 40, std::int64_t{1} << 40}, {std::int64_t{1} << 40, 1}, 0};
  EXPECT_FALSE(Operand::input(bench_, "a", huge).has_value());
}

TEST_F(OperandTest, ThreadsAreCountedBack) {
  for (const int threads : {1, 2}) {
    kernels::set_threads(threads);
    spec::Factors observed;
    observe_threads(observed);
    EXPECT_EQ(*observed.integer("threads"), threads);
    EXPECT_EQ(*observed.integer("openblas_threads"), threads);
  }
}

}  // namespace
}  // namespace assay::workload
