// Texts that mean something to somebody: to SQL, to LIKE, to a template, to a shell, to a browser. The shop
// has to take each for what it is: letters.
#pragma once

#include <string>
#include <vector>

namespace mercat::security {

struct loaded_text {
  const char* name;
  std::string text;
};

[[nodiscard]] inline const std::vector<loaded_text>& loaded_texts() {
  static const std::vector<loaded_text> all{
      {"always true", "' OR '1'='1"},
      {"a comment", "x' -- "},
      {"a dropped table", "'; DROP TABLE customer; -- "},
      {"double quotes", "\" OR \"\"=\""},
      {"a backslash and a quote", "\\' OR 1=1 #"},
      {"backslashes", "a\\\\b\\"},
      {"backticks", "`id`"},
      {"per cent", "100%"},
      {"an underscore", "a_b"},
      {"per cent alone", "%%"},
      {"a pattern", "[a-z]*?^$.|+()"},
      {"UNION", "1 UNION SELECT password_hash FROM customer"},
      {"a pause", "'||(SELECT SLEEP(3))||'"},
      {"a pause of another kind", "1; SELECT BENCHMARK(100000000,MD5(1))#"},
      {"a conditional comment", "/*!50000 SELECT */ 1"},
      {"hexadecimal", "0x27204f5220313d31"},
      {"a wide quote", "\xEF\xBC\x87 OR 1=1"},
      {"a template", "{{7*7}}${7*7}<%= 7*7 %>#{7*7}"},
      {"a look-up", "${jndi:ldap://127.0.0.1/x}"},
      {"a shell's words", "; id; $(id) && rm -rf ~ | cat"},
      {"a script", "<script>alert(1)</script>"},
      {"an attribute", "\" onmouseover=\"alert(1)"},
      {"a formula", "=HYPERLINK(A1)"},
      {"a format", "%s%s%n%x%d"},
      {"JSON", "\",\"role\":\"admin\",\"x\":\""},
      {"escapes of JSON", "\\u0000\\n\\\""},
      {"percent escapes", "%27%20OR%201%3D1%00"}};
  return all;
}

}  // namespace mercat::security
