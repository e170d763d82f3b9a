// SPDX-License-Identifier: MIT
// Weights as clients send them: in parts, hashed as they arrive, sealed in the text segment when
// they are what they were called. Who sends a weight that is there already sends nothing.
#pragma once

#include <map>
#include <vector>

#include "djinn/memory/text_segment.h"
#include "djinn/server/failure.h"
#include "djinn/wire/content_id.h"
#include "djinn/wire/model_messages.h"
#include "engine/graph/weights.h"

namespace assay::djinn {

class WeightStore {
 public:
  explicit WeightStore(TextSegment& text) : text_(&text) {}

  /// Positions of those that have to be sent.
  std::vector<std::uint32_t> missing(const std::vector<ContentId>& ids) const;
  /// A weight belongs to the connection that began it until it is complete; kOverloaded for
  /// another one meanwhile.
  Served<StoredWeightMessage> put(std::uint64_t connection, const PutWeightMessage& message,
                                  std::span<const std::byte> part);
  /// What the connection began and did not complete.
  void abandon_all_of(std::uint64_t connection);

  /// Copies for a device to load: it packs them as it likes and keeps what it needs (the model
  /// table counts that). kNotFound names the weight that has to be sent.
  Served<graph::Weights> take_out(const std::vector<NamedWeight>& names);
  /// What was sent of them leaves, unless a load takes it out just now: how many there were.
  std::int64_t drop(const std::vector<ContentId>& ids);
  std::uint64_t received() const { return received_; }  ///< Bytes of parts.

 private:
  struct Upload {
    std::uint64_t connection;
    tensor::TensorType type;
    std::uint64_t held = 0;
    ContentHasher hasher;
  };
  Served<Upload*> upload_of(std::uint64_t connection, const PutWeightMessage& message,
                            std::size_t whole);
  Served<Done> complete(const ContentId& id, Upload& upload);

  TextSegment* text_;
  std::map<ContentId, Upload> uploads_;
  std::map<ContentId, tensor::TensorType> types_;
  std::uint64_t received_ = 0;
};

}  // namespace assay::djinn
