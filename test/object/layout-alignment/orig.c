#ifdef PATCHED
#define ALIGNED(n) __attribute__((aligned(n)))
typedef long counter_t;
typedef char name_t[32];
#else
#define ALIGNED(n)
typedef int counter_t;
typedef char name_t[16];
#endif
extern int printk(const char *, ...);
/* the same size, but new code may rely on where it stands */
struct line { char text[64]; } ALIGNED(64);
struct word { long value; } __attribute__((aligned(16)));
int f(struct line *line, struct word *word)
{
	return line->text[((long)line & 63) + 1] + (int)word->value
#ifdef PATCHED
		+ 1
#endif
		;
}
/* what a pointer to nothing leads to */
long g(void *data, int i) { counter_t *counters = data; name_t *names = (name_t *)(counters + 1); return counters[i] + names[i][1]; }
/* on the stack */
#ifdef PATCHED
typedef long sum_t;
#else
typedef int sum_t;
#endif
int h(int i) { sum_t sum = i; return printk("%ld", (long)(sum << 31)); }
