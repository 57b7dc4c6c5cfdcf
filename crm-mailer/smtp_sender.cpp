#include "crm-mailer/smtp_sender.hpp"

#include "common/async/completion.hpp"
#include "common/error.hpp"
#include "crm-mailer/smtp_conversation.hpp"

#include <curl/curl.h>
#include <prometheus/counter.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <pthread.h>
#include <stdexcept>
#include <thread>
#include <vector>

namespace mercat::crm_mailer {

namespace {

constexpr long connect_limit_ms = 3000;
// Servers drop idle clients after minutes; ours lets go well before, so that a kept connection is not found
// dead in the middle of a mail.
constexpr long max_idle_seconds = 20;

enum class outcome { sent, refused, postponed, deferred, timed_out, closing };

struct job {
  std::string from;
  std::string to;
  std::string content;
  async::deadline until;
  async::completion<outcome> done;
};

struct free_easy {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
using easy_handle = std::unique_ptr<CURL, free_easy>;

struct free_list {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

struct reader {
  std::string_view rest;
};

std::size_t on_read(char* into, std::size_t size, std::size_t count, void* from) {
  auto& rest = static_cast<reader*>(from)->rest;
  const auto taken = std::min(size * count, rest.size());
  std::memcpy(into, rest.data(), taken);
  rest.remove_prefix(taken);
  return taken;
}

int on_line(CURL*, curl_infotype type, char* data, std::size_t size, void* about) {
  auto* talk = static_cast<smtp_conversation*>(about);
  if (talk == nullptr) return 0;  // between two mails
  if (type == CURLINFO_HEADER_OUT) talk->said({data, size});
  if (type == CURLINFO_HEADER_IN) talk->heard({data, size});
  return 0;
}

int on_progress(void* closing, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(closing)->load(std::memory_order_relaxed) ? 1 : 0;
}

std::size_t ignore(char*, std::size_t size, std::size_t count, void*) {
  return size * count;
}

}  // namespace

struct smtp_sender::state {
  smtp_options options;
  log::logger& logger;
  prometheus::Counter& sent;
  prometheus::Counter& refused;
  prometheus::Counter& failed;
  std::atomic<bool> reachable{true};
  std::atomic<bool> closing{false};
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::shared_ptr<job>> queue;
  std::vector<std::thread> threads;

  state(smtp_options chosen, log::logger& log, metrics::registry& metrics)
      : options(std::move(chosen)),
        logger(log),
        sent(count(metrics, "sent")),
        refused(count(metrics, "refused")),
        failed(count(metrics, "failed")) {}

  static prometheus::Counter& count(metrics::registry& metrics, const std::string& how) {
    return metrics.counter("mercat_mails_total", "attempts to send a mail, by outcome", {{"outcome", how}});
  }

