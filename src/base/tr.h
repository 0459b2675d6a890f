/*
 * Texts of the interface in the user's language. They are marked in the source as with
 * gettext, translated in po/LANG.po, and compiled in, so that one binary is enough
 * and the language can change at run time. Without a translation the English text stays.
 */
#ifndef SIPWHY_BASE_TR_H
#define SIPWHY_BASE_TR_H

/* Marks a text of a constant table for translation; tr() it where it is shown. */
#define N_(text) text
#define _(text) tr(text)

/* Chooses the language: "ko", "ko_KR.UTF-8"; one that has no catalogue, or NULL, is English. */
void tr_set_language(const char *language);
/* The text in the language, or itself. Lives for ever. NULL stays NULL. */
const char *tr(const char *text) __attribute__((format_arg(1)));
/* The text for a count of `n` things: in English `one` for 1, else `many`. */
const char *tr_n(const char *one, const char *many, unsigned long n)
    __attribute__((format_arg(1), format_arg(2)));

/* A translation, and all of a language's; po/catalogue.sh writes the source that defines them. */
struct tr_entry {
    const char *id, *text;
};
struct tr_catalogue {
    const char *language;
    const struct tr_entry *entries; /* in no order */
    unsigned count;
};
extern const struct tr_catalogue tr_catalogues[]; /* ends with a language of NULL */

#endif
