/* attribute.h: what an author has written into a row of a table. Floor 1.
 *
 * In C an attribute of 0 cannot be told from one that was left out, so the macros keep the source
 * text of each row. It is looked at when a table is loaded, and never again. A row that no macro
 * made has none, and attributes that come out of a macro of the author's own are not in it. */
#ifndef OLI_ATTRIBUTE_H
#define OLI_ATTRIBUTE_H

#include "offloop.h"

/* Whether the text of the row gives the attribute, such as "def". */
bool oli_attribute_written(const ol_field* row, const char* name);

/* Whether .given is written as offsetof(OTHER, m) with another struct than that of the row. */
bool oli_attribute_given_is_foreign(const ol_field* row);

#endif
