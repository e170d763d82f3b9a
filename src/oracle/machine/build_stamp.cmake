# SPDX-License-Identifier: MIT
# What build_identity.cc knows of the build. Included by src/CMakeLists.txt, it adds a target that
# runs this same file as a script at every build; the header is touched only when it says anything
# new, so that an unchanged tree compiles nothing.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" assay_stamp_type)
  add_custom_target(assay_build_stamp
    COMMAND "${CMAKE_COMMAND}" "-DOUT=${CMAKE_BINARY_DIR}/stamp/build_stamp.h"
            "-DROOT=${CMAKE_SOURCE_DIR}" "-DTYPE=${CMAKE_BUILD_TYPE}"
            "-DFLAGS=${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${assay_stamp_type}}"
            "-DSANITIZE=${ASSAY_SANITIZE}" -P "${CMAKE_CURRENT_LIST_FILE}"
    BYPRODUCTS "${CMAKE_BINARY_DIR}/stamp/build_stamp.h"
    COMMENT "Asking git which commit this is"
    VERBATIM)
  add_dependencies(assay_oracle_machine assay_build_stamp)
  target_include_directories(assay_oracle_machine PRIVATE "${CMAKE_BINARY_DIR}/stamp")
  return()
endif()

set(commit "unknown")
set(is_dirty "false")
execute_process(COMMAND git -C "${ROOT}" rev-parse --short=12 HEAD
                OUTPUT_VARIABLE head OUTPUT_STRIP_TRAILING_WHITESPACE
                ERROR_QUIET RESULT_VARIABLE failed)
if(failed EQUAL 0)
  set(commit "${head}")
  execute_process(COMMAND git -C "${ROOT}" --no-optional-locks status --porcelain
                  OUTPUT_VARIABLE changes ERROR_QUIET)
  if(NOT changes STREQUAL "")
    set(is_dirty "true")
  endif()
endif()
if(SANITIZE)
  string(APPEND FLAGS " -fsanitize=${SANITIZE}")
endif()
string(REPLACE "\\" "\\\\" FLAGS "${FLAGS}")
string(REPLACE "\"" "\\\"" FLAGS "${FLAGS}")
string(STRIP "${FLAGS}" FLAGS)
file(CONFIGURE OUTPUT "${OUT}" CONTENT [[
#define ASSAY_BUILD_COMMIT "@commit@"
#define ASSAY_BUILD_IS_DIRTY @is_dirty@
#define ASSAY_BUILD_TYPE "@TYPE@"
#define ASSAY_BUILD_FLAGS "@FLAGS@"
]] @ONLY)
