#include "common/auth/password.hpp"

#include "common/async/completion.hpp"
#include "common/error.hpp"

#include <argon2.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>
#include <condition_variable>
#include <deque>
#include <functional>
#include <malloc.h>
#include <mutex>
#include <pthread.h>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace mercat::auth {

namespace {

constexpr std::uint32_t passes = 2;
constexpr std::uint32_t memory_kib = 19 * 1024;
constexpr std::uint32_t lanes = 1;
constexpr std::uint32_t salt_bytes = 16;
constexpr std::uint32_t hash_bytes = 32;

// Compared with for an unknown account: the work of a real comparison. The answer is `no` whatever comes out.
constexpr const char* hash_of_nobody =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

// A password in memory: wiped when it goes, also what a moved short string leaves behind.
class clear_text {
 public:
  explicit clear_text(std::string& source) : text_(source) { wipe(source); }
  ~clear_text() { wipe(text_); }
  clear_text(const clear_text&) = delete;
  clear_text& operator=(const clear_text&) = delete;

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  static void wipe(std::string& text) {
    text.resize(text.capacity());
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
  }
  std::string text_;
};

std::array<std::uint8_t, salt_bytes> random_salt() {
  std::array<std::uint8_t, salt_bytes> salt{};
  if (RAND_bytes(salt.data(), static_cast<int>(salt.size())) != 1) {
    throw std::runtime_error("no random numbers");
  }
  return salt;
}

[[noreturn]] void refuse_argon2(int code) {
  if (code == ARGON2_MEMORY_ALLOCATION_ERROR) {
    throw error(fault::unavailable, "busy", "No memory for another log-in now.")
        .retry_in(std::chrono::seconds{1});
  }
  throw std::runtime_error(std::string("argon2: ") + argon2_error_message(code));
}

std::string hash_now(const std::string& password) {
  const auto salt = random_salt();
  std::string encoded(argon2_encodedlen(passes, memory_kib, lanes, salt_bytes, hash_bytes, Argon2_id), '\0');
  const int code =
      argon2id_hash_encoded(passes, memory_kib, lanes, password.data(), password.size(), salt.data(),
                            salt.size(), hash_bytes, encoded.data(), encoded.size());
  if (code != ARGON2_OK) refuse_argon2(code);
  encoded.resize(encoded.find('\0'));  // the length counts the terminator
  return encoded;
}

bool matches_now(const std::string& password, const std::string& encoded) {
  const int code = argon2id_verify(encoded.c_str(), password.data(), password.size());
  if (code == ARGON2_OK) return true;
  if (code == ARGON2_VERIFY_MISMATCH) return false;
  refuse_argon2(code);
}

struct job {
  async::deadline until;
  std::function<void()> run;
  std::function<void(std::exception_ptr)> give_up;
};

std::exception_ptr failure(fault kind, const char* slug, const char* detail) {
  error cause(kind, slug, detail);
  if (kind == fault::unavailable) cause.retry_in(std::chrono::seconds{1});
  return std::make_exception_ptr(cause);
}

}  // namespace

struct password_hasher::state {
  std::size_t max_queued = 0;
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<job> queue;
  bool stopping = false;
  std::vector<std::thread> threads;

  void work() {
    pthread_setname_np(pthread_self(), "password");
    std::unique_lock lock(mutex);
    while (true) {
      wake.wait(lock, [this] { return stopping || !queue.empty(); });
      if (stopping) return;
      {
        const job next = std::move(queue.front());
        queue.pop_front();
        lock.unlock();
        if (next.until.passed()) {
          next.give_up(failure(fault::too_slow, "password-too-slow", "Too many log-ins at once."));
        } else {
          next.run();
        }
      }  // the password is wiped here, before the next wait
      lock.lock();
    }
  }

  template <class T, class Work>
  async::completion<T> submit(std::string& password, async::deadline until, Work compute) {
    async::completion<T> outcome;
    const auto secret = std::make_shared<clear_text>(password);
    auto run = [outcome, secret, compute = std::move(compute)] {
      try {
        outcome.succeed(compute(secret->text()));
      } catch (...) {
        outcome.fail(std::current_exception());
      }
    };
    auto give_up = [outcome](std::exception_ptr cause) { outcome.fail(std::move(cause)); };
    {
      const std::lock_guard lock(mutex);
      if (!stopping && queue.size() < max_queued) {
        queue.push_back({until, std::move(run), std::move(give_up)});
        wake.notify_one();
        return outcome;
      }
    }
    outcome.fail(failure(fault::unavailable, "busy", "Too many log-ins at once."));
    return outcome;
  }
};

password_hasher::password_hasher(password_hasher_options options) : state_(std::make_unique<state>()) {
  // glibc raises its mmap threshold after the first large free and would then keep 19 MiB of heap per thread
  // for ever; a fixed threshold turns that off and gives each job's memory back at its end.
  mallopt(M_MMAP_THRESHOLD, 1024 * 1024);  // NOLINT(concurrency-mt-unsafe): before any thread allocates much
  state_->max_queued = options.max_queued;
  for (std::size_t i = 0; i < options.threads; ++i) {
    state_->threads.emplace_back([shared = state_.get()] { shared->work(); });
  }
}

password_hasher::~password_hasher() {
  std::deque<job> left;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    left.swap(state_->queue);
  }
  state_->wake.notify_all();
  for (auto& each : state_->threads) each.join();
  for (auto& each : left) {
    each.give_up(failure(fault::unavailable, "shutting-down", "This server is shutting down."));
  }
}

async::task<std::string> password_hasher::hash(std::string password, async::deadline until) {
  const auto outcome =
      state_->submit<std::string>(password, until, [](const std::string& text) { return hash_now(text); });
  co_return co_await outcome;
}

async::task<bool> password_hasher::matches(std::string password, std::string encoded, async::deadline until) {
  const bool known = !encoded.empty();
  if (!known) encoded = hash_of_nobody;
  const auto outcome = state_->submit<bool>(password, until, [known, encoded](const std::string& text) {
    return matches_now(text, encoded) && known;
  });
  co_return co_await outcome;
}

}  // namespace mercat::auth
