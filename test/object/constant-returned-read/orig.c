/* The address is read before it is returned as the second word of a result: who has it knows the running table. */
#ifdef PATCHED
#define LAST 41
#else
#define LAST 40
#endif
struct row { int key, value; long pad[4]; };
struct found { long index; const struct row *row; };
static const struct row known[] = {{1, 1}, {2, 2}, {3, LAST}, {7, 9}, {11, 3}, {23, 4}, {54, 3}};
struct found find(long key)
{
	const struct row *r = &known[key];

	return (struct found){r->value, r};
}
