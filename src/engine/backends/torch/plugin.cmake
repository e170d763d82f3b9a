# SPDX-License-Identifier: MIT
# The plugin assay_torch, where LibTorch is (Debian 12: scripts/install --with torch; another one:
# -DCMAKE_PREFIX_PATH=/path/to/libtorch). Its own find_package looks for half of Debian, so the three
# libraries and two folders it needs are named here.
#
# assay_torch_test(TARGET) tells a test where the plugin is, or would be.
function(assay_torch_test target)
  target_compile_definitions(${target} PRIVATE
    ASSAY_TORCH_PLUGIN="${CMAKE_BINARY_DIR}/libassay_torch.so")
  if(TARGET assay_torch)
    add_dependencies(${target} assay_torch)
  endif()
endfunction()

find_library(ASSAY_TORCH_LIBRARY torch_cpu)
find_library(ASSAY_C10_LIBRARY c10)
find_path(ASSAY_TORCH_INCLUDE ATen/ATen.h)
find_path(ASSAY_TORCH_API_INCLUDE torch/script.h PATH_SUFFIXES torch/csrc/api/include)
if(NOT ASSAY_TORCH_LIBRARY OR NOT ASSAY_C10_LIBRARY OR NOT ASSAY_TORCH_INCLUDE)
  message(STATUS "LibTorch is not here: the backend `torch` will say so")
  return()
endif()
file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/plugin/*.cc")
add_library(assay_torch SHARED ${sources})
target_link_libraries(assay_torch PRIVATE assay_engine_backend "${ASSAY_TORCH_LIBRARY}"
                                          "${ASSAY_C10_LIBRARY}")
target_include_directories(assay_torch SYSTEM PRIVATE
  "${ASSAY_TORCH_INCLUDE}" "${ASSAY_TORCH_INCLUDE}/torch/csrc/api/include")
# LibTorch asks for libblas.so.3 whoever that is: here OpenBLAS's OpenMP build, on the pool that it
# shares with ATen. DT_RPATH (not RUNPATH) also holds for the libraries that LibTorch asks for.
get_filename_component(assay_blas_folder "${ASSAY_OPENBLAS_LIBRARY}" DIRECTORY)
target_link_options(assay_torch PRIVATE "-Wl,--disable-new-dtags,-rpath,${assay_blas_folder}")
set_target_properties(assay_torch PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}"
                                             CXX_VISIBILITY_PRESET hidden)
