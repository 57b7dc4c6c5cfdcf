// Words for search, folded: what is left of a text without case and accents. Domain only: no database here.
//
// A folded text has one character per primary weight of the text in the Unicode collation (UCA 14.0), so
// texts that differ in case, accents or composition fold to the same, and "ß" to the same as "ss". White
// space folds to a blank; nothing else folds to ASCII, so nothing of it is syntax of LIKE. Always valid
// UTF-8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mercat::products {

// Characters of a word's end that the index keeps.
inline constexpr std::size_t longest_suffix = 12;

// weights: 16-bit weights in hexadecimal, as the database gives them. Throws std::invalid_argument.
[[nodiscard]] std::string folded_from_weights(std::string_view weights);

// The distinct words of a folded text, sorted. They point into it.
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view folded);

// A hash, not negative. Two words of one id would only make the index less selective, never the answer wrong.
[[nodiscard]] std::int64_t word_id_of(std::string_view word) noexcept;

// Every end of the word, longest first, each cut to longest_suffix characters: the starts of these are all
// its parts of up to that length. They point into it.
[[nodiscard]] std::vector<std::string_view> suffixes_of(std::string_view word);

// Parts of a search term that suffixes can start with: every word with the term in it has all of these.
[[nodiscard]] std::vector<std::string_view> probes_of(std::string_view term);

[[nodiscard]] std::size_t length_of(std::string_view folded) noexcept;  // in characters

}  // namespace mercat::products
