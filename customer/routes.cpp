#include "customer/routes.hpp"

#include "common/http/standard_routes.hpp"
#include "common/messaging/traceparent.hpp"
#include "customer/client_network.hpp"
#include "customer/representation.hpp"
#include "customer/schemas.hpp"

namespace mercat::customer {

namespace {

using http::access;
using http::method;
using http::request;
using http::response;

std::string trace_of(const request& asked) {
  return std::string(messaging::valid_traceparent(asked.headers.get("traceparent")));
}

// nginx appends; of several headers the last one is the nearest to us.
std::string network_of(const request& asked) {
  std::string_view last;
  for (const auto& [name, value] : asked.headers.all())
    if (http::same_name(name, "X-Forwarded-For")) last = value;
  return client_network(last);
}

async::task<response> sign_up(membership& members, const request& asked) {
  const auto& body = asked.json->root();
  sign_up_form form{email_address::for_sign_up(*json::text(body, "email")),
                    std::string(*json::text(body, "password")), name_from(json::text(body, "name")),
                    phone_from(json::text(body, "phone"))};
  const auto opened = co_await members.sign_up(std::move(form), asked.deadline, trace_of(asked));
  co_return response::json(json_of(opened), 201);
}

async::task<response> log_in(membership& members, const request& asked) {
  const auto& body = asked.json->root();
  log_in_form form;
  form.email = email_address::try_parse(*json::text(body, "email"));
  form.password = *json::text(body, "password");
  form.network = network_of(asked);
  const auto opened = co_await members.log_in(std::move(form), asked.deadline);
  co_return response::json(json_of(opened));
}

async::task<response> refresh(sessions& logged_in, const request& asked) {
  std::string shown(*json::text(asked.json->root(), "refreshToken"));
  const auto opened = co_await logged_in.refresh(std::move(shown), asked.deadline);
  co_return response::json(json_of(opened));
}

async::task<response> log_out(sessions& logged_in, const request& asked) {
  std::string shown(*json::text(asked.json->root(), "refreshToken"));
  co_await logged_in.close(std::move(shown), asked.deadline);
  co_return response::no_content();
}

// The member's value if it is there; a name or a telephone number of null counts as empty.
template <class Rule>
std::optional<std::optional<std::string>> wanted(const json::value& body, std::string_view member,
                                                 Rule rule) {
  if (json::member(body, member) == nullptr) return std::nullopt;
  return rule(json::text(body, member));
}

async::task<response> profile(membership& members, const request& asked) {
  const auto whole = co_await members.profile(asked.identity().customer_id, asked.deadline);
  co_return response::json(json_of(whole));
}

async::task<response> change_profile(membership& members, const request& asked) {
  const auto& body = asked.json->root();
  profile_change change;
  change.name = wanted(body, "name", name_from);
  change.phone = wanted(body, "phone", phone_from);
  const auto whole = co_await members.change(asked.identity().customer_id, std::move(change), asked.deadline);
  co_return response::json(json_of(whole));
}

async::task<response> change_password(membership& members, const request& asked) {
  const auto& body = asked.json->root();
  password_change_form form;
  form.current = *json::text(body, "currentPassword");
  form.wanted = *json::text(body, "newPassword");
  form.network = network_of(asked);
  co_await members.change_password(asked.identity().customer_id, std::move(form), asked.deadline,
                                   trace_of(asked));
  co_return response::no_content();
}

// One that is no address gets the same answer.
async::task<response> forgot_password(password_resets& resets, const request& asked) {
  resets.forgotten(email_address::try_parse(*json::text(asked.json->root(), "email")), trace_of(asked));
  co_return response::no_content();
}

async::task<response> reset_password(password_resets& resets, const request& asked) {
  const auto& body = asked.json->root();
  std::string shown(*json::text(body, "token"));
  std::string wanted(*json::text(body, "newPassword"));
  co_await resets.reset(std::move(shown), std::move(wanted), network_of(asked), asked.deadline,
                        trace_of(asked));
  co_return response::no_content();
}

async::task<response> leave(membership& members, const request& asked) {
  co_await members.leave(asked.identity().customer_id, asked.deadline, trace_of(asked));
  co_return response::no_content();
}

postal_address address_in(const json::value& body) {
  postal_address given;
  given.street = *json::text(body, "street");
  given.city = *json::text(body, "city");
  given.state = json::text(body, "state");
  given.postal_code = *json::text(body, "postalCode");
  given.country = *json::text(body, "country");
  return checked(std::move(given));
}

async::task<response> list_addresses(address_book& addresses, const request& asked) {
  const auto all = co_await addresses.list(asked.identity().customer_id, asked.deadline);
  co_return response::json(json_of(all));
}

async::task<response> add_address(address_book& addresses, const request& asked) {
  auto where = address_in(asked.json->root());
  const auto made = co_await addresses.add(asked.identity().customer_id, std::move(where), asked.deadline);
  auto answer = response::json(json_of(made), 201);
  answer.headers.emplace_back("Location", "/addresses/" + std::to_string(made.id));
  co_return answer;
}

async::task<response> replace_address(address_book& addresses, const request& asked) {
  const auto id = asked.id_parameter("id");
  auto where = address_in(asked.json->root());
  const auto made =
      co_await addresses.replace(asked.identity().customer_id, id, std::move(where), asked.deadline);
  co_return response::json(json_of(made));
}

async::task<response> remove_address(address_book& addresses, const request& asked) {
  co_await addresses.remove(asked.identity().customer_id, asked.id_parameter("id"), asked.deadline);
  co_return response::no_content();
}

async::task<response> find_customer(directory& customers, const request& asked) {
  const auto whole = co_await customers.find(asked.identity(), asked.id_parameter("id"), asked.deadline);
  co_return response::json(json_of(whole));
}

async::task<response> find_customer_by_email(directory& customers, const request& asked) {
  const auto* email = asked.query.find("userId");
  if (email == nullptr || email->empty())
    throw error(fault::malformed, "invalid-query",
                "the query parameter 'userId', an e-mail address, is missing");
  auto address = email_address::try_parse(*email);
  const auto whole = co_await customers.find(asked.identity(), std::move(address), asked.deadline);
  co_return response::json(json_of(whole));
}

void add_membership(http::route_table& table, membership& members) {
  table.insert(
      table.end(),
      {
          {method::post, "/signup", access::anyone,
           [&members](const request& r) { return sign_up(members, r); }, &schemas::sign_up()},
          {method::post, "/login", access::anyone,
           [&members](const request& r) { return log_in(members, r); }, &schemas::log_in()},
          {method::get, "/profile", access::user,
           [&members](const request& r) { return profile(members, r); }},
          {method::patch, "/profile", access::user,
           [&members](const request& r) { return change_profile(members, r); }, &schemas::profile_change()},
          {method::put, "/password", access::user,
           [&members](const request& r) { return change_password(members, r); }, &schemas::password_change()},
          {method::del, "/profile", access::user, [&members](const request& r) { return leave(members, r); }},
      });
}

void add_sessions(http::route_table& table, sessions& logged_in) {
  table.insert(
      table.end(),
      {
          {method::post, "/token/refresh", access::anyone,
           [&logged_in](const request& r) { return refresh(logged_in, r); }, &schemas::shown_token()},
          {method::post, "/logout", access::anyone,
           [&logged_in](const request& r) { return log_out(logged_in, r); }, &schemas::shown_token()},
      });
}

void add_password_resets(http::route_table& table, password_resets& resets) {
  table.insert(table.end(), {
                                {method::post, "/password/forgot", access::anyone,
                                 [&resets](const request& r) { return forgot_password(resets, r); },
                                 &schemas::password_forgotten()},
                                {method::post, "/password/reset", access::anyone,
                                 [&resets](const request& r) { return reset_password(resets, r); },
                                 &schemas::password_reset()},
                            });
}

void add_addresses(http::route_table& table, address_book& addresses) {
  table.insert(
      table.end(),
      {
          {method::get, "/addresses", access::user,
           [&addresses](const request& r) { return list_addresses(addresses, r); }},
          {method::post, "/addresses", access::user,
           [&addresses](const request& r) { return add_address(addresses, r); }, &schemas::address()},
          {method::put, "/addresses/{id}", access::user,
           [&addresses](const request& r) { return replace_address(addresses, r); }, &schemas::address()},
          {method::del, "/addresses/{id}", access::user,
           [&addresses](const request& r) { return remove_address(addresses, r); }},
      });
}

// For any logged-in user: who may see whom is the directory's to decide.
void add_directory(http::route_table& table, directory& customers) {
  table.insert(table.end(),
               {
                   {method::get, "/customers", access::user,
                    [&customers](const request& r) { return find_customer_by_email(customers, r); }},
                   {method::get, "/customers/{id}", access::user,
                    [&customers](const request& r) { return find_customer(customers, r); }},
               });
}

}  // namespace

http::route_table routes(membership& members, sessions& logged_in, password_resets& resets,
                         address_book& addresses, directory& customers, const std::string& replica) {
  http::route_table table;
  add_membership(table, members);
  add_sessions(table, logged_in);
  add_password_resets(table, resets);
  add_addresses(table, addresses);
  add_directory(table, customers);
  http::add_standard_routes(table, replica);
  return table;
}

}  // namespace mercat::customer
