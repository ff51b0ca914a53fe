#ifdef PATCHED
#define NEW(x) ((x) + 1)
#define TEXT "new"
#else
#define NEW(x) (x)
#define TEXT "old"
#endif
#define AT(name) __attribute__((section(name)))
int data = NEW(1);
static int mostly AT(".data..read_mostly") = NEW(2);
int mostly_same AT(".data..read_mostly") = 2;
static int after_init AT(".data..ro_after_init") = NEW(3);
static int percpu AT(".data..percpu") = NEW(4);
static int percpu_same AT(".data..percpu") = 4;
const int constant[4] = {NEW(5), 6};
static const int constant_static[4] = {7, NEW(8)};
static const char *text = TEXT;
static const char *const texts[] = {"same", TEXT};
static int *pointer = &percpu_same + NEW(0);
int same = 9;
static const char *const same_texts[] = {"same", "other"};
extern int other(const void *, ...);
int f(int x)
{
	data += x; mostly += x; after_init += x; percpu += x; same += x; percpu_same += x; mostly_same += x;
	return other(constant_static + x, constant + x, text++, texts + x, pointer++, &mostly, &after_init, &percpu, same_texts[x & 1]);
}
