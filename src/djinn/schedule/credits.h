// SPDX-License-Identifier: MIT
// How much a peer may have under way: bytes and operations, for its stream and for each session on
// it, granted beforehand and given back with the answers. Who has none left is not read from; the
// process goes on. What frees something (cancel, signal, close) always passes: it has a reserve of
// its own.
#pragma once

#include <cstdint>

#include "core/units.h"

namespace assay::djinn {

struct CreditLimits {
  Bytes bytes{std::int64_t{64} << 20U};
  std::int64_t ops = 256;
  std::int64_t control_ops = 64;  ///< Beside `ops`.
};

class CreditAccount {
 public:
  explicit CreditAccount(const CreditLimits& limits);

  /// All of it or nothing. A message larger than the whole limit passes when nothing else is under
  /// way: it could never pass otherwise.
  bool spend(Bytes bytes);
  bool spend_control();
  /// What was spent comes back. Checked: no more than was spent.
  void refund(Bytes bytes);
  void refund_control();

  Bytes bytes_left() const { return Bytes(limits_.bytes.count() - bytes_); }
  std::int64_t ops_left() const { return limits_.ops - ops_; }
  std::int64_t refused() const { return refused_; }

 private:
  friend bool spend_both(CreditAccount& stream, CreditAccount& session, Bytes bytes);
  bool can_spend(Bytes bytes) const;

  CreditLimits limits_;
  std::int64_t bytes_ = 0;  ///< Spent.
  std::int64_t ops_ = 0;
  std::int64_t control_ops_ = 0;
  std::int64_t refused_ = 0;
};

/// From the stream and the session, or from neither.
bool spend_both(CreditAccount& stream, CreditAccount& session, Bytes bytes);
void refund_both(CreditAccount& stream, CreditAccount& session, Bytes bytes);

}  // namespace assay::djinn
