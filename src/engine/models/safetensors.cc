// SPDX-License-Identifier: MIT
#include "engine/models/safetensors.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>

#include "core/codec/file.h"
#include "core/codec/json.h"
#include "core/nearest.h"

namespace assay::models {
namespace {

using codec::Node;
using tensor::ConstAnyView;
using tensor::DType;
using tensor::HostTensor;
using tensor::TensorType;

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

struct StoredDType {
  std::string_view name;
  std::int64_t size;
  std::optional<DType> dtype;  ///< None: known, and none of ours.
};

constexpr std::array<StoredDType, 15> kStoredDTypes{{
    {"F64", 8, DType::kF64},
    {"F32", 4, DType::kF32},
    {"F16", 2, DType::kF16},
    {"BF16", 2, DType::kBf16},
    {"I8", 1, DType::kI8},
    {"I32", 4, DType::kI32},
    {"U8", 1, DType::kU8},
    {"BOOL", 1, {}},
    {"F8_E4M3", 1, {}},
    {"F8_E5M2", 1, {}},
    {"I16", 2, {}},
    {"U16", 2, {}},
    {"U32", 4, {}},
    {"I64", 8, {}},
    {"U64", 8, {}},
}};

const StoredDType* find_stored_dtype(std::string_view name) {
  const auto* found = std::ranges::find(kStoredDTypes, name, &StoredDType::name);
  return found == kStoredDTypes.end() ? nullptr : found;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const std::int64_t extent : shape)
    text += format("{}{}", text.size() > 1 ? ", " : "", extent);
  return text + "]";
}

/// dtype times shape in bytes; none where that is beyond 64 bits.
std::optional<std::int64_t> byte_count(std::int64_t element,
                                       const std::vector<std::int64_t>& shape) {
  if (std::ranges::find(shape, 0) != shape.end()) return 0;
  std::int64_t bytes = element;
  for (const std::int64_t extent : shape) {
    if (__builtin_mul_overflow(bytes, extent, &bytes)) return {};
  }
  return bytes;
}

Result<std::vector<std::int64_t>> sizes_of(const Node& node, std::string_view key) {
  const Node* list = node.find(key);
  if (list == nullptr || !list->is_list()) {
    return Error::user("{} has to be a list of sizes", key);
  }
  std::vector<std::int64_t> sizes;
  for (const Node& item : list->items()) {
    const std::int64_t* size = item.as_integer();
    if (size == nullptr || *size < 0) {
      return Error::user("{} has to be a list of sizes; entry {} is {}", key, sizes.size(),
                         item.is_scalar() ? codec::to_text(item.scalar()) : "a list or a map");
    }
    sizes.push_back(*size);
  }
  return sizes;
}

Result<StoredTensor> stored_tensor_of(const Node& node, std::int64_t data_size) {
  if (!node.is_map()) return Error::user("expected a map of dtype, shape and data_offsets");
  StoredTensor stored;
  const Node* dtype = node.find("dtype");
  if (dtype == nullptr || dtype->as_string() == nullptr) {
    return Error::user("dtype has to be a text such as \"F32\"");
  }
  stored.dtype = *dtype->as_string();
  ASSAY_TRY(stored.shape, sizes_of(node, "shape"));
  ASSAY_TRY(const std::vector<std::int64_t> offsets, sizes_of(node, "data_offsets"));
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    return Error::user("data_offsets has to be [begin, end], got {}", shape_text(offsets));
  }
  if (offsets[1] > data_size) {
    return Error::user("data_offsets end at byte {} of {} that are there: is the file cut short?",
                       offsets[1], data_size);
  }
  stored.begin = offsets[0];
  stored.size = offsets[1] - offsets[0];
  const StoredDType* known = find_stored_dtype(stored.dtype);
  if (known == nullptr) return stored;  // Its size is unknown; loading it is refused by type_of.
  const std::optional<std::int64_t> bytes = byte_count(known->size, stored.shape);
  if (!bytes || *bytes != stored.size) {
    return Error::user("data_offsets hold {} bytes, but {} {} takes {}", stored.size, stored.dtype,
                       shape_text(stored.shape), bytes ? format("{}", *bytes) : "more than 2^63");
  }
  return stored;
}

/// No overlap and no byte that belongs to no tensor, as the format demands.
Result<void> check_places(const StoredTensors& tensors, std::int64_t data_size) {
  std::vector<StoredTensors::const_pointer> in_order;
  for (const auto& entry : tensors)
    in_order.push_back(&entry);
  std::ranges::sort(in_order, {}, [](const auto* entry) {
    return std::pair(entry->second.begin, entry->second.size);
  });
  std::int64_t end = 0;
  for (const auto* entry : in_order) {
    const std::int64_t begin = entry->second.begin;
    if (begin != end) {
      return Error::user(
          "tensor {:?}: its data begin at byte {}, {} the data before it, which end "
          "at byte {}",
          entry->first, begin, begin < end ? "inside" : "not right behind", end);
    }
    end = begin + entry->second.size;
  }
  if (end == data_size) return {};
  return Error::user("the data have {} bytes, but the tensors end at byte {}", data_size, end);
}

}  // namespace

