// Gathers what is there after a run, from the servers themselves, past the gates.
#pragma once

#include "common/db/session.hpp"
#include "tests/chaos/truth.hpp"
#include "tests/support/broker.hpp"

#include <functional>
#include <string>

namespace mercat::chaos {

// As MariaDB's administrator, on a connection of its own.
void look_into_databases(const std::function<void(db::session&)>& work);

// What is not settled yet: rows in outboxes, messages in queues, orders PENDING, replica rows that differ.
// Empty: quiet.
[[nodiscard]] std::string unrest(test::broker& broker);

// Everything but dead letters and memory. Takes the customers and products of the record only.
[[nodiscard]] truth gather(const record& told, test::broker& broker);

// Takes the dead letters of all services out of their queues; bodies.
[[nodiscard]] std::vector<std::string> take_dead_letters(test::broker& broker);

}  // namespace mercat::chaos
