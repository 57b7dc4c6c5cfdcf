// JSON, reading, writing, amounts, and the projection of answers.
#include "common/log/json_text.hpp"

#include "bff/shape.hpp"
#include "common/json/document.hpp"
#include "common/utf8.hpp"
#include "tests/fuzz/promise.hpp"

namespace mercat::fuzz {

namespace {

std::string written(const json::value& tree) {
  json::writer out;
  tree.Accept(static_cast<rapidjson::Writer<rapidjson::StringBuffer>&>(out));
  return out.take();
}

std::optional<json::document> parsed(std::string_view text) {
  return unless_refused([&] { return json::document::parse(text); });
}

// How deep the tree goes, looking at each value on the way.
std::size_t look_at(const json::value& tree) {
  std::size_t deepest = 0;
  if (tree.IsObject()) {
    for (const auto& each : tree.GetObject()) {
      promise(json::member(tree, {each.name.GetString(), each.name.GetStringLength()}) == &each.value,
              "no member hides behind another of its name");
      deepest = std::max(deepest, look_at(each.value));
    }
    return deepest + 1;
  }
  if (tree.IsArray()) {
    for (const auto& each : tree.GetArray()) deepest = std::max(deepest, look_at(each));
    return deepest + 1;
  }
  if (tree.IsString()) {
    const std::string_view text{tree.GetString(), tree.GetStringLength()};
    promise(valid_utf8(text) && text.find('\0') == std::string_view::npos,
            "a text read is UTF-8 without NUL");
  }
  if (const auto amount = json::minor_units(tree)) {
    json::writer out;
    out.money(*amount);
    const auto again = parsed(out.take());
    promise(again && json::minor_units(again->root()) == amount, "an amount written is the amount read");
  }
  return deepest;
}

void projected(std::string_view text, const std::string& normal) {
  const auto whole = parsed(bff::project(text, {}));
  promise(whole && written(whole->root()) == normal, "the shape of everything leaves all as it is");
  const auto few = parsed(bff::project(text, bff::only({"id", {"a", bff::without({"b"})}})));
  promise(few.has_value(), "a projection of JSON is JSON");
  if (!few->root().IsObject()) return;
  for (const auto& each : few->root().GetObject()) {
    const std::string_view name{each.name.GetString(), each.name.GetStringLength()};
    promise(name == "id" || name == "a", "a projection has no member that is not in its shape");
    promise(json::member(each.value, "b") == nullptr || name != "a",
            "a projection has no member that it drops");
  }
}

void logged(std::string_view text) {
  spdlog::memory_buf_t out;
  log::append_json_text(out, text);
  const std::string_view line{out.data(), out.size()};
  promise(line.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos,
          "a text in the log is in one line");
  promise(text.find('\0') != std::string_view::npos || parsed(line).has_value(), "a text in the log is JSON");
}

}  // namespace

}  // namespace mercat::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mercat;
  const std::string_view text = fuzz::input(data, size).rest();
  fuzz::logged(text);
  const auto tree = fuzz::parsed(text);
  if (!tree) return 0;
  fuzz::promise(valid_utf8(text), "JSON is UTF-8");
  fuzz::promise(fuzz::look_at(tree->root()) <= 64, "JSON is at most 64 levels deep");
  const auto first = fuzz::written(tree->root());
  const auto again = fuzz::parsed(first);
  fuzz::promise(again.has_value(), "what is written can be read");
  fuzz::promise(fuzz::written(again->root()) == first, "what is read again is the same");
  fuzz::projected(text, first);
  return 0;
}
