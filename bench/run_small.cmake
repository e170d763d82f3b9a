# SPDX-License-Identifier: MIT
# cmake -DPROGRAM=... -DNAME=... -DCHECKSUMS=... -P run_small.cmake: see CMakeLists.txt.
execute_process(COMMAND ${PROGRAM} --small ${ARGS} OUTPUT_VARIABLE output ERROR_VARIABLE errors
                RESULT_VARIABLE code)
message("${output}${errors}")
if(NOT code EQUAL 0)
  message(FATAL_ERROR "${NAME} --small exited with ${code}")
endif()
if(NOT output MATCHES "checksum ([0-9a-f]+)")
  message(FATAL_ERROR "${NAME} printed no line `checksum <hex>`")
endif()
set(got "${CMAKE_MATCH_1}")
file(STRINGS "${CHECKSUMS}" lines REGEX "^${NAME} ")
if(NOT lines STREQUAL "${NAME} ${got}")
  message(FATAL_ERROR "${NAME}: checksum ${got} differs from bench/checksums.txt: ${lines}")
endif()
