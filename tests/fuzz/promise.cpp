#include "tests/fuzz/promise.hpp"

#include "common/http/problem.hpp"
#include "common/utf8.hpp"

#include <cstdio>
#include <cstdlib>

namespace mercat::fuzz {

void promise(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "\nbroken promise: %s\n", what);
  std::abort();
}

void check_refusal(const error& why) {
  const int status = http::status_of(why.kind());
  promise(status >= 400 && status < 500, "what comes from outside is refused as the client's fault");
  promise(!why.slug().empty() && valid_utf8(why.slug()), "a refusal has a slug");
  promise(valid_utf8(why.detail()), "the detail of a refusal is UTF-8");
  for (const auto& each : why.violations()) {
    promise(valid_utf8(each.pointer) && valid_utf8(each.detail), "a violation is UTF-8");
    promise(each.pointer.empty() || each.pointer.front() == '/', "a violation's place is a JSON Pointer");
  }
  const auto answer = http::problem(why, "/", "0123456789abcdef");
  promise(json::document::parse(answer.body).root().IsObject(), "a problem document is JSON");
}

}  // namespace mercat::fuzz
