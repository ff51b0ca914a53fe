#!/usr/bin/env bats
# klp-source same: when can two sources come to different code? What it calls the same, the compiler must make the same object of.

load common

setup() {
	T=$BATS_TEST_TMPDIR
	TOOL=$TOP/build/bin/klp-source
	cd "$T" || return
	# The header has something of everything; the source uses what its last line says.
	cat >x.h <<-'EOC'
		#define inline inline __attribute__((__gnu_inline__)) __attribute__((__unused__)) __attribute__((no_instrument_function))
		#define PASTE_(a, b) a##b
		#define PASTE(a, b) PASTE_(a, b)
		#define UNIQUE PASTE(__UNIQUE_ID_x_, __COUNTER__)
		#define CALL(x) PASTE(call_, x)()
		#define INDIRECT(x) indirect(x)
		enum color { RED, GREEN };
		enum { ALONE = 4 };
		struct inner { int a; int b; };
		typedef struct inner inner_t;
		typedef inner_t chain_t;
		struct outer { int first; chain_t chain; int last; };
		struct apart { long a, b; };
		struct __attribute__((packed)) tight { char c; int i; };
		extern struct outer *outer_of(int a);
		extern int counter, other_counter;
		extern int renamed(void) __asm__("other_name");
		void *memcpy(void *to, const void *from, unsigned long n);
		int plain(int a);
		int (*pointer_to(int a))(int);
		static const int table[] = { 1, 2, 3 };
		static inline int leaf(int a) { return a + 1; }
		static inline int between(int a) { return leaf(a) + ALONE; }
		static inline int indirect(int a) { return between(a); }
		static inline int call_me(void) { return 41; }
		static inline struct apart *apart_of(long a) { return (struct apart *)a; }
		static inline int counted(int a) { int UNIQUE = a; return a; }
		static inline int kept(void) { static int mine = 5; return mine; }
		static int __attribute__((unused)) aliased(void) { return 51; }
		struct checked { int a; int b; };
		_Static_assert(sizeof(struct checked) == 8, "eight");
	EOC
}

# same_code EDIT USE: does sed's EDIT of the header leave the code of a source with this use as it is? Then the compiler says so as well.
same_code() {
	local side status=0
	sed -E "$1" x.h >patched.h
	cp x.h orig.h
	if cmp -s orig.h patched.h; then echo "nothing changed by $1"; return 9; fi
	for side in orig patched; do
		mkdir -p $side
		cp $side.h $side/x.h
		printf '#include "x.h"\n%s\n' "$2" >$side/use.c
		gcc -std=gnu11 -w -E -P -o $side.i $side/use.c && cp $side.i $side/use.i || return 9
		(cd $side && gcc -std=gnu11 -w -O2 -c use.i) || return 9
	done
	"$TOOL" same orig.i patched.i || status=$?
	if ((status == 0)); then cmp orig/use.o patched/use.o || return 9; fi
	return $status
}

readonly NOTHING='int main(void) { return 0; }'

@test "what nobody names is no code: functions, types, declarations, constants" {
	local edit
	for edit in 's/a \+ 1/a + 2/' '/inline int leaf/,/inline int indirect/d' 's/inner \{ int a;/inner { long a;/' 's/GREEN/YELLOW, &/' 's/ALONE = 4/ALONE = 5/' \
		's/inner_t chain_t/long chain_t/' '/extern struct outer/d' 's/int plain\(int a\)/long plain(long a)/' 's/1, 2, 3/1, 2, 4/' \
		's/^extern int counter/extern long counter/' 's/return 51/return 52/' '/call_me/a static inline int added(void) { return leaf(3); }' \
		'/call_me/a struct added { int a; };' '/tight/d'; do
		run -0 same_code "$edit" "$NOTHING"
		[[ -z $output ]]
	done
}

