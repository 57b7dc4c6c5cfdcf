#include "common/json/schema.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

namespace mercat::json {

namespace {

constexpr std::size_t most_violations = 20;

// What RapidJSON checks; it ignores everything else in silence, so everything else is refused at start-up,
// except annotations.
constexpr auto keywords = std::to_array<std::string_view>({"type",
                                                           "enum",
                                                           "allOf",
                                                           "anyOf",
                                                           "oneOf",
                                                           "not",
                                                           "required",
                                                           "properties",
                                                           "minProperties",
                                                           "maxProperties",
                                                           "dependencies",
                                                           "additionalProperties",
                                                           "items",
                                                           "minItems",
                                                           "maxItems",
                                                           "additionalItems",
                                                           "uniqueItems",
                                                           "patternProperties",
                                                           "minLength",
                                                           "maxLength",
                                                           "pattern",
                                                           "minimum",
                                                           "maximum",
                                                           "exclusiveMinimum",
                                                           "$schema",
                                                           "title",
                                                           "description",
                                                           "default",
                                                           "exclusiveMaximum",
                                                           "format",
                                                           "example",
                                                           "examples"});

std::string_view as_text(const value& string) {
  return {string.GetString(), string.GetStringLength()};
}

void check_pattern(const value& pattern) {
  if (!pattern.IsString() || !rapidjson::internal::Regex(pattern.GetString()).IsValid()) {
    throw std::logic_error("JSON schema: RapidJSON cannot read the pattern " +
                           std::string(pattern.IsString() ? pattern.GetString() : "(not a text)"));
  }
}

void check(const value& schema_);

void check_each(const value& schemas) {
  if (schemas.IsObject()) {
    for (const auto& each : schemas.GetObject()) check(each.value);
  } else if (schemas.IsArray()) {
    for (const auto& each : schemas.GetArray()) check(each);
  }
}

// Throws std::logic_error for anything RapidJSON would not check as written.
void check(const value& schema_) {
  if (!schema_.IsObject()) throw std::logic_error("JSON schema: a schema must be an object");
  for (const auto& each : schema_.GetObject()) {
    const auto keyword = as_text(each.name);
    if (std::find(keywords.begin(), keywords.end(), keyword) == keywords.end()) {
      throw std::logic_error("JSON schema: unsupported keyword " + std::string(keyword));
    }
    if (keyword == "pattern") check_pattern(each.value);
    if (keyword.starts_with("exclusive") && !each.value.IsBool()) {
      throw std::logic_error("JSON schema: draft 4 has boolean exclusiveMinimum and exclusiveMaximum");
    }
    if (keyword == "patternProperties") {
      for (const auto& pattern : each.value.GetObject()) check_pattern(pattern.name);
    }
    if (keyword == "properties" || keyword == "patternProperties" || keyword == "allOf" ||
        keyword == "anyOf" || keyword == "oneOf") {
      check_each(each.value);
    }
    if (keyword == "not" || (keyword == "items" && each.value.IsObject())) check(each.value);
    if (keyword == "items" && each.value.IsArray()) check_each(each.value);
    if (keyword == "additionalProperties" && each.value.IsObject()) check(each.value);
  }
}

std::string number_text(const value& number) {
  writer out;
  number.Accept(static_cast<rapidjson::Writer<rapidjson::StringBuffer>&>(out));
  return out.take();
}

std::string type_text(const value& type) {
  static const std::map<std::string_view, std::string_view> names{
      {"string", "a text"},    {"integer", "an integer"},    {"number", "a number"},
      {"object", "an object"}, {"boolean", "true or false"}, {"array", "an array"},
      {"null", "null"}};
  const auto one = [](const value& name) {
    const auto found = names.find(as_text(name));
    return std::string(found == names.end() ? as_text(name) : found->second);
  };
  if (type.IsString()) return one(type);
  std::string all;
  for (const auto& each : type.GetArray()) all += (all.empty() ? "" : " or ") + one(each);
  return all;
}

std::string counted(const value& schema_, const char* keyword, const char* singular, const char* plural) {
  const std::string count = number_text(schema_[keyword]);
  return count + " " + (count == "1" ? singular : plural);
}

std::string bound(const value& schema_, const char* keyword, const char* exclusive,
                  const char* inclusive_text, const char* exclusive_text) {
  const bool strict = schema_.HasMember(exclusive) && schema_[exclusive].IsTrue();
  return std::string(strict ? exclusive_text : inclusive_text) + number_text(schema_[keyword]);
}

// A sentence without its subject: "must be at least 8 characters long".
std::string detail_of(const value& schema_, std::string_view keyword) {
  if (!schema_.IsObject() || !schema_.HasMember(std::string(keyword).c_str())) return "is not valid";
  if (keyword == "type") return "must be " + type_text(schema_["type"]);
  if (keyword == "minLength") {
    if (schema_["minLength"].GetUint() == 1) return "must not be empty";
    return "must be at least " + counted(schema_, "minLength", "character", "characters") + " long";
  }
  if (keyword == "maxLength") {
    return "must be at most " + counted(schema_, "maxLength", "character", "characters") + " long";
  }
  if (keyword == "minimum") {
    return bound(schema_, "minimum", "exclusiveMinimum", "must be at least ", "must be greater than ");
  }
  if (keyword == "maximum") {
    return bound(schema_, "maximum", "exclusiveMaximum", "must be at most ", "must be less than ");
  }
  if (keyword == "minItems") return "must have at least " + counted(schema_, "minItems", "item", "items");
  if (keyword == "maxItems") return "must have at most " + counted(schema_, "maxItems", "item", "items");
  if (keyword == "minProperties") {
    return "must have at least " + counted(schema_, "minProperties", "member", "members");
  }
  if (keyword == "maxProperties") {
    return "must have at most " + counted(schema_, "maxProperties", "member", "members");
  }
  if (keyword == "uniqueItems") return "must not repeat an earlier item";
  if (keyword == "pattern") return "must have the form " + std::string(as_text(schema_["pattern"]));
  if (keyword == "additionalProperties") return "has a member that is not known";
  if (keyword == "enum") {
    std::string choices;
    for (const auto& each : schema_["enum"].GetArray()) {
      choices +=
          (choices.empty() ? "" : ", ") + (each.IsString() ? std::string(as_text(each)) : number_text(each));
    }
    return "must be one of: " + choices;
  }
  return "is not valid";
}

std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

template <class Pointer>
std::string pointer_text(const Pointer& pointer) {
  rapidjson::StringBuffer out;
  pointer.Stringify(out);
  return {out.GetString(), out.GetSize()};
}

}  // namespace

// One place of the schema, with its members' places: RapidJSON stops at the first violation, so that a body
// it refuses is looked at again place by place.
struct place {
  const value* text;
  rapidjson::SchemaDocument compiled;
  std::map<std::string, std::unique_ptr<place>, std::less<>> members;
  std::unique_ptr<place> items;

