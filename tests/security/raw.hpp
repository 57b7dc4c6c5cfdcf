// raw: whole conversations in exact bytes, and what came back in one line.
//
// A template's words are filled in for the place where it is tried:
//   {POST}   request line and headers of a harmless POST (no length, no end of the headers)
//   {GET}    the same of a harmless GET
//   {BODY} {LENGTH} {HEX}  the POST's body, its length, its length in hexadecimal
//   {INNER}  a whole request for something that is not there: an answer to it means that it was taken for a
//   request {OK}     in an expectation: what the harmless POST is answered
#pragma once

#include "tests/security/group.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace mercat::security {

struct conversation {
  std::string name;
  std::string bytes;
  std::string expected;  // "400 malformed-request, closed", "200, 200, open", "none, open"
  std::string at_edge = {};
  std::chrono::milliseconds patience = std::chrono::seconds{10};  // for the first answer
  bool half_close = false;                                        // nothing more is sent afterwards
};

[[nodiscard]] std::string filled_in(std::string text, const place& where);

// Every answer, and whether the connection is open or closed afterwards.
[[nodiscard]] std::string talk(const place& where, const conversation& one);
// What comes on a connection on which everything has been sent.
[[nodiscard]] std::string listen(wire& connection,
                                 std::chrono::milliseconds patience = std::chrono::seconds{10});

// At all six places.
void try_raw(group& into, const std::vector<conversation>& all);

}  // namespace mercat::security
