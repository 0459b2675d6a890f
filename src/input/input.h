/*
 * The inputs of a run: a registry of sources, merged by capture time. A source is
 * one file with one `const struct source_ops`; the caller asks for packets and
 * is told when to wait.
 */
#ifndef SIPWHY_INPUT_INPUT_H
#define SIPWHY_INPUT_INPUT_H

#include "input/lateness.h"
#include "net/packet.h"

#define INPUT_SOURCES 10000

enum input_status {
    INPUT_PACKET, /* a packet was handed over */
    INPUT_WAIT,   /* nothing now: wait for the descriptor or the time */
    INPUT_END     /* nothing any more */
};

struct source;

struct source_ops {
    const char *kind; /* "file", "live", "demo" */
    bool live;        /* packets arrive by themselves: no merging, the clock runs */
    enum input_status (*next)(struct source *source, struct packet *packet);
    /* Refreshes source->stats where that costs something; may be NULL. */
    void (*refresh)(struct source *source);
    /* From now on next() only gives what the source has at hand, and ends. NULL: that is nothing. */
    void (*stop)(struct source *source);
    void (*close)(struct source *source);
};

struct source_stats {
    uint64_t packets;
    uint64_t size, position; /* bytes, where they are known; else 0 */
    uint64_t kernel_drops, interface_drops;
    const uint64_t *refused; /* by the source itself, for the reasons of refused_names; or NULL */
    const char *const *refused_names; /* words for programs; NULL-terminated */
};

/* The beginning of every source's own structure. */
struct source {
    const struct source_ops *ops;
    char *name;     /* as the user wrote it; see source_title() */
    char *trouble;  /* one line on why it stopped early, or NULL */
    char *notice;   /* one line to be shown and freed, or NULL: it goes on */
    int fd;         /* to wait on, or -1 */
    int64_t due_ns; /* without a descriptor: when (realtime clock) more comes; 0: at once */
    struct source_stats stats;
    const char *format;  /* of a log: what wrote it; else NULL */
    uint8_t assumed;     /* enum assumed: what a log did not say */
    struct packet ahead; /* read but not handed over, while files are merged */
    bool backlog; /* a live one begins with what was there before: that is merged, as files are */
    int64_t
        written_ns; /* of files that are followed: when they had been written last at first; or 0 */
    struct lateness lateness; /* of those: how far their clocks are behind */
    bool ended;
    bool told; /* the trouble was shown */
};

struct inputs;

struct inputs *inputs_new(void);
void inputs_free(struct inputs *inputs);
/* Takes the source over. -1 when there are too many. */
int inputs_add(struct inputs *inputs, struct source *source);
/* The next packet in order of time; *packet is valid until the next call, longer if mapped. */
enum input_status inputs_next(struct inputs *inputs, struct packet *packet);
/* Lets go of a source that has ended and whose packets have been used; the last one takes its place. */
void inputs_remove(struct inputs *inputs, size_t i);
size_t inputs_count(const struct inputs *inputs);
struct source *inputs_at(const struct inputs *inputs, size_t i);
/* Whether a source still brings packets by itself. */
bool inputs_live(const struct inputs *inputs);
/* By how much live sources are behind the clock: silence only means something after that. */
int64_t inputs_late(const struct inputs *inputs);
bool inputs_ended(const struct inputs *inputs);
/* Nothing more is read: what the sources have at hand comes next, then the end. */
void inputs_stop(struct inputs *inputs);
/* Calls each source's refresh. */
void inputs_refresh(struct inputs *inputs);

/*
 * Opening. Each gives a source, or NULL with *error set to one line (what, where,
 * what to do) that the caller frees.
 */
struct file_options {
    bool follow;       /* go on when the file grows, through rotation, */
    bool stays;        /* or rather not to another file that takes its name */
    uint32_t skip;     /* packets that are known from before, and not handed over again */
    const char *date;  /* of a log's first message, "2026-11-23"; NULL: the file's own */
    const char *tz;    /* of a log's times; NULL: this machine's */
    const char *local; /* address of who wrote a log; NULL: not known */
};
/* "-": standard input. The options must stay; NULL: none. */
struct source *source_open_file(const char *path, const struct file_options *options, char **error);
/*
 * The paths of the regular files in a folder by name, hidden ones left out; NULL with *error. The
 * caller frees them with folder_list_free().
 */
char **folder_list(const char *path, size_t *count, char **error);
void folder_list_free(char **names, size_t count);
bool folder_is(const char *path);
/*
 * All files of a folder, "/var/captures", or those whose names fit a pattern, "trace*.pcap", as one
 * source: those that are there, merged, then what is added to them, and files that come later. The
 * options count for each; `follow` does so anyway.
 */
struct source *source_open_set(const char *where, const struct file_options *options, char **error);
/* Whether it names a set: a folder, or a pattern that is no file's name. */
bool set_is(const char *where);
struct source *source_open_live(const char *interface, const char *bpf, bool promiscuous,
                                int buffer_mib, char **error);
/* Plays a capture in memory as if it happened now; the bytes must stay. */
struct source *source_open_replay(const char *name, const uint8_t *data, size_t n, char **error);
/*
 * Listens for capture agents: hep:udp:ADDR:PORT, hep:tcp:ADDR:PORT or hep:tls:ADDR:PORT, an IPv6
 * address in brackets. With a key, packets without it are dropped and counted.
 */
struct hep_listen {
    const char *key;             /* or NULL */
    const char *certificate;     /* PEM files, for TLS */
    const char *certificate_key; /* of it */
};
struct source *source_open_hep(const char *where, const struct hep_listen *listen, char **error);
/*
 * A TLS key log that may still grow, or not be there yet; a folder or an unreadable file is an error.
 * Its lines are no packets and no source: they are asked for apart.
 */
struct keylog;
struct keylog *keylog_open(const char *path, char **error);
/* What was added: whole lines, there until the next call; NULL when there is nothing new. */
const char *keylog_next(struct keylog *log, size_t *n);
void keylog_close(struct keylog *log);
/* A small file as a whole, for the caller to wipe and free. NULL with *error. */
char *keyfile_read(const char *path, size_t *n, char **error);

/* Writes the interfaces that can be captured on, one a line, to standard output. */
int live_list_interfaces(char **error);

/* The source's name for people. */
const char *source_title(const struct source *source);
enum source_state {
    SOURCE_READING, /* what is there is not read to its end */
    SOURCE_LIVE,    /* waits for what happens */
    SOURCE_DONE,
    SOURCE_FAILED /* ended early: source->trouble says why */
};
enum source_state source_state(const struct source *source);
/* "live": a word for programs, and to be translated for people. */
const char *source_state_word(enum source_state state);
/* Packets that were lost on the way or refused. */
uint64_t source_drops(const struct source *source);
/* For the sources: says something that people should know. */
void source_notice(struct source *source, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* For the sources: notes why it stopped, once. */
void source_trouble(struct source *source, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
#endif
