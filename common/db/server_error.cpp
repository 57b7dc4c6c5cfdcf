#include "common/db/server_error.hpp"

namespace mercat::db {

server_error classify(int number) noexcept {
  switch (number) {
    case 1062:  // duplicate entry
    case 1586:  // duplicate entry, with key name
      return server_error::duplicate;
    case 1205:  // lock wait
    case 1213:  // deadlock
    case 1020:  // record changed since it was read
    case 1021:  // disk full
    case 1114:  // table full
    case 1290:  // read-only server
    case 1836:  // read-only mode
    case 1317:  // query killed
    case 1412:  // table definition changed
    case 1615:  // statement needs to be prepared again
      return server_error::busy;
    case 1969:  // max_statement_time
    case 3024:
      return server_error::statement_time;
    case 1040:  // too many connections
    case 1053:  // server shuts down
    case 1129:  // host blocked
    case 1152:  // aborted connection, and network errors up to 1161
    case 1158:
    case 1159:
    case 1160:
    case 1161:
    case 1184:
    case 1203:  // user has too many connections
    case 1226:  // user's resource limit
    case 1243:  // the server does not know our prepared statement
    case 1927:  // connection killed
      return server_error::lost;
    case 1153:  // packet too large
    case 1264:  // out of range
    case 1265:  // truncated
    case 1292:  // wrong date or number
    case 1300:  // invalid UTF-8
    case 1366:  // wrong value for the column
    case 1406:  // too long
    case 1690:  // arithmetic out of range
    case 3819:  // CHECK
    case 4025:  // CHECK
      return server_error::bad_data;
    case 1216:
    case 1217:
    case 1451:
    case 1452:  // foreign keys
      return server_error::broken_reference;
    default:
      // 2000-2999 are the client library's: cannot connect, gone, lost, out of sync, statement unknown.
      return number >= 2000 && number < 3000 ? server_error::lost : server_error::bug;
  }
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
