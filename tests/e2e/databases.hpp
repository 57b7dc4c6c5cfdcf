// databases: the tables of all services, as their administrator sees them. For what the API does not show.
#pragma once

#include "common/db/pool.hpp"

#include <string>
#include <vector>

namespace mercat::e2e {

class databases {
 public:
  databases();

  // The first column of each row, as text.
  [[nodiscard]] std::vector<std::string> texts(const std::string& sql);
  // Of a statement that gives one number.
  [[nodiscard]] std::int64_t number(const std::string& sql);
  void execute(const std::string& sql);

 private:
  log::logger logger_{"test", "test-1", log::level::error};
  metrics::registry metrics_;
  db::pool pool_;
};

}  // namespace mercat::e2e
