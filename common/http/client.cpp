#include "common/http/client.hpp"

#include "common/error.hpp"
#include "common/http/transfers.hpp"
#include "common/resilience/bulkhead.hpp"
#include "common/resilience/circuit_breaker.hpp"
#include "common/uuid.hpp"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>

#include <algorithm>
#include <array>

namespace mercat::http {

namespace {

using clock = async::deadline::clock;

// What became of a call; also the `outcome` label of its metric.
enum class verdict {
  answered,
  unreachable,
  timed_out,
  foreign,
  refused,
  too_large,
  abandoned,
  bulkhead_full,
  circuit_open
};
constexpr std::array verdict_names{"answered",  "unreachable", "timed-out",     "foreign-answer", "refused",
                                   "too-large", "abandoned",   "bulkhead-full", "circuit-open"};

bool is_token_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

bool is_visible(char c) {
  return c > ' ' && c != '\x7f';  // char is signed here: bytes from 0x80 are negative
}

bool is_read(method verb) {
  return verb == method::get || verb == method::head;
}

// Our request, as the answer of somebody who did not pass it on sees it. Nothing of that answer is trusted
// but its status: without our hop id it may be anybody's.
error refusal_of(int status) {
  switch (status) {
    case 413:
      return {fault::too_large, "body-too-large", "The body is larger than can be passed on."};
    case 414:
      return {fault::uri_too_long, "uri-too-long", "The address is longer than can be passed on."};
    case 431:
      return {fault::header_too_large, "header-too-large", "The headers are larger than can be passed on."};
    default:
      return {fault::malformed, "malformed-request", "The request cannot be passed on."};
  }
}

void check_fits_the_wire(const client_request& what) {
  const auto value_fits = [](const std::string& value) {
    return std::all_of(value.begin(), value.end(), [](char c) {
      return c == ' ' || c == '\t' || is_visible(c) || static_cast<unsigned char>(c) >= 0x80;
    });
  };
  const auto header_fits = [&](const auto& header) {
    return !header.first.empty() &&
           std::all_of(header.first.begin(), header.first.end(), is_token_character) &&
           value_fits(header.second);
  };
  if (!what.target.starts_with('/') || !std::all_of(what.target.begin(), what.target.end(), is_visible) ||
      !std::all_of(what.headers.begin(), what.headers.end(), header_fits) || !value_fits(what.request_id))
    throw refusal_of(400);
  if (what.target.size() > max_target) throw refusal_of(414);
}

}  // namespace

struct client::state {
  client_options options;
  http::transfers transfers;
  resilience::bulkhead bulkhead;
  resilience::circuit_breaker breaker;
  prometheus::Histogram& seconds;
  std::vector<prometheus::Counter*> calls;

  state(async::event_loop& loop, client_options with, metrics::registry& metrics)
      : options(std::move(with)),
        transfers(loop, options.base_url, options.max_idle),
        bulkhead(options.max_in_flight),
        seconds(metrics.latency("mercat_http_client_call_seconds", "Calls to an upstream, until their answer",
                                {{"upstream", options.name}})) {
    for (const char* outcome : verdict_names)
      calls.push_back(&metrics.counter("mercat_http_client_calls_total", "Calls to an upstream, by outcome",
                                       {{"upstream", options.name}, {"outcome", outcome}}));
  }

  void count(verdict outcome) const { calls[static_cast<std::size_t>(outcome)]->Increment(); }

  [[noreturn]] void refuse(verdict outcome) const {
    count(outcome);
    if (outcome == verdict::timed_out)
      throw error(fault::too_slow, options.name + "-timeout",
                  "The " + options.name + " service took too long to answer.");
    throw error(fault::unavailable, options.name + "-unavailable",
                "The " + options.name + " service cannot answer at the moment.");
  }

