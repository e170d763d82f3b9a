// SPDX-License-Identifier: MIT
#include "engine/backend/host_stream.h"

#include <cstring>

#include "engine/tensor/host_tensor.h"

namespace assay::backend {
namespace {

class HostBuffer final : public Buffer {
 public:
  explicit HostBuffer(tensor::HostTensor memory) : memory_(std::move(memory)) {}
  std::span<std::byte> bytes() override { return memory_.bytes(); }

 private:
  tensor::HostTensor memory_;
};

class HostEvent final : public Event {
 public:
  bool is_reached() const override { return true; }
  Result<Nanoseconds> reached_at() const override { return time_; }

 private:
  Nanoseconds time_ = SteadyClock::read();
};

class HostStream final : public Stream {
 public:
  Result<void> to_device(std::span<const std::byte> host, std::span<std::byte> device) override {
    return copy_bytes(host, device);
  }
  Result<void> from_device(std::span<const std::byte> device, std::span<std::byte> host) override {
    return copy_bytes(device, host);
  }
  Result<std::shared_ptr<const Event>> record() override {
    return std::shared_ptr<const Event>(std::make_shared<HostEvent>());
  }
  Result<void> wait(const Event& /*event*/) override { return {}; }
  Result<void> synchronise() override { return {}; }
};

}  // namespace

Result<std::unique_ptr<Buffer>> allocate_host_buffer(Bytes size) {
  ASSAY_TRY(auto memory, tensor::HostTensor::create({tensor::DType::kU8, {size.count()}}));
  return std::unique_ptr<Buffer>(std::make_unique<HostBuffer>(std::move(memory)));
}

std::unique_ptr<Stream> open_host_stream() {
  return std::make_unique<HostStream>();
}

Result<void> copy_bytes(std::span<const std::byte> from, std::span<std::byte> to) {
  if (from.size() != to.size()) {
    return Error::user("a copy of {} bytes into {} bytes: both sides are as long", from.size(),
                       to.size());
  }
  if (!from.empty()) std::memcpy(to.data(), from.data(), from.size());
  return {};
}

}  // namespace assay::backend
