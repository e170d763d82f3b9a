// SPDX-License-Identifier: MIT
#include "engine/models/checkpoint.h"

#include <algorithm>
#include <cstring>

#include "core/codec/file.h"
#include "engine/graph/types.h"
#include "engine/models/weight_names.h"
#include "engine/tensor/half.h"

namespace assay::models {
namespace {

using tensor::Bfloat16;
using tensor::ConstAnyView;
using tensor::DType;
using tensor::Half;
using tensor::HostTensor;
using tensor::TensorType;

constexpr Bytes kConfigMax{std::int64_t{4} << 20};

/// The shape in the file of a weight whose shape in the graph is `shape`.
std::vector<std::int64_t> stored_shape(const tensor::Dims& shape, const WeightSource& source) {
  std::vector<std::int64_t> stored;
  for (int axis = 0; axis < shape.rank(); ++axis)
    stored.push_back(shape[axis]);
  if (!stored.empty()) stored[0] *= source.part_count;
  if (source.is_transposed) std::ranges::reverse(stored);
  return stored;
}

Result<std::string> find_stored(const Safetensors& files, const WeightSource& source) {
  for (const std::string& name : source.names) {
    if (files.has(name)) return name;
  }
  const auto missing = files.find(source.names.front());  // Says which is the nearest.
  ASSAY_CHECK(!missing.has_value(), "its first name was looked for");
  return missing.error();
}

/// The part of the rows, or of the columns where the tensor is transposed, as a view.
ConstAnyView part_of(const HostTensor& stored, const WeightSource& source) {
  ConstAnyView view = stored.view();
  if (source.is_transposed) {
    view.type.shape = {view.type.shape[1], view.type.shape[0]};
    view.strides = {view.strides[1], view.strides[0]};
  }
  const std::int64_t rows = view.type.shape[0] / source.part_count;
  const std::int64_t offset = source.part * rows * view.strides[0];
  view.type.shape[0] = rows;
  view.data = static_cast<const std::byte*>(view.data) + offset * size_of(view.type.dtype);
  return view;
}

float as_float(float value) {
  return value;
}
float as_float(Half value) {
  return to_float(value);
}
float as_float(Bfloat16 value) {
  return to_float(value);
}

/// Rows and columns in tiles: either side of a transposition stays within the cache.
template <class T>
void copy_matrix(const ConstAnyView& from, float* to) {
  constexpr std::int64_t kTile = 32;
  const auto* data = static_cast<const T*>(from.data);
  const std::int64_t rows = from.type.shape[0];
  const std::int64_t columns = from.type.shape[1];
  for (std::int64_t i0 = 0; i0 < rows; i0 += kTile) {
    for (std::int64_t j0 = 0; j0 < columns; j0 += kTile) {
      for (std::int64_t i = i0; i < std::min(i0 + kTile, rows); ++i) {
        for (std::int64_t j = j0; j < std::min(j0 + kTile, columns); ++j) {
          to[i * columns + j] = as_float(data[i * from.strides[0] + j * from.strides[1]]);
        }
      }
    }
  }
}

void copy_as_float(const ConstAnyView& from, float* to) {
  switch (from.type.dtype) {
    case DType::kF32:
      return copy_matrix<float>(from, to);
    case DType::kF16:
      return copy_matrix<Half>(from, to);
    case DType::kBf16:
      return copy_matrix<Bfloat16>(from, to);
    default:
      ASSAY_CHECK(false, "the dtype was checked before");
  }
}

/// Everything else than a matrix is one row of all its elements, which lie one after another.
ConstAnyView as_matrix(const ConstAnyView& view) {
  if (view.type.shape.rank() == 2) return view;
  const std::int64_t count = *tensor::element_count(view.type.shape);
  return {view.data, {view.type.dtype, {1, count}}, {count, 1}};
}

Result<HostTensor> load_weight(const Safetensors& files, const WeightSource& source,
                               const TensorType& wanted) {
  ASSAY_TRY(const std::string name, find_stored(files, source));
  ASSAY_TRY(const StoredTensor* stored, files.find(name));
  ASSAY_TRY(const TensorType type, type_of(*stored).context("tensor {:?}", name));
  if (stored->shape != stored_shape(wanted.shape, source)) {
    tensor::Dims expected;
    for (const std::int64_t extent : stored_shape(wanted.shape, source))
      expected.append(extent);
    return Error::user("tensor {:?} is {}; the settings of the model ask for {}", name,
                       to_text(type.shape), to_text(expected));
  }
  if (type.dtype != DType::kF32 && type.dtype != DType::kF16 && type.dtype != DType::kBf16) {
    return Error::user("tensor {:?} is {}; expected F32, F16 or BF16", name, stored->dtype);
  }
  ASSAY_TRY(HostTensor loaded, files.load(name));
  if (loaded.type() == wanted && !source.is_transposed) return loaded;  // No second copy.
  ASSAY_TRY(HostTensor weight, HostTensor::create(wanted));
  copy_as_float(as_matrix(part_of(loaded, source)), weight.view().as<float>().data());
  return weight;
}

Result<HostTensor> frequency_tensor(const std::vector<float>& frequencies) {
  const auto count = static_cast<std::int64_t>(frequencies.size());
  ASSAY_TRY(HostTensor tensor, HostTensor::create({DType::kF32, {count}}));
  std::memcpy(tensor.bytes().data(), frequencies.data(), tensor.bytes().size());
  return tensor;
}

/// Parts that only some files of an architecture have: BERT's pooler, ViT's classes.
void adapt_to_files(HuggingFaceModel& model, const Safetensors& files) {
  const auto find = [&](const char* name) -> const StoredTensor* {
    for (const std::string& theirs : find_weight_source(model.architecture, name).names) {
      if (files.has(theirs)) return *files.find(theirs);
    }
    return nullptr;
  };
  if (auto* encoder = std::get_if<EncoderConfig>(&model.config)) {
    encoder->has_pooler = find("pooler.weight") != nullptr;
  }
  if (auto* vit = std::get_if<VitConfig>(&model.config)) {
    const StoredTensor* head = find("head.weight");
    vit->classes = head == nullptr || head->shape.empty() ? 0 : head->shape[0];
  }
}

Result<GenerationSettings> read_generation(const std::filesystem::path& folder,
                                           const HuggingFaceModel& model) {
  GenerationSettings generation;
  const std::filesystem::path file = folder / "generation_config.json";
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) {
    ASSAY_TRY(const std::string text, codec::read_file(file, kConfigMax));
    ASSAY_TRY(generation, parse_generation_config(text, file.string()));
  }
  if (generation.stop_tokens.empty()) generation.stop_tokens = model.stop_tokens;
  return generation;
}

}  // namespace

