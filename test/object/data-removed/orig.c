#define AT(name) __attribute__((section(name)))
extern int other(const void *, ...);
struct ops { int (*call)(const void *, ...); };
#ifndef PATCHED
int data = 1;
static int zero;
static int mostly AT(".data..read_mostly") = 2;
static int after_init AT(".data..ro_after_init") = 3;
static int percpu AT(".data..percpu") = 4;
static const struct ops the_ops = {other};
#endif
static int stays = 5;
int f(int x)
{
#ifndef PATCHED
	static const int table[] = {3, 2, 1};
	data += x; zero += x; mostly += x; after_init += x; percpu += x;
	other(&zero, &mostly, &after_init, &percpu, &the_ops, &table[x]);
#endif
	return other(&stays) + stays++;
}
