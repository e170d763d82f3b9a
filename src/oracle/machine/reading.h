// SPDX-License-Identifier: MIT
// What was read off the machine: a value, or the reason why there is none. What is absent says so;
// it never poses as 0, "" or false.
//
//   Reading<std::string> governor = absent("no cpufreq in /sys");
//   if (governor.is_present()) use(governor.value()); else explain(governor.reason());
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "core/check.h"

namespace assay::machine {

struct Absent {
  std::string reason;
  bool operator==(const Absent&) const = default;
};

inline Absent absent(std::string reason) {
  return {std::move(reason)};
}

template <class T>
class Reading {
 public:
  Reading() : state_(Absent{"not read"}) {}
  Reading(T value) : state_(std::move(value)) {}         // NOLINT: values read like themselves.
  Reading(Absent reason) : state_(std::move(reason)) {}  // NOLINT: and so do reasons.

  bool is_present() const { return state_.index() == 1; }
  const T& value() const {
    ASSAY_CHECK(is_present(), "a value is taken only where one was read");
    return *std::get_if<1>(&state_);
  }
  const std::string& reason() const {
    ASSAY_CHECK(!is_present(), "only what is absent has a reason");
    return std::get_if<0>(&state_)->reason;
  }
  bool operator==(const Reading&) const = default;

 private:
  std::variant<Absent, T> state_;
};

}  // namespace assay::machine
