# SPDX-License-Identifier: MIT
# Language level, warnings, sanitizers, ccache: what every target shares.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(ASSAY_SANITIZE "" CACHE STRING "Sanitizers for every target: address,undefined or thread")
option(ASSAY_FUZZ "Build the libFuzzer programs (needs clang)" OFF)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # The sloppiness is what ccache asks for where headers are precompiled (its manual, "Precompiled headers").
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros "${CCACHE_PROGRAM}")
endif()

add_library(assay_flags INTERFACE)
target_include_directories(assay_flags INTERFACE "${CMAKE_SOURCE_DIR}/src")
target_compile_options(assay_flags INTERFACE
  -Wall -Wextra -Werror -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Wswitch -Wunused-result)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 raises these two falsely for std::variant and std::string at -O3 and under sanitizers.
  target_compile_options(assay_flags INTERFACE -Wno-maybe-uninitialized -Wno-restrict)
endif()
if(ASSAY_SANITIZE)
  target_compile_options(assay_flags INTERFACE
    -fsanitize=${ASSAY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(assay_flags INTERFACE -fsanitize=${ASSAY_SANITIZE})
endif()