  [[nodiscard]] easy_handle open() const;
  outcome perform(CURL* easy, const job& work);
  void count_and_log(outcome result, CURLcode code, const smtp_conversation& talk);
  void run();
};

easy_handle smtp_sender::state::open() const {
  easy_handle easy{curl_easy_init()};
  if (!easy) throw std::bad_alloc();
  CURL* raw = easy.get();
  curl_easy_setopt(raw, CURLOPT_URL, options.url.c_str());
  curl_easy_setopt(raw, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(raw, CURLOPT_PROXY, "");
  curl_easy_setopt(raw, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(raw, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(raw, CURLOPT_CONNECTTIMEOUT_MS, connect_limit_ms);
  curl_easy_setopt(raw, CURLOPT_MAXAGE_CONN, max_idle_seconds);
  const long use_tls = options.tls == encryption::required     ? CURLUSESSL_ALL
                       : options.tls == encryption::if_offered ? CURLUSESSL_TRY
                                                               : CURLUSESSL_NONE;
  curl_easy_setopt(raw, CURLOPT_USE_SSL, use_tls);
  if (!options.user.empty()) {
    curl_easy_setopt(raw, CURLOPT_USERNAME, options.user.c_str());
    curl_easy_setopt(raw, CURLOPT_PASSWORD, options.password.c_str());
  }
  curl_easy_setopt(raw, CURLOPT_READFUNCTION, &on_read);
  curl_easy_setopt(raw, CURLOPT_WRITEFUNCTION, &ignore);
  curl_easy_setopt(raw, CURLOPT_VERBOSE, 1L);  // to on_line, not to stderr
  curl_easy_setopt(raw, CURLOPT_DEBUGFUNCTION, &on_line);
  curl_easy_setopt(raw, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(raw, CURLOPT_XFERINFOFUNCTION, &on_progress);
  curl_easy_setopt(raw, CURLOPT_XFERINFODATA, const_cast<std::atomic<bool>*>(&closing));
  return easy;
}

outcome smtp_sender::state::perform(CURL* easy, const job& work) {
  const auto remaining = work.until.remaining().count();
  if (remaining == 0) return outcome::timed_out;
  const std::unique_ptr<curl_slist, free_list> recipients{curl_slist_append(nullptr, work.to.c_str())};
  if (!recipients) throw std::bad_alloc();
  reader content{work.content};
  smtp_conversation talk;
  curl_easy_setopt(easy, CURLOPT_MAIL_FROM, work.from.c_str());
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(easy, CURLOPT_READDATA, &content);
  curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(work.content.size()));
  curl_easy_setopt(easy, CURLOPT_DEBUGDATA, &talk);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(remaining));
  curl_easy_setopt(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>(remaining / 1000 + 1));

  const auto code = curl_easy_perform(easy);
  // The handle lives on; what it points to here does not.
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, nullptr);
  curl_easy_setopt(easy, CURLOPT_READDATA, nullptr);
  curl_easy_setopt(easy, CURLOPT_DEBUGDATA, nullptr);

  auto result = outcome::deferred;
  if (code == CURLE_OK) {
    result = outcome::sent;
  } else if (closing.load()) {
    result = outcome::closing;
  } else if (talk.refused_for_good()) {
    result = outcome::refused;
  } else if (talk.postponed()) {
    result = outcome::postponed;
  } else if (code == CURLE_OPERATION_TIMEDOUT) {
    result = outcome::timed_out;
  }
  count_and_log(result, code, talk);
  return result;
}

void smtp_sender::state::count_and_log(outcome result, CURLcode code, const smtp_conversation& talk) {
  reachable.store(talk.reply() != 0 || result == outcome::sent, std::memory_order_relaxed);
  if (result == outcome::sent) return sent.Increment();
  (result == outcome::refused ? refused : failed).Increment();
  logger.warning(
      result == outcome::refused ? "mail refused" : "mail not sent",
      {{"reason", std::string_view{curl_easy_strerror(code)}}, {"reply", std::int64_t{talk.reply()}}});
}

void smtp_sender::state::run() {
  const auto easy = open();
  for (;;) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return closing.load() || !queue.empty(); });
    if (closing.load()) return;
    const auto next = std::move(queue.front());
    queue.pop_front();
    lock.unlock();
    try {
      next->done.succeed(perform(easy.get(), *next));
    } catch (...) {
      next->done.fail(std::current_exception());
    }
  }
}

smtp_sender::smtp_sender(smtp_options options, log::logger& logger, metrics::registry& metrics)
    : state_(std::make_unique<state>(std::move(options), logger, metrics)) {
  for (std::size_t i = 0; i < state_->options.connections; ++i)
    state_->threads.emplace_back([shared = state_.get()] {
      pthread_setname_np(pthread_self(), "smtp");
      shared->run();
    });
}

smtp_sender::~smtp_sender() {
  std::deque<std::shared_ptr<job>> left;
  {
    const std::lock_guard lock(state_->mutex);
    state_->closing.store(true);
    left.swap(state_->queue);
  }
  state_->changed.notify_all();
  for (auto& each : left) each->done.succeed(outcome::closing);
  for (auto& each : state_->threads) each.join();
}

async::task<void> smtp_sender::send(mail what, async::deadline until) {
  const auto work = std::make_shared<job>(job{what.from.address, what.to, compose(what), until, {}});
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->closing.load() || state_->queue.size() >= state_->options.max_queued)
      throw error(fault::unavailable, "mail-unavailable", "too many mails are waiting");
    state_->queue.push_back(work);
  }
  state_->changed.notify_one();
  switch (co_await work->done) {
    case outcome::sent:
      co_return;
    case outcome::refused:
      throw error(fault::malformed, "mail-refused", "the mail server refused the mail");
    case outcome::postponed:
      throw error(fault::unavailable, "mail-postponed", "the mail server wants this mail later");
    case outcome::timed_out:
      throw error(fault::too_slow, "mail-timeout", "the mail server was too slow");
    case outcome::deferred:
    case outcome::closing:
      break;
  }
  throw error(fault::unavailable, "mail-unavailable", "the mail server cannot take the mail now");
}

bool smtp_sender::reachable() const noexcept {
  return state_->reachable.load(std::memory_order_relaxed);
}

}  // namespace mercat::crm_mailer
