extern int use(int);
extern const void *current_map;
#ifdef PATCHED
#define LAST 9
#else
#define LAST 8
#endif
static const unsigned char map[8] = {1, 2, 3, 4, 5, 6, 7, LAST};
static const unsigned char other[8] = {1, 2, 3, 4, 5, 6, 7, 8};
int f(int x) { return use(map[x & 7]) + other[1 & x]; }
int g(int x) { current_map = map; return x; }
int is_mine(void) { return current_map == map; }
int h(int x) { static const unsigned char table[8] = {3, 2, 3, 4, 5, 6, 7, LAST}; current_map = table; return x + table[x & 3]; }
int k(int x) { static const unsigned char table[8] = {3, 2, 3, 4, 5, 6, 7, 8}; return use(table[x & 7]); }
