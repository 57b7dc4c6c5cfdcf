#include "products/demo_product.hpp"

#include <array>
#include <string_view>

namespace mercat::products {

namespace {

struct article {
  std::string_view name;
  std::string_view picture;
};
struct category {
  std::string_view name;
  std::string_view unit;
  std::int64_t least_price;  // minor units
  std::int64_t most_price;
  std::array<article, 6> articles;
};

// clang-format off
constexpr std::array<category, 20> categories{{
    {"fruits", "1 kg", 129, 1290, {{{"Apples", "apple"}, {"Pears", "pear"}, {"Mangoes", "mango"}, {"Bananas", "banana"}, {"Cherries", "cherry"}, {"Oranges", "orange"}}}},
    {"vegetables", "1 kg", 99, 790, {{{"Carrots", "carrot"}, {"Broccoli", "broccoli"}, {"Onions", "onion"}, {"Cucumbers", "cucumber"}, {"Potatoes", "potato"}, {"Bell Peppers", "pepper"}}}},
    {"berries", "250 g", 249, 890, {{{"Strawberries", "berries"}, {"Raspberries", "berries"}, {"Blueberries", "berries"}, {"Table Grapes", "grapes"}, {"Red Currants", "berries"}, {"Blackberries", "berries"}}}},
    {"salads", "1 piece", 119, 490, {{{"Butterhead Lettuce", "lettuce"}, {"Cherry Tomatoes", "tomato"}, {"Rocket", "lettuce"}, {"Baby Spinach", "lettuce"}, {"Vine Tomatoes", "tomato"}, {"Endives", "lettuce"}}}},
    {"oils", "500 ml", 390, 2990, {{{"Olive Oil", "oil-olive"}, {"Sunflower Oil", "oil-sunflower"}, {"Walnut Oil", "oil-nut"}, {"Pumpkin Seed Oil", "oil-seed"}, {"Coconut Oil", "oil-coconut"}, {"Rapeseed Oil", "oil-seed"}}}},
    {"breads", "1 loaf", 219, 690, {{{"Rye Bread", "loaf"}, {"Sourdough Loaf", "loaf"}, {"Baguette", "baguette"}, {"Spelt Bread", "loaf"}, {"Wheat Rolls", "roll"}, {"Soft Pretzels", "pretzel"}}}},
    {"pastries", "1 piece", 119, 1490, {{{"Croissants", "croissant"}, {"Carrot Cake", "cake"}, {"Oat Cookies", "cookie"}, {"Cheesecake", "cake"}, {"Almond Biscuits", "cookie"}, {"Raisin Buns", "roll"}}}},
    {"dairy", "1 l", 89, 590, {{{"Whole Milk", "milk"}, {"Buttermilk", "milk"}, {"Plain Yoghurt", "yoghurt"}, {"Sweet Cream Butter", "butter"}, {"Kefir", "milk"}, {"Skyr", "yoghurt"}}}},
    {"cheeses", "200 g", 249, 1890, {{{"Mountain Cheese", "cheese"}, {"Gouda", "cheese"}, {"Blue Cheese", "cheese"}, {"Goat's Cheese", "cheese"}, {"Brie", "cheese"}, {"Feta", "cheese"}}}},
    {"breakfast", "500 g", 199, 1190, {{{"Rolled Oats", "sack"}, {"Wildflower Honey", "honey"}, {"Strawberry Jam", "jam"}, {"Free-range Eggs", "eggs"}, {"Müsli", "sack"}, {"Orange Marmalade", "jam"}}}},
    {"preserves", "370 g", 149, 890, {{{"Gherkins", "pickles"}, {"Peeled Tomatoes", "can"}, {"White Beans", "can"}, {"Sauerkraut", "pickles"}, {"Green Olives", "pickles"}, {"Sardines", "can"}}}},
    {"staples", "1 kg", 109, 590, {{{"Spaghetti", "pasta"}, {"Basmati Rice", "sack"}, {"Red Lentils", "sack"}, {"Wheat Flour", "sack"}, {"Penne", "pasta"}, {"Chickpeas", "sack"}}}},
    {"spices", "80 g", 179, 1290, {{{"Smoked Paprika", "spice"}, {"Black Pepper", "spice"}, {"Flaky Sea Salt", "spice"}, {"Ground Cumin", "spice"}, {"Cinnamon Sticks", "spice"}, {"Turmeric", "spice"}}}},
    {"sweets", "100 g", 99, 690, {{{"Dark Chocolate", "chocolate"}, {"Milk Chocolate", "chocolate"}, {"Nougat", "chocolate"}, {"Caramels", "chocolate"}, {"Butter Biscuits", "cookie"}, {"Marzipan", "chocolate"}}}},
    {"nuts", "200 g", 249, 1390, {{{"Roasted Almonds", "nuts"}, {"Walnut Halves", "nuts"}, {"Hazelnuts", "nuts"}, {"Cashews", "nuts"}, {"Pistachios", "nuts"}, {"Trail Mix", "nuts"}}}},
    {"coffee", "500 g", 590, 2490, {{{"Espresso Beans", "coffee"}, {"Filter Coffee", "coffee"}, {"Decaf Coffee", "coffee"}, {"Ground Coffee", "coffee"}, {"Malt Coffee", "coffee"}, {"Cold Brew", "coffee"}}}},
    {"tea", "100 g", 290, 1990, {{{"Darjeeling", "tea"}, {"Earl Grey", "tea"}, {"Sencha", "tea"}, {"Peppermint Tea", "tea"}, {"Rooibos", "tea"}, {"Chamomile Tea", "tea"}}}},
    {"drinks", "750 ml", 79, 590, {{{"Apple Juice", "juice"}, {"Mineral Water", "water"}, {"Lemonade", "soda"}, {"Orange Juice", "juice"}, {"Ginger Ale", "soda"}, {"Grape Juice", "juice"}}}},
    {"cleaning", "1 l", 149, 990, {{{"Washing-up Liquid", "spray"}, {"Glass Cleaner", "spray"}, {"Washing Powder", "powder"}, {"Dish Brush", "brush"}, {"Sponge Cloths", "cloth"}, {"Kitchen Roll", "paper-roll"}}}},
    {"household", "1", 199, 2990, {{{"Lavender Soap", "soap"}, {"Beeswax Candles", "candle"}, {"LED Bulb", "bulb"}, {"Tea Towels", "cloth"}, {"Bottle Brush", "brush"}, {"Tea Lights", "candle"}}}},
}};
// clang-format on

constexpr auto qualities = std::to_array<std::string_view>(
    {"Organic", "Fine", "Classic", "Hand-picked", "Everyday", "Premium", "Traditional", "Farmhouse", "Fresh",
     "Selected", "Rustic", "Gentle", "Golden", "Original", "Mild", "Village"});
constexpr auto origins = std::to_array<std::string_view>(
    {"from the Valley", "from Green Hill", "of the North", "from Lake Farm", "of the Season",
     "from the Old Mill", "of the Coast", "from Sunny Side", "of the Highlands", "from River Bend",
     "of the House", "from Stone Bridge"});
constexpr auto suppliers = std::to_array<std::string_view>(
    {"Green Hill Farm", "Old Mill Traders", "Lake Farm Co-operative", "River Bend Foods",
     "Stone Bridge & Daughters", "Sunny Side Growers", "Harbour Wholesale", "Hopkins & Lindqvist"});
constexpr auto first_sentences = std::to_array<std::string_view>(
    {"A favourite of our regular customers.", "New in our range this year.", "Made in small batches.",
     "Chosen by our own buyers after a long tasting.", "Good value for every day.",
     "From a family business that we have known for years.", "Simple, honest and well made.",
     "The one that people come back for."});
constexpr auto second_sentences = std::to_array<std::string_view>(
    {"Keep it cool and dry.", "Delivered twice a week.", "Packed without plastic.",
     "Best within a few days of opening.", "Suits small kitchens and large ones.",
     "Please return the empty crate.", "A little goes a long way.", "Goes well with almost anything."});

// splitmix64: the choices of one number, one after the other.
class choices {
 public:
  explicit choices(std::int64_t number) : state_(static_cast<std::uint64_t>(number)) {}

