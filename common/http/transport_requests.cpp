// The transport's requests: from bytes to handlers, from handlers to answers.
#include "common/http/answer.hpp"
#include "common/http/gate.hpp"
#include "common/http/problem.hpp"
#include "common/http/transport.hpp"
#include "common/uuid.hpp"

#include <utility>

namespace mercat::http {

namespace {

// What the client must not see is said in the log.
void report_unexpected(log::logger& logger, const exchange& failed, const std::exception_ptr& failure) {
  const auto write = [&](std::string_view what) {
    logger.error("handler failed", {{"requestId", std::string_view(failed.request.id)},
                                    {"route", std::string_view(failed.resource->path)},
                                    {"what", what}});
  };
  try {
    std::rethrow_exception(failure);
  } catch (const error& known) {
    if (known.kind() == fault::internal) write(known.what());
  } catch (const std::exception& unexpected) {
    write(unexpected.what());
  } catch (...) {
    write("an exception of an unknown type");
  }
}

}  // namespace

void transport::consume(connection& client, std::string_view bytes) {
  if (client.input.empty()) {
    const auto used = serve(client, bytes);
    if (client.open && !client.closing) client.input.assign(bytes.substr(used));
  } else {
    client.input.append(bytes);
    // A head grows to its end only with a line end: without one there is nothing new to find in it.
    const bool nothing_new = !client.pending && bytes.find('\n') == std::string_view::npos &&
                             client.input.size() < core_->options.max_head;
    if (nothing_new) return;
    const auto used = serve(client, client.input);
    if (client.open && !client.closing) client.input.erase(0, used);
  }
}

// Goes on with what has come in while an answer was made or written.
void transport::advance(connection& client) {
  if (client.serving) return;
  if (client.ready() && !client.input.empty()) {
    const auto used = serve(client, client.input);
    if (client.open && !client.closing) client.input.erase(0, used);
  }
  if (client.ready() && client.unread) receive(client);
}

std::size_t transport::serve(connection& client, std::string_view bytes) {
  std::size_t used = 0;
  client.serving = true;
  while (client.ready()) {
    if (!client.pending && !next_head(client, bytes, used)) break;
    const auto rest = bytes.substr(used);
    auto& next = *client.pending;
    if (next.body_refused) {
      start(client, std::move(client.pending), {});
      break;
    }
    if (rest.size() < next.body_size) {
      if (std::exchange(next.expects_continue, false)) write(client, "HTTP/1.1 100 Continue\r\n\r\n");
      break;
    }
    used += next.body_size;
    client.receiving = false;
    start(client, std::move(client.pending), rest.substr(0, next.body_size));
  }
  client.serving = false;
  return used;
}

bool transport::next_head(connection& client, std::string_view bytes, std::size_t& used) {
  const auto rest = bytes.substr(used);
  if (rest.empty()) return false;
  if (!std::exchange(client.receiving, true)) client.limit = now_ + core_->options.head_timeout;
  const auto reading = read_head(rest, core_->options.max_head);
  if (reading.state == head_state::refused) refuse_head(client, reading.refusal);
  if (reading.state != head_state::complete) return false;
  used += reading.head.size;
  client.pending = admit(*core_, reading.head);
  client.pending->started = now_;
  client.pending->descriptor = client.descriptor;
  client.pending->connection = client.id;
  return true;
}

void transport::start(connection& client, std::unique_ptr<exchange> next, std::string_view body) {
  accept_body(*next, body);
  if (!next->early) {
    const auto before = core_->in_flight.fetch_add(1, std::memory_order_relaxed);
    if (before >= core_->options.max_in_flight) {
      core_->in_flight.fetch_sub(1, std::memory_order_relaxed);
      refuse(*next, error(fault::unavailable, "overloaded", "Too many requests at the moment."));
    }
  }
  if (next->early) return answer(client, *next, *next->early);
  client.current = next.get();
  run_handler(std::move(next));
}

void transport::run_handler(std::unique_ptr<exchange> owned) {
  std::optional<async::task<response>> task;
  try {
    task.emplace(owned->route->entry->handler(owned->request));
  } catch (...) {
    return settle(std::move(owned), std::current_exception(), std::nullopt);
  }
  async::spawn(std::move(*task), [this, owned = std::move(owned)](std::exception_ptr failure,
                                                                  std::optional<response> value) mutable {
    settle(std::move(owned), std::move(failure), std::move(value));
  });
}

// The only way from a handler to a client. It may come long after the client has gone and its descriptor has
// become another client's: the answer is written only to the connection that still waits for this exchange.
void transport::settle(std::unique_ptr<exchange> owned, std::exception_ptr failure,
                       std::optional<response> value) {
  if (!is_current()) {  // a handler that resumed elsewhere: a bug of the handler, no danger for the client
    auto moved = std::make_shared<std::unique_ptr<exchange>>(std::move(owned));
    return post([this, moved, failure, value = std::move(value)]() mutable {
      settle(std::move(*moved), failure, std::move(value));
    });
  }
  core_->in_flight.fetch_sub(1, std::memory_order_relaxed);
  if (failure) {
    report_unexpected(core_->logger, *owned, failure);
    value = problem(failure, owned->request.path, owned->request.id);
  }
  auto* client = find(owned->descriptor);
#ifndef MERCAT_WITHOUT_CONNECTION_CHECK
  if (client != nullptr && client->id != owned->connection) client = nullptr;
  if (client != nullptr && client->current != owned.get()) return core_->late.Increment();
#endif
  if (client == nullptr) return core_->gone.Increment();
  client->current = nullptr;
  answer(*client, *owned, *value);
  advance(*client);
}

// The deadline has passed and the handler still works: the client gets its answer, the handler's is dropped.
void transport::give_up(connection& client) {
  const auto& slow = *std::exchange(client.current, nullptr);
  const error why(fault::too_slow, "too-slow", "The request took longer than its deadline allows.");
  answer(client, slow, problem(why, slow.request.path, slow.request.id));
  advance(client);
}

void transport::answer(connection& client, const exchange& done, const response& value) {
  const bool keep = done.keep_alive && !core_->draining.load(std::memory_order_relaxed);
  client.closing = !keep;
  client.receiving = false;
  scratch_.clear();
  append_answer(scratch_, value, {keep, done.head_only, done.request.id, done.hop_id});
  write(client, scratch_);
  if (client.open && client.output.empty()) flushed(client);
  traffic_.record(done, value.status);
}

void transport::refuse_head(connection& client, const head_refusal& why) {
  const auto id = uuid_v7();
  client.closing = true;
  client.receiving = false;
  scratch_.clear();
  const error cause(fault::malformed, std::string(why.slug), std::string(why.detail));
  append_answer(scratch_, problem(why.status, cause, {}, id), {false, false, id, {}});
  write(client, scratch_);
  if (client.open && client.output.empty()) flushed(client);
  traffic_.record_refused(id, why.status);
}

}  // namespace mercat::http
