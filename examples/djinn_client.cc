// SPDX-License-Identifier: MIT
// Text from a decoder on a djinnd: djinn_client unix:djinn.sock
#include <cstdio>

#include "djinn/client/client.h"
#include "engine/models/builders/decoder.h"

assay::Result<void> write_text(const char* address) {
  const auto graph = assay::models::build_decoder({.vocabulary = 100,
                                                   .width = 64,
                                                   .depth = 2,
                                                   .heads = 4,
                                                   .kv_heads = 4,
                                                   .head_width = 16,
                                                   .mlp_width = 256});
  ASSAY_TRY(const auto weights, assay::graph::seeded_weights(*graph, 7));
  ASSAY_TRY(auto client, assay::djinn::connect(address));
  ASSAY_TRY(auto model, client.load(*graph, weights, {.name = "tiny"}));
  ASSAY_TRY(auto session, model.open_session({.capacity = 64}));
  ASSAY_TRY(const auto written, session.decode({{3, 1, 4, 1, 5}}, 8));
  ASSAY_TRY_VOID(session.signal_phase("IO_WAIT", std::chrono::milliseconds(20)));
  for (const auto token : written.generated[0])
    std::printf("%d ", token);
  std::printf("\n%zu weight bytes sent\n", static_cast<std::size_t>(model.weight_bytes_sent()));
  return {};
}

int main(int argc, char** argv) {
  const auto done = write_text(argc > 1 ? argv[1] : "unix:djinn.sock");
  if (!done) std::fprintf(stderr, "%s\n", done.error().to_string().c_str());
  return done ? 0 : 1;
}
