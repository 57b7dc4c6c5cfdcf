#include "products/search_words.hpp"

#include "products/fingerprint.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace mercat::products {

namespace {

bool begins_character(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

void append_utf8(std::string& to, std::uint32_t point) {
  const auto add = [&to](std::uint32_t byte) { to.push_back(static_cast<char>(byte)); };
  if (point < 0x80) {
    add(point);
  } else if (point < 0x800) {
    add(0xC0 | point >> 6);
    add(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    add(0xE0 | point >> 12);
    add(0x80 | (point >> 6 & 0x3F));
    add(0x80 | (point & 0x3F));
  } else {
    add(0xF0 | point >> 18);
    add(0x80 | (point >> 12 & 0x3F));
    add(0x80 | (point >> 6 & 0x3F));
    add(0x80 | (point & 0x3F));
  }
}

// One character per weight. Digits, Latin, Greek and Cyrillic get the short ones; surrogates are left out.
std::uint32_t character_of(std::uint32_t weight) noexcept {
  if (weight >= 0x0201 && weight <= 0x0209) return ' ';  // all of Unicode's white space
  if (weight >= 0x2000 && weight < 0x2740) return weight - 0x2000 + 0x80;
  if (weight < 0xC800) return weight + 0x1000;
  return weight + 0x10000;
}

// Where the `count`-th character from `from` begins, or the end.
std::size_t skip(std::string_view text, std::size_t from, std::size_t count) noexcept {
  for (; from < text.size() && count > 0; --count) do
      ++from;
    while (from < text.size() && !begins_character(text[from]));
  return from;
}

}  // namespace

std::string folded_from_weights(std::string_view weights) {
  if (weights.size() % 4 != 0) throw std::invalid_argument("weights are of 16 bits");
  std::string folded;
  folded.reserve(weights.size() / 2);
  for (std::size_t at = 0; at < weights.size(); at += 4) {
    std::uint32_t weight = 0;
    const auto* end = weights.data() + at + 4;
    const auto [last, failure] = std::from_chars(weights.data() + at, end, weight, 16);
    if (failure != std::errc{} || last != end) throw std::invalid_argument("weights are hexadecimal");
    append_utf8(folded, character_of(weight));
  }
  return folded;
}

std::vector<std::string_view> words_of(std::string_view folded) {
  std::vector<std::string_view> words;
  while (!folded.empty()) {
    const auto end = std::min(folded.find(' '), folded.size());
    if (end > 0) words.push_back(folded.substr(0, end));
    folded.remove_prefix(std::min(end + 1, folded.size()));
  }
  std::ranges::sort(words);
  // std::unique: clang 14 cannot read the ranges of gcc 12's library.
  const auto repeated = std::unique(words.begin(), words.end());
  words.erase(repeated, words.end());
  return words;
}

std::int64_t word_id_of(std::string_view word) noexcept {
  return static_cast<std::int64_t>(fingerprint(word) >> 1);
}

std::vector<std::string_view> suffixes_of(std::string_view word) {
  std::vector<std::string_view> suffixes;
  auto end = skip(word, 0, longest_suffix);
  for (std::size_t begin = 0; begin < word.size(); begin = skip(word, begin, 1)) {
    suffixes.push_back(word.substr(begin, end - begin));
    end = skip(word, end, 1);
  }
  return suffixes;
}

std::vector<std::string_view> probes_of(std::string_view term) {
  const auto length = length_of(term);
  if (length <= longest_suffix) return {term};
  return {term.substr(0, skip(term, 0, longest_suffix)), term.substr(skip(term, 0, length - longest_suffix))};
}

std::size_t length_of(std::string_view folded) noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(folded, begins_character));
}

}  // namespace mercat::products
