// SPDX-License-Identifier: MIT
// Answers that have been calculated, by the very bytes they were calculated from. Simulated time
// does not depend on the calculating, so that what is known need not be calculated again.
#pragma once

#include <deque>
#include <vector>

#include "engine/backend/device.h"

namespace assay::sim {

class KnownAnswers {
 public:
  /// Holds at most so many bytes of inputs and outputs; the oldest go first.
  explicit KnownAnswers(Bytes size_max) : size_max_(size_max) {}

  /// Writes the outputs where these inputs are known. Arguments are dense and of one executable.
  bool recall(const backend::RunArguments& arguments);
  void keep(const backend::RunArguments& arguments);

 private:
  struct Answer {
    std::vector<std::byte> inputs;  ///< One after another.
    std::vector<std::byte> outputs;
    std::int64_t size() const { return static_cast<std::int64_t>(inputs.size() + outputs.size()); }
  };

  Bytes size_max_;
  std::int64_t size_ = 0;
  std::deque<Answer> answers_;  ///< The newest first.
};

}  // namespace assay::sim
