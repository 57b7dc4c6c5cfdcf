// Where a client comes from: what one household, office or machine can change its address within. Pure;
// thread-safe. No HTTP in here.
#pragma once

#include <string>
#include <string_view>

namespace mercat::customer {

// forwarded_for: an X-Forwarded-For header's value. Its last entry alone counts, which our own edge wrote:
// what stands before it is the client's invention. An IPv4 address as it is, of an IPv6 address the first 64
// bits (RFC 6177: a site gets at least so many), an IPv4 address inside IPv6 as IPv4. Empty when that entry
// is no address: all such clients share one network.
[[nodiscard]] std::string client_network(std::string_view forwarded_for);

}  // namespace mercat::customer
