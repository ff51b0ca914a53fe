/* -fipa-icf gives both one place. Who was given reset_tx() before would run the new reset_rx(). */
extern int g(int x);
struct worker {
	int (*reset)(struct worker *w, int i);
	int n;
};
#ifdef PATCHED
#define MORE 1
#else
#define MORE 0
#endif
static int reset_rx(struct worker *w, int i)
{
	w->n = g(i);
	if (w->n < 0)
		g(i + 1);
	g(w->n * 2);
	return g(w->n) * 3 + g(i + 1 + MORE);
}
static int reset_tx(struct worker *w, int i)
{
	w->n = g(i);
	if (w->n < 0)
		g(i + 1);
	g(w->n * 2);
	return g(w->n) * 3 + g(i + 1);
}
int rx(struct worker *w, int i)
{
	return reset_rx(w, i) + 1;
}
int rx_again(struct worker *w, int i)
{
	return reset_rx(w, i) + 2;
}
int tx(struct worker *w, int i)
{
	return reset_tx(w, i) + 3;
}
int tx_again(struct worker *w, int i)
{
	return reset_tx(w, i) + 4;
}
#ifndef CALLED_ONLY
void set(struct worker *w)
{
	w->reset = reset_tx;
}
#endif
