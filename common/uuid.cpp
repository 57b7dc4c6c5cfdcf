#include "common/uuid.hpp"

#include <openssl/rand.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <stdexcept>

namespace mercat {

namespace {

// What this thread gave last. The 12 bits after the time count up within a millisecond, so that ids ascend.
struct last_given {
  std::uint64_t millis = 0;
  std::uint32_t counter = 0;
};

last_given next_after(last_given last, std::uint64_t now, std::uint32_t random_start) {
  if (now > last.millis) return {now, random_start};
  if (last.counter < 0xFFF) return {last.millis, last.counter + 1};
  return {last.millis + 1, random_start};  // also when the clock was set back
}

std::string canonical(const std::array<unsigned char, 16>& bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    text.push_back(digits[bytes[i] >> 4]);
    text.push_back(digits[bytes[i] & 0xF]);
  }
  return text;
}

}  // namespace

std::string uuid_v7() {
  thread_local last_given last;
  std::array<unsigned char, 16> bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw std::runtime_error("no random bytes");
  }
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const auto now =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count());
  // Starting in the lower half leaves room to count.
  const auto random_start = static_cast<std::uint32_t>((bytes[6] & 0x7) << 8 | bytes[7]);
  last = next_after(last, now, random_start);

  for (int i = 0; i < 6; ++i) {
    bytes[static_cast<std::size_t>(i)] = static_cast<unsigned char>(last.millis >> (40 - 8 * i));
  }
  bytes[6] = static_cast<unsigned char>(0x70 | last.counter >> 8);
  bytes[7] = static_cast<unsigned char>(last.counter);
  bytes[8] = static_cast<unsigned char>(0x80 | (bytes[8] & 0x3F));
  return canonical(bytes);
}

}  // namespace mercat
