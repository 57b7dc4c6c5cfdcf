// group: a table of attacks: what was tried where, what had to come, what came. At its end it looks whether
// every process is the one it was at the beginning and still answers as it always does; a crash that the
// supervisor mends is found, too.
//
//   group all("jwt header", "API2");
//   all.judge("alg none", "edge", "401 token-invalid", spelled(received));
//   all.finish();
//
// expected: what spelled() gives, or its beginning ("401"); several with '|' between. For one thread.
#pragma once

#include "tests/security/request.hpp"

#include <map>
#include <set>
#include <string>
#include <sys/types.h>
#include <vector>

namespace mercat::security {

// One row for every place that knows its path. item: of the OWASP API Security Top 10 (2023), "API1" …
// "API10".
struct attack {
  std::string name;
  request sent;
  std::string expected;
  std::string at_edge = {};  // where nginx decides by itself; empty: as elsewhere
  std::string item = {};
};

class group {
 public:
  explicit group(std::string name, std::string item = {});

  void judge(const std::string& name, const std::string& place, const std::string& expected,
             const std::string& got, const std::string& item = {});
  void try_at(const place& where, const attack& each);
  void try_all(const std::vector<attack>& attacks);

  // Prints the table, writes it and its totals to MERCAT_ATTACK_REPORTS (a folder) for the sum of all groups,
  // and fails the test when anything differs.
  void finish();

 private:
  struct row {
    std::string item, name, place, expected, got;
    [[nodiscard]] bool as_expected() const;
  };
  void check_processes();
  void check_answers();
  void report(const std::string& table, std::size_t differences) const;

  std::string name_;
  std::string item_;
  std::vector<row> rows_;
  std::set<std::string> names_;
  std::map<std::string, std::string> processes_;
};

}  // namespace mercat::security
