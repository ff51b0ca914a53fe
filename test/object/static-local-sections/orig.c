extern int other(int *, const int *, int);
#define AT(name) __attribute__((section(name)))
int f(int x)
{
	static int zero;
	static int data = 1;
	static const int table[4] = {3, 1, 4, 1};
	static int mostly AT(".data..read_mostly") = 5;
	static int after_init AT(".data..ro_after_init") = 6;
	static int percpu AT(".data..percpu");
	zero++; data++; percpu += x;
	other(&zero, &table[x], mostly);
	other(&data, table, after_init);
#ifdef PATCHED
	static int new_zero;
	static int new_data = 1;
	static const int new_table[4] = {3, 1, 4, 2};
	static int new_mostly AT(".data..read_mostly") = 5;
	static int new_percpu AT(".data..percpu");
	new_zero++; new_data++; new_percpu += x;
	other(&new_zero, &new_table[x], new_mostly);
	other(&new_data, new_table, 0);
	if (x == 9) { new_mostly = 9; after_init = 9; mostly = 9; }
#else
	if (x == 9) { after_init = 9; mostly = 9; }
#endif
	return 0;
}
/* All zero, and so in .bss or in .data as the compiler likes. */
int g(int x)
{
#ifdef PATCHED
	static int moves __attribute__((section(".data.moves")));
	x++;
#else
	static int moves;
#endif
	moves += x;
	return other(&moves, 0, x);
}
