// bulk_insert: many rows by few statements. Its texts are three, for 100, 10 and 1 rows, so that they stay
// prepared. Immutable after construction; for the inside of a unit of work.
#pragma once

#include "common/db/session.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mercat::products::store {

class bulk_insert {
 public:
  // head: the statement up to its "VALUES "; row: "(?, ?)".
  bulk_insert(std::string_view head, std::string_view row) {
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      texts_[i] = head;
      for (std::size_t n = 0; n < sizes[i]; ++n) texts_[i].append(n == 0 ? "" : ", ").append(row);
    }
  }

  // add_row(item, args) appends the values of one row, in the order of its `?`.
  template <class Item, class AddRow>
  void run(db::session& s, std::span<const Item> items, AddRow add_row) const {
    std::vector<db::parameter> args;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      while (items.size() >= sizes[i]) {
        args.clear();
        for (const auto& item : items.first(sizes[i])) add_row(item, args);
        s.run_update(texts_[i], args);
        items = items.subspan(sizes[i]);
      }
    }
  }

 private:
  static constexpr std::array<std::size_t, 3> sizes{100, 10, 1};
  std::array<std::string, sizes.size()> texts_;
};

}  // namespace mercat::products::store
