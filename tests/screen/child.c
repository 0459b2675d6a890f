/*
 * A program on a pseudo-terminal of its own, under a tiny job-control parent.
 *
 * Model: the leader does what a shell does for a job: puts the program's group in the foreground,
 * waits for it with WUNTRACED, takes the terminal back when it stops and gives it again on resume.
 * Leader and harness exchange fixed-size messages over a socket pair. The harness keeps the slave
 * side open, so that output and line settings can still be read after the program has gone.
 * Boundary: when the harness dies, in any way, leader and program are killed by the kernel.
 */
#include "child.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define EVENTS_FD 3
#define START_MS 10000

enum message_kind { MESSAGE_STARTED, MESSAGE_CHANGED, MESSAGE_RESUME };

struct message {
    enum message_kind kind;
    int value; /* process id, or wait status */
};

struct child {
    int master;
    int slave;
    int events;
    pid_t leader;
    pid_t program;
    enum child_state state;
    int code;
    struct termios before;
};

/* ---- leader and program side -------------------------------------------------------------- */

static void on_child(int number)
{
    (void)number; /* only there to interrupt ppoll */
}

static void default_signals(void)
{
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void program_run(const struct child_plan *plan, pid_t leader)
{
    const struct rlimit no_core = { 0, 0 };

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != leader)
        _exit(126);
    setpgid(0, 0);
    signal(SIGTTOU, SIG_IGN);
    tcsetpgrp(STDIN_FILENO, getpgrp());
    setrlimit(RLIMIT_CORE, &no_core);
    default_signals();
    if (plan->envp != NULL)
        environ = (char **)plan->envp;
    execvp(plan->argv[0], plan->argv);
    dprintf(STDERR_FILENO, "%s: %s\n", plan->argv[0], strerror(errno));
    _exit(127);
}

static void leader_send(enum message_kind kind, int value)
{
    const struct message m = { kind, value };
    if (send(EVENTS_FD, &m, sizeof(m), MSG_NOSIGNAL) < 0)
        _exit(0);
}

/* Reports what the program did; what it left to us as orphans is only reaped. */
static void leader_reap(pid_t program)
{
    int status;
    pid_t who;
    while ((who = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0) {
        if (who != program)
            continue;
        if (WIFSTOPPED(status))
            tcsetpgrp(STDIN_FILENO, getpgrp());
        leader_send(MESSAGE_CHANGED, status);
    }
}

static void leader_obey(pid_t program)
{
    struct message m;
    if (recv(EVENTS_FD, &m, sizeof(m), 0) != (ssize_t)sizeof(m))
        _exit(0);
    if (m.kind == MESSAGE_RESUME) {
        tcsetpgrp(STDIN_FILENO, program);
        kill(-program, SIGCONT);
    }
}

/* Gives the leader the terminal as its standard streams and as its controlling terminal. */
static void leader_settle(int slave, int events)
{
    /* Out of the way first: the caller may have been started with closed standard streams. */
    slave = fcntl(slave, F_DUPFD, 10);
    events = fcntl(events, F_DUPFD, 10);
    setsid();
    ioctl(slave, TIOCSCTTY, 0);
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        dup2(slave, fd);
    dup2(events, EVENTS_FD);
    closefrom(EVENTS_FD + 1);
    fcntl(EVENTS_FD, F_SETFD, FD_CLOEXEC);
}

static void leader_signals(sigset_t *while_waiting)
{
    static const int ignored[] = { SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE };
    struct sigaction action = { .sa_handler = on_child };
    sigset_t block;

    default_signals();
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        signal(ignored[i], SIG_IGN);
    sigaction(SIGCHLD, &action, NULL);
    sigemptyset(&block);
    sigaddset(&block, SIGCHLD);
    sigprocmask(SIG_BLOCK, &block, while_waiting);
}

static _Noreturn void leader_run(const struct child_plan *plan, pid_t harness, int slave,
                                 int events)
{
    sigset_t while_waiting;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != harness)
        _exit(0);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    leader_settle(slave, events);
    leader_signals(&while_waiting);

    pid_t leader = getpid();
    pid_t program = fork();
    if (program < 0)
        _exit(1);
    if (program == 0)
        program_run(plan, leader);
    setpgid(program, program);
    leader_send(MESSAGE_STARTED, program);
    for (;;) {
        struct pollfd request = { .fd = EVENTS_FD, .events = POLLIN };
        leader_reap(program);
        if (ppoll(&request, 1, NULL, &while_waiting) > 0)
            leader_obey(program);
    }
}

