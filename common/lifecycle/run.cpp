#include "common/lifecycle/process.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <malloc.h>
#include <string>
#include <sys/resource.h>

namespace mercat::lifecycle {

namespace {

int report(std::string text, int exit_code) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  std::fprintf(stderr, "%s\n", text.c_str());
  return exit_code;
}

}  // namespace

int run(const std::function<int()>& body) {
  // glibc makes up to 8 arenas per core and returns their memory late; two are enough for our few threads.
  mallopt(M_ARENA_MAX, 2);  // NOLINT(concurrency-mt-unsafe): no other thread exists yet
  std::signal(SIGPIPE, SIG_IGN);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  if (::curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return report("libcurl cannot be set up", 1);
  try {
    const int exit_code = body();
    ::curl_global_cleanup();
    return exit_code;
  } catch (const config::invalid& fault) {
    return report(std::string("configuration: ") + fault.what(), 2);
  } catch (const std::exception& failure) {
    return report(std::string("cannot go on: ") + failure.what(), 1);
  } catch (...) {
    return report("cannot go on: an unknown failure", 1);
  }
}

}  // namespace mercat::lifecycle