@test "what is named is, directly or through others, also by a name that is put together" {
	run -2 same_code 's/a \+ 1/a + 2/' 'int f(int a) { return leaf(a); }'
	[[ ${lines[0]} == "static inline"* ]]
	run -2 same_code 's/a \+ 1/a + 2/' 'int f(int a) { return INDIRECT(a); }'
	run -2 same_code 's/a \+ 1/a + 2/' 'int (*f)(int) = leaf;'
	run -2 same_code 's/41/42/' 'int f(void) { return CALL(me); }'
	run -2 same_code 's/call_##x|call_, x/call_, me/' 'int call_you(void); int f(void) { return CALL(you); }'
	run -2 same_code 's/ALONE = 4/ALONE = 5/' 'int f(int a) { return between(a); }'
	run -2 same_code 's/RED, GREEN/RED, BLUE, GREEN/' 'int f(int a) { return GREEN; }'
	run -2 same_code 's/1, 2, 3/1, 2, 4/' 'int f(int a) { return table[a]; }'
	run -2 same_code 's/return 51/return 52/' 'int f(void) __attribute__((alias("aliased")));'
}

@test "types, through typedefs, members and what functions return" {
	local use
	for use in 'int f(struct outer *o) { return o->last; }' 'int f(void) { return outer_of(1)->last; }' 'int f(chain_t *c) { return c->b; }' \
		'int f(void) { return sizeof(*outer_of(1)); }' 'chain_t c[2];'; do
		run -2 same_code 's/inner \{ int a;/inner { long a;/' "$use"
	done
	run -2 same_code 's/long a, b/long b, a/' 'long f(long a) { return apart_of(a)->a; }'
	# Another name for a member is another text, whatever comes of it
	run -2 same_code 's/first/renamed_member/' 'int f(struct outer *o) { return o->last; }'
	run -2 same_code 's/packed/__may_alias__/' 'int f(struct tight *t) { return t->i; }'
	run -2 same_code 's/int counter, /long counter, /' 'int f(void) { return counter; }'
	run -2 same_code 's/other_counter/* &/' 'int f(void) { return !!other_counter; }'
}

# What must be true is named by nobody, and a source where it is not does not compile, whatever its code would be.
@test "what is asserted counts, and what is named there, in a header and in a body that nobody calls" {
	local assert
	run -2 same_code 's/checked \{ int a;/checked { long a;/; s/== 8/== 16/' "$NOTHING"
	run -2 same_code '/_Static_assert/d' "$NOTHING"
	for assert in "_Static_assert(sizeof(struct s) == 4, \"\");" "static inline int f(void) { _Static_assert(sizeof(struct s) == 4, \"\"); return 1; }" \
		"struct t { _Static_assert(sizeof(struct s) == 4, \"\"); int a; };"; do
		printf "struct s { int a; };\n%s\nint g;\n" "$assert" >orig.i
		sed "s/int a; };/long a; };/;" orig.i >patched.i
		gcc -std=gnu11 -w -c -o orig.o -x c orig.i
		run -1 gcc -std=gnu11 -w -c -o patched.o -x c patched.i
		run -2 "$TOOL" same orig.i patched.i
	done
}

@test "what makes code unnamed, or changes what is not named, always counts" {
	local line
	for line in 'static int __attribute__((__used__)) u = 5;' 'int u = 5;' 'static void __attribute__((constructor)) u(void) { table[1]; }' \
		'__asm__(".globl u");' 'void u(void) { }' 'inline int u(void) { return 5; }' \
		'static inline void u(void) { static int v __attribute__((used)) = 5; }' '#pragma pack(1)' 'int tentative;' \
		'static int v2 __attribute__((alias("table")));' 'int u(void), v;' 'int (*u)(int);' 'struct apart u;' 'struct new { int a; } u;' ';int u[2] = {};'; do
		run -2 same_code "/call_me/a $line" "$NOTHING"
	done
	run -2 same_code 's/other_name/another_name/' "$NOTHING"
	# The compiler calls it by itself
	run -2 same_code 's/^void \*memcpy.*/void *memcpy(void *, const void *, unsigned long) __asm__("my_memcpy");/' 'struct apart a, b; void f(void) { a = b; }'
	# Shapes that are not known are never left out.
	run -2 same_code '/pointer_to/s/int a/long a/' "$NOTHING"
	# Not C, or not ended
	printf '}}} ) (\n' >a.i
	printf '}}} ) ( int\n' >b.i
	run -2 "$TOOL" same a.i b.i
	run -0 "$TOOL" same b.i b.i
}

