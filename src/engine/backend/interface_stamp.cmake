# SPDX-License-Identifier: MIT
# What plugin.cc knows of the border between a program and its plugins: one hash over the headers
# that cross it, the compiler and its flags. Included by src/CMakeLists.txt, it adds a target that
# runs this same file as a script at every build; the header is touched only when the hash changed.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" assay_stamp_type)
  add_custom_target(assay_interface_stamp
    COMMAND "${CMAKE_COMMAND}" "-DOUT=${CMAKE_BINARY_DIR}/stamp/interface_stamp.h"
            "-DSOURCE=${CMAKE_SOURCE_DIR}/src"
            "-DCOMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
            "-DFLAGS=${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${assay_stamp_type}} ${ASSAY_SANITIZE}"
            -P "${CMAKE_CURRENT_LIST_FILE}"
    BYPRODUCTS "${CMAKE_BINARY_DIR}/stamp/interface_stamp.h"
    COMMENT "Hashing the headers between the program and its plugins"
    VERBATIM)
  add_dependencies(assay_engine_backend assay_interface_stamp)
  target_include_directories(assay_engine_backend PRIVATE "${CMAKE_BINARY_DIR}/stamp")
  return()
endif()

set(all "${COMPILER}\n${FLAGS}\n")
foreach(folder core engine/tensor engine/graph engine/backend)
  file(GLOB headers "${SOURCE}/${folder}/*.h")
  foreach(header IN LISTS headers)
    file(SHA256 "${header}" hash)
    string(APPEND all "${hash}\n")
  endforeach()
endforeach()
string(SHA256 hash "${all}")
string(SUBSTRING "${hash}" 0 16 hash)
file(CONFIGURE OUTPUT "${OUT}" CONTENT [[
#define ASSAY_PLUGIN_INTERFACE "@hash@"
]] @ONLY)
