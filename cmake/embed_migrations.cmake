# mercat_migrations(TARGET FOLDER NAMESPACE): compiles the tables that every service with a schema has
# (common/messaging/migrations) and then FOLDER/*.sql, each in the order of their names, into TARGET as
# `std::span<const mercat::db::migration> NAMESPACE::migrations()`, declared in the generated header
# "<service>/migrations.hpp", where <service> is the folder above FOLDER. A migration's name is its file's,
# without the ending. Run as a script (cmake -P) this file writes the two generated files.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(MERCAT_EMBED_MIGRATIONS "${CMAKE_CURRENT_LIST_FILE}")
  get_filename_component(MERCAT_SHARED_MIGRATIONS "${CMAKE_CURRENT_LIST_DIR}/../common/messaging/migrations" ABSOLUTE)

  function(mercat_migrations target folder namespace)
    get_filename_component(folder "${folder}" ABSOLUTE)
    get_filename_component(service "${folder}" DIRECTORY)
    get_filename_component(service "${service}" NAME)
    file(GLOB shared CONFIGURE_DEPENDS "${MERCAT_SHARED_MIGRATIONS}/*.sql")
    file(GLOB own CONFIGURE_DEPENDS "${folder}/*.sql")
    list(SORT shared)
    list(SORT own)
    set(files ${shared} ${own})
    list(REMOVE_DUPLICATES files)
    set(root "${CMAKE_CURRENT_BINARY_DIR}/generated")
    set(outputs "${root}/${service}/migrations.cpp" "${root}/${service}/migrations.hpp")
    string(REPLACE ";" "|" file_list "${files}")
    add_custom_command(
      OUTPUT ${outputs}
      COMMAND "${CMAKE_COMMAND}" "-DFILES=${file_list}" "-DNAMESPACE=${namespace}" "-DSERVICE=${service}"
              "-DDIRECTORY=${root}/${service}" -P "${MERCAT_EMBED_MIGRATIONS}"
      DEPENDS ${files} "${MERCAT_EMBED_MIGRATIONS}"
      COMMENT "Embedding the migrations of ${service}"
      VERBATIM)
    target_sources(${target} PRIVATE ${outputs})
    target_include_directories(${target} PUBLIC "${root}")
  endfunction()
  return()
endif()

string(REPLACE "|" ";" FILES "${FILES}")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME_WLE)
  # As numbers of bytes: CMake would take ';' and '[' of the SQL for its own.
  file(READ "${file}" hex HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
  string(MAKE_C_IDENTIFIER "text_${name}" identifier)
  string(APPEND texts "constexpr char ${identifier}[] = {${bytes}'\\0'};\n")
  string(APPEND entries "    {\"${name}\", {${identifier}, sizeof ${identifier} - 1}},\n")
endforeach()

file(WRITE "${DIRECTORY}/migrations.hpp"
"#pragma once

#include \"common/db/migration.hpp\"

#include <span>

namespace ${NAMESPACE} {

// In the order in which they are to be applied.
[[nodiscard]] std::span<const mercat::db::migration> migrations();

}  // namespace ${NAMESPACE}
")
file(WRITE "${DIRECTORY}/migrations.cpp"
"#include \"${SERVICE}/migrations.hpp\"

namespace ${NAMESPACE} {

namespace {

${texts}
constexpr mercat::db::migration all[] = {
${entries}};

}  // namespace

std::span<const mercat::db::migration> migrations() {
  return all;
}

}  // namespace ${NAMESPACE}
")
