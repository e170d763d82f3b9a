// SPDX-License-Identifier: MIT
// A way of getting a task done: in this process, or by a server in one of several manners. Every
// one is executed; none is calculated from another.
#pragma once

#include <memory>
#include <string>

#include "lab/workload/djinn/served_task.h"
#include "lab/workload/djinn/trial_server.h"
#include "lab/workload/djinn/unit_trace.h"

namespace assay::workload {

class Way {
 public:
  virtual ~Way() = default;
  /// A unit of work, to completion. Timed. The bytes at the socket and the whole time are filled in
  /// by the caller.
  virtual Result<void> perform(UnitTrace& trace) = 0;
  /// What went over sockets so far; nothing where there is none.
  virtual djinn::ByteCounters counters() const { return {}; }
  /// Forgets the last answer, so that it is not taken for the next one's.
  virtual void forget() = 0;
  /// Compares the last answer with the judge's.
  virtual Result<Verdict> judge(AnswerBook& book) = 0;
  virtual spec::Factors mechanism() const = 0;
  /// Its connection, which says what was agreed on; null where there is none.
  virtual Result<const djinn::Link*> link() { return nullptr; }
};

/// A server, and how its clients talk to it.
struct Served {
  std::shared_ptr<TrialServer> server;
  djinn::ConnectOptions connect = {};
};
using MadeWay = Result<std::unique_ptr<Way>>;

/// Calls or a text session in this process.
MadeWay make_native_way(std::shared_ptr<const ServedTask> task,
                        std::unique_ptr<backend::Device> device, int threads);

struct CallManner {
  bool is_pipelined = false;   ///< All calls of a unit are under way at once.
  bool flushes_plans = false;  ///< Before every call.
  bool sends_graph = false;    ///< With every call.
  bool sends_weights = false;  ///< With every call: the server forgets the model behind it.
};
MadeWay make_call_way(std::shared_ptr<const ServedTask> task, const Served& served,
                      const CallManner& manner);

/// Every op a call of its own, results travel. Ops that do not need one another's results are under
/// way at once where it is pipelined.
MadeWay make_op_way(std::shared_ptr<const ServedTask> task, const Served& served,
                    bool is_pipelined);

struct SessionManner {
  bool asks_each_token = false;  ///< Else the server writes all of them for one request.
  bool takes_logits = false;     ///< And chooses here; asks for each token.
  bool recomputes = false;       ///< A session for every token, with all tokens before it.
  bool flushes_plans = false;    ///< Before every request.
  bool sends_graph = false;      ///< Before every request.
  bool sends_weights = false;    ///< With every unit: the server forgets the model behind it.
};
MadeWay make_session_way(std::shared_ptr<const ServedTask> task, const Served& served,
                         const SessionManner& manner);

}  // namespace assay::workload