Result<graph::Weights> load_weights(const graph::Graph& graph, const HuggingFaceModel& model,
                                    const Safetensors& files) {
  graph::Weights weights;
  ASSAY_TRY(const auto types, graph::constant_types(graph));
  for (const graph::NodeId id : graph.of_kind(graph::NodeKind::kWeight)) {
    const std::string& name = graph.node(id).name;
    if (name == "frequencies") {  // Calculated from the settings; no file has it.
      ASSAY_TRY(HostTensor frequencies, frequency_tensor(model.frequencies));
      ASSAY_TRY_VOID(weights.add(name, std::move(frequencies)));
      continue;
    }
    const WeightSource source = find_weight_source(model.architecture, name);
    ASSAY_TRY(
        HostTensor weight,
        load_weight(files, source, *types[graph::index_of(id)]).context("for the weight {}", name));
    ASSAY_TRY_VOID(weights.add(name, std::move(weight)));
  }
  ASSAY_TRY_VOID(graph::check_weights(graph, weights));
  return weights;
}

Result<Checkpoint> load_checkpoint(const std::filesystem::path& folder) {
  Checkpoint checkpoint;
  const std::filesystem::path config = folder / "config.json";
  ASSAY_TRY(const std::string text, codec::read_file(config, kConfigMax));
  ASSAY_TRY(checkpoint.model, parse_huggingface_config(text, config.string()));
  ASSAY_TRY(checkpoint.generation, read_generation(folder, checkpoint.model));
  ASSAY_TRY(const Safetensors files, Safetensors::open(folder));
  adapt_to_files(checkpoint.model, files);
  ASSAY_TRY(checkpoint.graph, build(checkpoint.model.config).context("in {}", config.string()));
  ASSAY_TRY(
      checkpoint.weights,
      load_weights(checkpoint.graph, checkpoint.model, files).context("in {}", folder.string()));
  return checkpoint;
}

}  // namespace assay::models
