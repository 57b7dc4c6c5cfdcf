// slow_crowd: many connections to the edge from one address, each of which sends a byte per second and never
// comes to an end: half of them in their headers, half in their bodies (RSnake's Slowloris, R.U.D.Y.). What
// the edge closes is opened again, so that as many as possible are held all the time. One thread drives all.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace mercat::e2e {

// The attacker's own work comes after everybody else's: in earnest it is done by another machine. For the
// calling thread.
void work_as_an_attacker();

struct crowd_report {
  long closed = 0;    // ended by the edge
  long answered = 0;  // of these, told something before the end (408, 429)
  double held = 0;    // open on average, from when nine tenths of them were
};

class slow_crowd {
 public:
  // url: of the edge, http or https. source: the loopback address they come from.
  slow_crowd(const std::string& url, std::string source, std::size_t size);
  ~slow_crowd();
  slow_crowd(const slow_crowd&) = delete;
  slow_crowd& operator=(const slow_crowd&) = delete;

  // How many are open now.
  [[nodiscard]] std::size_t held() const noexcept { return held_.load(); }
  // How many the edge has ended so far.
  [[nodiscard]] long closed() const noexcept { return closed_.load(); }
  crowd_report finish();

 private:
  void drive(std::uint16_t port, bool tls, std::size_t size);

  std::string source_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> held_{0};
  std::atomic<long> closed_{0};
  crowd_report report_;
  std::thread thread_;
};

}  // namespace mercat::e2e
