// JSON Schema (draft 4, what RapidJSON implements) for request bodies. Immutable after construction,
// thread-safe.
#pragma once

#include "common/error.hpp"
#include "common/json/document.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace mercat::json {

class schema {
 public:
  // text: the schema as JSON; a broken one throws std::logic_error at start-up.
  explicit schema(std::string_view text);
  ~schema();
  schema(schema&&) noexcept;

  // Empty when the value conforms; otherwise the first violation of each failing place, with details a person
  // understands ("must be at least 8 characters long"). Mind: string lengths count Unicode code points.
  [[nodiscard]] std::vector<violation> violations(const value& subject) const;
  // Throws error(fault::malformed, "invalid-body") with the violations.
  void require(const value& subject) const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace mercat::json
