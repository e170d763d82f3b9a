// SPDX-License-Identifier: MIT
#include "djinn/server/values.h"

#include <algorithm>

namespace assay::djinn {

Result<std::shared_ptr<Values>> Values::create(
    const std::vector<std::pair<std::string, tensor::TensorType>>& types) {
  auto values = std::make_shared<Values>();
  values->types_ = types;
  for (const auto& [name, type] : types) {
    ASSAY_TRY(const std::size_t size, dense_size(type).context("in output {}", name));
    // A tensor without elements still has an address.
    values->memory_.emplace_back(std::max<std::size_t>(size, 1));
    values->size_ = values->size_ + Bytes(static_cast<std::int64_t>(size));
  }
  return values;
}

std::vector<tensor::AnyView> Values::views() {
  std::vector<tensor::AnyView> views;
  for (std::size_t i = 0; i < types_.size(); ++i) {
    views.push_back(
        tensor::dense_view(static_cast<void*>(memory_[i].bytes().data()), types_[i].second));
  }
  return views;
}

tensor::ConstAnyView Values::view(std::size_t index) const {
  return tensor::dense_view(static_cast<const void*>(memory_[index].bytes().data()),
                            types_[index].second);
}

Result<std::shared_ptr<Values>> Values::rows_of(std::int64_t first, std::int64_t count) const {
  auto types = types_;
  for (auto& [name, type] : types) {
    const bool has_rows = type.shape.rank() > 0 && first + count <= type.shape[0];
    if (!has_rows) return Error::user("output {} has no row {}", name, first + count - 1);
    type.shape[0] = count;
  }
  ASSAY_TRY(auto values, create(types));
  for (std::size_t i = 0; i < types.size(); ++i) {
    ASSAY_TRY(const std::size_t size, dense_size(types[i].second));
    const std::size_t row_size = count == 0 ? 0 : size / static_cast<std::size_t>(count);
    const auto from = memory_[i].bytes().subspan(static_cast<std::size_t>(first) * row_size, size);
    std::ranges::copy(from, values->memory_[i].bytes().begin());
  }
  return values;
}

Served<PackedValues> pack(const Values& values, std::size_t first, std::size_t count) {
  TensorPacker packer;
  PackedValues packed;
  for (std::size_t i = first; i < first + count; ++i)
    packed.records.push_back(packer.add(values.name(i), values.view(i)));
  const std::uint32_t most = limits_of(Opcode::kCallResult).payload_max;
  if (packer.size() > most) {
    return Failure::because(ErrorCode::kTooLarge,
                            "outputs of {} bytes; one answer carries {}: ask for a handle and "
                            "fetch slices",
                            packer.size(), most);
  }
  packed.parts.assign(packer.parts().begin(), packer.parts().end());
  return packed;
}

Served<ValueHandle> ValueTable::keep(std::uint64_t connection,
                                     std::shared_ptr<const Values> values) {
  if (held_ + values->size() > limit_) {
    return Failure::because(ErrorCode::kOverloaded,
                            "{} would be kept beside {}, and the server keeps at most {}: release "
                            "a handle",
                            to_text(values->size()), to_text(held_), to_text(limit_));
  }
  auto place = std::ranges::find(entries_, nullptr, &Entry::values);
  if (place == entries_.end()) place = entries_.insert(entries_.end(), Entry());
  held_ = held_ + values->size();
  *place = {
      .generation = place->generation + 1, .connection = connection, .values = std::move(values)};
  const auto index = static_cast<std::uint64_t>(place - entries_.begin());
  return (std::uint64_t{place->generation} << 32U) | index;
}

Served<std::size_t> ValueTable::place_of(std::uint64_t connection, ValueHandle handle) const {
  const auto index = static_cast<std::size_t>(handle & 0xFFFFFFFFU);
  const auto generation = static_cast<std::uint32_t>(handle >> 32U);
  const bool is_here = index < entries_.size() && entries_[index].generation == generation &&
                       entries_[index].values != nullptr &&
                       entries_[index].connection == connection;
  if (is_here) return index;
  return Failure::because(ErrorCode::kNotFound,
                          "handle {} is not one of this connection: it was released, or never was",
                          handle);
}

Served<std::shared_ptr<const Values>> ValueTable::find(std::uint64_t connection,
                                                       ValueHandle handle) const {
  ASSAY_TRY(const std::size_t place, place_of(connection, handle));
  return entries_[place].values;
}

void ValueTable::empty(Entry& entry) {
  held_ = Bytes(held_.count() - entry.values->size().count());
  entry.values = nullptr;
}

Served<Done> ValueTable::release(std::uint64_t connection, ValueHandle handle) {
  ASSAY_TRY(const std::size_t place, place_of(connection, handle));
  empty(entries_[place]);
  return Done{};
}

void ValueTable::release_all_of(std::uint64_t connection) {
  for (Entry& entry : entries_) {
    if (entry.values != nullptr && entry.connection == connection) empty(entry);
  }
}

std::size_t ValueTable::count() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(entries_, [](const Entry& entry) { return entry.values != nullptr; }));
}

}  // namespace assay::djinn
