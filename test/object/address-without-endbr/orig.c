/* GCC makes no endbr64 for a static function that is only called; the patch gives its address to others. */
extern int use(int), add(int (*)(int));
static __attribute__((noinline)) int callback(int x)
{
	return use(x) + 3;
}
int f(int x)
{
#ifdef PATCHED
	add(callback);
#endif
	return callback(x);
}
int g(int x)
{
	return callback(x + 1) + 1;
}
