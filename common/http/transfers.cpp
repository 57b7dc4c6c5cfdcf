#include "common/http/transfers.hpp"

#include <curl/curl.h>
#include <ev.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <unordered_map>

namespace mercat::http {

namespace {

constexpr long connect_limit_ms = 500;
// Below nginx's keepalive_timeout for its clients (75 s): we let go of an idle connection before it does.
constexpr long max_idle_seconds = 30;

struct free_list {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using header_list = std::unique_ptr<curl_slist, free_list>;

void append(header_list& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list.release());
  list.reset(longer);
}

header_list header_lines(const transfer& what) {
  header_list list;
  bool typed = false;
  bool accepts = false;
  for (const auto& [name, value] : what.headers) {
    append(list, value.empty() ? name + ";" : name + ": " + value);
    typed = typed || curl_strequal(name.c_str(), "Content-Type") != 0;
    accepts = accepts || curl_strequal(name.c_str(), "Accept") != 0;
  }
  // Said explicitly, because Pistache closes after an answer otherwise; and no waiting for "100 Continue".
  append(list, "Connection: keep-alive");
  append(list, "Expect:");
  // What curl would add by itself.
  if (!typed) append(list, "Content-Type:");
  if (!accepts) append(list, "Accept:");
  return list;
}

}  // namespace

struct transfers::state {
  // One exchange under way, with the easy handle it borrows.
  struct running {
    std::shared_ptr<transfer> what;
    header_list headers;
    CURL* easy = nullptr;
    std::size_t header_bytes = 0;
    bool too_large = false;

    bool has_room_for(std::size_t more) {
      too_large = what->answer_body.size() + header_bytes + more > what->max_answer;
      return !too_large;
    }
  };
  async::event_loop& loop;
  std::string base_url;
  CURLM* multi = nullptr;
  ev_timer timer{};
  std::unordered_map<CURL*, std::unique_ptr<running>> under_way;
  std::vector<CURL*> spare;
  bool closed = false;

  state(async::event_loop& runs_on, std::string base) : loop(runs_on), base_url(std::move(base)) {}

  void open(std::size_t max_idle);
  void close();
  void begin(std::shared_ptr<transfer> what);
  CURL* borrow();
  void prepare(running& exchange) const;
  void act(curl_socket_t socket, int events);
  void finish(CURL* easy, CURLcode result);

  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void* watched);
  static int on_timer(CURLM*, long milliseconds, void* self);
  static std::size_t on_header(char* line, std::size_t, std::size_t size, void* exchange);
  static std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* exchange);
};

void transfers::state::open(std::size_t max_idle) {
  multi = curl_multi_init();
  if (multi == nullptr) throw std::runtime_error("libcurl could not be set up");
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(max_idle));
  ev_timer_init(
      &timer,
      [](struct ev_loop*, ev_timer* watcher, int) {
        static_cast<state*>(watcher->data)->act(CURL_SOCKET_TIMEOUT, 0);
      },
      0., 0.);
  timer.data = this;
}

void transfers::state::close() {
  closed = true;
  for (auto& [easy, exchange] : under_way) {
    curl_multi_remove_handle(multi, easy);
    curl_easy_cleanup(easy);
    exchange->what->done.succeed(transfer::outcome::abandoned);
  }
  under_way.clear();
  for (CURL* easy : spare) curl_easy_cleanup(easy);
  spare.clear();
  curl_multi_cleanup(multi);
  ev_timer_stop(loop.native(), &timer);
}

CURL* transfers::state::borrow() {
  if (!spare.empty()) {
    CURL* easy = spare.back();
    spare.pop_back();
    return easy;
  }
  CURL* easy = curl_easy_init();
  if (easy == nullptr) throw std::bad_alloc();
  curl_easy_setopt(easy, CURLOPT_URL, base_url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_limit_ms);
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, max_idle_seconds);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
  return easy;
}

void transfers::state::prepare(running& exchange) const {
  const transfer& what = *exchange.what;
  CURL* easy = exchange.easy;
  const bool read_only = what.method == method::get || what.method == method::head;
  curl_easy_setopt(easy, CURLOPT_REQUEST_TARGET, what.target.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);  // forgets what the handle's last exchange had set
  if (what.method == method::head) {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if ((!what.body.empty() && !read_only) || what.method == method::post ||
             what.method == method::put || what.method == method::patch) {
    // The content of a GET means nothing (RFC 9110, 9.3.1), and with CURLOPT_POST it would go out as a POST.
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(what.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, what.body.c_str());
  }
  const std::string verb{name(what.method)};
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, read_only ? nullptr : verb.c_str());
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, read_only && !what.fresh ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, std::max<long>(1, what.until.remaining().count()));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange.headers.get());
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &exchange);
}

