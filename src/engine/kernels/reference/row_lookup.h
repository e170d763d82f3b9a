// SPDX-License-Identifier: MIT
// The reference kernels that read rows by number. A number outside is an error of the run, and no
// read outside happens.
#pragma once

#include "core/result.h"
#include "engine/kernels/reference/elements.h"

namespace assay::kernels {

/// y[..., :] = table[ids[...], :].
Result<void> embedding_reference(const ConstAnyView& table, const ConstAnyView& ids,
                                 const AnyView& y);
/// y[b, :] = x[b, rows[b], :].
Result<void> take_rows_reference(const ConstAnyView& x, const ConstAnyView& rows, const AnyView& y);

}  // namespace assay::kernels
