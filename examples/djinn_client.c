/* SPDX-License-Identifier: MIT
 * Text from a decoder on a djinnd, in C: djinn_c_client unix:djinn.sock decoder.graph */
#include <djinn.h>
#include <stdio.h>
#include <stdlib.h>

enum { kTokens = 8 };

static int failed(const char* what) {
  fprintf(stderr, "%s: %s\n", what, djinn_last_error());
  return 1;
}

static void* read_file(const char* path, size_t* size) {
  FILE* file = fopen(path, "rb");
  if (file == NULL) return NULL;
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  void* bytes = malloc(*size);
  if (bytes != NULL && fread(bytes, 1, *size, file) != *size) *size = 0;
  fclose(file);
  return bytes;
}

static int write_text(djinn_session* session) {
  const int32_t prompt[] = {3, 1, 4, 1, 5};
  const size_t prompt_size[] = {5};
  djinn_result* logits = NULL;
  if (djinn_prefill(session, prompt, prompt_size, &logits) != DJINN_OK) return failed("prefill");
  djinn_tensor scores;
  if (djinn_result_tensor(logits, 0, &scores) != DJINN_OK) return failed("logits");
  printf("%s of %zu bytes\n", scores.dtype, scores.size);
  djinn_result_free(logits);

  const int32_t next[] = {9};
  const size_t next_size[] = {1};
  int32_t tokens[kTokens];
  if (djinn_decode(session, next, next_size, kTokens, tokens) != DJINN_OK) return failed("decode");
  for (int i = 0; i < kTokens; ++i) printf("%d ", (int)tokens[i]);
  printf("\n");
  return djinn_signal_phase(session, "IO_WAIT", 0.02) == DJINN_OK ? 0 : failed("signal");
}

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: djinn_c_client ADDRESS GRAPH\n");
    return 2;
  }
  size_t size = 0;
  void* graph = read_file(argv[2], &size);
  djinn_client* client = NULL;
  djinn_model* model = NULL;
  djinn_session* session = NULL;
  int code = 0;
  if (djinn_init(argv[1], NULL, &client) != DJINN_OK) {
    code = failed("init");
  } else if (djinn_load_seeded(client, graph, size, 7, &model) != DJINN_OK) {
    code = failed("load");
  } else if (djinn_session_open(model, 1, 64, &session) != DJINN_OK) {
    code = failed("session");
  } else {
    code = write_text(session);
  }
  djinn_session_free(session);
  djinn_model_free(model);
  djinn_free(client);
  free(graph);
  return code;
}
