// SPDX-License-Identifier: MIT
#include "engine/kernels/gemm_sizes.h"

namespace assay::kernels {

GemmSizes gemm_sizes(const tensor::Dims& a, const tensor::Dims& b, Transposes transposes,
                     const tensor::Dims& c) {
  ASSAY_CHECK(a.rank() == 2 && b.rank() == 2 && c.rank() == 2, "gemm multiplies matrices");
  const GemmSizes sizes{
      .m = a[transposes.a ? 1 : 0], .n = b[transposes.b ? 0 : 1], .k = a[transposes.a ? 0 : 1]};
  ASSAY_CHECK_EQ(sizes.k, b[transposes.b ? 1 : 0], "gemm inner dimensions must agree");
  ASSAY_CHECK_EQ(c[0], sizes.m, "gemm output has the rows of op(a)");
  ASSAY_CHECK_EQ(c[1], sizes.n, "gemm output has the columns of op(b)");
  return sizes;
}

}  // namespace assay::kernels