  explicit place(const value& schema_) : text(&schema_), compiled(schema_) {
    if (const value* properties = json::member(schema_, "properties")) {
      for (const auto& each : properties->GetObject()) {
        members.emplace(as_text(each.name), std::make_unique<place>(each.value));
      }
    }
    if (const value* each = json::member(schema_, "items"); each != nullptr && each->IsObject()) {
      items = std::make_unique<place>(*each);
    }
  }

  void collect(const value& subject, const std::string& at, std::vector<violation>& into) const {
    if (into.size() >= most_violations) return;
    const auto before = into.size();
    if (subject.IsObject()) collect_members(subject, at, into);
    if (subject.IsArray() && items) {
      for (rapidjson::SizeType i = 0; i < subject.Size(); ++i) {
        items->collect(subject[i], at + "/" + std::to_string(i), into);
      }
    }
    if (into.size() == before) collect_own(subject, at, into);
  }

 private:
  void collect_members(const value& subject, const std::string& at, std::vector<violation>& into) const {
    if (const value* required = json::member(*text, "required")) {
      for (const auto& name : required->GetArray()) {
        if (json::member(subject, as_text(name)) == nullptr) {
          into.push_back({at + "/" + escaped(as_text(name)), "is required"});
        }
      }
    }
    for (const auto& [name, inner] : members) {
      if (const value* found = json::member(subject, name))
        inner->collect(*found, at + "/" + escaped(name), into);
    }
  }

  void collect_own(const value& subject, const std::string& at, std::vector<violation>& into) const {
    rapidjson::SchemaValidator validator(compiled);
    if (subject.Accept(validator)) return;
    const char* keyword = validator.GetInvalidSchemaKeyword();
    const value* where = validator.GetInvalidSchemaPointer().Get(*text);
    into.push_back({at + pointer_text(validator.GetInvalidDocumentPointer()),
                    detail_of(where == nullptr ? *text : *where, keyword == nullptr ? "" : keyword)});
  }
};

struct schema::state {
  document source;
  place root;

  explicit state(document text) : source(std::move(text)), root(source.root()) {}
};

schema::schema(std::string_view text) {
  try {
    auto source = document::parse(text);
    check(source.root());
    state_ = std::make_unique<state>(std::move(source));
  } catch (const error& broken) {
    throw std::logic_error("JSON schema: " + broken.detail());
  }
}

schema::~schema() = default;
schema::schema(schema&&) noexcept = default;

std::vector<violation> schema::violations(const value& subject) const {
  rapidjson::SchemaValidator validator(state_->root.compiled);
  std::vector<violation> found;
  if (subject.Accept(validator)) return found;
  state_->root.collect(subject, "", found);
  // A rule across places (anyOf, dependencies) that none of the places breaks by itself.
  if (found.empty()) found.push_back({"", "is not valid"});
  return found;
}

void schema::require(const value& subject) const {
  auto found = violations(subject);
  if (found.empty()) return;
  const auto& first = found.front();
  std::string detail = (first.pointer.empty() ? "the body" : first.pointer.substr(1)) + " " + first.detail;
  throw error(fault::malformed, "invalid-body", std::move(detail)).with(std::move(found));
}

}  // namespace mercat::json
