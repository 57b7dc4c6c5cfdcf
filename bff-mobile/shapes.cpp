#include "bff-mobile/shapes.hpp"

namespace mercat::bff_mobile {

const bff::device& phone() {
  using bff::only;
  using bff::without;
  static const bff::shape list_item = only({"id", "name", "price", "currency", "banner", "available"});
  static const bff::device shapes{
      .product_list = only({{"products", list_item}, "categories", "nextCursor"}),
      .customer = without({"addresses"}),
  };
  return shapes;
}

}  // namespace mercat::bff_mobile
