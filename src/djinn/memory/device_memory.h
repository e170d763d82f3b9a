// SPDX-License-Identifier: MIT
// The memory of a device as one enforced budget: text (weights), stack (scratch) and data (states)
// are cut from it at start and nothing is added later. The host's pool stands beside it: it is the
// machine's memory, not the device's.
//
//   ASSAY_TRY(auto memory, DeviceMemory::create({.device = ..., .text = ..., .stack = ...}));
//   memory->sessions().open(layout);
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "djinn/memory/session_store.h"
#include "djinn/memory/stack_segment.h"
#include "djinn/memory/text_segment.h"

namespace assay::djinn {

enum class DataLayout : std::uint8_t { kContiguous, kPaged };
std::string_view to_text(DataLayout layout);  ///< "contiguous", "paged"
std::optional<DataLayout> parse_data_layout(std::string_view text);

struct DeviceMemoryOptions {
  Bytes device;  ///< All three segments.
  Bytes text;
  Bytes stack;  ///< Data gets the rest.
  DataLayout layout = DataLayout::kPaged;
  Bytes arena_size{std::int64_t{64} << 20U};  ///< Of a session where contiguous.
  Bytes block_size{std::int64_t{64} << 10U};  ///< Where paged.
  Bytes host;                                 ///< 0: nothing can be swapped out.
  Bytes host_block_size{std::int64_t{64} << 10U};
  bool verifies_restores = false;
};

class DeviceMemory {
 public:
  static Result<std::unique_ptr<DeviceMemory>> create(const DeviceMemoryOptions& options);

  TextSegment& text() { return *text_; }
  StackSegment& stack() { return *stack_; }
  SessionStore& sessions() { return *sessions_; }
  const DeviceMemoryOptions& options() const { return options_; }

  MemoryReport report() const;
  /// A bug where the books do not agree.
  Result<void> check() const;
  /// What the machine really gave, a line for each segment.
  std::vector<std::string> describe() const;

 private:
  DeviceMemory() = default;

  DeviceMemoryOptions options_;
  std::unique_ptr<TextSegment> text_;
  std::unique_ptr<StackSegment> stack_;
  std::unique_ptr<SessionStore> sessions_;
  std::string host_description_;
};

}  // namespace assay::djinn
