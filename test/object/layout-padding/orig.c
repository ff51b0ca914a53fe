struct object {
	int a;
#ifdef PATCHED
	int in_padding;
#endif
	long b;
	union { int u;
#ifdef PATCHED
		char alternative;
#endif
	};
#ifdef PATCHED
	int renamed;
#else
	int name;
#endif
};
int f(struct object *p)
{
#ifdef PATCHED
	return p->in_padding + p->renamed + p->alternative + p->u;
#else
	return p->name + p->u;
#endif
}
