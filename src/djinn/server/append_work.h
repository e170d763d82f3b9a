// SPDX-License-Identifier: MIT
// Prefill and decode on a session whose states are in the device's memory: the steps of one APPEND,
// all of them or none. What fails or is cancelled leaves the session as it was.
#pragma once

#include "djinn/server/service.h"
#include "engine/runtime/generation.h"

namespace assay::djinn {

class AppendWork {
 public:
  /// `session` was begun.
  AppendWork(Request& request, const AppendMessage& message, KeptSession& session,
             SessionKeeper& sessions, ModelTable& models)
      : request_(&request),
        message_(&message),
        session_(&session),
        sessions_(&sessions),
        models_(&models) {}

  Served<Done> run();

  // When it ran:
  /// Generated tokens, a row after the other.
  const std::vector<std::vector<TokenId>>& generated() const { return generated_; }
  /// Outputs of the last step.
  const std::shared_ptr<Values>& outputs() const { return outputs_; }

 private:
  using Tokens = std::vector<std::vector<TokenId>>;
  using Scores = std::vector<std::span<const float>>;

  Tokens tokens() const;
  Result<runtime::GenerationOptions> generation() const;
  Served<Scores> step(const Tokens& tokens);
  Served<Done> generate(const Tokens& prompts);
  bool is_unwanted();

  Request* request_;
  const AppendMessage* message_;
  KeptSession* session_;
  SessionKeeper* sessions_;
  ModelTable* models_;
  std::vector<std::vector<TokenId>> generated_;
  std::shared_ptr<Values> outputs_;
  std::optional<Failure> failure_;
};

/// A request that was cancelled, or whose time is over; none where it is still wanted.
std::optional<Failure> unwanted(const Request& request, Nanoseconds now);

}  // namespace assay::djinn
