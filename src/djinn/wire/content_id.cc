// SPDX-License-Identifier: MIT
#include "djinn/wire/content_id.h"

#include <openssl/evp.h>

#include "djinn/wire/tensor_record.h"

namespace assay::djinn {
namespace {

EVP_MD_CTX* context_of(void* state) {
  return static_cast<EVP_MD_CTX*>(state);
}

}  // namespace

void ContentHasher::Free::operator()(void* state) const {
  EVP_MD_CTX_free(context_of(state));
}

ContentHasher::ContentHasher(const tensor::TensorType& type) : state_(EVP_MD_CTX_new()) {
  ASSAY_CHECK(state_ != nullptr, "there is memory for the state of a hash");
  ASSAY_CHECK_EQ(EVP_DigestInit_ex(context_of(state_.get()), EVP_sha256(), nullptr), 1,
                 "every OpenSSL has SHA-256");
  const std::string head = to_text(type) + "\n";
  add(std::as_bytes(std::span(head)));
}

void ContentHasher::add(std::span<const std::byte> bytes) {
  ASSAY_CHECK_EQ(EVP_DigestUpdate(context_of(state_.get()), bytes.data(), bytes.size()), 1,
                 "bytes in memory can be hashed");
}

ContentId ContentHasher::finish() {
  ContentId id;
  static_assert(sizeof(id.bytes) == 32, "SHA-256 has 32 bytes");
  ASSAY_CHECK_EQ(EVP_DigestFinal_ex(context_of(state_.get()),
                                    reinterpret_cast<unsigned char*>(id.bytes.data()), nullptr),
                 1, "a hash ends");
  return id;
}

ContentId content_id(const tensor::ConstAnyView& view) {
  ASSAY_CHECK(tensor::is_dense(view.type, view.strides),
              "weights are hashed as they travel: dense");
  const Result<std::size_t> size = dense_size(view.type);
  ASSAY_CHECK(size.has_value(), "what lies in memory has a size");
  ContentHasher hasher(view.type);
  hasher.add({static_cast<const std::byte*>(view.data), *size});
  return hasher.finish();
}

}  // namespace assay::djinn