# made_different FROM TO TEXT: with the first FROM of the text as TO, gcc makes another object, and the tool must say so
made_different() {
	local side
	printf '%s\n' "$3" >orig.i
	printf '%s\n' "${3/"$1"/"$2"}" >patched.i
	mkdir -p orig patched
	for side in orig patched; do
		cp $side.i $side/use.i
		(cd $side && gcc -std=gnu11 -w -O2 -c use.i) || return 9
	done
	if cmp -s orig/use.o patched/use.o; then echo "gcc makes the same of: $3"; return 9; fi
	"$TOOL" same orig.i patched.i
}

@test "what the compiler keeps although nobody names it" {
	local text
	for text in 'static volatile int v = 5;' 'typedef volatile int vi; typedef vi vj; static vj v = 5;' 'static volatile int v[2] = { 5 };' \
		'extern volatile int e; static typeof(e) v = 5;' 'static int v [[gnu::used]] = 5;' \
		'static int __attribute__((optimize("O0"))) f(void) { return 5; }' $'\n#pragma GCC optimize("O0")\nstatic int f(void) { return 5; }' \
		'static int foo(void) { return 5; } int g(void) __attribute__((alias("f" "oo")));' \
		'static int foo(void) { return 5; } int g(void) __attribute__((alias("f\157o")));' \
		$'static int f(void) { return 5; }\n#pragma weak g = f\nint g(void);'; do
		run -2 made_different 5 6 "$text"
	done
}

@test "names that are declared where they are not expected" {
	local rest='; int f(void) { return A; }'
	run -2 made_different 5 6 "static int x = sizeof(enum { A = 5 })$rest"
	run -2 made_different 5 6 "_Static_assert(sizeof(enum { A = 5 }) == 4, \"\")$rest"
	run -2 made_different int long 'static typeof(struct s { int a; }) *x; int f(struct s *p) { return sizeof *p; }'
	# A type may be in front of parentheses as well as a name.
	run -2 made_different '+ 5' '+ 6' 'typedef int type; static type (*x(int a))(void) { return a + 5; } void *f(void) { return x(0); }'
	run -2 made_different 'extern' 'extern volatile' 'typedef int type; extern type (x); int f(void) { x; return x; }'
	run -2 made_different 'static' 'static volatile' 'typedef struct { int a; } type; static type (x); int f(void) { return x.a; }'
	run -2 made_different '(x)' '(y)' 'typedef int type; const type (x);'
	# A body says something of what is outside.
	rest='} void g(void); int f(void) { g(); return 5; }'
	run -2 made_different '__attribute__((noreturn))' '' "static inline void u(void) { extern void g(void) __attribute__((noreturn)); $rest"
	run -2 made_different '__attribute__((noreturn))' '' "static inline void u(void) { void g(void) __attribute__((noreturn)); $rest"
	run -2 made_different '_Noreturn' '' "static inline void u(void) { _Noreturn void g(void); $rest"
	run -2 made_different '__asm__("h")' '' "static inline void u(void) { extern void g(void) __asm__(\"h\"); $rest"
	run -2 made_different '__asm__("h")' '' "static inline void u(void) { void g(void) __asm__(\"h\"); $rest"
}

