// SPDX-License-Identifier: MIT
// Bytes in any pieces -> frames. Memory grows with the bytes that arrived, never beyond the limit
// of the opcode; large bodies are received where they stay.
//
//   FrameReader reader(Speaker::kClient);
//   const auto space = reader.space();
//   reader.commit(receive_into(space));
//   while (true) {
//     ASSAY_TRY(std::optional<Frame> frame, reader.next());   // An error: close the connection.
//     if (!frame) break;
//     ...
//   }
#pragma once

#include "djinn/wire/frame.h"

namespace assay::djinn {

class FrameReader {
 public:
  /// `peer` is who speaks: kClient in a server. Until greeted(), only HELLO and its answers pass.
  explicit FrameReader(Speaker peer);

  void greeted() { is_greeted_ = true; }
  /// Where the next bytes belong; never empty.
  std::span<std::byte> space();
  /// So many bytes were put there.
  void commit(std::size_t size);
  /// The same for bytes that lie elsewhere: takes some of them, at least one, and says how many.
  std::size_t feed(std::span<const std::byte> bytes);

  /// The next whole frame, or none until more bytes come. After an error only the same error.
  Result<std::optional<Frame>> next();

  /// Of the error that next() told.
  FrameDefect defect() const { return read_.defect; }
  /// Whether the bytes so far end between two frames, and may end.
  bool is_between_frames() const { return !has_header_ && staged() == 0; }
  /// Bytes of memory held for a frame that has not come whole.
  std::size_t held() const { return frame_.body.size() + frame_.payload.size(); }

 private:
  std::size_t staged() const { return stage_end_ - stage_begin_; }
  Result<void> take_header();
  FrameDefect check_order() const;
  /// The part of the body or the payload whose bytes come next; empty when the frame is whole.
  std::span<std::byte> missing();
  void take_staged();

  Speaker peer_;
  bool is_greeted_ = false;
  bool saw_greeting_ = false;
  bool has_header_ = false;
  bool commits_directly_ = false;
  HeaderRead read_;
  Frame frame_;
  std::size_t arrived_ = 0;  ///< Of body and payload together.
  std::vector<std::byte> stage_;
  std::size_t stage_begin_ = 0;
  std::size_t stage_end_ = 0;
};

}  // namespace assay::djinn
