#include "common/messaging/revocation_text.hpp"

#include "common/error.hpp"
#include "common/json/document.hpp"
#include "common/rfc3339.hpp"

namespace mercat::messaging {

namespace {

void note(const json::value& said, auth::revocations& into) {
  const auto customer = json::integer(said, "customerId");
  const auto text = json::text(said, "before");
  const auto before = parse_rfc3339(text.value_or(""));
  if (!customer || !before) throw error(fault::malformed, "invalid-event", "not a revocation");
  into.revoke(*customer, *before);
}

}  // namespace

void note_revocation(std::string_view json_text, auth::revocations& into) {
  const auto said = json::document::parse(json_text);
  note(said.root(), into);
}

void note_revocations(std::string_view json_text, auth::revocations& into) {
  const auto said = json::document::parse(json_text);
  const auto* list = json::member(said.root(), "revocations");
  if (list == nullptr || !list->IsArray()) throw error(fault::malformed, "no-revocations", "unreadable");
  for (const auto& each : list->GetArray()) note(each, into);
}

}  // namespace mercat::messaging
