#include "tests/chaos/judge.hpp"

#include "tests/chaos/judge_stock.hpp"

#include <algorithm>
#include <set>

namespace mercat::chaos {

namespace {

using orders_by_key = std::map<std::string, std::vector<std::string>>;

constexpr std::int64_t mails_in_work = 8;  // at most, sent and not yet noted at one moment

const std::set<std::pair<std::string, std::string>> legal_moves{
    {"", "PENDING"},          {"PENDING", "ACCEPTED"},   {"PENDING", "REJECTED"},
    {"PENDING", "CANCELLED"}, {"ACCEPTED", "CANCELLED"},
};

bool has_order(const told& each) {
  return each.status == 200 || each.status == 201;
}

std::string number(std::int64_t value) {
  return std::to_string(value);
}

verdict every_answered_order_exists(const record& told_, const truth& there) {
  verdict out{"an order answered 200 or 201 is there", 0, {}};
  for (const auto& bought : told_.purchases) {
    for (const auto& each : bought.tries) {
      if (!has_order(each)) continue;
      ++out.looked_at;
      const auto found = there.orders.find(each.order_id);
      if (found == there.orders.end()) {
        out.violations.push_back("order " + each.order_id + " of key " + bought.key + " was answered " +
                                 number(each.status) + " and is gone");
      } else if (found->second.customer_id != bought.customer_id) {
        out.violations.push_back("order " + each.order_id + " belongs to another customer");
      } else if (found->second.lines != each.lines) {
        out.violations.push_back("order " + each.order_id + " has other lines than it was answered with");
      } else if (bought.cart_is_sure && found->second.lines != bought.wanted) {
        out.violations.push_back("order " + each.order_id + " has other lines than the cart had");
      }
    }
  }
  return out;
}

verdict one_key_one_order(const record& told_, const truth& there) {
  verdict out{"one key gives one order, the same in every answer", 0, {}};
  orders_by_key orders;
  for (const auto& [key, order] : there.keys) orders[key].push_back(order);
  std::set<std::string> known;
  for (const auto& bought : told_.purchases) {
    ++out.looked_at;
    known.insert(bought.key);
    const auto& made = orders[bought.key];
    if (made.size() > 1) out.violations.push_back("key " + bought.key + " gave " + number(std::ssize(made)));
    const bool answered = std::ranges::any_of(bought.tries, has_order);
    if (answered && made.size() != 1)
      out.violations.push_back("key " + bought.key + " was answered with an order and has " +
                               number(std::ssize(made)));
    std::int64_t created = 0;
    for (const auto& each : bought.tries) {
      created += each.status == 201 ? 1 : 0;
      if (has_order(each) && !made.empty() && each.order_id != made.front())
        out.violations.push_back("key " + bought.key + " was answered with order " + each.order_id);
    }
    if (created > 1)
      out.violations.push_back("key " + bought.key + " was answered 201 " + number(created) + " times");
  }
  for (const auto& [id, order] : there.orders)
    if (!known.contains(order.key)) out.violations.push_back("order " + id + " has a key that nobody used");
  return out;
}

verdict states_are_final(const record& told_, const truth& there) {
  verdict out{"no order is PENDING, every move was legal and none was taken back", 0, {}};
  for (const auto& [id, order] : there.orders) {
    ++out.looked_at;
    if (order.state == "PENDING") out.violations.push_back("order " + id + " is still PENDING");
    // Legal, and the shop's way out when an event is lost: so here it says that one was.
    if (order.timed_out) out.violations.push_back("order " + id + " was never decided, and given up");
    std::string before;
    for (const auto& state : order.history) {
      if (!legal_moves.contains({before, state}))
        out.violations.push_back("order " + id + " went from '" + before + "' to " + state);
      before = state;
    }
    if (before != order.state)
      out.violations.push_back("order " + id + ": its history ends in '" + before + "'");
  }
  for (const auto& bought : told_.purchases) {
    const auto found = there.orders.find(bought.order_id());
    if (found == there.orders.end()) continue;
    const auto& history = found->second.history;
    auto at = history.begin();
    for (const auto& seen : bought.states_seen) {
      at = std::find(at, history.end(), seen);
      if (at != history.end()) continue;
      out.violations.push_back("order " + found->first + " was read as " + seen +
                               ", which its history denies");
      break;
    }
  }
  return out;
}

verdict cancelled_stays_cancelled(const record& told_, const truth& there) {
  verdict out{"a cancel answered 200 holds", 0, {}};
  for (const auto& bought : told_.purchases)
    for (const auto& each : bought.cancels) {
      if (each.status != 200) continue;
      ++out.looked_at;
      const auto found = there.orders.find(bought.order_id());
      if (found == there.orders.end() || found->second.state != "CANCELLED" || each.state != "CANCELLED")
        out.violations.push_back("order " + bought.order_id() + " was answered as cancelled (" + each.state +
                                 ")");
    }
  return out;
}

verdict both_sides_agree(const truth& there) {
  verdict out{"products decided each order once, and shopping says the same", 0, {}};
  for (const auto& [id, order] : there.orders) {
    ++out.looked_at;
    const auto found = there.decisions.find(id);
    const std::string decided = found == there.decisions.end() ? "nothing" : found->second;
    const bool right =
        order.state == "CANCELLED" ? decided != "ACCEPTED" && decided != "nothing" : decided == order.state;
    if (!right)
      out.violations.push_back("order " + id + " is " + order.state + ", products decided " + decided);
  }
  return out;
}

std::set<std::string> orders_named_in(const std::string& text, const truth& there) {
  std::set<std::string> named;
  for (auto dash = text.find('-'); dash != std::string::npos; dash = text.find('-', dash + 1)) {
    if (dash < 8) continue;
    auto candidate = text.substr(dash - 8, 36);
    if (there.orders.contains(candidate)) named.insert(std::move(candidate));
  }
  return named;
}

// For every customer a welcome, and for every order a mail per move that is told of.
verdict one_mail_per_decision(const record& told_, const truth& there) {
  verdict out{"one mail (by Message-ID) per decided order and per sign-up", 0, {}};
  std::map<std::string, std::set<std::string>> by_address;
  std::map<std::string, std::set<std::string>> by_order;
  for (const auto& each : there.mails) {
    by_address[each.to].insert(each.message_id);
    for (const auto& id : orders_named_in(each.text, there)) by_order[id].insert(each.message_id);
  }
  std::map<std::int64_t, std::int64_t> wanted;
  for (const auto& [id, order] : there.orders) {
    const auto moves =
        std::ranges::count_if(order.history, [](const auto& state) { return state != "PENDING"; });
    wanted[order.customer_id] += moves;
    if (std::ssize(by_order[id]) != moves)
      out.violations.push_back("order " + id + " was decided or cancelled " + number(moves) +
                               " times and has " + number(std::ssize(by_order[id])) + " mails");
  }
  for (const auto& each : told_.customers) {
    const auto expected = wanted[each.id] + 1;
    out.looked_at += expected;
    const auto got = std::ssize(by_address[each.email]);
    const auto sent = there.mails_sent.find(each.id);
    const auto noted = sent == there.mails_sent.end() ? 0 : sent->second;
    if (got != expected || noted != expected)
      out.violations.push_back("customer " + number(each.id) + " should have " + number(expected) +
                               " mails, has " + number(got) + ", and " + number(noted) +
                               " are noted as sent");
  }
  return out;
}

// Only what came between SMTP's 250 and the note of it makes a mail go out again, and only what was in work.
verdict no_mail_repeated_without_cause(const record& told_, const truth& there) {
  verdict out{"a mail is repeated only where a crash came between", 0, {}};
  std::map<std::string, std::map<std::string, std::int64_t>> copies;
  for (const auto& each : there.mails) ++copies[each.to][each.message_id];
  std::int64_t repeats = 0;
  for (const auto& each : told_.customers)
    for (const auto& [_, times] : copies[each.email]) {
      ++out.looked_at;
      repeats += times - 1;
    }
  if (repeats > mails_in_work * told_.interruptions)
    out.violations.push_back(number(repeats) + " mails went out again, after " + number(told_.interruptions) +
                             " deaths of the mailer");
  return out;
}

verdict nothing_left_behind(const record& told_, const truth& there) {
  verdict out{"nothing is left in outboxes and queues, no dead letter but the poison", 0, {}};
  for (const auto* left : {&there.outboxes, &there.queues})
    for (const auto& [name, count] : *left) {
      ++out.looked_at;
      if (count != 0) out.violations.push_back(name + ": " + number(count) + " left");
    }
  std::map<std::string, int> poison;
  for (const auto& [mark, _] : told_.poisons) poison[mark] = 0;
  for (const auto& body : there.dead_letters) {
    const auto known = std::ranges::find_if(
        poison, [&](const auto& each) { return body.find(each.first) != std::string::npos; });
    if (known == poison.end()) {
      out.violations.push_back("dead letter: " + body.substr(0, 300));
    } else {
      ++known->second;
    }
  }
  for (const auto& [mark, times] : poison) {
    ++out.looked_at;
    if (times > 1 || (times == 0 && told_.poisons.at(mark)))
      out.violations.push_back("poison " + mark + " is " + number(times) + " times in the dead letters");
  }
  return out;
}

verdict replica_equals_products(const record& told_, const truth& there) {
  return {"shopping's replica equals products", std::ssize(told_.opening), there.replica_differences};
}

verdict memory_is_flat(const truth& there) {
  verdict out{"memory is flat", 0, {}};
  for (const auto& each : there.memory) {
    ++out.looked_at;
    if (each.end_kib > each.warm_kib + each.warm_kib / 2 + 32 * 1024)
      out.violations.push_back(each.process + " grew from " + number(each.warm_kib / 1024) + " to " +
                               number(each.end_kib / 1024) + " MiB");
  }
  return out;
}

verdict reads_were_right(const record& told_) {
  return {"no answer told of what is not one's own", std::ssize(told_.purchases), told_.reading_failures};
}

verdict the_run_proves_something(const truth& there) {
  verdict out{"orders were taken", std::ssize(there.orders), {}};
  const bool accepted = std::ranges::any_of(there.orders, [](const auto& each) {
    return std::ranges::find(each.second.history, "ACCEPTED") != each.second.history.end();
  });
  if (!accepted) out.violations.emplace_back("no order was accepted: this run proves nothing");
  return out;
}

}  // namespace

std::vector<verdict> judge(const record& told_, const truth& there) {
  return {
      the_run_proves_something(there),
      every_answered_order_exists(told_, there),
      one_key_one_order(told_, there),
      stock_is_right(told_, there),
      ledger_adds_up(told_, there),
      each_order_moved_stock_once(there),
      adjustments_counted_once(told_, there),
      states_are_final(told_, there),
      cancelled_stays_cancelled(told_, there),
      both_sides_agree(there),
      one_mail_per_decision(told_, there),
      no_mail_repeated_without_cause(told_, there),
      nothing_left_behind(told_, there),
      replica_equals_products(told_, there),
      reads_were_right(told_),
      memory_is_flat(there),
  };
}

std::int64_t count_violations(const std::vector<verdict>& verdicts) {
  std::int64_t sum = 0;
  for (const auto& each : verdicts) sum += std::ssize(each.violations);
  return sum;
}

}  // namespace mercat::chaos
