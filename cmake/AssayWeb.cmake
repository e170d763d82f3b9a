# SPDX-License-Identifier: MIT
# The page of the report: web/ is bundled by esbuild into one script and one style, whose bytes go
# into the program. npm packages are installed by the front door, never from here.
function(assay_embed_web target)
  set(web "${CMAKE_SOURCE_DIR}/web")
  set(out "${CMAKE_BINARY_DIR}/web")
  find_program(ASSAY_NODE node)
  if(NOT ASSAY_NODE OR NOT EXISTS "${web}/node_modules/esbuild")
    message(FATAL_ERROR
      "The page's npm packages are not installed: run ./assay or (cd web && npm ci --ignore-scripts)")
  endif()
  file(GLOB page_sources CONFIGURE_DEPENDS "${web}/src/*.ts" "${web}/src/*.css")
  add_custom_command(
    OUTPUT "${out}/page.js" "${out}/page.css" "${out}/page_assets.cc"
    COMMAND "${ASSAY_NODE}" "${web}/build.mjs" "${out}"
    DEPENDS ${page_sources} "${web}/build.mjs" "${web}/package-lock.json"
    COMMENT "Bundling the page of the report"
    VERBATIM)
  # The assembler reads page.js and page.css, which the compiler's dependency file does not say.
  set_source_files_properties("${out}/page_assets.cc" PROPERTIES
    OBJECT_DEPENDS "${out}/page.js;${out}/page.css")
  target_sources(${target} PRIVATE "${out}/page_assets.cc")
endfunction()

# The page in a real browser: skipped, with the reason, where there is no chromium.
function(assay_browser_test target)
  add_executable(web_page_in_browser_test "${CMAKE_SOURCE_DIR}/web/test/page_in_browser_test.cc")
  target_link_libraries(web_page_in_browser_test PRIVATE ${target} GTest::gmock_main)
  gtest_discover_tests(web_page_in_browser_test DISCOVERY_MODE PRE_TEST TEST_PREFIX "web/"
                       PROPERTIES LABELS browser TIMEOUT 120)
endfunction()
