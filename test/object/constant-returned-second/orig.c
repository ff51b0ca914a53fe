#ifdef PATCHED
#define LAST 40
#else
#define LAST 4
#endif
struct row { int key, value; };
struct found { long index; const struct row *row; };
static const struct row known[] = {{1, 1}, {2, 2}, {3, LAST}};
struct found find(long i) { return (struct found){i, &known[i & 1]}; }

/* Its address is in the second register when the function returns, but is no part of a result. */
static const struct row own[] = {{1, 10}, {2, 20}, {3, LAST}};
int get(long a, long b)
{
	const struct row *row;

	asm("" : "=d"(row) : "0"(own));
	return row[a].value + row[b].key;
}
