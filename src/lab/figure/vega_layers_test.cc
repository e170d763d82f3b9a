// SPDX-License-Identifier: MIT
#include "lab/figure/vega_layers.h"

#include <gmock/gmock.h>

#include "core/codec/json.h"

namespace assay::figure {
namespace {

TEST(VegaLayers, AreJsonWithAFilterAndAMark) {
  for (const Shape shape : {Shape::kLine, Shape::kBars, Shape::kPoints}) {
    EXPECT_GE(vega_layers_of(shape).size(), 7U);
    for (const VegaLayer& layer : vega_layers_of(shape)) {
      const auto node = codec::parse_json(layer.json);
      ASSERT_TRUE(node) << layer.json << node.error().to_string();
      EXPECT_NE(node->find("transform"), nullptr) << layer.json;
      EXPECT_NE(node->find("mark"), nullptr) << layer.json;
    }
  }
  EXPECT_TRUE(codec::parse_json(vega_config()));
}

TEST(VegaLayers, EveryShapeShowsWhatIsMissingAndWhatIsWeak) {
  for (const Shape shape : {Shape::kLine, Shape::kBars, Shape::kPoints}) {
    int gaps = 0;
    int weak = 0;
    for (const VegaLayer& layer : vega_layers_of(shape)) {
      gaps += layer.of == LayerOf::kGaps ? 1 : 0;
      weak += layer.of == LayerOf::kWeaker ? 1 : 0;
    }
    EXPECT_EQ(gaps, 1);
    EXPECT_EQ(weak, 1);
  }
}

}  // namespace
}  // namespace assay::figure
