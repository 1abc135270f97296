/* attribute.c: finds attributes in the text of a row, "radius, .def = 3, .max = sizeof(x[0])".
 *
 * Commas, dots and quotes within brackets and literals are no concern of the row itself: they
 * belong to the values. */
#include "attribute.h"

#include <string.h>

static const char* attribute_skip_blanks(const char* text) {
  return text + strspn(text, " \t\n");
}

/* [text] is at the quote that opens a string or a character. */
static const char* attribute_skip_literal(const char* text) {
  char quote = *text++;
  while (*text != '\0' && *text != quote) text += *text == '\\' && text[1] != '\0' ? 2 : 1;
  return *text == quote ? text + 1 : text;
}

/* What follows the next comma outside of all brackets; NULL: there is none. */
static const char* attribute_next(const char* text) {
  int depth = 0;
  while (*text != '\0') {
    if (*text == '"' || *text == '\'') {
      text = attribute_skip_literal(text);
      continue;
    }
    depth += strchr("([{", *text) != NULL;
    depth -= strchr(")]}", *text) != NULL;
    if (*text++ == ',' && depth == 0) return attribute_skip_blanks(text);
  }
  return NULL;
}

/* [text] behind [word]; NULL: it does not begin with that. */
static const char* attribute_after(const char* text, const char* word) {
  size_t len = strlen(word);
  return strncmp(text, word, len) == 0 ? attribute_skip_blanks(text + len) : NULL;
}

/* The value of the attribute as it was written; NULL: it was not. */
static const char* attribute_find(const ol_field* row, const char* name) {
  const char* text = row->written;
  while (text != NULL && (text = attribute_next(text)) != NULL) {
    const char* rest = attribute_after(text, ".");
    if (rest != NULL) rest = attribute_after(rest, name);
    if (rest != NULL && *rest == '=') return attribute_skip_blanks(rest + 1);
  }
  return NULL;
}

bool oli_attribute_written(const ol_field* row, const char* name) {
  return attribute_find(row, name) != NULL;
}

/* The same type may be written with the keyword or, by a typedef of the same name, without. */
static const char* attribute_skip_struct(const char* type) {
  const char* rest = attribute_after(type, "struct ");
  return rest != NULL ? rest : type;
}

/* offsetof is a macro, which an author's own macro may have opened already. */
bool oli_attribute_given_is_foreign(const ol_field* row) {
  const char* value = attribute_find(row, "given");
  if (value == NULL || row->owner == NULL) return false;
  const char* rest = attribute_after(value, "__builtin_");
  rest = attribute_after(rest != NULL ? rest : value, "offsetof");
  if (rest == NULL || *rest != '(') return false;
  const char* type = attribute_skip_struct(attribute_skip_blanks(rest + 1));
  rest = attribute_after(type, attribute_skip_struct(row->owner));
  return rest == NULL || *rest != ',';
}
