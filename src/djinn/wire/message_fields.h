// SPDX-License-Identifier: MIT
// How the fields of messages are written and read. A message names its fields once, in `fields()`,
// and is encoded and decoded by walking over them. Only the sources of the messages include this:
// they instantiate encode() and decode() for all others.
#pragma once

#include <concepts>
#include <limits>
#include <optional>
#include <type_traits>
#include <vector>

#include "core/units.h"
#include "djinn/wire/byte_reader.h"
#include "djinn/wire/byte_writer.h"
#include "djinn/wire/identity.h"
#include "djinn/wire/limits.h"
#include "djinn/wire/message.h"
#include "engine/tensor/any_view.h"

namespace assay::djinn {

/// An enumeration that travels says its last value: `constexpr QosClass last_of(QosClass)`.
template <class T>
concept TravellingEnum = std::is_enum_v<T> && requires(T value) {
  { last_of(value) } -> std::same_as<T>;
};

template <class T>
concept HasFields = std::is_class_v<T> && requires(T value) {
  T::fields(value, [](std::string_view, const auto&) {});
};

class FieldWriter {
 public:
  explicit FieldWriter(ByteWriter& to) : to_(&to) {}

  template <class T>
  void operator()(std::string_view what, const T& value) const {
    write(what, value);
  }

 private:
  void write(std::string_view /*what*/, bool value) const { to_->number(value ? 1 : 0); }
  void write(std::string_view /*what*/, double value) const { to_->real(value); }
  void write(std::string_view /*what*/, const std::string& value) const { to_->text(value); }
  void write(std::string_view what, Nanoseconds value) const;
  void write(std::string_view what, tensor::DType value) const;
  void write(std::string_view what, const tensor::Dims& value) const;
  template <std::unsigned_integral T>
  void write(std::string_view /*what*/, T value) const {
    to_->number(value);
  }
  template <std::signed_integral T>
  void write(std::string_view /*what*/, T value) const {
    to_->signed_number(value);
  }
  template <TravellingEnum T>
  void write(std::string_view /*what*/, T value) const {
    to_->number(static_cast<std::uint64_t>(value));
  }
  template <class Tag, std::size_t kSize>
  void write(std::string_view /*what*/, const Identity<Tag, kSize>& value) const {
    to_->raw(value.bytes);
  }
  template <class T>
  void write(std::string_view what, const std::optional<T>& value) const {
    write(what, value.has_value());
    if (value) write(what, *value);
  }
  template <class T>
  void write(std::string_view what, const std::vector<T>& values) const {
    to_->number(values.size());
    for (const T& value : values)
      write(what, value);
  }
  template <HasFields T>
  void write(std::string_view /*what*/, const T& value) const {
    T::fields(value, *this);
  }

  ByteWriter* to_;
};

class FieldReader {
 public:
  explicit FieldReader(ByteReader& from) : from_(&from) {}

  template <class T>
  void operator()(std::string_view what, T& value) const {
    read(what, value);
  }

 private:
  void read(std::string_view what, bool& value) const { value = from_->number(what, 1) != 0; }
  void read(std::string_view /*what*/, double& value) const { value = from_->real(); }
  void read(std::string_view what, std::string& value) const {
    value = from_->text(what, from_->rest());
  }
  void read(std::string_view what, Nanoseconds& value) const;
  void read(std::string_view what, tensor::DType& value) const;
  void read(std::string_view what, tensor::Dims& value) const;
  template <std::unsigned_integral T>
  void read(std::string_view what, T& value) const {
    value = static_cast<T>(from_->number(what, std::numeric_limits<T>::max()));
  }
  template <std::signed_integral T>
  void read(std::string_view what, T& value) const {
    using Limits = std::numeric_limits<T>;
    value = static_cast<T>(from_->signed_number(what, Limits::min(), Limits::max()));
  }
  template <TravellingEnum T>
  void read(std::string_view what, T& value) const {
    const auto last = static_cast<std::uint64_t>(last_of(T{}));
    value = static_cast<T>(from_->number(what, last));
  }
  template <class Tag, std::size_t kSize>
  void read(std::string_view /*what*/, Identity<Tag, kSize>& value) const {
    from_->raw(value.bytes);
  }
  template <class T>
  void read(std::string_view what, std::optional<T>& value) const {
    bool has_value = false;
    read(what, has_value);
    if (has_value) read(what, value.emplace());
  }
  /// Grows as the entries are read, so that no count asks for memory that its bytes do not back.
  template <class T>
  void read(std::string_view what, std::vector<T>& values) const {
    const std::size_t count = from_->count(what, 1);
    for (std::size_t i = 0; i < count && !from_->has_failed(); ++i)
      read(what, values.emplace_back());
  }
  template <HasFields T>
  void read(std::string_view /*what*/, T& value) const {
    T::fields(value, *this);
  }

  ByteReader* from_;
};

template <class Message>
std::vector<std::byte> encode(const Message& message) {
  ByteWriter to;
  Message::fields(message, FieldWriter(to));
  return to.take();
}

template <class Message>
Result<Message> decode(std::span<const std::byte> body) {
  ByteReader from(body);
  Message message;
  Message::fields(message, FieldReader(from));
  ASSAY_TRY_VOID(from.finish().context("in {}", to_text(Message::kOpcode)));
  if constexpr (requires { message.check(); }) {
    ASSAY_TRY_VOID(message.check().context("in {}", to_text(Message::kOpcode)));
  }
  return message;
}

}  // namespace assay::djinn
