/* SPDX-License-Identifier: GPL-2.0-only */
int say(const char *what);
int outside_a(int x);
int outside_b(int x);
int overridden(int x);
int first(int x);
extern int shared;

/*
 * Functions and data that exist under the same name, with the same bytes, in three objects: only what refers to them,
 * and what they refer to, tells them apart. lone_twin() has a section of its own.
 */
#define TWINS \
	static int state; \
	static __attribute__((noipa)) int twin(int x) \
	{ \
		static int calls; \
		calls += x; \
		return calls + state++; \
	} \
	static __attribute__((noipa, section(".text.lone"))) int lone_twin(int x) \
	{ \
		static int calls; \
		return calls += x; \
	}
