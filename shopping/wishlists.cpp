#include "shopping/wishlists.hpp"

#include "common/error.hpp"
#include "shopping/store.hpp"
#include "shopping/wishlist_store.hpp"

#include <algorithm>

namespace mercat::shopping {

namespace {

void lock_for_change(db::session& s, customer_id customer) {
  store::lock_wishlist(s, customer);
  store::refuse_deleted(s, customer);
}

error not_in_wishlist() {
  return {fault::not_found, "not-in-wishlist", "this product is not in the wishlist"};
}

// Those of the wishes that were described, in their order. What another request of the same customer put in
// meanwhile was not asked for; the next reading shows it.
wishlist_view described(const std::vector<product_id>& wishes, std::vector<described_product> products) {
  wishlist_view view;
  for (const auto id : wishes) {
    const auto found =
        std::ranges::find(products, id, [](const described_product& each) { return each.read.id; });
    if (found != products.end()) view.push_back(std::move(found->text));
  }
  return view;
}

}  // namespace

async::task<std::vector<product_id>> wishlists::wishes(customer_id customer, async::deadline until) {
  co_return co_await database_.read(until, [&](db::session& s) {
    auto found = store::wishes_of(s, customer);
    store::refuse_deleted(s, customer);
    return found;
  });
}

async::task<wishlist_view> wishlists::view(customer_id customer, async::deadline until) {
  const auto wanted = co_await wishes(customer, until);
  auto products = co_await offers_.find_all(wanted, until);
  co_return described(wanted, std::move(products));
}

async::task<wishlist_view> wishlists::add(customer_id customer, product_id product, async::deadline until) {
  auto asked = co_await wishes(customer, until);
  if (std::ranges::find(asked, product) == asked.end()) asked.push_back(product);
  auto products = co_await offers_.find_all(std::move(asked), until);
  const bool exists =
      std::ranges::any_of(products, [product](const auto& each) { return each.read.id == product; });
  if (!exists) throw error(fault::not_found, "product-not-found", "there is no such product");

  const auto now = co_await database_.transaction(until, [&](db::session& s) {
    lock_for_change(s, customer);
    store::add_wish(s, customer, product);
    auto all = store::wishes_of(s, customer);
    if (all.size() > most_wishes)
      throw error(fault::conflict, "wishlist-full",
                  "a wishlist holds at most " + std::to_string(most_wishes) + " products");
    return all;
  });
  co_return described(now, std::move(products));
}

async::task<wishlist_view> wishlists::remove(customer_id customer, product_id product,
                                             async::deadline until) {
  auto asked = co_await wishes(customer, until);
  if (std::erase(asked, product) == 0) throw not_in_wishlist();
  auto products = co_await offers_.find_all(std::move(asked), until);

  const auto now = co_await database_.transaction(until, [&](db::session& s) {
    lock_for_change(s, customer);
    if (store::remove_wish(s, customer, product) == 0) throw not_in_wishlist();
    return store::wishes_of(s, customer);
  });
  co_return described(now, std::move(products));
}

void write(json::writer& out, const wishlist_view& products) {
  out.StartObject();
  out.key("products").StartArray();
  for (const auto& each : products) out.raw(each);
  out.EndArray();
  out.EndObject();
}

}  // namespace mercat::shopping
