# SPDX-License-Identifier: MIT
# Every third-party library, found once. scripts/packages.txt says which Debian package brings it
# and why we use it; ARCHITECTURE.md says which single module includes it.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(GTest REQUIRED)
find_path(ASSAY_XXHASH_INCLUDE xxhash.h REQUIRED)
find_path(ASSAY_HWLOC_INCLUDE hwloc.h REQUIRED)
find_library(ASSAY_HWLOC_LIBRARY hwloc REQUIRED)
find_path(ASSAY_DNNL_INCLUDE dnnl.h REQUIRED)
find_library(ASSAY_DNNL_LIBRARY dnnl REQUIRED)

# The OpenMP build of OpenBLAS, named by its folder: Debian's default alternative is the pthread
# build, whose pool fights with OpenMP's (1.6-2.9x slower beside oneDNN; docs/design/libraries.md).
find_library(ASSAY_OPENBLAS_LIBRARY openblas REQUIRED NO_DEFAULT_PATH
  PATHS /usr/lib/x86_64-linux-gnu/openblas-openmp /usr/lib/aarch64-linux-gnu/openblas-openmp)
find_path(ASSAY_CBLAS_INCLUDE cblas.h REQUIRED
  PATH_SUFFIXES x86_64-linux-gnu/openblas-openmp aarch64-linux-gnu/openblas-openmp)
find_path(ASSAY_HIGHWAY_INCLUDE hwy/highway.h REQUIRED)
find_library(ASSAY_HIGHWAY_LIBRARY hwy REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(OpenSSL REQUIRED)
find_path(ASSAY_FLATBUFFERS_INCLUDE flatbuffers/flatbuffers.h REQUIRED)  # Only its headers.
find_program(ASSAY_FLATC flatc REQUIRED)
