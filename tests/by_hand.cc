// SPDX-License-Identifier: MIT
#include "by_hand.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/format.h"

namespace assay::tests {
namespace {

Matrix zeros(std::int64_t rows, std::int64_t columns) {
  return {rows, columns, std::vector<double>(static_cast<std::size_t>(rows * columns))};
}

Matrix tensor_at(const Tensors& tensors, const std::string& name) {
  return as_matrix(tensors.at(name));
}

Matrix sum(Matrix left, const Matrix& right) {
  for (std::size_t i = 0; i < left.values.size(); ++i)
    left.values[i] += right.values.at(i);
  return left;
}

template <class Function>
Matrix map(Matrix x, const Function& function) {
  for (double& value : x.values)
    value = function(value);
  return x;
}

/// x W, W [in, out].
Matrix product(const Matrix& x, const Matrix& weight) {
  Matrix y = zeros(x.rows, weight.columns);
  for (std::int64_t i = 0; i < x.rows; ++i) {
    for (std::int64_t j = 0; j < weight.columns; ++j) {
      for (std::int64_t k = 0; k < x.columns; ++k)
        y.at(i, j) += x.at(i, k) * weight.at(k, j);
    }
  }
  return y;
}

Matrix transposed(const Matrix& x) {
  Matrix y = zeros(x.columns, x.rows);
  for (std::int64_t i = 0; i < x.rows; ++i) {
    for (std::int64_t j = 0; j < x.columns; ++j)
      y.at(j, i) = x.at(i, j);
  }
  return y;
}

Matrix with_bias(Matrix x, const Tensors& tensors, const std::string& name) {
  if (!tensors.contains(name + ".bias")) return x;
  const Matrix bias = tensor_at(tensors, name + ".bias");
  for (std::int64_t i = 0; i < x.rows; ++i) {
    for (std::int64_t j = 0; j < x.columns; ++j)
      x.at(i, j) += bias.at(0, j);
  }
  return x;
}

/// GPT-2's Conv1D, whose weight is [in, out].
Matrix conv1d(const Matrix& x, const Tensors& tensors, const std::string& name) {
  return with_bias(product(x, tensor_at(tensors, name + ".weight")), tensors, name);
}

/// PyTorch's Linear, whose weight is [out, in].
Matrix dense(const Matrix& x, const Tensors& tensors, const std::string& name) {
  return with_bias(product(x, transposed(tensor_at(tensors, name + ".weight"))), tensors, name);
}

Matrix layer_norm(Matrix x, const Tensors& tensors, const std::string& name, double epsilon) {
  const Matrix weight = tensor_at(tensors, name + ".weight");
  const auto n = static_cast<double>(x.columns);
  for (std::int64_t i = 0; i < x.rows; ++i) {
    double mean = 0;
    double variance = 0;
    for (std::int64_t j = 0; j < x.columns; ++j)
      mean += x.at(i, j) / n;
    for (std::int64_t j = 0; j < x.columns; ++j)
      variance += std::pow(x.at(i, j) - mean, 2) / n;
    for (std::int64_t j = 0; j < x.columns; ++j) {
      x.at(i, j) = (x.at(i, j) - mean) / std::sqrt(variance + epsilon) * weight.at(0, j);
    }
  }
  return with_bias(std::move(x), tensors, name);
}

Matrix rms_norm(Matrix x, const Matrix& weight, double epsilon) {
  for (std::int64_t i = 0; i < x.rows; ++i) {
    double square = 0;
    for (std::int64_t j = 0; j < x.columns; ++j) {
      square += x.at(i, j) * x.at(i, j) / static_cast<double>(x.columns);
    }
    for (std::int64_t j = 0; j < x.columns; ++j) {
      x.at(i, j) *= weight.at(0, j) / std::sqrt(square + epsilon);
    }
  }
  return x;
}

Matrix columns(const Matrix& x, std::int64_t first, std::int64_t count) {
  Matrix part = zeros(x.rows, count);
  for (std::int64_t i = 0; i < x.rows; ++i) {
    for (std::int64_t j = 0; j < count; ++j)
      part.at(i, j) = x.at(i, first + j);
  }
  return part;
}

struct Heads {
  std::int64_t count;
  std::int64_t of_keys;
  std::int64_t width;
  bool is_causal;
};

Matrix attention(const Matrix& q, const Matrix& k, const Matrix& v, const Heads& heads) {
  Matrix y = zeros(q.rows, q.columns);
  for (std::int64_t head = 0; head < heads.count; ++head) {
    const std::int64_t shared = head / (heads.count / heads.of_keys) * heads.width;
    Matrix scores = product(columns(q, head * heads.width, heads.width),
                            transposed(columns(k, shared, heads.width)));
    for (std::int64_t i = 0; i < q.rows; ++i) {
      double total = 0;
      for (std::int64_t j = 0; j < k.rows; ++j) {
        const bool is_seen = !heads.is_causal || j <= i;
        const double scaled = scores.at(i, j) / std::sqrt(static_cast<double>(heads.width));
        total += scores.at(i, j) = is_seen ? std::exp(scaled) : 0;
      }
      for (std::int64_t j = 0; j < k.rows; ++j) {
        for (std::int64_t c = 0; c < heads.width; ++c) {
          y.at(i, head * heads.width + c) += scores.at(i, j) / total * v.at(j, shared + c);
        }
      }
    }
  }
  return y;
}

Matrix rows_of(const Matrix& table, const std::vector<int>& ids) {
  Matrix y = zeros(static_cast<std::int64_t>(ids.size()), table.columns);
  for (std::int64_t i = 0; i < y.rows; ++i) {
    for (std::int64_t j = 0; j < y.columns; ++j) {
      y.at(i, j) = table.at(ids[static_cast<std::size_t>(i)], j);
    }
  }
  return y;
}

std::vector<int> count_up(std::size_t count) {
  std::vector<int> numbers(count);
  for (std::size_t i = 0; i < count; ++i)
    numbers[i] = static_cast<int>(i);
  return numbers;
}

double gelu_new(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}
double gelu(double x) {
  return 0.5 * x * (1 + std::erf(x / std::numbers::sqrt2));
}
double silu(double x) {
  return x / (1 + std::exp(-x));
}

/// q cos + rotate_half(q) sin, head by head; token t stands at position t.
Matrix rotated(Matrix x, std::int64_t width, double theta) {
  const std::int64_t half = width / 2;
  const Matrix old = x;
  for (std::int64_t t = 0; t < x.rows; ++t) {
    for (std::int64_t c = 0; c < x.columns; ++c) {
      const std::int64_t i = c % width;
      const double exponent = 2.0 * static_cast<double>(i % half) / static_cast<double>(width);
      const double angle = static_cast<double>(t) / std::pow(theta, exponent);
      const double other = i < half ? -old.at(t, c + half) : old.at(t, c - half);
      x.at(t, c) = old.at(t, c) * std::cos(angle) + other * std::sin(angle);
    }
  }
  return x;
}

/// Each head by itself, where the checkpoint has such norms.
Matrix head_norm(const Matrix& x, std::int64_t width, const Tensors& tensors,
                 const std::string& name) {
  if (!tensors.contains(name)) return x;
  Matrix heads{x.rows * x.columns / width, width, x.values};
  return {x.rows, x.columns, rms_norm(std::move(heads), tensor_at(tensors, name), 1e-5).values};
}

/// BERT's and ViT's, which differ in where the norms stand and in one name.
Matrix bert_attention(const Matrix& x, const Tensors& tensors, const std::string& layer,
                      const std::string& self) {
  const auto part = [&](const char* name) { return dense(x, tensors, layer + self + name); };
  const Heads heads{2, 2, x.columns / 2, false};
  return dense(attention(part(".query"), part(".key"), part(".value"), heads), tensors,
               layer + "attention.output.dense");
}

Matrix bert_mlp(const Matrix& x, const Tensors& tensors, const std::string& layer) {
  return dense(map(dense(x, tensors, layer + "intermediate.dense"), gelu), tensors,
               layer + "output.dense");
}

}  // namespace

Matrix as_matrix(const tensor::HostTensor& tensor) {
  const tensor::Dims& shape = tensor.type().shape;
  const std::int64_t count = *tensor::element_count(shape);
  Matrix matrix = zeros(count / shape[shape.rank() - 1], shape[shape.rank() - 1]);
  for (std::int64_t i = 0; i < count; ++i) {
    matrix.values[static_cast<std::size_t>(i)] = load_element(tensor.view(), i);
  }
  return matrix;
}

Matrix gpt2_by_hand(const Tensors& tensors, const std::vector<int>& ids) {
  const Matrix table = tensor_at(tensors, "wte.weight");
  Matrix x =
      sum(rows_of(table, ids), rows_of(tensor_at(tensors, "wpe.weight"), count_up(ids.size())));
  const std::int64_t width = x.columns;
  for (const std::string block : {"h.0.", "h.1."}) {
    const Matrix qkv =
        conv1d(layer_norm(x, tensors, block + "ln_1", 1e-5), tensors, block + "attn.c_attn");
    const Matrix attended = attention(columns(qkv, 0, width), columns(qkv, width, width),
                                      columns(qkv, 2 * width, width), {2, 2, width / 2, true});
    x = sum(x, conv1d(attended, tensors, block + "attn.c_proj"));
    const Matrix hidden =
        conv1d(layer_norm(x, tensors, block + "ln_2", 1e-5), tensors, block + "mlp.c_fc");
    x = sum(x, conv1d(map(hidden, gelu_new), tensors, block + "mlp.c_proj"));
  }
  return product(layer_norm(x, tensors, "ln_f", 1e-5), transposed(table));
}

Matrix llama_by_hand(const Tensors& tensors, const std::vector<int>& ids) {
  constexpr std::int64_t kWidth = 4;
  Matrix x = rows_of(tensor_at(tensors, "model.embed_tokens.weight"), ids);
  const auto norm = [&](const Matrix& input, const std::string& name) {
    return rms_norm(input, tensor_at(tensors, name + ".weight"), 1e-5);
  };
  for (const std::string block : {"model.layers.0.", "model.layers.1."}) {
    const Matrix h = norm(x, block + "input_layernorm");
    const auto heads = [&](const char* which) {
      const std::string name = format("{}self_attn.{}", block, which);
      const Matrix part = dense(h, tensors, name + "_proj");
      return rotated(head_norm(part, kWidth, tensors, name + "_norm.weight"), kWidth, 100);
    };
    const Matrix v = dense(h, tensors, block + "self_attn.v_proj");
    const Matrix attended = attention(heads("q"), heads("k"), v, {4, 2, kWidth, true});
    x = sum(x, dense(attended, tensors, block + "self_attn.o_proj"));
    const Matrix g = norm(x, block + "post_attention_layernorm");
    Matrix gated = map(dense(g, tensors, block + "mlp.gate_proj"), silu);
    const Matrix up = dense(g, tensors, block + "mlp.up_proj");
    for (std::size_t i = 0; i < gated.values.size(); ++i)
      gated.values[i] *= up.values[i];
    x = sum(x, dense(gated, tensors, block + "mlp.down_proj"));
  }
  return dense(norm(x, "model.norm"), tensors, "lm_head");
}

Matrix bert_by_hand(const Tensors& tensors, const std::vector<int>& ids,
                    const std::vector<int>& types) {
  const auto part = [&](const char* name, const std::vector<int>& rows) {
    return rows_of(tensor_at(tensors, format("embeddings.{}_embeddings.weight", name)), rows);
  };
  Matrix x = sum(sum(part("word", ids), part("token_type", types)),
                 part("position", count_up(ids.size())));
  x = layer_norm(x, tensors, "embeddings.LayerNorm", 1e-12);
  for (const std::string layer : {"encoder.layer.0.", "encoder.layer.1."}) {
    x = layer_norm(sum(bert_attention(x, tensors, layer, "attention.self"), x), tensors,
                   layer + "attention.output.LayerNorm", 1e-12);
    x = layer_norm(sum(bert_mlp(x, tensors, layer), x), tensors, layer + "output.LayerNorm", 1e-12);
  }
  return x;
}

Matrix vit_by_hand(const Tensors& tensors, const std::vector<double>& image, std::int64_t side,
                   std::int64_t patch) {
  const std::string projection = "embeddings.patch_embeddings.projection";
  const tensor::HostTensor& kernel = tensors.at(projection + ".weight");
  const std::int64_t width = kernel.type().shape[0];
  const std::int64_t across = side / patch;
  Matrix cut = zeros(across * across, 3 * patch * patch);
  for (std::int64_t i = 0; i < cut.rows; ++i) {
    for (std::int64_t j = 0; j < cut.columns; ++j) {
      const std::int64_t channel = j / (patch * patch);
      const std::int64_t row = i / across * patch + j / patch % patch;
      const std::int64_t column = i % across * patch + j % patch;
      cut.at(i, j) = image.at(static_cast<std::size_t>((channel * side + row) * side + column));
    }
  }
  const Matrix flat{width, cut.columns, as_matrix(kernel).values};
  const Matrix patches = with_bias(product(cut, transposed(flat)), tensors, projection);
  Matrix x = tensor_at(tensors, "embeddings.cls_token");
  x.values.insert(x.values.end(), patches.values.begin(), patches.values.end());
  x.rows += patches.rows;
  x = sum(x, tensor_at(tensors, "embeddings.position_embeddings"));
  for (const std::string layer : {"encoder.layer.0.", "encoder.layer.1."}) {
    x = sum(x, bert_attention(layer_norm(x, tensors, layer + "layernorm_before", 1e-12), tensors,
                              layer, "attention.attention"));
    x = sum(x, bert_mlp(layer_norm(x, tensors, layer + "layernorm_after", 1e-12), tensors, layer));
  }
  return layer_norm(x, tensors, "layernorm", 1e-12);
}

}  // namespace assay::tests
