/*
 * The rules are those of the knowledge base, and what they find does not depend on how the
 * packets came: from a mapped file or one by one as live ones do, a little out of order, or looked
 * at early. The bundled traffic holds failures of many kinds.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "diagnose/diagnosis.h"
#include "input/input.h"
#include "pipeline.h"
#include "tap.h"

#define MOST 4096

/* "id<TAB>name<TAB>scope<TAB>severity<TAB>..." */
static const char *field(char *line, int n)
{
    for (; n > 0 && line; n--)
        line = strchr(line, '\t') ? strchr(line, '\t') + 1 : NULL;
    if (line && strchr(line, '\t'))
        *strchr(line, '\t') = '\0';
    return line ? line : "";
}

static void known_rules(const char *file)
{
    static const char *const scopes[] = { "message", "transaction", "call", "endpoint" };
    char line[8192], copy[8192], id[64];
    unsigned rows = 0, right = 0;
    FILE *table = fopen(file, "r");
    while (table && fgets(line, sizeof line, table)) {
        if (strncmp(line, "id\t", 3) == 0)
            continue;
        rows++;
        memcpy(copy, line, sizeof copy);
        snprintf(id, sizeof id, "%s", field(copy, 0));
        uint8_t rule = finding_rule(span_of(id));
        memcpy(copy, line, sizeof copy);
        bool scope = rule && strcmp(field(copy, 2), scopes[finding_rule_scope(rule)]) == 0;
        memcpy(copy, line, sizeof copy);
        bool severity = rule &&
                        strcmp(field(copy, 3),
                               finding_severity_name((uint8_t)finding_rule_severity(rule))) == 0;
        right += scope && severity;
        if (!scope || !severity)
            printf("# %s differs\n", id);
    }
    if (table)
        fclose(table);
    tap_ok(rows == 72 && rows == finding_rules(), "72 rules, as many as the knowledge base has");
    tap_ok(right == rows, "each with the scope and severity that its page tells");
}

struct packets {
    struct packet all[MOST];
    size_t n;
};

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What was found, a line a finding, sorted: rule, confidence, whether it leads, words, frames. */
static char *found(const struct pipeline *pipeline, bool frames)
{
    const struct diagnosis *d = pipeline->diagnosis;
    char *lines[MOST];
    size_t n = 0;
    struct strbuf all = STRBUF_INIT;
    for (uint32_t id = 1; id < diagnosis_end(d) && n < MOST; id++) {
        const struct finding *f = diagnosis_finding(d, id);
        struct finding_text text;
        struct strbuf line = STRBUF_INIT;
        if (!f || f->hidden || diagnosis_explain(d, id, &text) < 0)
            continue;
        strbuf_format(&line, "%s %u %d %s", finding_rule_id(f->rule), f->confidence, f->leads,
                      text.summary);
        for (size_t i = 0; frames && i < text.nproofs; i++)
            strbuf_format(&line, " %u", text.proofs[i].frame);
        strbuf_char(&line, '\n');
        lines[n++] = strbuf_take(&line);
        finding_text_free(&text);
    }
    qsort(lines, n, sizeof *lines, compare_text);
    for (size_t i = 0; i < n; i++) {
        strbuf_text(&all, lines[i]);
        free(lines[i]);
    }
    return strbuf_take(&all);
}

enum way { WAY_MAPPED, WAY_LIVE, WAY_REORDERED, WAY_LOOKED_AT };

static char *diagnose(const struct packets *packets, enum way way, bool frames)
{
    struct pipeline pipeline;
    if (pipeline_open(&pipeline, store_new(64 << 20)) < 0)
        return NULL;
    for (size_t i = 0; i < packets->n; i++) {
        size_t at = i;
        /* neighbours within a tenth of a millisecond change places, as capturing on two
         * interfaces may do to them */
        if (way == WAY_REORDERED && (i ^ 1) < packets->n &&
            llabs(packets->all[i].time_ns - packets->all[i ^ 1].time_ns) < 100000)
            at = i ^ 1;
        struct packet packet = packets->all[at];
        packet.mapped = way == WAY_MAPPED;
        pipeline_packet(&pipeline, &packet);
        if (way == WAY_LOOKED_AT)
            for (uint32_t call = 1; call < store_call_end(pipeline.store); call++)
                diagnosis_look(pipeline.diagnosis, call);
    }
    pipeline_finish(&pipeline);
    while (diagnosis_run(pipeline.diagnosis, SIZE_MAX, true))
        continue;
    char *text = found(&pipeline, frames);
    pipeline_close(&pipeline);
    return text;
}

static bool read_packets(struct packets *packets, struct inputs *inputs, const char *path)
{
    char *error = NULL;
    const struct file_options options = { 0 };
    struct source *source = source_open_file(path, &options, &error);
    free(error);
    if (!source || inputs_add(inputs, source) < 0)
        return false;
    while (packets->n < MOST && inputs_next(inputs, &packets->all[packets->n]) == INPUT_PACKET)
        packets->n++;
    return packets->n > 100;
}

int main(void)
{
    static struct packets packets;
    static const struct {
        enum way way;
        const char *name;
    } ways[] = {
        { WAY_LIVE, "packets that come one by one give the same findings" },
        { WAY_REORDERED, "a little out of order they give the same findings" },
        { WAY_LOOKED_AT, "looked at after every packet they give the same findings" },
    };
    const char *source = getenv("SRCDIR") ? getenv("SRCDIR") : ".";
    char *table = mem_format("%s/help/findings.tsv", source);
    char *demo = mem_format("%s/demo/demo.pcapng", source);
    struct inputs *inputs = inputs_new();
    known_rules(table);
    bool read = read_packets(&packets, inputs, demo);
    char *expected = read ? diagnose(&packets, WAY_MAPPED, true) : NULL;
    tap_ok(expected && strstr(expected, "host-unreachable") && strstr(expected, "auth-loop"),
           "the bundled traffic is diagnosed");
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        /* of several ICMP errors another one may be the first to have what it quotes before it */
        bool frames = ways[i].way != WAY_REORDERED;
        char *want = read ? diagnose(&packets, WAY_MAPPED, frames) : NULL;
        char *got = read ? diagnose(&packets, ways[i].way, frames) : NULL;
        bool same = want && got && strcmp(want, got) == 0;
        tap_ok(same, "%s", ways[i].name);
        if (!same && want && got)
            printf("# expected:\n%s# found:\n%s", want, got);
        free(want);
        free(got);
    }
    free(expected);
    inputs_free(inputs);
    free(table);
    free(demo);
    return tap_done();
}