/* ---- harness side -------------------------------------------------------------------------- */

static int set_size(int fd, int cols, int rows)
{
    struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };
    return ioctl(fd, TIOCSWINSZ, &size) < 0 ? -errno : 0;
}

static int open_terminal(struct child *c, int cols, int rows)
{
    char name[128];

    c->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (c->master < 0 || grantpt(c->master) < 0 || unlockpt(c->master) < 0)
        return -errno;
    int error = ptsname_r(c->master, name, sizeof(name));
    if (error != 0)
        return -error;
    c->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (c->slave < 0 || tcgetattr(c->slave, &c->before) < 0)
        return -errno;
    c->before.c_iflag |= IUTF8;
    if (tcsetattr(c->slave, TCSANOW, &c->before) < 0 || tcgetattr(c->slave, &c->before) < 0)
        return -errno;
    return set_size(c->slave, cols, rows);
}

static void take_message(struct child *c, const struct message *m)
{
    if (m->kind == MESSAGE_STARTED) {
        c->program = m->value;
    } else if (WIFSTOPPED(m->value)) {
        c->state = CHILD_STOPPED;
        c->code = WSTOPSIG(m->value);
    } else if (WIFCONTINUED(m->value)) {
        c->state = CHILD_RUNNING;
        c->code = 0;
    } else if (WIFEXITED(m->value)) {
        c->state = CHILD_EXITED;
        c->code = WEXITSTATUS(m->value);
    } else if (WIFSIGNALED(m->value)) {
        c->state = CHILD_KILLED;
        c->code = WTERMSIG(m->value);
    }
}

void child_update(struct child *c)
{
    struct message m;
    while (c->events >= 0) {
        ssize_t length = recv(c->events, &m, sizeof(m), MSG_DONTWAIT);
        if (length == (ssize_t)sizeof(m)) {
            take_message(c, &m);
        } else if (length < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        } else {
            /* The leader is gone, and the program with it. */
            close(c->events);
            c->events = -1;
            if (c->state == CHILD_RUNNING || c->state == CHILD_STOPPED) {
                c->state = CHILD_KILLED;
                c->code = SIGKILL;
            }
        }
    }
}

static int launch(struct child *c, const struct child_plan *plan)
{
    int pair[2];
    pid_t harness = getpid();

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return -errno;
    c->leader = fork();
    if (c->leader == 0)
        leader_run(plan, harness, c->slave, pair[1]);
    int error = errno;
    close(pair[1]);
    c->events = pair[0];
    if (c->leader < 0)
        return -error;

    struct pollfd started = { .fd = c->events, .events = POLLIN };
    if (poll(&started, 1, START_MS) <= 0)
        return -ETIMEDOUT;
    child_update(c);
    return c->program > 0 ? 0 : -ECHILD;
}

int child_start(struct child **out, const struct child_plan *plan)
{
    struct child *c = calloc(1, sizeof(*c));
    if (c == NULL)
        return -ENOMEM;
    c->master = c->slave = c->events = -1;
    c->leader = -1;

    int error = open_terminal(c, plan->cols, plan->rows);
    if (error == 0)
        error = launch(c, plan);
    if (error != 0) {
        child_stop(c);
        return error;
    }
    *out = c;
    return 0;
}

/* The session of a process, or -1: field 6 of its stat line, counted behind the name. */
static pid_t session_of(const char *pid)
{
    char path[300];
    char line[600];
    int session = -1;

    snprintf(path, sizeof(path), "/proc/%s/stat", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -1;
    if (fgets(line, sizeof(line), file) != NULL) {
        char *behind = strrchr(line, ')');
        if (behind == NULL || sscanf(behind + 1, " %*c %*d %*d %d", &session) != 1)
            session = -1;
    }
    fclose(file);
    return session;
}

/* Kills what still lives in the leader's session except the leader, whose id keeps the session's
 * number from being used again meanwhile. */
static bool kill_session(pid_t leader)
{
    bool found = false;
    DIR *proc = opendir("/proc");
    struct dirent *entry;

    while (proc != NULL && (entry = readdir(proc)) != NULL) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        pid_t pid = atoi(entry->d_name);
        if (pid != leader && session_of(entry->d_name) == leader) {
            kill(pid, SIGKILL);
            found = true;
        }
    }
    if (proc != NULL)
        closedir(proc);
    return found;
}

