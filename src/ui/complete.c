/* What may follow on the command line, for the rows that take an argument. */
#include "ui/complete.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "sip/fields.h"
#include "ui/list.h"
#include "ui/values.h"

struct value_offer {
    const char *before; /* what stands before each value */
    void (*offer)(const char *word);
    bool any;
};

static void offer_value(const char *value, void *arg)
{
    struct value_offer *to = arg;
    struct strbuf word = STRBUF_INIT;
    strbuf_format(&word, "%s%s", to->before, value);
    to->offer(strbuf_str(&word));
    to->any = true;
    strbuf_free(&word);
}

void complete_split(struct ui *ui, const char *text, void (*offer)(const char *word))
{
    (void)ui;
    for (enum split_id id = 0; id < SPLITS && !strchr(text, ' '); id++)
        offer(split_name(id));
}

void complete_theme(struct ui *ui, const char *text, void (*offer)(const char *word))
{
    struct value_offer to = { "", offer, false };
    (void)ui;
    (void)text;
    theme_each(offer_value, &to);
}

/* A setting with each of its values; where any will do, with the one that it has. */
void complete_set(struct ui *ui, const char *text, void (*offer)(const char *word))
{
    (void)text;
    for (size_t i = 0; i < option_count; i++) {
        const struct option_row *row = &option_rows[i];
        if (!(row->scope & OPTION_SET))
            continue;
        char *before = mem_format("%s=", row->name), *now = option_get(ui->settings, row);
        struct value_offer to = { before, offer, false };
        values_each(row, offer_value, &to);
        if (!to.any)
            offer_value(now, &to);
        free(before);
        free(now);
    }
}

/* Kinds whose ids are clear without the kind's name before them. */
static bool stands_alone(const char *topic)
{
    static const char *const kinds[] = { "code",    "class", "method", "header",
                                         "finding", "flow",  "option" };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (span_is(help_kind(topic), kinds[i]))
            return true;
    return false;
}

/* "Busy Here" as "busy-here": a word for the line, and understood as well. */
static void offer_title(struct ui *ui, const char *topic, void (*offer)(const char *word))
{
    char word[HELP_TOPIC_SIZE];
    size_t n = 0;
    for (const char *p = help_value(ui->help, topic, "name"); *p && n + 1 < sizeof word; p++)
        word[n++] = *p == ' ' ? '-' : ascii_lower(*p);
    word[n] = '\0';
    if (n)
        offer(word);
}

void complete_topic(struct ui *ui, const char *text, void (*offer)(const char *word))
{
    const char *topic;
    (void)text;
    for (size_t i = 0; (topic = help_topic_at(ui->help, i)); i++) {
        char word[HELP_TOPIC_SIZE];
        char *slash = strchr(strcpy(word, topic), '/');
        *slash = ':';
        offer(stands_alone(topic) ? slash + 1 : word);
        if (help_topic_code(topic))
            offer_title(ui, topic, offer);
    }
}

void complete_help(struct ui *ui, const char *text, void (*offer)(const char *word))
{
    for (size_t i = 0; i < command_count; i++)
        offer(commands[i].name);
    complete_topic(ui, text, offer);
}

void complete_map(struct ui *ui, const char *text, void (*offer)(const char *word))
{
    (void)ui;
    for (size_t i = 0; strchr(text, ' ') && i < command_count; i++)
        offer(commands[i].name);
}

void complete_list(struct ui *ui, const char *text, void (*offer)(const char *word))
{
    (void)text;
    for (size_t i = 0; i < lists_count(); i++)
        offer(lists_at(ui, i)->ops->name);
}

static void offer_columns(const struct list *list, void (*offer)(const char *word))
{
    for (const struct list_column *c = list->ops->columns; c->name; c++)
        offer(c->name);
}

void complete_column(struct ui *ui, const char *text, void (*offer)(const char *word))
{
    (void)text;
    offer_columns(lists_current(ui), offer);
}

void complete_layout(struct ui *ui, const char *text, void (*offer)(const char *word))
{
    struct span name = { text, strcspn(text, " ") };
    if (text[name.n] == '\0')
        complete_list(ui, text, offer);
    else if (lists_find(ui, name))
        offer_columns(lists_find(ui, name), offer);
}
