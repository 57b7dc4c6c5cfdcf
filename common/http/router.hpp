// router: finds the route of a path. Compiled once from the route table; a literal segment wins over a
// {parameter}. Paths are compared by decoded segments, so an encoded slash stays inside its segment and ".."
// is a name like any other. Immutable, thread-safe.
#pragma once

#include "common/http/route.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mercat::http {

struct compiled_route {
  const route* entry;  // the row of the table
  std::vector<std::string> parameter_names;
  std::size_t number;  // its place in the table
};

// One path template with all its methods.
struct resource {
  std::string path;                                  // the template, for logs and metrics
  std::array<const compiled_route*, 7> by_method{};  // by http::method; HEAD falls back to GET
  std::string allow;                                 // "GET, HEAD, OPTIONS"

  [[nodiscard]] const compiled_route* find(http::method method) const noexcept;
};

struct route_match {
  const http::resource* resource = nullptr;  // null: 404
  std::vector<std::string> values;           // of the parameters, by position
  std::string path;                          // decoded
};

class router {
 public:
  // Throws std::logic_error: a path without '/' in front, two rows for one method and path.
  explicit router(route_table table);
  ~router();
  router(router&&) noexcept;

  // encoded_path: as sent, without query. Throws fault::malformed when it cannot be decoded.
  [[nodiscard]] route_match match(std::string_view encoded_path) const;
  [[nodiscard]] const route_table& table() const noexcept { return *table_; }

 private:
  struct node;
  std::unique_ptr<route_table> table_;
  std::vector<std::unique_ptr<compiled_route>> compiled_;
  std::unique_ptr<node> root_;
};

}  // namespace mercat::http
