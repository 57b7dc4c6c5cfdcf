#include "tests/security/group.hpp"

#include "tests/e2e/shop.hpp"
#include "tests/security/people.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>

namespace mercat::security {

namespace {

// A plain request's usual time is some milliseconds; this leaves room for a busy machine.
constexpr std::chrono::milliseconds usual{1000};

// Pid and start time (field 22 of proc(5), stat), by name: a process that was started again has another one.
std::map<std::string, std::string> running() {
  std::map<std::string, std::string> found;
  for (const auto& each : e2e::replicas()) {
    std::ifstream file("/proc/" + std::to_string(each.pid) + "/stat");
    std::string line;
    std::getline(file, line);
    std::istringstream after_name(line.substr(std::min(line.rfind(')') + 1, line.size())));
    std::string field;
    for (int i = 3; i <= 22; ++i) after_name >> field;
    found[each.name] = std::to_string(each.pid) + " since " + (file ? field : "never");
  }
  return found;
}

request plain_at(const place& where) {
  const auto& name = where.name;
  if (name == "customer") return {.path = "/profile", .token = a_customer().token};
  if (name == "shopping") return {.path = "/cart", .token = a_customer().token};
  return {.path = "/products?limit=1"};
}

std::string without_control(std::string text) {
  for (auto& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '.';
  return text;
}

}  // namespace

group::group(std::string name, std::string item) : name_(std::move(name)), item_(std::move(item)) {
  (void)a_customer();
  processes_ = running();
}

bool group::row::as_expected() const {
  std::istringstream all(expected);
  for (std::string one; std::getline(all, one, '|');)
    if (got == one || got.starts_with(one + " ")) return true;
  return false;
}

void group::judge(const std::string& name, const std::string& place, const std::string& expected,
                  const std::string& got, const std::string& item) {
  names_.insert(name);
  rows_.push_back({item.empty() ? item_ : item, name, place, expected, got});
}

void group::try_at(const place& where, const attack& each) {
  const auto& expected = where.is_edge() && !each.at_edge.empty() ? each.at_edge : each.expected;
  judge(each.name, where.name, expected, spelled(ask(where, each.sent)), each.item);
}

void group::try_all(const std::vector<attack>& attacks) {
  for (const auto& each : attacks)
    for (const auto& where : places_of(each.sent.path)) try_at(where, each);
}

void group::check_processes() {
  const auto now = running();
  for (const auto& [name, before] : processes_) {
    const auto found = now.find(name);
    rows_.push_back(
        {"", "the same process as before", name, before, found == now.end() ? "gone" : found->second});
  }
}

void group::check_answers() {
  for (const auto& where : places())
    for (const auto port : where.ports) {
      const auto begun = std::chrono::steady_clock::now();
      const auto received = ask(where, plain_at(where), port);
      const bool in_time = std::chrono::steady_clock::now() - begun < usual;
      rows_.push_back({"", "answers as it always does", where.name, "200 in time",
                       spelled(received) + (in_time ? " in time" : " too late")});
    }
}

void group::report(const std::string& table, std::size_t differences) const {
  const auto* folder = std::getenv("MERCAT_ATTACK_REPORTS");  // NOLINT(concurrency-mt-unsafe)
  if (folder == nullptr) return;
  std::filesystem::create_directories(folder);
  auto file_name = name_;
  std::ranges::replace(file_name, ' ', '-');
  const auto place = std::filesystem::path(folder) / file_name;
  std::ofstream(place.string() + ".table") << table;
  std::ofstream(place.string() + ".txt")
      << names_.size() << ' ' << rows_.size() << ' ' << differences << ' ' << name_ << '\n';
}

void group::finish() {
  check_processes();
  check_answers();
  std::size_t wide = 0;
  for (const auto& each : rows_) wide = std::max(wide, std::min<std::size_t>(each.name.size(), 64));
  std::ostringstream table;
  std::size_t differences = 0;
  table << "\n" << name_ << "\ncase | place | expected | got\n" << std::left;
  for (const auto& each : rows_) {
    const bool right = each.as_expected();
    differences += right ? 0 : 1;
    const auto item = each.item.empty() ? "" : "[" + each.item + "] ";
    table << (right ? "  " : "! ") << std::setw(8) << item << std::setw(static_cast<int>(wide))
          << without_control(each.name) << " | " << std::setw(10) << each.place << " | " << std::setw(24)
          << each.expected << " | " << without_control(each.got) << '\n';
  }
  table << name_ << ": " << names_.size() << " cases, " << rows_.size() << " tries, " << differences
        << " differences\n";
  std::cout << table.str() << std::flush;
  report(table.str(), differences);
  BOOST_TEST(differences == 0U, name_ << ": " << differences << " answers are not the expected ones");
}

}  // namespace mercat::security
