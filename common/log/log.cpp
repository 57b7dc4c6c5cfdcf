#include "common/log/log.hpp"

#include "common/log/json_text.hpp"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <pthread.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace mercat::log {

namespace {

// A queued line takes about 400 bytes in spdlog's ring, allocated at the start: its default of 8192 lines
// would be a sixth of the memory a process may use.
constexpr std::size_t queue_lines = 2048;
constexpr std::size_t batch_bytes = 32 * 1024;
// The writer rests when it has caught up: waking it for every line cost 13 us of CPU a line, so it costs 3
// (lines 0.2 ms apart). 2048 lines in 5 ms are more than a process can answer.
constexpr std::chrono::milliseconds rest_time{5};

// Writes finished lines; used by the writer thread only. Lines that are waiting go out in one write().
class line_sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit line_sink(int descriptor) : descriptor_(descriptor) {}
  ~line_sink() override { write_batch(); }

  void drain_from(spdlog::details::thread_pool* pool) { pool_ = pool; }
  [[nodiscard]] std::uint64_t flushes() const noexcept { return flushes_.load(std::memory_order_acquire); }
  void wait_for_flush(std::uint64_t after, std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_done_);
    done_.wait_for(lock, limit, [&] { return flushes() > after; });
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    batch_.append(message.payload.data(), message.payload.size());
    batch_.push_back('\n');
    const bool caught_up = pool_->queue_size() == 0;
    if (caught_up || batch_.size() >= batch_bytes) write_batch();
    if (caught_up) std::this_thread::sleep_for(rest_time);
  }
  void flush_() override {
    write_batch();
    const std::lock_guard lock(mutex_done_);
    flushes_.fetch_add(1, std::memory_order_release);
    done_.notify_all();
  }
  void write_batch() {
    std::string_view rest = batch_;
    while (!rest.empty()) {
      const auto written = ::write(descriptor_, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) break;  // nobody reads any more: logging must not end the process
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    batch_.clear();
  }

  const int descriptor_;
  spdlog::details::thread_pool* pool_ = nullptr;
  std::string batch_;
  std::atomic<std::uint64_t> flushes_{0};
  std::mutex mutex_done_;
  std::condition_variable done_;
};

void append(spdlog::memory_buf_t& out, std::string_view text) {
  out.append(text.data(), text.data() + text.size());
}

template <class Number>
void append_number(spdlog::memory_buf_t& out, Number number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

void append_padded(spdlog::memory_buf_t& out, int number, int width) {
  char digits[8];
  for (int i = width; i-- > 0; number /= 10) digits[i] = static_cast<char>('0' + number % 10);
  out.append(digits, digits + width);
}

// RFC 3339, UTC, milliseconds. The part up to the second is kept: most lines share it with the one before.
void append_now(spdlog::memory_buf_t& out) {
  struct second_text {
    std::time_t second = -1;
    char text[20]{};
  };
  thread_local second_text last;
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  if (now.tv_sec != last.second) {
    std::tm parts{};
    ::gmtime_r(&now.tv_sec, &parts);
    std::strftime(last.text, sizeof last.text, "%Y-%m-%dT%H:%M:%S", &parts);
    last.second = now.tv_sec;
  }
  append(out, {last.text, 19});
  out.push_back('.');
  append_padded(out, static_cast<int>(now.tv_nsec / 1'000'000), 3);
  out.push_back('Z');
}

void append_value(spdlog::memory_buf_t& out, const decltype(field::value)& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) return append_json_text(out, *text);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return append_number(out, *integer);
  if (const auto* flag = std::get_if<bool>(&value)) return append(out, *flag ? "true" : "false");
  const double number = std::get<double>(value);
  if (std::isfinite(number)) return append_number(out, number);
  append(out, "null");
}

constexpr std::string_view name_of(level severity) {
  switch (severity) {
    case level::debug:
      return "debug";
    case level::info:
      return "info";
    case level::warning:
      return "warning";
    case level::error:
      break;
  }
  return "error";
}

}  // namespace

struct logger::state {
  level least;
  std::string origin;  // ,"service":"…","replica":"…","message":
  std::shared_ptr<line_sink> sink;
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> queue;
};

logger::logger(std::string service, std::string replica, level least, int descriptor)
    : state_(std::make_unique<state>()) {
  state_->least = least;
  spdlog::memory_buf_t origin;
  append(origin, ",\"service\":");
  append_json_text(origin, service);
  append(origin, ",\"replica\":");
  append_json_text(origin, replica);
  append(origin, ",\"message\":");
  state_->origin.assign(origin.data(), origin.size());

  state_->sink = std::make_shared<line_sink>(descriptor);
  // The thread must not touch the pool before drain_from(): it does so only once a line is queued.
  state_->pool = std::make_shared<spdlog::details::thread_pool>(
      queue_lines, 1, [] { pthread_setname_np(pthread_self(), "log"); });
  state_->sink->drain_from(state_->pool.get());
  state_->queue = std::make_shared<spdlog::async_logger>(std::string(), state_->sink, state_->pool,
                                                         spdlog::async_overflow_policy::overrun_oldest);
  state_->queue->set_level(spdlog::level::trace);
}

logger::~logger() {
  state_->pool.reset();  // waits until the queue is empty and its thread has ended
}

void logger::write(level severity, std::string_view message, std::initializer_list<field> fields) {
  if (severity < state_->least) return;
  spdlog::memory_buf_t line;
  append(line, "{\"time\":\"");
  append_now(line);
  append(line, "\",\"level\":\"");
  append(line, name_of(severity));
  line.push_back('"');
  append(line, state_->origin);
  append_json_text(line, message);
  for (const auto& each : fields) {
    line.push_back(',');
    append_json_text(line, each.name);
    line.push_back(':');
    append_value(line, each.value);
  }
  line.push_back('}');
  state_->queue->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

void logger::flush() {
  const auto before = state_->sink->flushes();
  state_->queue->flush();
  state_->sink->wait_for_flush(before, std::chrono::seconds{1});
}

std::uint64_t logger::dropped() const {
  return state_->pool->overrun_counter();
}

}  // namespace mercat::log
