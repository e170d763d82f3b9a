// SPDX-License-Identifier: MIT
#include <cblas.h>

#include <algorithm>
#include <limits>
#include <sstream>

#include "engine/kernels/cpu/gemm.h"

namespace assay::kernels {
namespace {

using tensor::TensorView;

Result<blasint> to_blasint(std::int64_t size) {
  if (size > std::numeric_limits<blasint>::max()) {
    return Error::user("OpenBLAS counts in {} bits: size {} does not fit", 8 * sizeof(blasint),
                       size);
  }
  return static_cast<blasint>(size);
}

/// BLAS refuses a leading dimension below the row length, even of a matrix with a single row.
template <class T>
Result<blasint> leading_dimension(TensorView<T> matrix) {
  return to_blasint(std::max({matrix.leading_dimension(), matrix.extent(1), std::int64_t{1}}));
}

CBLAS_TRANSPOSE order_of(bool transposed) {
  return transposed ? CblasTrans : CblasNoTrans;
}

}  // namespace

Result<void> gemm_openblas(TensorView<const float> a, TensorView<const float> b,
                           Transposes transposes, TensorView<float> c) {
  const GemmSizes sizes = gemm_sizes(a.shape(), b.shape(), transposes, c.shape());
  if (sizes.m == 0 || sizes.n == 0) return {};
  ASSAY_TRY(const blasint m, to_blasint(sizes.m));
  ASSAY_TRY(const blasint n, to_blasint(sizes.n));
  ASSAY_TRY(const blasint k, to_blasint(sizes.k));
  ASSAY_TRY(const blasint lda, leading_dimension(a));
  ASSAY_TRY(const blasint ldb, leading_dimension(b));
  ASSAY_TRY(const blasint ldc, leading_dimension(c));
  cblas_sgemm(CblasRowMajor, order_of(transposes.a), order_of(transposes.b), m, n, k, 1.0F,
              a.data(), lda, b.data(), ldb, 0.0F, c.data(), ldc);
  return {};
}

OpenblasBuild openblas_build() {
  OpenblasBuild build{
      .version = "", .core = openblas_get_corename(), .config = openblas_get_config()};
  std::istringstream words(build.config);  // "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ..."
  std::string name;
  words >> name >> build.version;
  return build;
}

}  // namespace assay::kernels