@test "texts that are not what they look like" {
	run -2 made_different char int 'typedef char ret; typedef int arg; extern ret f(a) arg a; { return 300; }'
	run -2 made_different 5 6 'static void u(void) <%%> int g(void) { return 5; }'
	run -2 made_different 5 6 $'static const char *u = R"(\n";\n)"; int g(void) { return 5; } static char *v = ";";'
	run -2 made_different '(1)' '(2)' $'static inline void u(void) {\n#pragma pack(1)\n} struct s { char c; int i; }; int f(struct s *s) { return s->i; }'
	printf '# 1 "a.c"\nint f(void) { return __builtin_LINE(); }\n' >a.i
	printf '# 2 "a.c"\nint f(void) { return __builtin_LINE(); }\n' >b.i
	run -2 "$TOOL" same a.i b.i
	# What is only of a body or of messages does no harm.
	printf '%s\n' 'static inline void u(void) {' '#pragma GCC diagnostic push' 'int __attribute__((unused)) a = 7; if (a) asm("nop"); }' >a.i
	sed s/7/8/ a.i >b.i
	run -0 "$TOOL" same a.i b.i
	# A message with an escape in it is no alias.
	printf '%s\n' 'extern void e(void) __attribute__((error("\"")));' 'static inline int u(void) { return 7; }' >a.i
	sed s/7/8/ a.i >b.i
	run -0 "$TOOL" same a.i b.i
}

@test "numbers of __COUNTER__ may shift, if each name has one" {
	local use='int f(int a) { int UNIQUE = counted(a); return a; }'
	run -0 same_code '/call_me/a static inline int more(int a) { int UNIQUE = a; int UNIQUE = a; return a; }' "$use"
	run -2 same_code 's/int counted.*/int counted(int a) { int UNIQUE = a; return a + 1; }/' "$use"
	# The same shape, but another variable; numbers in other names
	printf 'int f(int __UNIQUE_ID_1, int __UNIQUE_ID_2) { return __UNIQUE_ID_1; }\n' >a.i
	printf 'int f(int __UNIQUE_ID_3, int __UNIQUE_ID_4) { return __UNIQUE_ID_4; }\n' >b.i
	printf 'int f(int __UNIQUE_ID_3, int __UNIQUE_ID_4) { return __UNIQUE_ID_3; }\n' >c.i
	printf 'int f(int __UNIQUE_ID_3, int __UNIQUE_ID_3) { return __UNIQUE_ID_3; }\n' >d.i
	printf 'int f(int __UNIQUE_ID_a3, int __UNIQUE_ID_4) { return __UNIQUE_ID_a3; }\n' >e.i
	run -0 "$TOOL" same a.i c.i
	for use in b d e; do run -2 "$TOOL" same a.i $use.i; done
	printf 'int g1(void); int f(void) { return g1(); }\n' >a.i
	sed 's/g1/g2/g' a.i >b.i
	run -2 "$TOOL" same a.i b.i
}

@test "marks of lines don't count, numbers of lines in the code do" {
	printf '# 1 "a.h"\nint f(void) { return 1; }\n' >a.i
	printf '#line 7\n# 9 "b.h" 2\n\nint f(void)\n{ return 1; }' >b.i
	run -0 "$TOOL" same a.i b.i
	printf 'int f(void) { return 7; }\n' >a.i
	printf 'int f(void) { return 8; }\n' >b.i
	run -2 "$TOOL" same a.i b.i
}

@test "messages" {
	run -0 "$TOOL" same --help
	[[ $output == "usage: klp-source same ORIG PATCHED"* ]]
	run -0 commands_documented "$TOOL" same
	run -1 "$TOOL" same a.i
	[[ $output == "klp-source same: error: it takes two files; try --help" ]]
	printf 'a\0b' >a.i
	run -1 "$TOOL" same a.i a.i
	[[ $output == "a.i: error: can't be read, or holds a NUL byte, so it is not text" ]]
	run -1 "$TOOL" same missing.i a.i
	[[ $output == "missing.i: error: can't open: No such file or directory" ]]
}
