// SPDX-License-Identifier: MIT
#include "lab/worker/serve.h"

#include <gmock/gmock.h>

#include <array>
#include <thread>

#include "lab/worker/invented_work.h"
#include "lab/worker/line_channel.h"
#include "lab/worker/protocol.h"

namespace assay::worker {
namespace {

/// What `serve` answers to these lines; the channel is then closed.
struct Conversation {
  Result<void> outcome;
  std::vector<std::string> answers;
};

Conversation talk(const std::vector<std::string>& lines) {
  std::array<int, 2> to{};
  std::array<int, 2> from{};
  EXPECT_EQ(pipe(to.data()), 0);
  EXPECT_EQ(pipe(from.data()), 0);
  Conversation conversation;
  std::thread worker([&] {
    conversation.outcome = serve(to[0], from[1], invented_workloads(), "invented");
    close(from[1]);
  });
  LineChannel channel(from[0], to[1]);
  for (const std::string& line : lines) {
    EXPECT_TRUE(channel.send(line));
  }
  close(to[1]);
  std::string answer;
  while (*channel.receive(answer, 60s) == Arrival::kLine) {
    conversation.answers.push_back(answer);
  }
  worker.join();
  close(to[0]);
  close(from[0]);
  return conversation;
}

TEST(Serve, GreetsAnswersAndEndsWithItsRunner) {
  Assignment assignment;
  assignment.trial.id = "a";
  assignment.trial.workload = "invented";
  assignment.trial.arms = {{"arm", {{"does", std::string("unsupported")}}}};
  const std::string line = encode_assignment(assignment);
  const Conversation conversation = talk({line, line});
  EXPECT_TRUE(conversation.outcome) << conversation.outcome.error().to_string();
  ASSERT_EQ(conversation.answers.size(), 3U);
  EXPECT_EQ(conversation.answers[0], encode_hello("invented"));
  for (const std::size_t i : {1U, 2U}) {
    const auto record = decode_reply(conversation.answers[i]);
    ASSERT_TRUE(record) << record.error().to_string();
    EXPECT_EQ(record->status, store::Status::kUnsupported);
  }
}

TEST(Serve, DoesNotGuessWhatARunnerMeant) {
  const Conversation conversation = talk({"measure something"});
  ASSERT_FALSE(conversation.outcome);
  EXPECT_EQ(conversation.answers.size(), 1U) << "the greeting and nothing else";
}

}  // namespace
}  // namespace assay::worker
