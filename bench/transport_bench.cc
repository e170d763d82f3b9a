// SPDX-License-Identifier: MIT
// A null call (PING, PONG) over every transport, beside a bare probe of the same kernel objects
// that moves as many bytes and waits in the same way. A client and a server process, both kinds in
// turn in blocks, and all of it anew for every replicate: ratios have their intervals over
// processes. Limits (issue 4): a unix socket at most 1.5 times its probe at p50, a ring in shared
// memory at most 1 us.
//
//   transport_bench [--small] [--processes N]
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "core/clock.h"
#include "core/format.h"
#include "core/hash.h"
#include "core/statistics/order_statistics.h"
#include "core/statistics/processes.h"
#include "djinn/transport/frame_sender.h"
#include "djinn/transport/listener.h"
#include "djinn/transport/ring_stream.h"
#include "djinn/transport/waiting.h"
#include "djinn/wire/frame_reader.h"
#include "djinn/wire/messages.h"

namespace assay {
namespace {

using djinn::Direction;
using djinn::Moved;
using djinn::Part;
using djinn::SpinPolicy;
using djinn::Stream;

constexpr Nanoseconds kWait = 30s;
constexpr Nanoseconds kBudget = 20us;
constexpr std::size_t kMessage = 66;  ///< Bytes of a PING with a nonce of two bytes.
constexpr std::size_t kRing = 64 * 1024;

/// One end: a client asks, a server answers.
class Line {
 public:
  virtual ~Line() = default;
  /// What came back for the nonce.
  virtual std::uint64_t ask(std::uint64_t nonce) = 0;
  virtual void answer() = 0;
};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "transport_bench: %s\n", why.c_str());
  std::_Exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) give_up(result.error().to_string());
  return std::move(*result);
}

/// As a client and a server of djinn do it.
class FramedLine final : public Line {
 public:
  FramedLine(std::unique_ptr<Stream> stream, Nanoseconds budget, djinn::Speaker peer)
      : stream_(std::move(stream)), policy_{.budget = budget}, reader_(peer) {
    reader_.greeted();
  }

  std::uint64_t ask(std::uint64_t nonce) override {
    send(djinn::Opcode::kPing, nonce, encode(djinn::PingMessage{.nonce = nonce}));
    const djinn::Frame frame = receive();
    return must(djinn::decode<djinn::PongMessage>(frame.body.bytes())).nonce;
  }
  void answer() override {
    const djinn::Frame frame = receive();
    const auto ping = must(djinn::decode<djinn::PingMessage>(frame.body.bytes()));
    send(djinn::Opcode::kPong, frame.header.request, encode(djinn::PongMessage{{ping.nonce}}));
  }

 private:
  void send(djinn::Opcode opcode, std::uint64_t request, std::vector<std::byte> body) {
    sender_.queue({.opcode = opcode, .request = request}, std::move(body));
    if (!must(sender_.flush(*stream_))) give_up("a stream that took no 66 bytes");
  }
  djinn::Frame receive() {
    while (true) {
      auto frame = must(reader_.next());
      if (frame) return std::move(*frame);
      const Moved moved = must(receive_waiting(*stream_, reader_.space(), policy_, kWait));
      if (moved.state == djinn::MovedState::kEnded) give_up("the peer ended");
      reader_.commit(moved.bytes);
    }
  }

  std::unique_ptr<Stream> stream_;
  SpinPolicy policy_;
  djinn::FrameReader reader_;
  djinn::FrameSender sender_;
};

/// The probe of a socket: send and recv, the same number of bytes, the same waiting.
class BareSocket final : public Line {
 public:
  BareSocket(std::unique_ptr<djinn::SocketStream> socket, Nanoseconds budget)
      : socket_(std::move(socket)), budget_(budget) {}

