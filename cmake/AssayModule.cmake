# SPDX-License-Identifier: MIT
# assay_quick_to_build(TEST): a test's own code is compiled without optimisation and with GoogleTest's
# headers precompiled, and under sanitizers without the checks of UBSan that cost the most to compile
# (ASan finds bad pointers; what is tested keeps every check). 314 sources, twice in CI: 4.5 instead of
# 7.1 s each under sanitizers, 2.3 instead of 4.4 s in the release build.
function(assay_quick_to_build test)
  target_compile_options(${test} PRIVATE -O0 -fpch-preprocess)
  target_precompile_headers(${test} PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
  if(ASSAY_SANITIZE MATCHES undefined)
    target_compile_options(${test} PRIVATE -fno-sanitize=null,alignment,object-size,vptr)
  endif()
endfunction()

# assay_module(PATH LAYER n [DEPS modules...] [SUBDIRS folders...] [LIBS libraries...]
#              [PRIVATE_INCLUDES folders...])
#
# One folder under src/ becomes one static library and, from its *_test.cc files, one test program.
# A dependency must stand on a lower layer: an upward or sideways one stops the configuration.
# tests/tidy_test.cc then checks that the includes say the same as this table.
function(assay_module path)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LAYER" "DEPS;SUBDIRS;LIBS;PRIVATE_INCLUDES")
  string(REPLACE "/" "_" name "${path}")
  set_property(GLOBAL PROPERTY "ASSAY_LAYER_${name}" ${arg_LAYER})

  set(globs "${path}/*.cc")
  set(header_globs "${path}/*.h")
  foreach(folder IN LISTS arg_SUBDIRS)
    list(APPEND globs "${path}/${folder}/*.cc")
    list(APPEND header_globs "${path}/${folder}/*.h")
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${globs})
  file(GLOB headers CONFIGURE_DEPENDS ${header_globs})
  set(tests "${sources}")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cc$")  # main.cc is a program's, not a library's.

  set(kind PUBLIC)
  if(sources)
    add_library(assay_${name} STATIC ${sources})
    target_include_directories(assay_${name} SYSTEM PRIVATE ${arg_PRIVATE_INCLUDES})
  else()
    add_library(assay_${name} INTERFACE)
    set(kind INTERFACE)
  endif()
  target_sources(assay_${name} ${kind} FILE_SET HEADERS BASE_DIRS "${CMAKE_SOURCE_DIR}/src"
                 FILES ${headers})
  target_link_libraries(assay_${name} ${kind} assay_flags ${arg_LIBS})
  foreach(dep IN LISTS arg_DEPS)
    string(REPLACE "/" "_" dep_name "${dep}")
    get_property(dep_layer GLOBAL PROPERTY "ASSAY_LAYER_${dep_name}")
    if("${dep_layer}" STREQUAL "")
      message(FATAL_ERROR "${path} depends on ${dep}, which is not declared above it")
    elseif(NOT dep_layer LESS arg_LAYER)
      message(FATAL_ERROR "${path} (layer ${arg_LAYER}) may not depend on ${dep} (layer ${dep_layer})")
    endif()
    target_link_libraries(assay_${name} ${kind} assay_${dep_name})
  endforeach()

  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE assay_${name} GTest::gmock_main)
    target_compile_definitions(${name}_test PRIVATE ASSAY_ROOT="${CMAKE_SOURCE_DIR}")
    assay_quick_to_build(${name}_test)
    set_property(GLOBAL APPEND PROPERTY ASSAY_MODULE_TESTS ${name}_test)
    # TEST_PREFIX names the module, so that `ctest -R lab/measure` runs one room.
    gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST TEST_PREFIX "${path}/"
                         PROPERTIES LABELS unit TIMEOUT 120)
  endif()
endfunction()
