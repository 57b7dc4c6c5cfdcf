#include "customer/role_store.hpp"

namespace mercat::customer::store {

void set_role(db::session& s, std::int64_t id, role wanted) {
  s.execute("UPDATE customer SET role = ? WHERE id = ?", name(wanted), id);
}

std::vector<account> staff(db::session& s) {
  std::vector<account> found;
  for (auto& row : s.query("SELECT id, email, role, created_at FROM customer "
                           "WHERE role <> 'user' AND deleted_at IS NULL ORDER BY id")) {
    account each;
    each.id = row.integer(0);
    each.email = row.take_text(1);
    each.role = role_named(row.text(2));
    each.created_at = row.time(3);
    found.push_back(std::move(each));
  }
  return found;
}

}  // namespace mercat::customer::store