  std::size_t below(std::size_t count) {
    state_ += 0x9E3779B97F4A7C15U;
    auto mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    return (mixed ^ (mixed >> 31U)) % count;
  }
  template <class List>
  const auto& of(const List& list) {
    return list[below(list.size())];
  }

 private:
  std::uint64_t state_;
};

std::string joined(std::initializer_list<std::string_view> words) {
  std::string text;
  for (const auto word : words) text.append(text.empty() ? "" : " ").append(word);
  return text;
}

std::string sku_of(std::int64_t number) {
  auto digits = std::to_string(number);
  if (digits.size() < 7) digits.insert(0, 7 - digits.size(), '0');
  return "GEN-" + digits;
}

}  // namespace

product demo_product(std::int64_t number) {
  choices any(number);
  const auto& kind = any.of(categories);
  const auto& what = any.of(kind.articles);
  product item;
  item.sku = sku_of(number);
  const auto& quality = any.of(qualities);
  const auto& origin = any.of(origins);
  item.name = joined({quality, what.name, origin});
  const auto& first = any.of(first_sentences);
  const auto& second = any.of(second_sentences);
  item.description = joined({first, second});
  item.type = kind.name;
  item.unit = kind.unit;
  // Shops end their prices on 9.
  const auto span = static_cast<std::size_t>((kind.most_price - kind.least_price) / 10);
  item.price = {kind.least_price / 10 * 10 + static_cast<std::int64_t>(any.below(span)) * 10 + 9};
  item.available = any.below(50) != 0;
  item.quantity = any.below(20) == 0 ? 0 : static_cast<std::int64_t>(any.below(500)) + 1;
  item.supplier = any.of(suppliers);
  item.banner = "/images/" + std::string(what.picture) + ".svg";
  return item;
}

}  // namespace mercat::products