Result<StoredTensors> parse_safetensors_header(std::string_view json, Bytes data) {
  ASSAY_TRY(const Node root, codec::parse_json(json).context("in the header"));
  if (!root.is_map()) return Error::user("the header has to be a map of tensors");
  StoredTensors tensors;
  for (const auto& [name, node] : root.entries()) {
    if (name == "__metadata__") continue;  // Free text for people.
    ASSAY_TRY(StoredTensor stored,
              stored_tensor_of(node, data.count()).context("tensor {:?}", name));
    tensors.emplace(name, std::move(stored));
  }
  ASSAY_TRY_VOID(check_places(tensors, data.count()));
  return tensors;
}

Result<TensorType> type_of(const StoredTensor& stored) {
  const StoredDType* known = find_stored_dtype(stored.dtype);
  if (known == nullptr || !known->dtype) {
    return Error::user("unsupported dtype: {}; we load F64, F32, F16, BF16, I8, I32 and U8",
                       stored.dtype);
  }
  if (stored.shape.size() > tensor::Dims::kRankMax) {
    return Error::user("unsupported rank: {} of at most {}", stored.shape.size(),
                       tensor::Dims::kRankMax);
  }
  TensorType type{*known->dtype, {}};
  for (const std::int64_t extent : stored.shape)
    type.shape.append(extent);
  return type;
}

// A file is read, not mapped: a mapped one that another process cuts would end this one.
class Safetensors::File {
 public:
  static Result<std::shared_ptr<File>> open(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
      if (errno == ENOENT || errno == ENOTDIR)
        return Error::user("no such file: {}", path.string());
      return Error::environment("cannot open {}: {}", path.string(), codec::describe_errno(errno));
    }
    auto file = std::shared_ptr<File>(new File(path, descriptor));
    struct stat status = {};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
      return Error::user("not a file: {}", path.string());
    }
    file->size_ = status.st_size;
    return file;
  }
  ~File() { ::close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::int64_t size() const { return size_; }
  const std::filesystem::path& path() const { return path_; }
  std::int64_t data_begin = 0;  ///< Behind the header.

  Result<void> read_at(std::int64_t offset, std::span<std::byte> bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::pread(descriptor_, bytes.data(), bytes.size(), offset);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) {
        return Error::environment("cannot read {}: {}", path_.string(),
                                  codec::describe_errno(errno));
      }
      if (count == 0) {
        return Error::environment("{} became shorter while it was read", path_.string());
      }
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      offset += count;
    }
    return {};
  }

 private:
  File(std::filesystem::path path, int descriptor)
      : path_(std::move(path)), descriptor_(descriptor) {}

  std::filesystem::path path_;
  int descriptor_;
  std::int64_t size_ = 0;
};

Result<void> Safetensors::add_file(const std::filesystem::path& path) {
  constexpr std::int64_t kPrefix = 8;
  ASSAY_TRY(const std::shared_ptr<File> file, File::open(path));
  std::uint64_t header = 0;
  if (file->size() < kPrefix) {
    return Error::user("{}: not a safetensors file: it has {} bytes, fewer than the 8 of its size",
                       path.string(), file->size());
  }
  ASSAY_TRY_VOID(file->read_at(0, std::as_writable_bytes(std::span(&header, 1))));
  const auto limit = std::min(kSafetensorsHeaderMax.count(), file->size() - kPrefix);
  if (header > static_cast<std::uint64_t>(limit)) {
    return Error::user(
        "{}: not a safetensors file: a header of {} bytes in a file of {} (limit {})",
        path.string(), header, file->size(), to_text(kSafetensorsHeaderMax));
  }
  std::string json(static_cast<std::size_t>(header), '\0');
  ASSAY_TRY_VOID(file->read_at(kPrefix, std::as_writable_bytes(std::span(json))));
  file->data_begin = kPrefix + static_cast<std::int64_t>(header);
  ASSAY_TRY(StoredTensors tensors,
            parse_safetensors_header(json, Bytes(file->size() - file->data_begin))
                .context("in {}", path.string()));
  for (auto& [name, stored] : tensors) {
    if (entries_.contains(name)) {
      return Error::user("tensor {:?} stands in two files, {} and {}", name,
                         entries_.at(name).file->path().string(), path.string());
    }
    entries_.emplace(name, Entry{std::move(stored), file});
  }
  return {};
}

