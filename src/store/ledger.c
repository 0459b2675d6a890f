/* See ledger.h. */
#include "store/ledger.h"

#include "base/zeroed.h"

static struct ledger_record *record_at(const struct ledger *l, uint32_t id)
{
    return pool_at(&l->records, id);
}

static uint64_t key_of(uint32_t id, const void *arg)
{
    return record_at(arg, id)->key;
}

static uint64_t group_of(uint32_t id, const void *arg)
{
    return record_at(arg, id)->group;
}

static void init_groups(struct ledger *l)
{
    index_init(&l->groups, group_of, l);
}

void ledger_init(struct ledger *l, const struct ledger_ops *ops, const struct store *store)
{
    *l = (struct ledger){ .ops = ops, .store = store };
    pool_init(&l->records, ops->size);
    index_init(&l->index, key_of, l);
    init_groups(l);
    queue_init(&l->waiting);
}

void ledger_free(struct ledger *l)
{
    pool_destroy(&l->records);
    index_destroy(&l->index);
    index_destroy(&l->groups);
    queue_destroy(&l->waiting);
    zeroed_free(l->noted, l->nnoted * sizeof *l->noted);
}

/* Noting */

static uint64_t *word_of(struct ledger *l, uint32_t transaction)
{
    size_t word = transaction / 64;
    l->noted = zeroed_room(l->noted, &l->nnoted, word, sizeof *l->noted);
    return &l->noted[word];
}

void ledger_note(struct ledger *l, uint32_t transaction)
{
    const struct transaction *t = store_transaction(l->store, transaction);
    if (!t || !l->ops->concerns(t))
        return;
    uint64_t bit = UINT64_C(1) << transaction % 64, *word = word_of(l, transaction);
    if (!(*word & bit) && queue_push(&l->waiting, (struct queue_entry){ transaction, 0 }) == 0)
        *word |= bit;
}

bool ledger_work(struct ledger *l, size_t most, ledger_changed_fn *changed, void *arg)
{
    struct queue_entry entry;
    for (; most > 0 && queue_pop(&l->waiting, &entry); most--) {
        *word_of(l, entry.id) &= ~(UINT64_C(1) << entry.id % 64);
        const struct transaction *t = store_transaction(l->store, entry.id);
        if (t && l->ops->concerns(t)) /* it may be another one by now */
            l->ops->look(l, entry.id, changed, arg);
    }
    return l->waiting.count > 0;
}

/* Records */

uint32_t ledger_find(const struct ledger *l, uint64_t key)
{
    return index_find(&l->index, key);
}

uint32_t ledger_group(const struct ledger *l, uint64_t group)
{
    return group ? index_find(&l->groups, group) : 0;
}

/* The newest of a group leads the others, and is the one that the index knows. */
static void join_group(struct ledger *l, uint32_t id)
{
    struct ledger_record *record = record_at(l, id);
    uint32_t before = ledger_group(l, record->group);
    record->next_in_group = before;
    if (!record->group)
        return;
    if (before)
        index_remove(&l->groups, record->group, before);
    if (index_add(&l->groups, record->group, id) < 0)
        record->next_in_group = 0;
}

uint32_t ledger_take(struct ledger *l, uint64_t key, uint64_t group, uint32_t transaction)
{
    uint32_t id = ledger_find(l, key);
    if (id)
        return id;
    id = l->records.live < LEDGER_RECORDS ? pool_alloc(&l->records) : 0;
    if (!id) {
        l->left_out++;
        return 0;
    }
    struct ledger_record *record = record_at(l, id);
    record->key = key;
    record->group = group;
    ledger_set_latest(l, record, transaction);
    if (index_add(&l->index, key, id) < 0) {
        record->latest = (struct store_ref){ 0 };
        pool_release(&l->records, id);
        return 0;
    }
    join_group(l, id);
    return id;
}

void *ledger_at(const struct ledger *l, uint32_t id)
{
    if (id == 0 || id >= l->records.next || record_at(l, id)->latest.id == 0)
        return NULL;
    return record_at(l, id);
}

uint32_t ledger_latest(const struct ledger *l, const struct ledger_record *record)
{
    return store_transaction_find(l->store, record->latest);
}

void ledger_set_latest(struct ledger *l, struct ledger_record *record, uint32_t transaction)
{
    record->latest = store_transaction_ref(l->store, transaction);
}

/* Groups are put together anew: whoever goes may stand anywhere in one. */
void ledger_sweep(struct ledger *l)
{
    index_destroy(&l->groups);
    init_groups(l);
    for (uint32_t id = 1; id < l->records.next; id++) {
        struct ledger_record *record = ledger_at(l, id);
        if (record && ledger_latest(l, record)) {
            join_group(l, id);
        } else if (record) {
            index_remove(&l->index, record->key, id);
            record->latest.id = 0;
            pool_release(&l->records, id);
        }
    }
}
