#include "customer/client_network.hpp"

#include "customer/text_rules.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace mercat::customer {

namespace {

constexpr std::size_t site_bytes = 8;

std::string text_of(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (inet_ntop(family, address, text.data(), text.size()) == nullptr) return {};
  return text.data();
}

}  // namespace

std::string client_network(std::string_view forwarded_for) {
  if (const auto comma = forwarded_for.rfind(','); comma != std::string_view::npos)
    forwarded_for.remove_prefix(comma + 1);
  const std::string entry(trimmed(forwarded_for));
  in_addr four{};
  if (inet_pton(AF_INET, entry.c_str(), &four) == 1) return text_of(AF_INET, &four);
  in6_addr six{};
  if (inet_pton(AF_INET6, entry.c_str(), &six) != 1) return {};
  if (IN6_IS_ADDR_V4MAPPED(&six)) return text_of(AF_INET, &six.s6_addr[12]);
  std::fill(std::begin(six.s6_addr) + site_bytes, std::end(six.s6_addr), std::uint8_t{0});
  return text_of(AF_INET6, &six) + "/64";
}

}  // namespace mercat::customer
