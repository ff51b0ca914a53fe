#ifdef PATCHED
struct renamed_state { int added, a, b; };
#define state renamed_state
struct same_now { int a, b; };
#define same same_now
struct another { long c; };
struct now { long seconds, x; };
#else
struct state { int a, b; };
struct same { int a, b; };
struct other { int d; };
struct then { int seconds; };
#endif
/* nothing else tells what the pointer leads to */
int f(void *data) { struct state *s = data; return s->a + s->b; }
/* another name for the same thing */
int g(void *data)
{
	struct same *p = data;

#ifdef PATCHED
	p->a++;
#endif
	return p->b;
}
/* another thing */
int h(void *data)
{
#ifdef PATCHED
	struct another *p = data;

	return (int)p->c;
#else
	struct other *p = data;

	return p->d;
#endif
}
/* on the stack */
int k(int i)
{
#ifdef PATCHED
	struct now t = {i, i};
#else
	struct then t = {i};
#endif
	asm volatile("" : "+m"(t));
	return (int)t.seconds;
}
