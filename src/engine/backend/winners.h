// SPDX-License-Identifier: MIT
// Which variant of a kernel was timed the fastest on this machine, by what was timed: "linear f32
// 128x768x768 ...". A device asks before it times. Whoever makes the device may give it winners
// that outlive the process; what they say is only believed where it names a variant there is.
#pragma once

#include <memory>
#include <optional>
#include <string>

namespace assay::backend {

/// Any number of threads may call.
class Winners {
 public:
  virtual ~Winners() = default;
  /// The winner as it was kept; nothing where it has to be timed.
  virtual std::optional<std::string> find(const std::string& what) = 0;
  virtual void keep(const std::string& what, const std::string& winner) = 0;
  /// Why earlier winners could not be read, or new ones will be forgotten. Optional. Default: all
  /// is well, and empty.
  virtual std::string trouble() const { return ""; }
};

/// Forgotten with the object.
std::shared_ptr<Winners> make_forgetful_winners();

}  // namespace assay::backend
