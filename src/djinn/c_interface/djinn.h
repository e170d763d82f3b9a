// SPDX-License-Identifier: MIT
// A client of djinnd from C, and from whatever calls C: libassay_djinn.so. Every function that can
// fail returns a status; djinn_last_error() says what was wrong, in words. One thread at a time
// uses a client and what came of it. What is freed is let go of here and on the server, in any
// order.
//
//   djinn_client* client = NULL;
//   if (djinn_init("unix:djinn.sock", NULL, &client) != DJINN_OK) complain(djinn_last_error());
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DJINN_API __attribute__((visibility("default")))

/* Whose fault it is. Numbers never change. */
typedef enum djinn_status {
  DJINN_OK = 0,
  DJINN_USER_ERROR = 2,        /* What was given does not fit. */
  DJINN_ENVIRONMENT_ERROR = 3, /* No server, no memory, no room: try later or elsewhere. */
  DJINN_BUG = 70               /* Ours: please report the text. */
} djinn_status;

typedef struct djinn_client djinn_client;
typedef struct djinn_model djinn_model;
typedef struct djinn_session djinn_session;
typedef struct djinn_result djinn_result;

/* All of it may be NULL or 0; `struct_size` is sizeof(djinn_options), so that it can grow. */
typedef struct djinn_options {
  size_t struct_size;
  const char* tenant;    /* Whose quota it is. */
  const char* token;     /* Of the server, where it asks for one. */
  const char* authority; /* A file in PEM that vouches for the server at a tls: address. */
} djinn_options;

/* Dense, row-major, little-endian. */
typedef struct djinn_tensor {
  const char* name;
  const char* dtype; /* "f32", "f16", "bf16", "i8", "i32", "u8", "f64" */
  int32_t rank;
  const int64_t* shape;
  const void* data;
  size_t size; /* Bytes of data: has to be what dtype and shape say. */
} djinn_tensor;

/* Of the last call in this thread that failed; never NULL, valid until the next one. */
DJINN_API const char* djinn_last_error(void);

/* `address`: unix:PATH, tcp:HOST:PORT or tls:HOST:PORT. `options` may be NULL. */
DJINN_API djinn_status djinn_init(const char* address, const djinn_options* options,
                                  djinn_client** client);
DJINN_API void djinn_free(djinn_client* client);
DJINN_API djinn_status djinn_ping(djinn_client* client);

/* A graph as bytes (`assay djinn graph` writes them) and its weights by name; only what the server
 * does not have yet is sent. */
DJINN_API djinn_status djinn_load(djinn_client* client, const void* graph, size_t graph_size,
                                  const djinn_tensor* weights, size_t weight_count,
                                  djinn_model** model);
/* The same with invented weights, which depend on the seed alone: for trying out. */
DJINN_API djinn_status djinn_load_seeded(djinn_client* client, const void* graph, size_t graph_size,
                                         uint64_t seed, djinn_model** model);
DJINN_API void djinn_model_free(djinn_model* model);

/* Of a model without states: inputs by name; all outputs. */
DJINN_API djinn_status djinn_call(djinn_model* model, const djinn_tensor* inputs,
                                  size_t input_count, djinn_result** result);
DJINN_API size_t djinn_result_count(const djinn_result* result);
/* What `tensor` points to lives as long as the result. */
DJINN_API djinn_status djinn_result_tensor(const djinn_result* result, size_t index,
                                           djinn_tensor* tensor);
DJINN_API void djinn_result_free(djinn_result* result);

/* A decoder with its keys and values: `rows` sequences of up to `capacity` tokens. Waits for room.
 */
DJINN_API djinn_status djinn_session_open(djinn_model* model, int64_t rows, int64_t capacity,
                                          djinn_session** session);
/* `counts` has the number of tokens of each row, `tokens` those of all rows, one after the other.
 * The result is the logits of each row's next token. */
DJINN_API djinn_status djinn_prefill(djinn_session* session, const int32_t* tokens,
                                     const size_t* counts, djinn_result** logits);
/* Then generates so many tokens a row, the best each time: `generated` takes rows x generate. */
DJINN_API djinn_status djinn_decode(djinn_session* session, const int32_t* tokens,
                                    const size_t* counts, uint32_t generate, int32_t* generated);
/* "IO_WAIT" or "COMPUTE", and for how long for all one knows; less than 0: nobody knows. */
DJINN_API djinn_status djinn_signal_phase(djinn_session* session, const char* phase,
                                          double estimate_seconds);
/* Closes it, if the server is there; else its lease ends by itself. */
DJINN_API void djinn_session_free(djinn_session* session);

#ifdef __cplusplus
}
#endif