  static verdict judge(transfer::outcome outcome, const transfer& call, const std::string& hop);
  void tell_breaker(verdict outcome, clock::duration allowed);
};

verdict client::state::judge(transfer::outcome outcome, const transfer& call, const std::string& hop) {
  switch (outcome) {
    case transfer::outcome::answered: {
      const auto echoed = call.answer_headers.get("X-Hop-Id");
      if (echoed == hop) return verdict::answered;
      if (!echoed.empty()) return verdict::foreign;
      // Made by nginx, when no replica answered it.
      if (call.status == 504) return verdict::timed_out;
      if (call.status == 502 || call.status == 503) return verdict::unreachable;
      // Our bytes came too late or too often for somebody: neither the request's fault nor the upstream's.
      if (call.status == 408 || call.status == 429) return verdict::abandoned;
      return call.status >= 400 && call.status < 500 ? verdict::refused : verdict::foreign;
    }
    case transfer::outcome::timed_out:
      return verdict::timed_out;
    case transfer::outcome::too_large:
      return verdict::too_large;
    case transfer::outcome::abandoned:
      return verdict::abandoned;
    case transfer::outcome::unreachable:
      break;
  }
  return verdict::unreachable;
}

void client::state::tell_breaker(verdict outcome, clock::duration allowed) {
  switch (outcome) {
    case verdict::answered:
      return breaker.succeeded();
    case verdict::unreachable:
    case verdict::foreign:
      return breaker.failed(clock::now());
    case verdict::timed_out:
      // A caller that came late says nothing about the upstream.
      if (allowed * 2 >= options.time_limit) return breaker.failed(clock::now());
      return breaker.abandoned();
    default:
      return breaker.abandoned();
  }
}

client::client(async::event_loop& loop, client_options options, metrics::registry& metrics)
    : state_(std::make_shared<state>(loop, std::move(options), metrics)) {}

client::~client() {
  state_->transfers.close();
}

async::task<client_response> client::send(client_request what, async::deadline until) {
  const auto self = state_;  // the client may go while this waits
  check_fits_the_wire(what);
  const auto limit = until.at_most(self->options.time_limit);
  const auto allowed = limit.remaining();
  if (allowed.count() == 0) self->refuse(verdict::timed_out);
  const auto place = self->bulkhead.enter();
  if (!place) self->refuse(verdict::bulkhead_full);

  const std::string hop = uuid_v7();
  auto call = std::make_shared<transfer>();
  call->method = what.method;
  call->target = std::move(what.target);
  call->headers = std::move(what.headers);
  call->headers.emplace_back("X-Request-Id", std::move(what.request_id));
  call->headers.emplace_back("X-Hop-Id", hop);
  call->headers.emplace_back("X-Deadline-Ms", std::to_string(allowed.count()));
  const auto at = std::chrono::system_clock::now().time_since_epoch() + allowed;
  call->headers.emplace_back(
      "X-Deadline-At", std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(at).count()));
  call->body = std::move(what.body);
  call->max_answer = self->options.max_answer;
  call->until = limit;

  const auto began = clock::now();
  if (!self->breaker.allow(began)) self->refuse(verdict::circuit_open);
  self->transfers.start(call);
  auto ended = co_await call->done;
  if (ended == transfer::outcome::unreachable && is_read(call->method) && limit.remaining().count() > 0) {
    call->start_again();
    self->transfers.start(call);
    ended = co_await call->done;
  }
  const auto outcome = state::judge(ended, *call, hop);
  self->tell_breaker(outcome, allowed);
  if (outcome == verdict::refused) {
    self->count(outcome);
    throw refusal_of(call->status);
  }
  if (outcome != verdict::answered) self->refuse(outcome);
  self->count(outcome);
  self->seconds.Observe(std::chrono::duration<double>(clock::now() - began).count());
  co_return client_response{call->status, std::move(call->answer_headers), std::move(call->answer_body)};
}

bool client::available() const {
  return state_->breaker.current(clock::now()) != resilience::circuit_breaker::state::open;
}

const std::string& client::name() const noexcept {
  return state_->options.name;
}

}  // namespace mercat::http