static void close_one(int fd)
{
    if (fd >= 0)
        close(fd);
}

void child_stop(struct child *c)
{
    if (c == NULL)
        return;
    if (c->leader > 0) {
        /* A few rounds, as a process may fork while the list is being read. */
        for (int round = 0; round < 20 && kill_session(c->leader); round++)
            usleep(2000);
        kill(c->leader, SIGKILL);
        while (waitpid(c->leader, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    close_one(c->events);
    close_one(c->slave);
    close_one(c->master);
    free(c);
}

int child_terminal(const struct child *c)
{
    return c->master;
}

int child_events(const struct child *c)
{
    return c->events;
}

enum child_state child_state(const struct child *c, int *code)
{
    if (code != NULL)
        *code = c->code;
    return c->state;
}

int child_signal(struct child *c, int number)
{
    const struct message resume = { MESSAGE_RESUME, 0 };

    child_update(c);
    if (c->state == CHILD_EXITED || c->state == CHILD_KILLED)
        return -ESRCH;
    if (number == SIGCONT)
        return send(c->events, &resume, sizeof(resume), MSG_NOSIGNAL) < 0 ? -errno : 0;
    return kill(-c->program, number) < 0 ? -errno : 0;
}

int child_resize(struct child *c, int cols, int rows)
{
    return set_size(c->master, cols, rows);
}

/* The line settings that a user notices; anything else is reported by its word. */
static const struct flag_row {
    const char *name;
    enum { WORD_INPUT, WORD_OUTPUT, WORD_LOCAL } word;
    tcflag_t bit;
} flag_rows[] = {
    { "ECHO", WORD_LOCAL, ECHO },     { "ICANON", WORD_LOCAL, ICANON },
    { "ISIG", WORD_LOCAL, ISIG },     { "IEXTEN", WORD_LOCAL, IEXTEN },
    { "OPOST", WORD_OUTPUT, OPOST },  { "ONLCR", WORD_OUTPUT, ONLCR },
    { "ICRNL", WORD_INPUT, ICRNL },   { "IXON", WORD_INPUT, IXON },
    { "BRKINT", WORD_INPUT, BRKINT },
};

static void add(char *text, size_t size, const char *format, const char *name)
{
    size_t used = strlen(text);
    if (used > 0 && used + 2 < size) {
        strcpy(text + used, ", ");
        used += 2;
    }
    snprintf(text + used, size - used, format, name);
}

void child_left_behind(const struct child *c, char *text, size_t size)
{
    struct termios now;

    text[0] = '\0';
    if (tcgetattr(c->slave, &now) < 0) {
        add(text, size, "line settings unreadable: %s", strerror(errno));
        return;
    }
    tcflag_t changed[] = { now.c_iflag ^ c->before.c_iflag, now.c_oflag ^ c->before.c_oflag,
                           now.c_lflag ^ c->before.c_lflag };
    for (size_t i = 0; i < sizeof(flag_rows) / sizeof(flag_rows[0]); i++) {
        const struct flag_row *row = &flag_rows[i];
        if (changed[row->word] & row->bit)
            add(text, size, "%s changed", row->name);
        changed[row->word] &= ~row->bit;
    }
    static const char *const words[] = { "c_iflag", "c_oflag", "c_lflag" };
    for (size_t i = 0; i < 3; i++)
        if (changed[i] != 0)
            add(text, size, "%s changed", words[i]);
    if (now.c_cflag != c->before.c_cflag)
        add(text, size, "%s changed", "c_cflag");
    if (memcmp(now.c_cc, c->before.c_cc, sizeof(now.c_cc)) != 0)
        add(text, size, "%s changed", "control characters");
}
