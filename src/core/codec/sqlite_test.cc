// SPDX-License-Identifier: MIT
#include "core/codec/sqlite.h"

#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "core/codec/temporary_folder.h"

namespace assay::codec {
namespace {

namespace fs = std::filesystem;

class SqliteTest : public ::testing::Test {
 protected:
  static std::int64_t count_rows(Database& database) {
    Result<Statement> select = database.prepare("SELECT count(*) FROM t");
    if (!select || !*select->step()) return -1;
    return std::get<std::int64_t>(select->column(0));
  }

  const TemporaryFolder temporary_{"sqlite"};
  const fs::path folder_ = temporary_.path();
};

TEST_F(SqliteTest, ScalarsComeBack) {
  Result<Database> database = Database::open(folder_ / "a.db");
  ASSERT_TRUE(database);
  ASSERT_TRUE(database->execute("CREATE TABLE t (id INTEGER, value)"));
  Result<Statement> insert = database->prepare("INSERT INTO t VALUES (?, ?)");
  ASSERT_TRUE(insert);
  const std::vector<Scalar> values = {Scalar(), std::int64_t{INT64_MIN}, 0.1,
                                      std::string("a\0'\"", 4), std::string()};
  for (std::size_t i = 0; i < values.size(); ++i) {
    ASSERT_TRUE(insert->run({static_cast<std::int64_t>(i), values[i]}));
  }
  Result<Statement> select = database->prepare("SELECT value FROM t ORDER BY id");
  ASSERT_TRUE(select);
  for (const Scalar& value : values) {
    ASSERT_TRUE(*select->step());
    EXPECT_EQ(select->column(0), value);
  }
  EXPECT_FALSE(*select->step());
}

TEST_F(SqliteTest, ATransactionIsUndoneUnlessCommitted) {
  Result<Database> database = Database::open(folder_ / "a.db");
  ASSERT_TRUE(database);
  ASSERT_TRUE(database->execute("CREATE TABLE t (id)"));
  {
    const Result<Transaction> dropped = Transaction::begin(*database);
    ASSERT_TRUE(dropped);
    ASSERT_TRUE(database->execute("INSERT INTO t VALUES (1)"));
  }
  EXPECT_EQ(count_rows(*database), 0);
  {
    Result<Transaction> kept = Transaction::begin(*database);
    ASSERT_TRUE(kept);
    ASSERT_TRUE(database->execute("INSERT INTO t VALUES (1)"));
    ASSERT_TRUE(kept->commit());
  }
  EXPECT_EQ(count_rows(*database), 1);
}

TEST_F(SqliteTest, WrongSqlIsOurFault) {
  Result<Database> database = Database::open(folder_ / "a.db");
  ASSERT_TRUE(database);
  const Result<Statement> statement = database->prepare("SELEC 1");
  ASSERT_FALSE(statement);
  EXPECT_EQ(statement.error().blame(), Blame::kBug);
  EXPECT_EQ(statement.error().message(),
            (folder_ / "a.db").string() + ": near \"SELEC\": syntax error: in SELEC 1");
  ASSERT_TRUE(database->execute("CREATE TABLE t (id UNIQUE); INSERT INTO t VALUES (1)"));
  EXPECT_EQ(database->execute("INSERT INTO t VALUES (1)").error().blame(), Blame::kBug);
}

TEST_F(SqliteTest, ABadFileIsTheEnvironmentsFault) {
  std::ofstream(folder_ / "bad.db") << std::string(5'000, 'x');
  Result<Database> bad = Database::open(folder_ / "bad.db");
  ASSERT_TRUE(bad) << "SQLite looks at the file when it is first used";
  const Result<void> used = bad->execute("SELECT * FROM sqlite_master");
  ASSERT_FALSE(used);
  EXPECT_EQ(used.error().blame(), Blame::kEnvironment);
  EXPECT_EQ(used.error().message(), (folder_ / "bad.db").string() + ": file is not a database");

  const fs::path nowhere = folder_ / "none" / "a.db";
  const Result<Database> missing = Database::open(nowhere);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message(),
            "cannot open " + nowhere.string() + ": unable to open database file");
  EXPECT_FALSE(Database::open(folder_ / "none.db", Database::Mode::kReadOnly));
}

TEST_F(SqliteTest, ChecksItsCallers) {
  Result<Database> database = Database::open(folder_ / "a.db");
  ASSERT_TRUE(database && database->execute("CREATE TABLE t (id)"));
  Result<Statement> insert = database->prepare("INSERT INTO t VALUES (?)");
  ASSERT_TRUE(insert);
  EXPECT_DEATH(static_cast<void>(insert->run({})), "a value for every");
  EXPECT_DEATH(static_cast<void>(insert->column(0)), "the columns that were selected");
}

}  // namespace
}  // namespace assay::codec
