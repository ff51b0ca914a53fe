/* Its first enumerator is all that it is known by, and that is new. */
enum {
#ifdef PATCHED
	NEW_STATE,
#endif
	IDLE, BUSY };
/* What one of the two had, the other one has. */
enum {
	RED,
#ifndef PATCHED
	GREEN
#endif
};
enum light {
	DARK = 8,
#ifdef PATCHED
	GREEN
#endif
};
/* Another name, and a new first one that moves nothing. */
#ifdef PATCHED
enum renamed { TALL_NEW = 7, TALL = 0, SMALL };
#else
enum { TALL, SMALL };
#endif
struct device { int state, color, size; };
void set(struct device *d) { d->state = BUSY; }
int get(struct device *d) { return d->state == IDLE && d->color != GREEN && d->size > SMALL && d->color != DARK && d->color != RED; }
