# SPDX-License-Identifier: MIT
# The header of graph_message.fbs, made by FlatBuffers' compiler into the build folder.
set(schema "${CMAKE_CURRENT_LIST_DIR}/graph_message.fbs")
set(out "${CMAKE_BINARY_DIR}/schema")
add_custom_command(
  OUTPUT "${out}/graph_message_generated.h"
  COMMAND "${ASSAY_FLATC}" --cpp --scoped-enums -o "${out}" "${schema}"
  DEPENDS "${schema}"
  COMMENT "Compiling the schema of graphs on the wire"
  VERBATIM)
target_sources(assay_djinn_wire PRIVATE "${out}/graph_message_generated.h")
target_include_directories(assay_djinn_wire SYSTEM PRIVATE "${out}")