  std::uint64_t ask(std::uint64_t nonce) override {
    std::memcpy(bytes_.data(), &nonce, sizeof(nonce));
    send();
    receive();
    std::memcpy(&nonce, bytes_.data(), sizeof(nonce));
    return nonce;
  }
  void answer() override {
    receive();
    send();
  }

 private:
  void send() {
    if (::send(socket_->descriptor(), bytes_.data(), kMessage, MSG_NOSIGNAL) != kMessage) {
      give_up("send");
    }
  }
  bool has_received() {
    const ssize_t got = ::recv(socket_->descriptor(), bytes_.data(), kMessage, MSG_DONTWAIT);
    return got == kMessage;
  }
  void receive() {
    if (has_received()) return;
    const Nanoseconds start = SteadyClock::read();
    while (SteadyClock::read() - start < budget_) {
      if (has_received()) return;
    }
    while (!has_received()) {
      pollfd one{socket_->descriptor(), POLLIN, 0};
      if (::poll(&one, 1, 30'000) <= 0) give_up("poll");
    }
  }

  std::unique_ptr<djinn::SocketStream> socket_;
  Nanoseconds budget_;
  std::array<std::byte, kMessage> bytes_{};
};

/// The probe of shared memory: a counter and a message each way, spun upon.
struct Cell {
  alignas(64) std::atomic<std::uint64_t> count;
  alignas(64) std::array<std::byte, kMessage> bytes;
};

class BareMemory final : public Line {
 public:
  BareMemory(Cell* out, Cell* in) : out_(out), in_(in) {}

  std::uint64_t ask(std::uint64_t nonce) override {
    std::memcpy(bytes_.data(), &nonce, sizeof(nonce));
    send();
    receive();
    std::memcpy(&nonce, bytes_.data(), sizeof(nonce));
    return nonce;
  }
  void answer() override {
    receive();
    send();
  }

 private:
  void send() {
    out_->bytes = bytes_;
    out_->count.store(++sent_, std::memory_order_release);
  }
  void receive() {
    ++received_;
    while (in_->count.load(std::memory_order_acquire) < received_) {
    }
    bytes_ = in_->bytes;
  }

  Cell* out_;
  Cell* in_;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  std::array<std::byte, kMessage> bytes_{};
};

struct Ends {
  std::unique_ptr<Line> client;
  std::unique_ptr<Line> server;
};

struct Pair {
  std::string name;
  Ends ours;
  Ends probe;
};

using Sockets =
    std::pair<std::unique_ptr<djinn::SocketStream>, std::unique_ptr<djinn::SocketStream>>;

Sockets connected(bool is_tcp) {
  if (!is_tcp) return must(djinn::SocketStream::pair());
  auto listener = must(djinn::Listener::create(djinn::TcpAddress{"127.0.0.1", 0}, {}));
  auto client = must(djinn::connect_to(listener.address(), kWait));
  if (!must(wait_for_descriptor(listener.descriptor(), Direction::kReceive, kWait))) {
    give_up("nobody connected");
  }
  return {std::move(client), must(listener.accept())};
}

Ends framed(std::unique_ptr<Stream> client, std::unique_ptr<Stream> server, Nanoseconds budget) {
  return {std::make_unique<FramedLine>(std::move(client), budget, djinn::Speaker::kServer),
          std::make_unique<FramedLine>(std::move(server), budget, djinn::Speaker::kClient)};
}

Pair socket_pair(const std::string& name, bool is_tcp, Nanoseconds budget) {
  auto [client, server] = connected(is_tcp);
  auto [bare_client, bare_server] = connected(is_tcp);
  return {name,
          framed(std::move(client), std::move(server), budget),
          {std::make_unique<BareSocket>(std::move(bare_client), budget),
           std::make_unique<BareSocket>(std::move(bare_server), budget)}};
}

Pair ring_pair() {
  auto [client, server] = connected(false);
  djinn::RingParts parts = must(djinn::make_rings(kRing));
  std::vector<djinn::Descriptor> same;
  same.emplace_back(::dup(parts.memory.descriptor()));
  djinn::RingParts mapped = must(djinn::rings_from(std::move(same), kRing));
  using djinn::RingSide;
  using djinn::RingStream;
  void* memory =
      ::mmap(nullptr, 2 * sizeof(Cell), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) give_up("mmap");
  auto* cells = static_cast<Cell*>(memory);  // Until the process ends; zeros are empty cells.
  return {
      "shared ring, spinning",
      framed(RingStream::create(RingSide::kClient, std::move(mapped), std::move(client)),
             RingStream::create(RingSide::kServer, std::move(parts), std::move(server)), kBudget),
      {std::make_unique<BareMemory>(cells, cells + 1),
       std::make_unique<BareMemory>(cells + 1, cells)}};
}

struct Order {
  std::uint32_t pair = 0;
  std::uint32_t is_probe = 0;
  std::uint64_t calls = 0;
};

Ends& ends_of(std::vector<Pair>& pairs, const Order& order) {
  Pair& pair = pairs[order.pair];
  return order.is_probe != 0 ? pair.probe : pair.ours;
}

[[noreturn]] void serve(std::vector<Pair>& pairs, int orders) {
  Order order;
  while (::read(orders, &order, sizeof(order)) == sizeof(order)) {
    for (std::uint64_t i = 0; i < order.calls; ++i)
      ends_of(pairs, order).server->answer();
  }
  std::_Exit(0);
}

struct Scale {
  int processes = 7;
  int rounds = 40;
  std::uint64_t calls = 250;  ///< Of a block.
};
constexpr std::uint64_t kUntimed = 20;  ///< Of a block, while the server comes out of its sleep.

/// Of one pair in one process: 50th and 99th percentile in seconds, ours then the probe's.
struct Percentiles {
  std::array<double, 2> p50{};
  std::array<double, 2> p99{};
  std::uint64_t echoes = 0;
};

using Times = std::array<std::vector<double>, 2>;

std::uint64_t time_block(Line& line, const Scale& scale, std::vector<double>& times) {
  std::uint64_t echoes = 0;
  for (std::uint64_t i = 0; i < kUntimed + scale.calls; ++i) {
    const Nanoseconds start = SteadyClock::read();
    const std::uint64_t echo = line.ask(1000 + i);
    const Nanoseconds time = SteadyClock::read() - start;
    echoes += echo;
    if (i >= kUntimed) times.push_back(Seconds(time).count());
  }
  return echoes;
}

std::vector<Percentiles> measure(std::vector<Pair>& pairs, const Scale& scale, int orders) {
  std::vector<Percentiles> results;
  for (std::uint32_t pair = 0; pair < pairs.size(); ++pair) {
    Times times;
    Percentiles result;
    for (int round = 0; round < scale.rounds; ++round) {
      for (std::uint32_t turn = 0; turn < 2; ++turn) {
        const Order order{pair, (turn + static_cast<std::uint32_t>(round)) % 2,
                          kUntimed + scale.calls};
        if (::write(orders, &order, sizeof(order)) != sizeof(order)) give_up("write");
        result.echoes += time_block(*ends_of(pairs, order).client, scale, times[order.is_probe]);
      }
    }
    for (std::size_t kind = 0; kind < 2; ++kind) {
      result.p50[kind] = statistics::quantile(times[kind], 0.5);
      result.p99[kind] = statistics::quantile(times[kind], 0.99);
    }
    results.push_back(result);
  }
  return results;
}

std::vector<Pair> all_pairs() {
  std::vector<Pair> pairs;
  pairs.push_back(socket_pair("unix socket, spinning", false, kBudget));
  pairs.push_back(socket_pair("unix socket, blocking", false, 0ns));
  pairs.push_back(socket_pair("tcp, spinning", true, kBudget));
  pairs.push_back(socket_pair("tcp, blocking", true, 0ns));
  pairs.push_back(ring_pair());
  return pairs;
}

/// A replicate: a client in one process and a server in another, with everything made anew.
[[noreturn]] void replicate(const Scale& scale, int results) {
  std::vector<Pair> pairs = all_pairs();
  std::array<int, 2> orders{};
  if (::pipe(orders.data()) != 0) give_up("pipe");
  const pid_t server = ::fork();
  if (server < 0) give_up("fork");
  if (server == 0) {
    ::close(orders[1]);
    serve(pairs, orders[0]);
  }
  const auto measured = measure(pairs, scale, orders[1]);
  const auto bytes = std::as_bytes(std::span(measured));
  if (::write(results, bytes.data(), bytes.size()) != std::ssize(bytes)) give_up("write");
  ::close(orders[1]);
  ::waitpid(server, nullptr, 0);
  std::_Exit(0);
}

std::vector<Percentiles> result_of_process(const Scale& scale, std::size_t pairs) {
  std::array<int, 2> results{};
  if (::pipe(results.data()) != 0) give_up("pipe");
  const pid_t child = ::fork();
  if (child < 0) give_up("fork");
  if (child == 0) replicate(scale, results[1]);
  ::close(results[1]);
  std::vector<Percentiles> measured(pairs);
  const auto bytes = std::as_writable_bytes(std::span(measured));
  const ssize_t got = ::read(results[0], bytes.data(), bytes.size());  // Less than a pipe holds.
  ::close(results[0]);
  int status = -1;
  ::waitpid(child, &status, 0);
  if (got != std::ssize(bytes) || status != 0) give_up("a replicate failed");
  return measured;
}

double center_of(const std::vector<std::vector<Percentiles>>& processes, std::size_t pair,
                 std::array<double, 2> Percentiles::*which, std::size_t kind) {
  std::vector<double> values;
  for (const auto& process : processes)
    values.push_back((process[pair].*which)[kind] * 1e6);
  return statistics::median(values);
}

int run(const Scale& scale) {
  std::vector<std::string> names;
  for (const Pair& pair : all_pairs())
    names.push_back(pair.name);
  std::vector<std::vector<Percentiles>> processes;
  for (int process = 0; process < scale.processes; ++process)
    processes.push_back(result_of_process(scale, names.size()));
  std::printf("null call, %d processes, %d blocks of %llu calls each and kind, us\n",
              scale.processes, scale.rounds, static_cast<unsigned long long>(scale.calls));
  std::printf("%-24s  ours p50     p99 | probe p50     p99 | p50 ours/probe\n", "");
  std::uint64_t echoes = 0;
  for (std::size_t pair = 0; pair < names.size(); ++pair) {
    std::vector<double> logs;
    for (const auto& process : processes) {
      logs.push_back(std::log(process[pair].p50[0] / process[pair].p50[1]));
      echoes += process[pair].echoes;
    }
    std::printf("%-24s  %8.2f %7.1f |  %8.2f %7.1f | %s\n", names[pair].c_str(),
                center_of(processes, pair, &Percentiles::p50, 0),
                center_of(processes, pair, &Percentiles::p99, 0),
                center_of(processes, pair, &Percentiles::p50, 1),
                center_of(processes, pair, &Percentiles::p99, 1),
                to_text(statistics::over_processes(logs, 0.95)).c_str());
  }
  std::printf("limits: unix socket ours/probe at most 1.5, shared ring p50 at most 1 us\n");
  std::printf("checksum %s\n", to_hex(hash_bytes(format("{}", echoes))).c_str());
  return 0;
}

}  // namespace
}  // namespace assay

int main(int argc, char** argv) {
  assay::Scale scale;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--small") == 0) scale = {.processes = 1, .rounds = 2, .calls = 20};
    if (std::strcmp(argv[i], "--processes") == 0 && i + 1 < argc)
      scale.processes = std::max(1, std::atoi(argv[++i]));
  }
  return assay::run(scale);
}
