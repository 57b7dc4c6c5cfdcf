#include "common/json/document.hpp"

#include "common/error.hpp"
#include "common/number.hpp"

#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

namespace mercat::json {

namespace {

constexpr std::size_t depth_limit = 64;
// Numbers come as text: RapidJSON's own exact reading of a zero with an exponent ("0e-324") counts the
// leading zeros of 0, which is undefined, and shifts by what it got.
constexpr unsigned parse_flags = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag |
                                 rapidjson::kParseValidateEncodingFlag |
                                 rapidjson::kParseNumbersAsStringsFlag;

enum class refusal { none, too_deep, duplicate_member, lone_surrogate, null_character, infinite };

// RapidJSON's UTF-8 check takes all bytes that a lead byte announces, also behind the terminating NUL: a text
// cut within a character was read up to three bytes beyond its end.
constexpr std::size_t beyond_end = 4;

// The text, which the document's strings point into, and the document.
struct parsed {
  std::string text;
  rapidjson::MemoryPoolAllocator<> memory;
  rapidjson::Document tree;

  // RapidJSON's default chunk is 64 KiB, for bodies that are mostly under 1 KiB.
  explicit parsed(std::string_view source)
      : memory(std::clamp<std::size_t>(source.size(), 512, 16 * 1024)), tree(&memory, 512) {
    text.reserve(source.size() + beyond_end);
    text.append(source);
    text.append(beyond_end, '\0');
  }
};

// RapidJSON 1.1 checks a high surrogate escape for its low one, but lets "\udc00" alone through as the three
// bytes ED B0 80, which are not UTF-8.
bool has_lone_surrogate(std::string_view text) {
  for (auto at = text.find('\xED'); at != std::string_view::npos; at = text.find('\xED', at + 1)) {
    if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xA0) return true;
  }
  return false;
}

// The nearest double, or an infinity. text: a number of JSON.
double double_of(std::string_view text) {
  double nearest = 0;
  const auto failure = std::from_chars(text.data(), text.data() + text.size(), nearest).ec;
  if (failure == std::errc{}) return nearest;
  // Too big or too near to zero, which from_chars does not tell apart.
  return std::strtod(std::string(text).c_str(), nullptr);
}

// Stands between reader and document, and refuses what RapidJSON accepts.
class strict_handler {
 public:
  using Ch = char;

  explicit strict_handler(rapidjson::Document& into) : into_(into) {}

  [[nodiscard]] refusal reason() const noexcept { return reason_; }

  bool Null() { return into_.Null(); }
  bool Bool(bool value_) { return into_.Bool(value_); }
  // Never called: numbers come as text.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }
  bool RawNumber(const char* data, rapidjson::SizeType size, bool) {
    const std::string_view text{data, size};
    if (const auto whole = whole_number<std::int64_t>(text)) return into_.Int64(*whole);
    if (const auto whole = whole_number<std::uint64_t>(text)) return into_.Uint64(*whole);
    const double nearest = double_of(text);
    return std::isfinite(nearest) ? into_.Double(nearest) : refuse(refusal::infinite);
  }
  bool String(const char* data, rapidjson::SizeType size, bool copy) {
    return sound({data, size}) && into_.String(data, size, copy);
  }
  bool Key(const char* data, rapidjson::SizeType size, bool copy) {
    if (!sound({data, size})) return false;
    names_.emplace_back(data, size);
    return into_.Key(data, size, copy);
  }
  bool StartObject() {
    starts_.push_back(names_.size());
    return down() && into_.StartObject();
  }
  bool EndObject(rapidjson::SizeType count) {
    if (!names_differ(starts_.back())) return refuse(refusal::duplicate_member);
    names_.resize(starts_.back());
    starts_.pop_back();
    --depth_;
    return into_.EndObject(count);
  }
  bool StartArray() { return down() && into_.StartArray(); }
  bool EndArray(rapidjson::SizeType count) {
    --depth_;
    return into_.EndArray(count);
  }

 private:
  bool refuse(refusal why) {
    reason_ = why;
    return false;
  }
  bool down() { return ++depth_ <= depth_limit || refuse(refusal::too_deep); }
  bool sound(std::string_view text) {
    // U+0000 is legal JSON, but cuts the text for whoever takes a C string: RapidJSON's own pattern check.
    if (text.find('\0') != std::string_view::npos) return refuse(refusal::null_character);
    return !has_lone_surrogate(text) || refuse(refusal::lone_surrogate);
  }
  // Small objects by pairs, large ones sorted: no quadratic work for a hostile body.
  bool names_differ(std::size_t start) {
    const auto first = names_.begin() + static_cast<std::ptrdiff_t>(start);
    if (names_.size() - start <= 12) {
      for (auto each = first; each != names_.end(); ++each) {
        if (std::find(first, each, *each) != each) return false;
      }
      return true;
    }
    std::sort(first, names_.end());
    return std::adjacent_find(first, names_.end()) == names_.end();
  }

