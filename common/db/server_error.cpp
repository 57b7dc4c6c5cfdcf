#include "common/db/server_error.hpp"

#include <algorithm>
#include <array>

namespace mercat::db {

namespace {

struct known_error {
  int number;
  server_error kind;
};

// In the order of the numbers.
constexpr std::array known_errors{
    known_error{0, server_error::lost},     // the driver itself: its connection is closed
    known_error{1020, server_error::busy},  // record changed since it was read
    known_error{1021, server_error::busy},  // disk full
    known_error{1030, server_error::busy},  // storage engine: disk full, table crashed and being repaired
    known_error{1037, server_error::busy},  // out of memory
    known_error{1038, server_error::busy},  // out of memory for a sort
    known_error{1040, server_error::lost},  // too many connections
    known_error{1041, server_error::busy},  // out of memory
    known_error{1053, server_error::lost},  // server shuts down
    known_error{1062, server_error::duplicate},
    known_error{1114, server_error::busy},      // table full
    known_error{1129, server_error::lost},      // host blocked
    known_error{1152, server_error::lost},      // aborted connection
    known_error{1153, server_error::bad_data},  // packet too large
    known_error{1158, server_error::lost},      // network errors up to 1161
    known_error{1159, server_error::lost},
    known_error{1160, server_error::lost},
    known_error{1161, server_error::lost},
    known_error{1184, server_error::lost},  // aborted connection
    known_error{1203, server_error::lost},  // user has too many connections
    known_error{1205, server_error::busy},  // lock wait
    known_error{1213, server_error::busy},  // deadlock
    known_error{1216, server_error::broken_reference},
    known_error{1217, server_error::broken_reference},
    known_error{1226, server_error::lost},      // user's resource limit
    known_error{1243, server_error::lost},      // the server does not know our prepared statement
    known_error{1264, server_error::bad_data},  // out of range
    known_error{1265, server_error::bad_data},  // truncated
    known_error{1290, server_error::busy},      // read-only server
    known_error{1292, server_error::bad_data},  // wrong date or number
    known_error{1300, server_error::bad_data},  // invalid UTF-8
    known_error{1317, server_error::busy},      // query killed
    known_error{1366, server_error::bad_data},  // wrong value for the column
    known_error{1406, server_error::bad_data},  // too long
    known_error{1412, server_error::busy},      // table definition changed
    known_error{1451, server_error::broken_reference},
    known_error{1452, server_error::broken_reference},
    known_error{1586, server_error::duplicate},  // with the key's name
    known_error{1615, server_error::busy},       // statement needs to be prepared again
    known_error{1690, server_error::bad_data},   // arithmetic out of range
    known_error{1836, server_error::busy},       // read-only mode
    known_error{1927, server_error::lost},       // connection killed
    known_error{1969, server_error::statement_time},
    known_error{3024, server_error::statement_time},
    known_error{3819, server_error::bad_data},  // CHECK
    known_error{4025, server_error::bad_data},  // CHECK
};
static_assert(std::ranges::is_sorted(known_errors, {}, &known_error::number));

}  // namespace

server_error classify(int number) noexcept {
  // The client library's: cannot connect, gone, lost, out of sync, statement unknown.
  if (number >= 2000 && number < 3000) return server_error::lost;
  const auto found = std::ranges::lower_bound(known_errors, number, {}, &known_error::number);
  return found != known_errors.end() && found->number == number ? found->kind : server_error::bug;
}

std::string duplicate_key_name(const std::string& message) {
  const auto close = message.rfind('\'');
  if (close == std::string::npos || close == 0) return {};
  const auto open = message.rfind('\'', close - 1);
  if (open == std::string::npos) return {};
  auto name = message.substr(open + 1, close - open - 1);
  if (const auto dot = name.rfind('.'); dot != std::string::npos) name.erase(0, dot + 1);
  return name;
}

}  // namespace mercat::db
