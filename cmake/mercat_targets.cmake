# Flags of all our own targets: warnings are errors.
add_library(mercat_flags INTERFACE)
target_include_directories(mercat_flags INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(mercat_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
# The same bytes from every checkout: no path of the builder in them, and clones share the compiler's cache.
target_compile_options(mercat_flags INTERFACE "-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.")
# Off, because gcc 12's optimiser raises false alarms with them, in coroutine frames and in inlined std::string
# functions (gcc bugs 105562, 105651): the code it complains of is std::string(n, 'x') + ".".
target_compile_options(mercat_flags INTERFACE
  -Wno-maybe-uninitialized -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
if(MERCAT_SANITIZE)
  # What gcc's UndefinedBehaviorSanitizer finds goes to stderr alone, whatever log_path says: it has to end the program,
  # or no test would fail.
  target_compile_options(mercat_flags INTERFACE
    -fsanitize=${MERCAT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(mercat_flags INTERFACE -fsanitize=${MERCAT_SANITIZE})
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # clang knows not all names above; and it warns of comparisons inside RapidJSON (common/json/rapidjson.hpp).
  target_compile_options(mercat_flags INTERFACE -Wno-unknown-warning-option -Wno-ambiguous-reversed-operator)
endif()
# Code whose branches libFuzzer can see (tests/fuzz). Sections, so that a target links without what it never calls.
option(MERCAT_FUZZ "Build for the fuzz targets; needs clang" OFF)
if(MERCAT_FUZZ)
  # Neither ninja nor ccache knows that the list is an input. A name with its digest makes another command line of it.
  set(fuzz_ignored ${CMAKE_SOURCE_DIR}/tests/fuzz/ignored.txt)
  file(SHA256 ${fuzz_ignored} fuzz_ignored_digest)
  set(fuzz_ignored_copy ${CMAKE_BINARY_DIR}/ignored-${fuzz_ignored_digest}.txt)
  configure_file(${fuzz_ignored} ${fuzz_ignored_copy} COPYONLY)
  target_compile_options(mercat_flags INTERFACE
    -fsanitize=fuzzer-no-link -fsanitize-ignorelist=${fuzz_ignored_copy} -ffunction-sections -fdata-sections)
endif()

# mercat_service(NAME SOURCES...): a library with all of the service but main(), so that tests can link it,
# and the program itself.
function(mercat_service name)
  add_library(${name}_parts STATIC ${ARGN})
  target_link_libraries(${name}_parts PUBLIC mercat_common)
  add_executable(${name} main.cpp)
  target_link_libraries(${name} PRIVATE ${name}_parts)
endfunction()

# What `./mercat test --sanitize` runs unless told otherwise; the others need the services, too.
add_custom_target(sanitized_tests)

# mercat_test(NAME LABEL unit|integration|e2e|chaos SOURCES... [LINK libraries...]): one Boost.Test program,
# registered with CTest under its name and label.
function(mercat_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "SOURCES;LINK")
  add_executable(${name} ${arg_SOURCES})
  target_precompile_headers(${name} REUSE_FROM mercat_test_main)
  target_compile_definitions(${name} PRIVATE BOOST_TEST_DYN_LINK)
  target_compile_options(${name} PRIVATE -fpch-preprocess)
  target_link_libraries(${name} PRIVATE mercat_test_main ${arg_LINK})
  add_test(NAME ${name} COMMAND ${name} --log_level=message --report_level=short)
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABEL}" TIMEOUT ${arg_TIMEOUT})
  if(arg_LABEL MATCHES "^(unit|integration)$")
    add_dependencies(sanitized_tests ${name})
  endif()
endfunction()
