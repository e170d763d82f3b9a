// SPDX-License-Identifier: MIT
// SQLite as values: a Database, prepared Statements over Scalars, and a Transaction that is undone
// unless it is committed. What the disk or another process does is the environment's fault; wrong
// SQL is ours.
//
//   ASSAY_TRY(Database database, Database::open(path));
//   ASSAY_TRY(Statement insert, database.prepare("INSERT INTO runs VALUES (?, ?)"));
//   ASSAY_TRY_VOID(insert.run({std::string("g3"), std::int64_t{847}}));
//   ASSAY_TRY(Statement select, database.prepare("SELECT name FROM runs"));
//   while (true) {
//     ASSAY_TRY(bool has_row, select.step());
//     if (!has_row) break;
//     names.push_back(to_text(select.column(0)));
//   }
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/codec/node.h"
#include "core/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace assay::codec {

/// Values of `?` by their order, columns of a row by their index. Lives no longer than its
/// Database.
class Statement {
 public:
  /// Binds all values and runs to the end: for what returns no rows. Can be repeated. Checked: as
  /// many values as `?`. A flag is stored as 0 or 1.
  Result<void> run(std::initializer_list<Scalar> values);
  /// Binds without running; rewinds what ran before.
  Result<void> bind(std::initializer_list<Scalar> values);
  /// True while there is a row.
  Result<bool> step();
  /// Of the present row; a blob is read as text. Checked: the column exists.
  Scalar column(int index) const;

 private:
  friend class Database;
  struct Closer {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  std::unique_ptr<sqlite3_stmt, Closer> statement_;
};

class Database {
 public:
  enum class Mode : std::uint8_t { kReadWrite, kReadOnly };

  /// Made where it is missing, unless read-only. Waits up to five seconds for another process.
  static Result<Database> open(const std::filesystem::path& path, Mode mode = Mode::kReadWrite);

  /// One or several statements without values and rows.
  Result<void> execute(const std::string& sql);
  Result<Statement> prepare(std::string_view sql);

 private:
  struct Closer {
    void operator()(sqlite3* database) const;
  };
  explicit Database(sqlite3* database) : database_(database) {}

  std::unique_ptr<sqlite3, Closer> database_;
};

/// All that happens until `commit`, or nothing.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  ~Transaction();
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;

  Result<void> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}

  Database* database_;
};

}  // namespace assay::codec
