// SPDX-License-Identifier: MIT
#include "engine/graph/ops_page.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "engine/graph/op.h"

namespace assay::graph {
namespace {

using ::testing::HasSubstr;

TEST(OpsMarkdown, DescribesEveryOp) {
  const std::string page = ops_markdown();
  for (const OpDefinition* op : op_list()) {
    EXPECT_THAT(page, HasSubstr(format("\n## {}\n", op->name)));
  }
  EXPECT_THAT(page, HasSubstr("| `bias` (optional) | [n] f32 |"));
  EXPECT_THAT(page, HasSubstr("| `keys` (a state, changed in place) |"));
  EXPECT_THAT(page, HasSubstr("| `stride` | integers | [1, 1] | Vertical, horizontal. |"));
  EXPECT_THAT(page, HasSubstr("| `scale` | number | (must be given) |"));
}

TEST(OpsMarkdown, IsTheDocument) {
  std::ifstream file(ASSAY_ROOT "/docs/ops.md");
  const std::string document{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(document, ops_markdown()) << "run: ./assay list ops --markdown > docs/ops.md";
}

}  // namespace
}  // namespace assay::graph
