// Strict JSON reading (RFC 8259): UTF-8 checked, no duplicate member names, no trailing text, no BOM, depth
// at most 64, numbers that fit a double, no U+0000 (it would cut texts short in C libraries). And writing, by
// RapidJSON's Writer. All RapidJSON includes go through this header, because its assertions must throw
// instead of aborting.
#pragma once

#include "common/json/rapidjson.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mercat::json {

using value = rapidjson::Value;

class document {
 public:
  // Throws error(fault::malformed, "malformed-json") with the byte offset in the detail.
  [[nodiscard]] static document parse(std::string_view text);

  [[nodiscard]] const value& root() const noexcept { return *document_; }

 private:
  explicit document(std::shared_ptr<const rapidjson::Document> parsed) : document_(std::move(parsed)) {}
  std::shared_ptr<const rapidjson::Document> document_;
};

// Members of an object; the typed getters throw error(fault::malformed) when the member is there but of
// another type, and give nullopt / null when it is absent or null.
[[nodiscard]] const value* member(const value& object, std::string_view name);
[[nodiscard]] std::optional<std::string_view> text(const value& object, std::string_view name);
[[nodiscard]] std::optional<std::int64_t> integer(const value& object, std::string_view name);
[[nodiscard]] std::optional<bool> boolean(const value& object, std::string_view name);

// A writer over a growing buffer: w.StartObject(); w.key("id"); w.Int64(1); … std::move(w).take().
class writer : public rapidjson::Writer<rapidjson::StringBuffer> {
 public:
  writer() : rapidjson::Writer<rapidjson::StringBuffer>(buffer_) {}
  writer& key(std::string_view name) {
    Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    return *this;
  }
  void text(std::string_view value_) {
    String(value_.data(), static_cast<rapidjson::SizeType>(value_.size()));
  }
  void text_or_null(const std::optional<std::string>& value_);
  // JSON text made elsewhere (a stored document, a number as text).
  void raw(std::string_view json_text, rapidjson::Type type = rapidjson::kObjectType) {
    RawValue(json_text.data(), json_text.size(), type);
  }
  // A monetary amount in minor units as a JSON number with at most 2 decimals: 1999 -> 19.99, 1900 -> 19.
  void money(std::int64_t minor_units);
  [[nodiscard]] std::string take() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  rapidjson::StringBuffer buffer_;
};

// A JSON number as minor units: exact for at most 2 decimals (19.99 -> 1999, 1e2 -> 10000), nullopt for
// anything else, amounts from 2^53 minor units written with a fraction included.
[[nodiscard]] std::optional<std::int64_t> minor_units(const value& number);

}  // namespace mercat::json