Result<void> Safetensors::add_shards(const std::filesystem::path& index) {
  constexpr Bytes kIndexMax{std::int64_t{64} << 20};
  ASSAY_TRY(const std::string text, codec::read_file(index, kIndexMax));
  ASSAY_TRY(const Node root, codec::parse_json(text).context("in {}", index.string()));
  const Node* weight_map = root.find("weight_map");
  if (weight_map == nullptr || !weight_map->is_map()) {
    return Error::user("{}: weight_map has to be a map from tensor to file", index.string());
  }
  std::map<std::string, std::vector<std::string>> tensors_of;
  for (const auto& [name, file] : weight_map->entries()) {
    const std::string* text_of_file = file.as_string();
    if (text_of_file == nullptr || text_of_file->find('/') != std::string::npos ||
        !text_of_file->ends_with(".safetensors")) {
      return Error::user("{}: weight_map.{}: expected a *.safetensors file of the same folder",
                         index.string(), name);
    }
    tensors_of[*text_of_file].push_back(name);
  }
  for (const auto& [file, names] : tensors_of) {
    ASSAY_TRY_VOID(add_file(index.parent_path() / file).context("a file of {}", index.string()));
    for (const std::string& name : names) {
      const auto entry = entries_.find(name);
      if (entry == entries_.end() || entry->second.file->path().filename() != file) {
        return Error::user("{}: weight_map: tensor {:?} is not in {}", index.string(), name, file);
      }
    }
  }
  return {};
}

Result<Safetensors> Safetensors::open(const std::filesystem::path& path) {
  Safetensors set;
  std::filesystem::path file = path;
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    file = path / "model.safetensors";
    if (!std::filesystem::exists(file, ignored)) file += ".index.json";
    if (!std::filesystem::exists(file, ignored)) {
      return Error::user("{}: neither model.safetensors nor model.safetensors.index.json is there",
                         path.string());
    }
  }
  if (file.extension() == ".json") {
    ASSAY_TRY_VOID(set.add_shards(file));
  } else {
    ASSAY_TRY_VOID(set.add_file(file));
  }
  return set;
}

std::vector<std::string> Safetensors::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_)
    names.push_back(name);
  return names;
}

Result<const StoredTensor*> Safetensors::find(std::string_view name) const {
  const auto entry = entries_.find(name);
  if (entry == entries_.end()) {
    const std::string nearest = nearest_name(name, names());
    return Error::user("the checkpoint has no tensor {:?}{}; it has {} others", name,
                       nearest.empty() ? "" : format("; did you mean {:?}?", nearest),
                       entries_.size());
  }
  return &entry->second.stored;
}

Result<HostTensor> Safetensors::load(std::string_view name) const {
  ASSAY_TRY(const StoredTensor* stored, find(name));
  const File& file = *entries_.find(name)->second.file;
  ASSAY_TRY(const TensorType type,
            type_of(*stored).context("tensor {:?} of {}", name, file.path().string()));
  ASSAY_TRY(HostTensor tensor, HostTensor::create(type));
  ASSAY_CHECK_EQ(tensor.size().count(), stored->size, "the header was checked");
  ASSAY_TRY_VOID(file.read_at(file.data_begin + stored->begin, tensor.bytes()));
  return tensor;
}

std::string to_safetensors(const std::vector<std::pair<std::string, ConstAnyView>>& tensors) {
  std::map<std::string_view, const ConstAnyView*> by_name;
  for (const auto& [name, view] : tensors) {
    ASSAY_CHECK(by_name.emplace(name, &view).second, "the names of tensors differ");
  }
  Node header = Node::map();
  std::string data;
  for (const auto& [name, view] : by_name) {
    const auto dense = HostTensor::copy_of(*view);
    ASSAY_CHECK(dense.has_value(), "a tensor in memory has a sound type");
    const auto begin = static_cast<std::int64_t>(data.size());
    data.append(reinterpret_cast<const char*>(dense->bytes().data()), dense->bytes().size());
    Node shape = Node::list();
    for (int axis = 0; axis < view->type.shape.rank(); ++axis)
      shape.append(view->type.shape[axis]);
    const auto* known = std::ranges::find(kStoredDTypes, view->type.dtype, [](const auto& entry) {
      return entry.dtype.value_or(DType::kF64);
    });
    header.set(name,
               Node::map({{"dtype", Node(known->name)},
                          {"shape", std::move(shape)},
                          {"data_offsets", Node::list({begin, begin + dense->size().count()})}}));
  }
  std::string json = codec::to_json(header);
  json.resize(static_cast<std::size_t>(
                  tensor::round_up(static_cast<std::int64_t>(json.size()), std::int64_t{8})),
              ' ');  // So that the data are aligned for whoever maps the file.
  const std::uint64_t size = json.size();
  std::string out(sizeof size, '\0');
  std::memcpy(out.data(), &size, sizeof size);
  return out + json + data;
}

}  // namespace assay::models
