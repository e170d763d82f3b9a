// SPDX-License-Identifier: MIT
#include "core/codec/sqlite.h"

#include <sqlite3.h>

namespace assay::codec {
namespace {

constexpr int kBusyMilliseconds = 5'000;

bool is_our_fault(int code) {
  return code == SQLITE_ERROR || code == SQLITE_MISUSE || code == SQLITE_RANGE ||
         code == SQLITE_CONSTRAINT || code == SQLITE_MISMATCH;
}

Error error_of(sqlite3* database, std::string_view sql) {
  const char* path = sqlite3_db_filename(database, "main");
  const std::string where = path == nullptr || *path == '\0' ? "database" : path;
  const int code = sqlite3_errcode(database);
  const std::string why = sqlite3_errmsg(database);
  if (is_our_fault(code)) return Error::bug("{}: {}: in {}", where, why, sql);
  return Error::environment("{}: {}", where, why);
}

Error error_of(sqlite3_stmt* statement) {
  return error_of(sqlite3_db_handle(statement), sqlite3_sql(statement));
}

int bind_one(sqlite3_stmt* statement, int index, const Scalar& value) {
  if (const auto* flag = std::get_if<bool>(&value)) {
    return sqlite3_bind_int(statement, index, *flag ? 1 : 0);
  }
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    return sqlite3_bind_int64(statement, index, *integer);
  }
  if (const auto* number = std::get_if<double>(&value)) {
    return sqlite3_bind_double(statement, index, *number);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_TRANSIENT,
                               SQLITE_UTF8);
  }
  return sqlite3_bind_null(statement, index);
}

}  // namespace

void Statement::Closer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void Database::Closer::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

Result<void> Statement::bind(std::initializer_list<Scalar> values) {
  ASSAY_CHECK_EQ(static_cast<int>(values.size()), sqlite3_bind_parameter_count(statement_.get()),
                 "a statement gets a value for every ?");
  // The result of a reset is the error of the step before, which was reported then.
  sqlite3_reset(statement_.get());
  int index = 0;
  for (const Scalar& value : values) {
    if (bind_one(statement_.get(), ++index, value) != SQLITE_OK) return error_of(statement_.get());
  }
  return {};
}

Result<void> Statement::run(std::initializer_list<Scalar> values) {
  ASSAY_TRY_VOID(bind(values));
  ASSAY_TRY(const bool has_row, step());
  ASSAY_CHECK(!has_row, "what is run returns no rows");
  sqlite3_reset(statement_.get());
  return {};
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return error_of(statement_.get());
}

Scalar Statement::column(int index) const {
  sqlite3_stmt* statement = statement_.get();
  ASSAY_CHECK_GE(index, 0, "columns count from 0");
  ASSAY_CHECK_LT(index, sqlite3_data_count(statement), "a row has the columns that were selected");
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_NULL:
      return {};
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, index)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, index);
    default:
      break;
  }
  const void* bytes = sqlite3_column_blob(statement, index);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, index));
  return size == 0 ? std::string() : std::string(static_cast<const char*>(bytes), size);
}

Result<Database> Database::open(const std::filesystem::path& path, Mode mode) {
  const int flags =
      mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Database database(handle);
  if (code != SQLITE_OK) {
    return Error::environment("cannot open {}: {}", path.string(), sqlite3_errstr(code));
  }
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  return database;
}

Result<void> Database::execute(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return error_of(database_.get(), sql);
}

Result<Statement> Database::prepare(std::string_view sql) {
  ASSAY_CHECK_LT(sql.size(), std::size_t{1} << 20, "a statement is short");
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                      &statement, nullptr);
  if (code != SQLITE_OK) return error_of(database_.get(), sql);
  return Statement(statement);
}

Result<Transaction> Transaction::begin(Database& database) {
  ASSAY_TRY_VOID(database.execute("BEGIN IMMEDIATE"));
  return Transaction(database);
}

Transaction::~Transaction() {
  // A failed rollback has nothing left to undo: SQLite rolls back by itself on the next open.
  if (database_ != nullptr) static_cast<void>(database_->execute("ROLLBACK"));
}

Result<void> Transaction::commit() {
  ASSAY_CHECK(database_ != nullptr, "a transaction is committed once");
  ASSAY_TRY_VOID(database_->execute("COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace assay::codec
