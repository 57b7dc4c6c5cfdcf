#include "bff/shape.hpp"

#include "common/error.hpp"
#include "common/json/document.hpp"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <cstdint>

namespace mercat::bff {

namespace {

const shape everything{};

// Gets the reader's events and writes those that belong to the shape.
class filter {
 public:
  filter(json::writer& out, const shape& root) : out_(out), next_(&root) {}

  bool Null() {
    return scalar([&] { return out_.Null(); });
  }
  bool Bool(bool value) {
    return scalar([&] { return out_.Bool(value); });
  }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return scalar([&] { return out_.RawValue(text, size, rapidjson::kNumberType); });
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return scalar([&] { return out_.String(text, size); });
  }
  // Never called: numbers come as text.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

  bool Key(const char* text, rapidjson::SizeType size, bool) {
    if (dropping_ > 0) return true;
    next_ = open_.back().of->of({text, size});
    return next_ == nullptr || out_.Key(text, size);
  }
  bool StartObject() { return enter(false) || out_.StartObject(); }
  bool StartArray() { return enter(true) || out_.StartArray(); }
  bool EndObject(rapidjson::SizeType) { return leave() || out_.EndObject(); }
  bool EndArray(rapidjson::SizeType) { return leave() || out_.EndArray(); }

 private:
  struct container {
    const shape* of;
    bool array;
  };

  // The shape of the value that begins now; null when it is dropped.
  [[nodiscard]] const shape* incoming() const {
    return !open_.empty() && open_.back().array ? open_.back().of : next_;
  }

  template <class Write>
  bool scalar(Write write) {
    return dropping_ > 0 || incoming() == nullptr || write();
  }

  // Both: true when the container is dropped.
  bool enter(bool array) {
    const shape* of = dropping_ > 0 ? nullptr : incoming();
    if (of == nullptr) return ++dropping_ > 0;
    open_.push_back({of, array});
    return false;
  }
  bool leave() {
    if (dropping_ > 0) return dropping_-- > 0;
    open_.pop_back();
    return false;
  }

  json::writer& out_;
  const shape* next_;  // of the value after the last key
  std::vector<container> open_;
  std::size_t dropping_ = 0;  // depth inside a dropped value
};

}  // namespace

const shape* shape::of(std::string_view name) const noexcept {
  const auto found =
      std::find_if(named.begin(), named.end(), [&](const auto& each) { return each.name == name; });
  if (by == rule::only) return found == named.end() ? nullptr : &found->as;
  return by == rule::without && found != named.end() ? nullptr : &everything;
}

shape only(std::vector<shape::member> kept) {
  return {shape::rule::only, std::move(kept)};
}

shape without(std::vector<shape::member> dropped) {
  return {shape::rule::without, std::move(dropped)};
}

shape just(std::initializer_list<const char*> names, const shape& whole) {
  shape chosen = only({});
  for (const auto* name : names)
    if (const shape* part = whole.of(name); part != nullptr) chosen.named.push_back({name, *part});
  return chosen;
}

std::string project(std::string_view json_text, const shape& as) {
  json::writer out;
  filter into{out, as};
  rapidjson::MemoryStream in{json_text.data(), json_text.size()};
  rapidjson::Reader reader;
  const auto result =
      reader.Parse<rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag>(in, into);
  if (result.IsError())
    throw error(fault::internal, "unreadable-answer", "A service gave an answer that cannot be read.");
  return out.take();
}

}  // namespace mercat::bff
