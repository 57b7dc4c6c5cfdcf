#include "tests/e2e/browser.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace mercat::e2e {

namespace {

std::size_t append(char* data, std::size_t size, std::size_t count, void* into) {
  static_cast<std::string*>(into)->append(data, size * count);
  return size * count;
}

std::size_t add_header(char* data, std::size_t size, std::size_t count, void* into) {
  std::string line(data, size * count);
  const auto colon = line.find(':');
  if (colon != std::string::npos) {
    auto name = line.substr(0, colon);
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto first = line.find_first_not_of(' ', colon + 1);
    const auto last = line.find_last_not_of("\r\n ");
    static_cast<answer*>(into)->headers[name] =
        first == std::string::npos || last < first ? "" : line.substr(first, last - first + 1);
  }
  return size * count;
}

struct header_list {
  curl_slist* first = nullptr;
  header_list() = default;
  header_list(const header_list&) = delete;
  header_list& operator=(const header_list&) = delete;
  ~header_list() { curl_slist_free_all(first); }
  void add(const std::string& line) { first = curl_slist_append(first, line.c_str()); }
};

}  // namespace

std::string answer::header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? "" : found->second;
}

std::string answer::problem() const {
  if (!header("content-type").starts_with("application/problem+json")) return "";
  const auto document = json();
  const std::string type{json::text(document.root(), "type").value_or("")};
  return type.substr(type.rfind('/') + 1);
}

browser::browser(std::string base, std::string_view user_agent)
    : curl_(curl_easy_init()), base_(std::move(base)), user_agent_(user_agent) {}

answer browser::send(const std::string& method, const std::string& path,
                     std::optional<std::string_view> json_body) {
  auto* curl = curl_.get();
  answer received;
  header_list headers;
  headers.add("User-Agent:" + (user_agent_.empty() ? "" : " " + user_agent_));
  headers.add("Expect:");
  if (!authorization_.empty()) {
    headers.add("Authorization: " + authorization_);
  } else if (!token_.empty()) {
    headers.add("Authorization: Bearer " + token_);
  }
  for (const auto& [name, value] : extra_) headers.add(name + (value.empty() ? ";" : ": " + value));
  if (json_body && !extra_.contains("Content-Type")) headers.add("Content-Type: application/json");

  curl_easy_reset(curl);
  curl_easy_setopt(curl, CURLOPT_URL, (base_ + path).c_str());
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  // The development authority of the instance, for https.
  if (const char* authority = std::getenv("MERCAT_TLS_CA");
      authority != nullptr)  // NOLINT(concurrency-mt-unsafe)
    curl_easy_setopt(curl, CURLOPT_CAINFO, authority);
  if (!local_address_.empty()) curl_easy_setopt(curl, CURLOPT_INTERFACE, ("host!" + local_address_).c_str());
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method.c_str());
  if (method == "HEAD") curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.first);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(time_limit_.count()));
  curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, fresh_ ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, fresh_ ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &received.body);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, add_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &received);
  if (json_body) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(json_body->size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, json_body->data());
  }

  const auto begun = std::chrono::steady_clock::now();
  const auto outcome = curl_easy_perform(curl);
  received.took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
  if (outcome != CURLE_OK) {
    received.failure = curl_easy_strerror(outcome);
    return received;
  }
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  received.status = static_cast<int>(status);
  return received;
}

}  // namespace mercat::e2e
