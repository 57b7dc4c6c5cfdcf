// Whether this program runs under a sanitizer: it is up to ten times slower then, and holds freed memory
// back.
#pragma once

namespace mercat::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace mercat::test
