/*
 * Main loops of threads: one without an end, those that end with their module; what threads sleep in; a function that
 * only waits, and the end of a task.
 */
#ifdef PATCHED
#define N 2
#else
#define N 1
#endif
extern int kthread_should_stop(void), use(int), add(int (*)(void *));
extern void schedule(void);
extern void *kthread_create_on_node(int (*function)(void *), void *data, int node, const char *name, ...);
extern void *svc_create(void *program, unsigned int size, int (*function)(void *));
int reaper(void *data)
{
	for (;;) {
		use(N);
		schedule();
	}
}
static int loop(void *data)
{
	while (!kthread_should_stop())
		use(N + 1);
	return 0;
}
static int server(void *data)
{
	while (!kthread_should_stop())
		use(N + 4);
	return 0;
}
long schedule_timeout(long timeout)
{
	schedule();
	return timeout - use(N + 5);
}
static int callback(void *data)
{
	while (use(N + 2))
		schedule();
	return 0;
}
/* It has no end either, but nobody stays in it. */
extern void do_task_dead(void);
void last(void)
{
	use(N + 3);
	do_task_dead();
	for (;;)
		schedule();
}
int start(void)
{
	return add(callback) + !kthread_create_on_node(loop, 0, -1, "loop") + !svc_create(0, 0, server);
}
