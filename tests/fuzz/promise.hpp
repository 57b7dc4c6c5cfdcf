// What the fuzz targets have in common. A target takes any bytes, hands them to the code under test as the
// outside world would, and states promises: what must hold whatever the bytes are. A promise that does not
// hold ends the process, and libFuzzer keeps the bytes. So does every exception that is not an `error`.
#pragma once

#include "common/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace mercat::fuzz {

// what: the promise, as a sentence; it is printed when it does not hold.
void promise(bool holds, const char* what);

// A refusal is for a client: its kind is not our bug, and its texts are UTF-8 that fits a problem document.
void check_refusal(const error& why);

// The result of an attempt that may refuse what it was given; none: it did, and properly.
template <class Attempt>
[[nodiscard]] auto unless_refused(Attempt attempt) -> std::optional<std::decay_t<decltype(attempt())>> {
  try {
    return attempt();
  } catch (const error& why) {
    check_refusal(why);
    return std::nullopt;
  }
}

// An input, taken apart from the front. Kinds are letters and fields end with a line, so that a corpus is
// text.
class input {
 public:
  input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  // The first byte; NUL at the end.
  char kind() {
    if (rest_.empty()) return '\0';
    const char first = rest_.front();
    rest_.remove_prefix(1);
    return first;
  }
  // Up to the next `end`, which is taken away; at the end of the input what is left.
  std::string_view field(char end = '\n') {
    const auto at = rest_.find(end);
    const auto taken = rest_.substr(0, at);
    rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + 1);
    return taken;
  }
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace mercat::fuzz

// Defined by each target; called by libFuzzer for each input. Gives 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
