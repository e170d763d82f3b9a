// SPDX-License-Identifier: MIT
// Tensors out of a safetensors file, of a set of them that an index joins, and back. Opening reads
// and checks the tables of contents only; a tensor is read straight into the memory that keeps it.
//
//   ASSAY_TRY(Safetensors file, Safetensors::open("gpt2"));  // Also: x.safetensors, x.index.json.
//   ASSAY_TRY(HostTensor table, file.load("wte.weight"));
//
// The format: 8 bytes with the size of the header, the header (JSON: name -> dtype, shape, place in
// the data), and the data, every byte of which belongs to one tensor.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "core/units.h"
#include "engine/tensor/host_tensor.h"

namespace assay::models {

/// Hundreds of times the header of the largest checkpoints we know (a thousand tensors a file), and
/// small enough that no header, however hostile, takes the machine's memory while it is parsed.
inline constexpr Bytes kSafetensorsHeaderMax{std::int64_t{16} << 20};

/// A line of the table of contents.
struct StoredTensor {
  std::string dtype;                ///< As the file says: "BF16".
  std::vector<std::int64_t> shape;  ///< Of any rank.
  std::int64_t begin = 0;           ///< Of the data, in bytes; from the start of it.
  std::int64_t size = 0;
  bool operator==(const StoredTensor&) const = default;
};
using StoredTensors = std::map<std::string, StoredTensor, std::less<>>;

/// What a header says, once it holds: every size is dtype times shape, no two tensors overlap, no
/// byte of the data is left over. Types that we cannot load are no error yet.
Result<StoredTensors> parse_safetensors_header(std::string_view json, Bytes data);
/// What it can be loaded as; an error says why it cannot.
Result<tensor::TensorType> type_of(const StoredTensor& stored);

class Safetensors {
 public:
  /// A file; an index (*.index.json); or a folder with model.safetensors or its index.
  static Result<Safetensors> open(const std::filesystem::path& path);

  std::vector<std::string> names() const;
  bool has(std::string_view name) const { return entries_.contains(name); }
  /// An error names the nearest tensor there is.
  Result<const StoredTensor*> find(std::string_view name) const;
  /// In the dtype of the file: F32, F16, BF16, I8, I32, U8 or F64.
  Result<tensor::HostTensor> load(std::string_view name) const;

 private:
  class File;
  struct Entry {
    StoredTensor stored;
    std::shared_ptr<const File> file;
  };
  Result<void> add_file(const std::filesystem::path& path);
  Result<void> add_shards(const std::filesystem::path& index);

  std::map<std::string, Entry, std::less<>> entries_;
};

/// The bytes of a file that holds these tensors, in order of their names. Checked: names differ.
std::string to_safetensors(
    const std::vector<std::pair<std::string, tensor::ConstAnyView>>& tensors);

}  // namespace assay::models
