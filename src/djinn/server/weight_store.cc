// SPDX-License-Identifier: MIT
#include "djinn/server/weight_store.h"

#include <algorithm>
#include <cstring>

namespace assay::djinn {
namespace {

/// One space: who may connect may use what is there. Tenants get spaces of their own with quotas.
WeightKey key_of(const ContentId& id) {
  return {.space = "weights", .content = id.bytes};
}

}  // namespace

std::vector<std::uint32_t> WeightStore::missing(const std::vector<ContentId>& ids) const {
  std::vector<std::uint32_t> missing;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!text_->has(key_of(ids[i]))) missing.push_back(static_cast<std::uint32_t>(i));
  }
  return missing;
}

Served<WeightStore::Upload*> WeightStore::upload_of(std::uint64_t connection,
                                                    const PutWeightMessage& message,
                                                    std::size_t whole) {
  const auto under_way = uploads_.find(message.id);
  if (under_way != uploads_.end() && under_way->second.connection == connection) {
    if (under_way->second.type == message.type) return &under_way->second;
    return Failure::because(ErrorCode::kInvalid, "a weight that began as {} goes on as {}",
                            to_text(under_way->second.type), to_text(message.type));
  }
  if (under_way != uploads_.end()) {
    return Failure(ErrorCode::kOverloaded, "another client is sending this very weight: ask again",
                   Nanoseconds(20ms));
  }
  if (message.offset != 0) {
    return Failure::because(ErrorCode::kInvalid, "a weight begins at byte 0, not at {}",
                            message.offset);
  }
  ASSAY_TRY_VOID(text_->begin(key_of(message.id), Bytes(static_cast<std::int64_t>(whole))));
  const auto at = uploads_.emplace(message.id, Upload{.connection = connection,
                                                      .type = message.type,
                                                      .hasher = ContentHasher(message.type)});
  return &at.first->second;
}

Served<StoredWeightMessage> WeightStore::put(std::uint64_t connection,
                                             const PutWeightMessage& message,
                                             std::span<const std::byte> part) {
  ASSAY_TRY_VOID(message.check_part(part.size()));
  ASSAY_TRY(const std::size_t whole, dense_size(message.type));
  if (whole == 0) {
    return Failure(ErrorCode::kUnsupported, "a weight without elements: leave it out of the graph");
  }
  received_ += part.size();
  if (text_->has(key_of(message.id))) {
    return StoredWeightMessage{.bytes_held = whole, .is_complete = true};
  }
  ASSAY_TRY(Upload* const upload, upload_of(connection, message, whole));
  if (message.offset != upload->held) {
    return Failure::because(ErrorCode::kInvalid,
                            "a part at byte {}: expected {}, parts come one after the other",
                            message.offset, upload->held);
  }
  ASSAY_TRY(const std::span<std::byte> memory, text_->writable(key_of(message.id)));
  std::memcpy(memory.data() + upload->held, part.data(), part.size());
  upload->hasher.add(memory.subspan(upload->held, part.size()));
  upload->held += part.size();
  const bool is_complete = upload->held == whole;
  if (is_complete) ASSAY_TRY_VOID(complete(message.id, *upload));
  return StoredWeightMessage{.bytes_held = is_complete ? whole : upload->held,
                             .is_complete = is_complete};
}

Served<Done> WeightStore::complete(const ContentId& id, Upload& upload) {
  const bool is_genuine = upload.hasher.finish() == id;
  const tensor::TensorType type = upload.type;
  uploads_.erase(id);
  if (!is_genuine) {
    ASSAY_TRY_VOID(text_->abandon(key_of(id)));
    return Failure(ErrorCode::kInvalid,
                   "the weight is not what its id says: it was damaged, or the id is another's");
  }
  ASSAY_TRY_VOID(text_->seal(key_of(id)));
  types_[id] = type;
  return Done{};
}

void WeightStore::abandon_all_of(std::uint64_t connection) {
  for (auto at = uploads_.begin(); at != uploads_.end();) {
    if (at->second.connection != connection) {
      ++at;
      continue;
    }
    const auto abandoned = text_->abandon(key_of(at->first));
    ASSAY_CHECK(abandoned.has_value(), "what is being sent is being written");
    at = uploads_.erase(at);
  }
}

std::int64_t WeightStore::drop(const std::vector<ContentId>& ids) {
  return std::ranges::count_if(ids, [&](const ContentId& id) { return text_->drop(key_of(id)); });
}

Served<graph::Weights> WeightStore::take_out(const std::vector<NamedWeight>& names) {
  graph::Weights weights;
  for (const NamedWeight& weight : names) {
    const WeightKey key = key_of(weight.id);
    const auto bytes = text_->acquire(key);
    if (!bytes) {
      return Failure::because(ErrorCode::kNotFound, "weight {} is not here: send it (again)",
                              weight.name);
    }
    auto copy = tensor::HostTensor::copy_of(
        tensor::dense_view(static_cast<const void*>(bytes->data()), types_.at(weight.id)));
    const auto released = text_->release(key);
    ASSAY_CHECK(released.has_value(), "what was acquired is released");
    if (!copy) return copy.error();
    ASSAY_TRY_VOID(weights.add(weight.name, std::move(*copy)));
  }
  return weights;
}

}  // namespace assay::djinn