  rapidjson::Document& into_;
  std::vector<std::string_view> names_;  // of all open objects; they point into the text parsed in place
  std::vector<std::size_t> starts_;      // where each open object's names begin
  std::size_t depth_ = 0;
  refusal reason_ = refusal::none;
};

const char* meaning_of(rapidjson::ParseErrorCode code, refusal why) {
  switch (why) {
    case refusal::too_deep:
      return "it is nested more than 64 levels deep";
    case refusal::duplicate_member:
      return "a member name occurs twice in one object";
    case refusal::lone_surrogate:
      return "a surrogate escape stands alone";
    case refusal::null_character:
      return "a text contains U+0000";
    case refusal::infinite:
      return "a number is too big";
    case refusal::none:
      break;
  }
  switch (code) {
    case rapidjson::kParseErrorDocumentEmpty:
      return "it is empty";
    case rapidjson::kParseErrorDocumentRootNotSingular:
      return "something follows the value";
    case rapidjson::kParseErrorObjectMissName:
      return "a member name is missing";
    case rapidjson::kParseErrorObjectMissColon:
      return "a colon is missing after a member name";
    case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket:
      return "a comma or a closing brace is missing";
    case rapidjson::kParseErrorArrayMissCommaOrSquareBracket:
      return "a comma or a closing bracket is missing";
    case rapidjson::kParseErrorStringUnicodeEscapeInvalidHex:
    case rapidjson::kParseErrorStringEscapeInvalid:
      return "an escape in a text is not valid";
    case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
      return "a surrogate escape stands alone";
    case rapidjson::kParseErrorStringMissQuotationMark:
      return "a text does not end";
    case rapidjson::kParseErrorStringInvalidEncoding:
      return "a text is not valid UTF-8";
    case rapidjson::kParseErrorNumberTooBig:
      return "a number is too big";
    case rapidjson::kParseErrorNumberMissFraction:
    case rapidjson::kParseErrorNumberMissExponent:
      return "a number is not complete";
    default:
      return "a value is not valid";
  }
}

[[noreturn]] void malformed(const char* meaning, std::size_t offset) {
  throw error(fault::malformed, "malformed-json",
              std::string("not valid JSON: ") + meaning + " (at byte " + std::to_string(offset) + ")");
}

[[noreturn]] void wrong_type(std::string_view name, const char* expected) {
  std::string pointer = "/";
  for (const char c : name) {
    if (c == '~' || c == '/') {
      pointer += c == '~' ? "~0" : "~1";
    } else {
      pointer += c;
    }
  }
  const std::string detail = std::string("must be ") + expected;
  throw error(fault::malformed, "invalid-body", std::string(name) + " " + detail)
      .with({violation{std::move(pointer), detail}});
}

}  // namespace

document document::parse(std::string_view text) {
  // In-place parsing ends at a NUL, which no JSON text may contain.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) malformed("a NUL byte", nul);

  const auto whole = std::make_shared<parsed>(text);
  rapidjson::InsituStringStream stream(whole->text.data());
  rapidjson::Reader reader;
  strict_handler handler(whole->tree);
  auto generate = [&](rapidjson::Document&) { return !reader.Parse<parse_flags>(stream, handler).IsError(); };
  whole->tree.Populate(generate);
  if (reader.HasParseError()) {
    malformed(meaning_of(reader.GetParseErrorCode(), handler.reason()), reader.GetErrorOffset());
  }
  return document{std::shared_ptr<const rapidjson::Document>(whole, &whole->tree)};
}

const value* member(const value& object, std::string_view name) {
  if (!object.IsObject()) return nullptr;
  for (auto each = object.MemberBegin(); each != object.MemberEnd(); ++each) {
    if (std::string_view(each->name.GetString(), each->name.GetStringLength()) == name) return &each->value;
  }
  return nullptr;
}

std::optional<std::string_view> text(const value& object, std::string_view name) {
  const value* found = member(object, name);
  if (found == nullptr || found->IsNull()) return std::nullopt;
  if (!found->IsString()) wrong_type(name, "a text");
  return std::string_view(found->GetString(), found->GetStringLength());
}

std::optional<std::int64_t> integer(const value& object, std::string_view name) {
  const value* found = member(object, name);
  if (found == nullptr || found->IsNull()) return std::nullopt;
  if (!found->IsInt64()) wrong_type(name, "an integer");
  return found->GetInt64();
}

std::optional<bool> boolean(const value& object, std::string_view name) {
  const value* found = member(object, name);
  if (found == nullptr || found->IsNull()) return std::nullopt;
  if (!found->IsBool()) wrong_type(name, "true or false");
  return found->GetBool();
}

void writer::text_or_null(const std::optional<std::string>& value_) {
  if (value_) {
    text(*value_);
  } else {
    Null();
  }
}

void writer::money(std::int64_t minor_units) {
  std::string digits = std::to_string(minor_units);
  const std::size_t sign = minor_units < 0 ? 1 : 0;
  if (digits.size() - sign < 3) digits.insert(sign, 3 - (digits.size() - sign), '0');
  digits.insert(digits.size() - 2, ".");
  while (digits.back() == '0') digits.pop_back();
  if (digits.back() == '.') digits.pop_back();
  raw(digits, rapidjson::kNumberType);
}

std::optional<std::int64_t> minor_units(const value& number) {
  if (number.IsInt64()) {
    std::int64_t amount = 0;
    if (__builtin_mul_overflow(number.GetInt64(), std::int64_t{100}, &amount)) return std::nullopt;
    return amount;
  }
  if (!number.IsDouble()) return std::nullopt;
  // Both the parser and this division round correctly, so n/100 gives the very double that "n/100" written
  // with two decimals was read as, as long as n is exact as a double.
  constexpr double exact_below = 9007199254740992.;
  const double given = number.GetDouble();
  const double nearest = std::nearbyint(given * 100.);
  if (!(std::fabs(nearest) < exact_below) || nearest / 100. != given) return std::nullopt;
  return static_cast<std::int64_t>(nearest);
}

}  // namespace mercat::json
