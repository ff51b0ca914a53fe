extern void start(void *, void (*)(void *));
extern int wait(void);
extern void enqueue(void *);
#ifdef PATCHED
#define NEW int added;
#else
#define NEW
#endif
/* A callback gets it from a task that waits, in a call or inlined. */
struct transfer { int status; NEW int length; };
static __attribute__((noinline)) void finish(struct transfer *transfer) { transfer->length = 3; }
void done(void *data) { finish(data); }
int submit(int n) { struct transfer transfer = {n, n}; start(&transfer, done); wait(); return transfer.length; }

struct request { int status; NEW int length; };
static void end(struct request *request) { request->length = 3; }
void ended(void *data) { end(data); }
int ask(int n) { struct request request = {n, n}; start(&request, ended); wait(); return request.length; }

/* Whoever wakes finds it in a list, and no variable tells. */
struct list_head { struct list_head *next, *prev; };
struct waiter { NEW struct list_head list; int awake; };
void wake(char *entry) { ((struct waiter *)(entry - __builtin_offsetof(struct waiter, list)))->awake = 1; }
int sleep(void) { struct waiter waiter = {}; enqueue(&waiter.list); return wait() + waiter.awake; }

/* Called by those who have one, and by one that was given one. */
struct walk { NEW int depth; };
static __attribute__((noinline)) int step(struct walk *walk) { return walk->depth++; }
static __attribute__((noinline)) int steps(struct walk *walk) { return step(walk) + walk->depth + wait(); }
int go(int n) { struct walk walk = {.depth = n}; return steps(&walk) + step(&walk); }
