// SPDX-License-Identifier: MIT
#include "engine/models/builders/cnn.h"

#include "engine/models/builders/layers.h"
#include "engine/models/builders/sizes.h"

namespace assay::models {
namespace {

constexpr std::int64_t kColours = 3;

Result<void> check(const CnnConfig& config) {
  constexpr std::int64_t kStagesMax = 24;  // kSizeMax halved so often is one pixel.
  ASSAY_TRY_VOID(
      check_sizes("cnn", {{"number of channel counts", std::ssize(config.channels), 0, kStagesMax},
                          {"kernel", config.kernel, 1, 255},
                          {"classes", config.classes}}));
  if (config.kernel % 2 == 0) {
    return Error::user("cnn: kernel is {}; expected an odd number", config.kernel);
  }
  const std::int64_t side_min = std::int64_t{1} << config.channels.size();
  return check_sizes("cnn", {{"side", config.side, side_min}});
}

}  // namespace

Result<graph::Graph> build_cnn(const CnnConfig& config) {
  ASSAY_TRY_VOID(check(config));
  graph::Graph graph;
  graph::NodeId x =
      graph.input("image", tensor::DType::kF32, {"batch", kColours, config.side, config.side});
  std::int64_t channels = kColours;
  for (std::size_t i = 0; i < config.channels.size(); ++i) {
    ASSAY_TRY_VOID(check_sizes("cnn", {{"channels", config.channels[i]}}));
    const Convolution convolution{.in = channels,
                                  .out = config.channels[i],
                                  .kernel = config.kernel,
                                  .padding = config.kernel / 2,
                                  .bias = Bias::kPresent};
    x = conv2d(graph, x, format("features.{}.conv", i), convolution);
    x = activation(graph, x, "relu");
    channels = config.channels[i];
    x = batch_norm(graph, x, format("features.{}.bn", i), channels);
    x = graph.op("max_pool2d", {x},
                 {{"window", graph::Integers{2, 2}}, {"stride", graph::Integers{2, 2}}});
  }
  x = graph.op("reduce", {x}, {{"kind", "mean"}, {"axes", graph::Integers{2, 3}}});
  graph.output("logits", linear(graph, x, "fc", channels, config.classes));
  return graph;
}

}  // namespace assay::models
