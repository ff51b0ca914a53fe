#ifdef PATCHED
#define NEW int added;
#else
#define NEW
#endif
/* a member points to it, a member of a member without a name does */
struct device { struct { NEW int a; } *p; };
struct outer { struct { struct { NEW int b; } **q; } in; };
/* a variable does */
static struct { NEW int c; } *current;
/* a typedef does */
typedef struct { NEW int d; } *handle_t;
/* a local variable does */
int f(struct device *device, struct outer *outer, handle_t handle, void *data)
{
	struct { NEW int e; } *local = data;

	return device->p->a + (*outer->in.q)->b + current->c + handle->d + local->e;
}
void set(void *p) { current = p; }
/* on the stack, as macros of the kernel have it: it ends with the function */
int g(int i) { union { int number; char bytes[
#ifdef PATCHED
	8
#else
	4
#endif
	]; } u = {i}; return u.bytes[1]; }
