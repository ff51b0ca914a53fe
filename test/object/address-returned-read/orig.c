/* The address is read before it is returned as the second word of a result: it leaves as well. */
struct row { int key, value; long pad[2]; };
struct found { long index; struct row *row; };
#ifdef PATCHED
static struct row fresh[7];
#endif
struct found find(long key, struct row *given)
{
#ifdef PATCHED
	struct row *r = &fresh[key];

	return (struct found){r->value, r};
#else
	return (struct found){0, given};
#endif
}
