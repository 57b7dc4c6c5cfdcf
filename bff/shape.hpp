// shape: which members of an upstream's JSON answer a device gets, declared as data. project() applies one
// while reading, without building a tree; numbers keep their text, digit for digit, because money must not
// pass through a double.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace mercat::bff {

// A shape of an object applies to every element of an array it meets. The default one leaves all as it is.
struct shape {
  struct member;

  enum class rule { everything, only, without };
  rule by = rule::everything;
  std::vector<member> named;  // kept, or dropped

  // null: the member is dropped.
  [[nodiscard]] const shape* of(std::string_view name) const noexcept;
};

struct shape::member {
  std::string name;
  shape as = {};

  member(const char* its_name) : name(its_name) {}  // NOLINT: a bare name means the whole member
  member(const char* its_name, shape its_shape) : name(its_name), as(std::move(its_shape)) {}
};

[[nodiscard]] shape only(std::vector<shape::member> kept);
[[nodiscard]] shape without(std::vector<shape::member> dropped);
// Of an object of shape `whole`, these members alone, in their shapes there.
[[nodiscard]] shape just(std::initializer_list<const char*> names, const shape& whole);

// The JSON text in that shape, without white space; members keep their order. Throws
// error(fault::internal, "unreadable-answer") when it is not JSON: a service of ours wrote it.
[[nodiscard]] std::string project(std::string_view json_text, const shape& as);

}  // namespace mercat::bff
