# SPDX-License-Identifier: MIT
# libassay_djinn.so: the client as a library of C. It shows djinn_* and nothing else; what it is made
# of stays inside, so that it meets no other copy in whatever loads it.
add_library(assay_djinn SHARED djinn/c_interface/djinn.cc)
target_link_libraries(assay_djinn PRIVATE assay_djinn_client)
set_target_properties(assay_djinn PROPERTIES
  LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}" CXX_VISIBILITY_PRESET hidden
  VISIBILITY_INLINES_HIDDEN ON VERSION "${PROJECT_VERSION}" SOVERSION 0)
target_link_options(assay_djinn PRIVATE
  "-Wl,--version-script=${CMAKE_CURRENT_LIST_DIR}/exports.map" "-Wl,--exclude-libs,ALL")
set_property(TARGET assay_djinn APPEND PROPERTY LINK_DEPENDS
             "${CMAKE_CURRENT_LIST_DIR}/exports.map")
target_include_directories(assay_djinn INTERFACE "${CMAKE_CURRENT_LIST_DIR}")
