#include "common/db/time_text.hpp"

#include <chrono>
#include <stdexcept>

namespace mercat::db {

namespace {

void put(time_text& into, std::size_t at, std::size_t digits, unsigned long value) {
  for (std::size_t i = digits; i-- > 0; value /= 10) into[at + i] = static_cast<char>('0' + value % 10);
}

unsigned get(std::string_view text, std::size_t at, std::size_t digits) {
  unsigned value = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    if (text[i] < '0' || text[i] > '9') throw std::logic_error("not a time");
    value = value * 10 + static_cast<unsigned>(text[i] - '0');
  }
  return value;
}

}  // namespace

time_text write_time(sql_time at) {
  using namespace std::chrono;
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss<microseconds> clock{at - day};
  const int year = static_cast<int>(date.year());
  if (year < 0 || year > 9999) throw std::logic_error("a time outside the years of DATETIME");
  time_text text{'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', ' ', '0', '0',
                 ':', '0', '0', ':', '0', '0', '.', '0', '0', '0', '0', '0', '0'};
  put(text, 0, 4, static_cast<unsigned long>(year));
  put(text, 5, 2, static_cast<unsigned>(date.month()));
  put(text, 8, 2, static_cast<unsigned>(date.day()));
  put(text, 11, 2, static_cast<unsigned long>(clock.hours().count()));
  put(text, 14, 2, static_cast<unsigned long>(clock.minutes().count()));
  put(text, 17, 2, static_cast<unsigned long>(clock.seconds().count()));
  put(text, 20, 6, static_cast<unsigned long>(clock.subseconds().count()));
  return text;
}

sql_time read_time(std::string_view text) {
  using namespace std::chrono;
  const bool fraction = text.size() == 26 && text[19] == '.';
  if (text.size() != 19 && !fraction) throw std::logic_error("not a time");
  const year_month_day date{year{static_cast<int>(get(text, 0, 4))}, month{get(text, 5, 2)},
                            day{get(text, 8, 2)}};
  if (!date.ok()) throw std::logic_error("not a time");
  return sys_days{date} + hours{get(text, 11, 2)} + minutes{get(text, 14, 2)} + seconds{get(text, 17, 2)} +
         microseconds{fraction ? get(text, 20, 6) : 0};
}

}  // namespace mercat::db
