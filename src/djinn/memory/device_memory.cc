// SPDX-License-Identifier: MIT
#include "djinn/memory/device_memory.h"

#include "djinn/memory/contiguous_memory.h"
#include "djinn/memory/paged_memory.h"

namespace assay::djinn {
namespace {

Result<std::unique_ptr<SessionMemory>> make_data_segment(const DeviceMemoryOptions& options,
                                                         Bytes size) {
  if (options.layout == DataLayout::kContiguous) {
    return ContiguousMemory::create(size, options.arena_size);
  }
  return PagedMemory::create({.size = size, .block_size = options.block_size});
}

}  // namespace

std::string_view to_text(DataLayout layout) {
  return layout == DataLayout::kContiguous ? "contiguous" : "paged";
}

std::optional<DataLayout> parse_data_layout(std::string_view text) {
  for (const DataLayout layout : {DataLayout::kContiguous, DataLayout::kPaged}) {
    if (text == to_text(layout)) return layout;
  }
  return std::nullopt;
}

Result<std::unique_ptr<DeviceMemory>> DeviceMemory::create(const DeviceMemoryOptions& options) {
  const std::int64_t data = options.device.count() - options.text.count() - options.stack.count();
  if (options.text.count() <= 0 || options.stack.count() <= 0 || data <= 0) {
    return Error::user(
        "device memory of {}: {} of text and {} of stack leave {} bytes for sessions; expected "
        "something for each",
        to_text(options.device), to_text(options.text), to_text(options.stack), data);
  }
  auto memory = std::unique_ptr<DeviceMemory>(new DeviceMemory());
  memory->options_ = options;
  ASSAY_TRY(memory->text_, TextSegment::create(options.text).context("in the text segment"));
  ASSAY_TRY(memory->stack_, StackSegment::create(options.stack).context("in the stack segment"));
  ASSAY_TRY(auto sessions, make_data_segment(options, Bytes(data)).context("in the data segment"));
  std::unique_ptr<BlockPool> host;
  memory->host_description_ = "none: nothing can be swapped out";
  if (options.host.count() > 0) {
    ASSAY_TRY(host, BlockPool::create(options.host, options.host_block_size, RegionKind::kPrivate)
                        .context("in the host pool"));
    memory->host_description_ = host->facts().to_string();
  }
  memory->sessions_ = std::make_unique<SessionStore>(
      std::move(sessions), std::move(host),
      SessionStoreOptions{.verifies_restores = options.verifies_restores});
  return memory;
}

MemoryReport DeviceMemory::report() const {
  MemoryReport report = sessions_->report();
  report.text = text_->report();
  report.stack = stack_->report();
  return report;
}

Result<void> DeviceMemory::check() const {
  ASSAY_TRY_VOID(sessions_->check());
  if (const auto wrong = imbalance(report())) return Error::bug("{}", *wrong);
  return {};
}

std::vector<std::string> DeviceMemory::describe() const {
  return {"text: " + text_->facts().to_string(), "stack: " + stack_->facts().to_string(),
          "data: " + sessions_->memory().describe(), "host: " + host_description_};
}

}  // namespace assay::djinn
