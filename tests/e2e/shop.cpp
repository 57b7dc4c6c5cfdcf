#include "tests/e2e/shop.hpp"

#include "common/uuid.hpp"

#include <array>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace mercat::e2e {

namespace {

std::string shell_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string member_text(const json::value& from, std::string_view name) {
  return std::string(json::text(from, name).value_or(""));
}

}  // namespace

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here sets variables
  if (value == nullptr)
    throw std::runtime_error(std::string(name) + " is not set: run this test by ./mercat test");
  return value;
}

std::string url() {
  return variable("MERCAT_URL");
}

std::vector<replica> replicas() {
  const auto environment = output_of("env");
  const std::string key = "MERCAT_REPLICAS='";
  const auto begin = environment.find(key);
  if (begin == std::string::npos) throw std::runtime_error("./mercat env prints no MERCAT_REPLICAS");
  const auto end = environment.find('\'', begin + key.size());
  std::istringstream list(environment.substr(begin + key.size(), end - begin - key.size()));
  std::vector<replica> found;
  for (std::string entry; std::getline(list, entry, ';');) {
    replica each;
    int port = 0;
    if (std::istringstream(entry) >> each.name >> each.pid >> port) {
      each.port = static_cast<std::uint16_t>(port);
      found.push_back(each);
    }
  }
  return found;
}

std::vector<replica> replicas_of(const std::string& service) {
  auto all = replicas();
  std::erase_if(all, [&](const replica& each) { return each.service() != service; });
  return all;
}

int command(const std::string& arguments) {
  return std::system((shell_quoted(variable("MERCAT_COMMAND")) + " " + arguments).c_str());  // NOLINT
}

std::string output_of(const std::string& arguments) {
  const auto line = shell_quoted(variable("MERCAT_COMMAND")) + " " + arguments;
  FILE* pipe = popen(line.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + line);
  std::string output;
  std::array<char, 4096> buffer{};
  for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    output.append(buffer.data(), n);
  if (pclose(pipe) != 0) throw std::runtime_error(line + " failed: " + output);
  return output;
}

std::vector<mail> mails_to(const std::string& address) {
  std::istringstream lines(output_of("mail --json -- " + shell_quoted(address)));
  std::vector<mail> found;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    const auto document = json::document::parse(line);
    const auto& each = document.root();
    found.push_back({member_text(each, "to"), member_text(each, "from"), member_text(each, "subject"),
                     member_text(each, "messageId"), member_text(each, "text"), member_text(each, "html")});
  }
  return found;
}

std::string mailed_reset_token(const std::string& address) {
  const std::string mark = "reset#";
  for (const auto& each : mails_to(address))
    if (const auto at = each.text.find(mark); at != std::string::npos)
      return each.text.substr(at + mark.size(), 43);
  return {};
}

std::string fresh_email() {
  return uuid_v7() + "@example.test";
}

account sign_up(browser& device) {
  account made{0, fresh_email(), "correct horse battery", ""};
  const auto received = device.post(
      "/api/signup", R"({"email":")" + made.email + R"(","password":")" + made.password + R"("})");
  if (received.status != 201)
    throw std::runtime_error("sign-up answered " + std::to_string(received.status) + " " + received.failure +
                             received.body);
  const auto document = received.json();
  made.id = json::integer(document.root(), "id").value();
  made.token = member_text(document.root(), "accessToken");
  return made;
}

bool becomes_true(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  return true;
}

bool is_soon_refused(const std::function<answer()>& request) {
  const auto everywhere = [&request] {
    for (int i = 0; i < 4; ++i)
      if (request().status != 401) return false;
    return true;
  };
  return becomes_true(everywhere, std::chrono::seconds{20});
}

bool run_everything() {
  return std::getenv("MERCAT_TEST_ALL") != nullptr;  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace mercat::e2e
