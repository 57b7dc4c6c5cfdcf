#include "products/search_store.hpp"

#include "common/db/error.hpp"
#include "products/search_words.hpp"
#include "products/store.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mercat::products::store {

namespace {

using posting = std::pair<std::int64_t, product_id>;  // word, product

struct suffix_row {
  std::string suffix;
  std::int64_t word = 0;
  auto operator<=>(const suffix_row&) const = default;
};

// Lists travel as one JSON parameter: one statement text for every length.
constexpr std::size_t rows_per_statement = 5000;

template <class Rows, class Write, class Run>
void in_batches(const Rows& rows, Write write, Run run) {
  for (auto from = rows.begin(); from != rows.end();) {
    json::writer out;
    out.StartArray();
    for (std::size_t n = 0; n < rows_per_statement && from != rows.end(); ++n, ++from) write(out, *from);
    out.EndArray();
    run(out.take());
  }
}

void write_posting(json::writer& out, const posting& row) {
  out.StartArray();
  out.Int64(row.first);
  out.Int64(row.second);
  out.EndArray();
}

void write_suffix(json::writer& out, const suffix_row& row) {
  out.StartArray();
  out.text(row.suffix);
  out.Int64(row.word);
  out.EndArray();
}

// Words are never removed: they are few against the products, and an unused one only costs its place. So a
// word that is there stays there, and needs no lock.
void add_words(db::session& s, const std::unordered_map<std::int64_t, std::string_view>& words) {
  std::set<suffix_row> heads;
  for (const auto& [id, word] : words)
    heads.insert({std::string(word.substr(0, suffixes_of(word).front().size())), id});
  // Sorted, so that two who add the same new words wait for each other in one order. All ends of a word go in
  // by one statement: when one is there, all are.
  in_batches(heads, write_suffix, [&](const std::string& list) {
    const auto missing = s.query(
        "SELECT j.word_id FROM JSON_TABLE(?, '$[*]' COLUMNS (suffix VARCHAR(12) CHARACTER SET utf8mb4 "
        "COLLATE utf8mb4_bin PATH '$[0]', word_id BIGINT PATH '$[1]')) j LEFT JOIN search_suffix f "
        "ON f.suffix = CAST(j.suffix AS BINARY) AND f.word_id = j.word_id WHERE f.word_id IS NULL",
        list);
    std::set<suffix_row> added;
    for (const auto& row : missing)
      for (const auto suffix : suffixes_of(words.at(row.integer(0))))
        added.insert({std::string(suffix), row.integer(0)});
    if (added.empty()) return;
    json::writer out;
    out.StartArray();
    for (const auto& row : added) write_suffix(out, row);
    out.EndArray();
    s.execute(
        "INSERT IGNORE INTO search_suffix (suffix, word_id) SELECT j.suffix, j.word_id FROM JSON_TABLE(?, "
        "'$[*]' COLUMNS (suffix VARCHAR(12) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[0]', "
        "word_id BIGINT PATH '$[1]')) j",
        out.take());
  });
}

// Those of the text that is indexed now: the table itself has no order by product.
std::set<posting> postings_of(db::session& s, product_id id) {
  const auto old = s.query_one("SELECT folded FROM search_text WHERE product_id = ?", id);
  std::set<posting> found;
  if (!old) return found;
  for (const auto word : words_of(old->text(0))) found.emplace(word_id_of(word), id);
  return found;
}

template <class Postings>
void remove_postings(db::session& s, const Postings& gone) {
  in_batches(gone, write_posting, [&](const std::string& list) {
    s.execute(
        "DELETE p FROM JSON_TABLE(?, '$[*]' COLUMNS (word_id BIGINT PATH '$[0]', product_id BIGINT PATH "
        "'$[1]')) j STRAIGHT_JOIN search_posting p ON p.word_id = j.word_id AND p.product_id = j.product_id",
        list);
  });
}

constexpr std::int64_t batch_size = 200;
constexpr int most_tries = 30;  // of one batch; each waits up to the lock wait limit, a second

// The ids indexed, in order; empty when nothing is missing. The rows are locked, so that nobody changes a
// product between its being read and its being indexed.
std::vector<product_id> index_batch(db::session& s, product_id after) {
  std::vector<product_id> ids;
  for (const auto& row :
       s.query("SELECT p.id FROM product p LEFT JOIN search_text t ON t.product_id = p.id WHERE p.id > ? AND "
               "(t.version IS NULL OR t.version <> p.version) ORDER BY p.id LIMIT ?",
               after, batch_size))
    ids.push_back(row.integer(0));
  for (const auto id : ids) s.query("SELECT id FROM product WHERE id = ? FOR UPDATE", id);
  index_for_search(s, find_all(s, ids));
  return ids;
}

std::string searched_text(const product& item) {
  return item.name + "\n" + item.description + "\n" + item.type + "\n" + item.sku;
}

}  // namespace

std::string fold(db::session& s, std::string_view text) {
  const auto row = s.query_one("SELECT HEX(WEIGHT_STRING(? COLLATE utf8mb4_uca1400_ai_ci))", text);
  return row->is_null(0) ? std::string{} : folded_from_weights(row->text(0));
}

void index_for_search(db::session& s, std::span<const product> items) {
  std::vector<std::string> folded;
  folded.reserve(items.size());  // the words point into it
  std::unordered_map<std::int64_t, std::string_view> words;
  std::set<posting> wanted;
  std::set<posting> present;
  for (const auto& item : items) {
    present.merge(postings_of(s, item.id));
    const auto& text = folded.emplace_back(fold(s, searched_text(item)));
    for (const auto word : words_of(text)) {
      const auto id = word_id_of(word);
      words.emplace(id, word);
      wanted.emplace(id, item.id);
    }
  }
  std::vector<posting> added;
  std::vector<posting> gone;
  std::ranges::set_difference(wanted, present, std::back_inserter(added));
  std::ranges::set_difference(present, wanted, std::back_inserter(gone));

  add_words(s, words);
  in_batches(added, write_posting, [&](const std::string& list) {
    s.execute(
        "INSERT IGNORE INTO search_posting (word_id, product_id) SELECT j.word_id, j.product_id FROM "
        "JSON_TABLE(?, '$[*]' COLUMNS (word_id BIGINT PATH '$[0]', product_id BIGINT PATH '$[1]')) j",
        list);
  });
  remove_postings(s, gone);
  for (std::size_t i = 0; i < items.size(); ++i)
    s.execute(
        "INSERT INTO search_text (product_id, version, folded) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE "
        "version = VALUES(version), folded = VALUES(folded)",
        items[i].id, items[i].version, folded[i]);
}

void remove_from_search(db::session& s, product_id id) {
  remove_postings(s, postings_of(s, id));
  s.execute("DELETE FROM search_text WHERE product_id = ?", id);
}

std::size_t index_missing(db::pool& database) {
  std::size_t indexed = 0;
  product_id after = 0;
  int tries = 0;
  for (bool more = true; more;) {
    try {
      database.run_blocking([&](db::session& s) {
        s.execute("START TRANSACTION");  // an exception ends the connection, and the transaction with it
        const auto batch = index_batch(s, after);
        s.execute("COMMIT");
        more = !batch.empty();
        if (more) after = batch.back();
        indexed += batch.size();
      });
      tries = 0;
    } catch (const db::transient&) {
      // Another replica does the same, or someone writes a product of the batch.
      if (++tries == most_tries) throw;
    }
  }
  return indexed;
}

}  // namespace mercat::products::store
