// SPDX-License-Identifier: MIT
#include "engine/backends/sim/sim_machine.h"

#include <gmock/gmock.h>

#include <array>

#include "engine/backend/host_stream.h"
#include "engine/backends/sim/toy_profile.h"

namespace assay::sim {
namespace {

using ::testing::HasSubstr;

TEST(SimStream, CopiesTakeTheirBytesAndMoveThem) {
  const auto machine = std::make_shared<Machine>(toy_profile());
  SimStream stream(machine);
  const auto buffer = allocate_on(machine, Bytes(9000));
  ASSERT_TRUE(buffer);
  std::vector<std::byte> host(9000, std::byte{7});
  ASSERT_TRUE(stream.to_device(host, (*buffer)->bytes()));
  EXPECT_EQ(machine->time().now(), 3us) << "the call alone";
  std::vector<std::byte> back(9000);
  ASSERT_TRUE(stream.from_device((*buffer)->bytes(), back));
  EXPECT_EQ(back, host);
  ASSERT_TRUE(stream.synchronise());
  EXPECT_EQ(machine->time().now(), 3us + 10us + 10us + 1us) << "copies of a stream are in order";
  EXPECT_FALSE(stream.to_device(host, (*buffer)->bytes().first(1)));
}

TEST(SimStream, EventsOrderStreams) {
  const auto machine = std::make_shared<Machine>(toy_profile());
  SimStream first(machine);
  SimStream second(machine);
  std::vector<std::byte> bytes(5000);
  std::vector<std::byte> other(5000);
  ASSERT_TRUE(first.to_device(bytes, other));
  const auto copied = first.record();
  ASSERT_TRUE(copied);
  EXPECT_FALSE((*copied)->is_reached());
  ASSERT_TRUE(second.wait(**copied));
  ASSERT_TRUE(second.from_device(bytes, other));
  const auto back = second.record();
  ASSERT_TRUE(back);
  EXPECT_EQ(*(*back)->reached_at(), 3us + 6us + 6us) << "the way back waited for the way there";
  EXPECT_TRUE((*copied)->is_reached());
  EXPECT_EQ(*(*copied)->reached_at(), 9us);
}

TEST(SimStream, RefusesEventsOfAnotherDevice) {
  SimStream stream(std::make_shared<Machine>(toy_profile()));
  SimStream other(std::make_shared<Machine>(toy_profile()));
  const auto foreign = other.record();
  EXPECT_THAT(stream.wait(**foreign).error().message(), HasSubstr("an event of another device"));
  const auto of_the_host = backend::open_host_stream()->record();
  EXPECT_FALSE(stream.wait(**of_the_host));
}

TEST(SimBuffer, CountsAgainstTheMemoryOfTheDevice) {
  const auto machine = std::make_shared<Machine>(toy_profile());
  auto most = allocate_on(machine, Bytes(1 << 20));
  ASSERT_TRUE(most);
  const auto none = allocate_on(machine, Bytes(1));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().blame(), Blame::kEnvironment);
  EXPECT_EQ(none.error().message(),
            "memory of sim:toy ran out: 1 B for a buffer, 1 MiB of 1 MiB are taken");
  *most = nullptr;
  EXPECT_TRUE(allocate_on(machine, Bytes(1 << 20)));
}

}  // namespace
}  // namespace assay::sim
