// SPDX-License-Identifier: MIT
#include "djinn/schedule/credits.h"

#include "core/check.h"

namespace assay::djinn {

CreditAccount::CreditAccount(const CreditLimits& limits) : limits_(limits) {
  ASSAY_CHECK(limits.bytes.count() > 0 && limits.ops > 0 && limits.control_ops > 0,
              "whoever is let in may do something");
}

bool CreditAccount::can_spend(Bytes bytes) const {
  ASSAY_CHECK_GE(bytes.count(), 0, "a message has a size");
  if (ops_ >= limits_.ops) return false;
  // Written so that no sum can overflow, whatever a peer says.
  return bytes <= bytes_left() || ops_ == 0;
}

bool CreditAccount::spend(Bytes bytes) {
  if (!can_spend(bytes)) {
    ++refused_;
    return false;
  }
  bytes_ += bytes.count();
  ++ops_;
  return true;
}

bool CreditAccount::spend_control() {
  if (control_ops_ >= limits_.control_ops) {
    ++refused_;
    return false;
  }
  ++control_ops_;
  return true;
}

void CreditAccount::refund(Bytes bytes) {
  ASSAY_CHECK(ops_ > 0 && bytes.count() >= 0 && bytes.count() <= bytes_,
              "no more comes back than was spent");
  bytes_ -= bytes.count();
  --ops_;
}

void CreditAccount::refund_control() {
  ASSAY_CHECK_GT(control_ops_, 0, "no more comes back than was spent");
  --control_ops_;
}

bool spend_both(CreditAccount& stream, CreditAccount& session, Bytes bytes) {
  if (!session.can_spend(bytes)) {
    ++session.refused_;
    return false;
  }
  return stream.spend(bytes) && session.spend(bytes);
}

void refund_both(CreditAccount& stream, CreditAccount& session, Bytes bytes) {
  stream.refund(bytes);
  session.refund(bytes);
}

}  // namespace assay::djinn
