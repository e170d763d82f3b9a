// SPDX-License-Identifier: MIT
// Who watches a run: told what begins, after every record how far it is, and what is worth a note.
// The runner itself never prints.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/units.h"
#include "lab/spec/spec.h"
#include "lab/store/record.h"

namespace assay::runner {

struct Beginning {
  const spec::Spec& spec;
  std::filesystem::path folder;
  std::int64_t trials = 0;
  std::int64_t records_needed = 0;   ///< Trials x processes.
  std::int64_t records_resumed = 0;  ///< Of these, measured before under the same keys.
};

struct Progress {
  const store::Record& last;
  std::int64_t done = 0;  ///< Resumed ones included.
  std::int64_t total = 0;
  Nanoseconds elapsed{0};
  std::optional<Nanoseconds> left;  ///< From the mean of what this start measured.
};

class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void on_begin(const Beginning& beginning) = 0;
  virtual void on_record(const Progress& progress) = 0;
  virtual void on_note(const std::string& sentence) = 0;
};

}  // namespace assay::runner
