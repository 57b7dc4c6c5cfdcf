#include "tests/chaos/report.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <set>
#include <sstream>

namespace mercat::chaos {

namespace {

constexpr std::size_t most_details = 10;  // of one promise

void count(std::ostream& out, const std::string& what, std::int64_t number) {
  out << "  " << std::left << std::setw(76) << what << std::right << std::setw(8) << number << "\n";
}

void counts(std::ostream& out, const std::string& title, const std::map<std::string, long>& numbers) {
  if (numbers.empty()) return;
  out << title << "\n";
  for (const auto& [what, number] : numbers) count(out, what, number);
}

void orders(std::ostream& out, const record& told, const truth& there) {
  std::map<std::string, long> states;
  std::set<std::string> different;
  for (const auto& [_, order] : there.orders) ++states["orders " + order.state];
  for (const auto& each : there.mails) different.insert(each.message_id);
  std::int64_t tries = 0;
  for (const auto& each : told.purchases) tries += std::ssize(each.tries);
  out << "orders\n";
  count(out, "keys used", std::ssize(told.purchases));
  count(out, "tries with them", tries);
  count(out, "orders", std::ssize(there.orders));
  for (const auto& [state, number] : states) count(out, "  " + state, number);
  count(out, "adjustments of stock", std::ssize(told.adjustments));
  count(out, "mails in the mailbox of the instance", std::ssize(different));
  count(out, "  sent a second time with the same Message-ID",
        std::ssize(there.mails) - std::ssize(different));
}

}  // namespace

std::string to_text(const report_of_trial& report, const record& told, const truth& there) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(1);
  out << "\n=== " << report.name << ", seed " << report.seed << ": "
      << static_cast<double>(report.loaded.count()) / 1000 << " s of load, quiet after "
      << static_cast<double>(report.until_quiet.count()) / 1000 << " s more\n";
  const auto broken = count_violations(report.verdicts);
  if (report.brief && broken == 0) {
    out << "  " << told.purchases.size() << " keys, " << there.orders.size() << " orders\nviolations: 0\n";
    return std::move(out).str();
  }
  orders(out, told, there);
  counts(out, "answers", report.answers);
  counts(out, "faults", report.faults);
  counts(out, "what they did", report.done);
  counts(out, "faults that could not be made at that moment", report.failed_faults);
  out << "promises" << std::setw(78) << "compared  broken"
      << "\n";
  for (const auto& each : report.verdicts) {
    out << "  " << std::left << std::setw(66) << each.promise << std::right << std::setw(10) << each.looked_at
        << std::setw(8) << each.violations.size() << "\n";
    for (std::size_t i = 0; i < each.violations.size() && i < most_details; ++i)
      out << "      " << each.violations[i] << "\n";
  }
  if (broken != 0) out << "repeat with --seed " << report.seed << "\n";
  out << "violations: " << broken << "\n";
  return std::move(out).str();
}

void publish(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
  const char* name = std::getenv("MERCAT_CHAOS_REPORT");
  if (name == nullptr) return;
  std::ofstream file(name, std::ios::app);
  file << text;
}

}  // namespace mercat::chaos
