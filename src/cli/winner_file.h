// SPDX-License-Identifier: MIT
// What max-autotune timed, from one start of the program to the next: winners.jsonl in the cache
// folder, a line for each. Written whole beside the old one and renamed, under a lock, after
// reading what other processes have added. Whatever the file holds, the worst is that something is
// timed again, and `trouble` says why.
//
//   WinnerFile winners(cache_folder(), tuned_for());
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <vector>

#include "core/result.h"
#include "engine/backend/winners.h"

namespace assay::cli {

/// $ASSAY_CACHE, else `assay` in $XDG_CACHE_HOME, else in ~/.cache. An error where there is no
/// home.
Result<std::filesystem::path> cache_folder();

/// What a winner holds for beside what was timed: this CPU and this very program.
std::string tuned_for();

class WinnerFile : public backend::Winners {
 public:
  /// Lines of the file that are for something else than `tuned_for` are kept and not used.
  WinnerFile(Result<std::filesystem::path> folder, std::string tuned_for);

  /// The file is read when it is first asked.
  std::optional<std::string> find(const std::string& what) override;
  void keep(const std::string& what, const std::string& winner) override;
  std::string trouble() const override;

 private:
  struct Line {
    std::string tuned_for;
    std::string what;
    std::string winner;
  };
  std::filesystem::path path() const;
  std::vector<Line> read();
  Result<void> write(const Line& newest);
  static Result<Line> line_of(std::string_view text);

  mutable std::mutex mutex_;
  Result<std::filesystem::path> folder_;
  const std::string tuned_for_;
  bool is_read_ = false;
  std::map<std::string, std::string> winners_;
  std::string unread_;  ///< Why not all of the file was read.
  std::string unkept_;  ///< Why the latest winner was not written.
};

}  // namespace assay::cli
