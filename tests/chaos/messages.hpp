// messages: what can go wrong with events on their way, made to happen: the same one again, later ones first,
// one that nobody can read. A queue of ours hears all events of orders, stock and sign-ups, so that copies of
// real ones can be sent again. Thread-safe.
#pragma once

#include "tests/support/broker.hpp"

#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace mercat::chaos {

class messages {
 public:
  messages();
  ~messages();
  messages(const messages&) = delete;
  messages& operator=(const messages&) = delete;

  // All throw std::runtime_error while the broker is away; what was begun is finished by make_good().
  std::size_t repeat(
      std::mt19937_64& luck);  // events heard lately, each again and in another order; how many
  // Events of these keys wait `meanwhile`, and are then delivered last ones first.
  std::size_t reorder(const std::string& queue, const std::function<void()>& meanwhile);
  // One message that this service cannot handle, with this mark in its body.
  void poison(const std::string& service, const std::string& mark, std::mt19937_64& luck);
  std::size_t close_connections();  // of all services, by the broker; how many

  // Bindings as they were, and every event held back delivered. Tries again until the broker lets it.
  std::size_t make_good();

 private:
  struct heard {
    std::string type, payload, properties;
  };
  std::vector<heard> take_heard();
  bool take_some(std::vector<heard>& events);  // false: there were none
  void send(const std::string& queue, const heard& event);
  [[nodiscard]] std::vector<std::string> queues_of(const std::string& type) const;
  std::size_t deliver_held();

  std::mutex mutex_;
  test::broker broker_{test::broker::of_vhost("mercat")};
  std::vector<std::pair<std::string, std::string>> bindings_;  // routing key, queue
  std::vector<std::pair<std::string, std::string>> unbound_;
  std::vector<heard> held_;
  std::string held_for_;
};

}  // namespace mercat::chaos