void transfers::state::begin(std::shared_ptr<transfer> what) {
  const auto done = what->done;
  if (closed) {
    done.succeed(transfer::outcome::abandoned);
    return;
  }
  auto exchange = std::make_unique<running>();
  exchange->headers = header_lines(*what);
  exchange->what = std::move(what);
  exchange->easy = borrow();
  prepare(*exchange);
  CURL* easy = exchange->easy;
  under_way.emplace(easy, std::move(exchange));
  if (curl_multi_add_handle(multi, easy) != CURLM_OK) finish(easy, CURLE_FAILED_INIT);
}

void transfers::state::act(curl_socket_t socket, int events) {
  int still_running = 0;
  curl_multi_socket_action(multi, socket, events, &still_running);
  int more = 0;
  while (CURLMsg* message = curl_multi_info_read(multi, &more))
    if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
}

void transfers::state::finish(CURL* easy, CURLcode result) {
  using outcome = transfer::outcome;
  const auto node = under_way.extract(easy);
  running& exchange = *node.mapped();
  auto ended = outcome::unreachable;
  if (result == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    exchange.what->status = static_cast<int>(status);
    ended = outcome::answered;
  } else if (exchange.too_large) {
    ended = outcome::too_large;
  } else if (result == CURLE_OPERATION_TIMEDOUT) {
    // Curl has one code for "no connection in time" and for "no answer in time".
    curl_off_t connected_after = 0;
    curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &connected_after);
    if (connected_after > 0) ended = outcome::timed_out;
  }
  curl_multi_remove_handle(multi, easy);
  spare.push_back(easy);
  exchange.what->done.succeed(ended);
}

// watched: the ev_io of this socket, ours; null when curl names the socket for the first time.
int transfers::state::on_socket(CURL*, curl_socket_t socket, int what, void* self, void* watched) {
  auto& owner = *static_cast<state*>(self);
  auto* watch = static_cast<ev_io*>(watched);
  if (watch != nullptr) ev_io_stop(owner.loop.native(), watch);
  if (what == CURL_POLL_REMOVE) {
    delete watch;
    return 0;
  }
  if (watch == nullptr) {
    watch = new ev_io;
    ev_init(watch, [](struct ev_loop*, ev_io* ready, int events) {
      static_cast<state*>(ready->data)
          ->act(ready->fd, ((events & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
                               ((events & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0));
    });
    watch->data = &owner;
    curl_multi_assign(owner.multi, socket, watch);
  }
  ev_io_set(watch, socket,
            ((what & CURL_POLL_IN) != 0 ? EV_READ : 0) | ((what & CURL_POLL_OUT) != 0 ? EV_WRITE : 0));
  ev_io_start(owner.loop.native(), watch);
  return 0;
}

int transfers::state::on_timer(CURLM*, long milliseconds, void* self) {
  auto& owner = *static_cast<state*>(self);
  struct ev_loop* loop = owner.loop.native();
  ev_timer_stop(loop, &owner.timer);
  if (milliseconds >= 0) {
    ev_timer_set(&owner.timer, static_cast<double>(milliseconds) / 1000., 0.);
    ev_timer_start(loop, &owner.timer);
  }
  return 0;
}

std::size_t transfers::state::on_header(char* line, std::size_t, std::size_t size, void* exchange) {
  auto& self = *static_cast<running*>(exchange);
  transfer& what = *self.what;
  std::string_view text{line, size};
  if (text.starts_with("HTTP/")) {  // also the final head after an interim one
    what.answer_headers = {};
    self.header_bytes = 0;
    return size;
  }
  if (!self.has_room_for(size)) return 0;
  self.header_bytes += size;
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return size;
  const auto trim = [](std::string_view part) {
    const auto first = part.find_first_not_of(" \t\r\n");
    return first == std::string_view::npos ? std::string_view{}
                                           : part.substr(first, part.find_last_not_of(" \t\r\n") - first + 1);
  };
  what.answer_headers.add(std::string{trim(text.substr(0, colon))},
                          std::string{trim(text.substr(colon + 1))});
  return size;
}

std::size_t transfers::state::on_body(char* bytes, std::size_t, std::size_t size, void* exchange) {
  auto& self = *static_cast<running*>(exchange);
  if (!self.has_room_for(size)) return 0;
  self.what->answer_body.append(bytes, size);
  return size;
}

transfers::transfers(async::event_loop& loop, std::string base_url, std::size_t max_idle)
    : loop_(loop), state_(std::make_shared<state>(loop, std::move(base_url))) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) throw std::runtime_error("libcurl could not be set up");
  loop_.run_and_wait([this, max_idle] { state_->open(max_idle); });
}

transfers::~transfers() {
  close();
}

void transfers::close() {
  if (!std::exchange(closed_, true)) loop_.run_and_wait([this] { state_->close(); });
}

void transfers::start(std::shared_ptr<transfer> what) {
  loop_.post([state = state_, what = std::move(what)]() mutable { state->begin(std::move(what)); });
}

}  // namespace mercat::http
