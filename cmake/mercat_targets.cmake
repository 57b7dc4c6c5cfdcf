# Flags of all our own targets: warnings are errors.
add_library(mercat_flags INTERFACE)
target_include_directories(mercat_flags INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(mercat_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
# gcc 12 reports variables of coroutine frames and of std::string copies that are initialised: false alarms.
target_compile_options(mercat_flags INTERFACE -Wno-error=maybe-uninitialized -Wno-error=restrict)
if(MERCAT_SANITIZE)
  target_compile_options(mercat_flags INTERFACE -fsanitize=${MERCAT_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(mercat_flags INTERFACE -fsanitize=${MERCAT_SANITIZE})
endif()

# mercat_service(NAME SOURCES...): a library with all of the service but main(), so that tests can link it,
# and the program itself.
function(mercat_service name)
  add_library(${name}_parts STATIC ${ARGN})
  target_link_libraries(${name}_parts PUBLIC mercat_common)
  add_executable(${name} main.cpp)
  target_link_libraries(${name} PRIVATE ${name}_parts)
endfunction()

# mercat_test(NAME LABEL unit|integration|e2e|chaos SOURCES... [LINK libraries...]): one Boost.Test program,
# registered with CTest under its name and label.
function(mercat_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "SOURCES;LINK")
  # Boost.Test's main() comes with BOOST_TEST_MODULE, so exactly one file may have it.
  set(main_file "${CMAKE_CURRENT_BINARY_DIR}/${name}_main.cpp")
  file(CONFIGURE OUTPUT "${main_file}" CONTENT
    "#define BOOST_TEST_MODULE ${name}\n#include <boost/test/unit_test.hpp>\n")
  add_executable(${name} ${arg_SOURCES} "${main_file}")
  target_compile_definitions(${name} PRIVATE BOOST_TEST_DYN_LINK)
  target_link_libraries(${name} PRIVATE mercat_common ${arg_LINK} boost_unit_test_framework)
  add_test(NAME ${name} COMMAND ${name} --log_level=message --report_level=short)
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABEL}" TIMEOUT ${arg_TIMEOUT})
endfunction()
