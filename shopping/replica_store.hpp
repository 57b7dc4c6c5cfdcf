// The SQL of the product replica and of building it. Functions run inside a transaction.
#pragma once

#include "common/db/session.hpp"
#include "shopping/replica.hpp"

#include <chrono>
#include <span>
#include <string>

namespace mercat::shopping::store {

// The text half, if it is newer than what is there. One statement, so two writers of a row need no order.
void apply_text(db::session& s, const offer& text, bool deleted);
// The stock half, likewise.
void apply_stock(db::session& s, const stock_level& stock);
// apply_text of those that are newer; leaves the rows of the others unlocked. At most 100.
void learn(db::session& s, std::span<const offer> offers);

// A build of the whole replica. began: before its first page was asked for; asked: before this page was. Both
// are the database's time.
struct build_times {
  db::sql_time began;
  db::sql_time asked;
};

// One build at a time: true when `holder` has it, for `lease` from now.
[[nodiscard]] bool hold_build(db::session& s, const std::string& holder, std::chrono::seconds lease);
void release_build(db::session& s, const std::string& holder);
void finish_build(db::session& s, const std::string& holder);
[[nodiscard]] bool was_built(db::session& s);
[[nodiscard]] db::sql_time now(db::session& s);

// Makes the page's rows what the page says. A half that did not change here since the build began is
// overwritten whatever its version, so that a corrupt one is repaired; one that did is changed by a newer
// version only.
//
// One case is held back: the half's version is above the page's, and a change was passed over since the page
// was asked for. Then that version is corrupt, the change passed over may be newer than the page, and the
// page has to be asked for again.
void apply_page(db::session& s, const replica_page& page, const build_times& times);
// Of the page's range, rows the page does not know and that did not change since the build began; after
// apply_page. Removes at most `most`, gives their number.
std::uint64_t remove_unknown(db::session& s, const replica_page& page, const build_times& times,
                             std::int64_t most);
// Was anything of the page's range held back?
[[nodiscard]] bool held_back(db::session& s, const replica_page& page, const build_times& times);

}  // namespace mercat::shopping::store
